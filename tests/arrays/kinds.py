"""The kinds of arrays that are compared with NumPy's, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .judged import Kind


def _dispatching() -> Kind:
    from .strict import Strict

    return Kind("CuPy", Strict, lambda a: a.held, Strict)


def _dask() -> Kind:
    import dask
    import dask.array as da

    dask.config.set(scheduler="synchronous")

    def chunked(a: np.ndarray) -> Any:
        return da.from_array(a, chunks=tuple(max((n + 1) // 2, 1) for n in a.shape))

    return Kind("Dask", chunked, lambda a: a.compute(), da.Array)


def _standard() -> Kind:
    import array_api_strict as xp

    return Kind("array API", xp.asarray, np.asarray, type(xp.asarray(0.0)), "array_api")


def _jax() -> Kind:
    import jax

    jax.config.update("jax_enable_x64", True)
    return Kind("JAX", jax.numpy.asarray, np.asarray, jax.Array, "jax.numpy")


def _torch() -> Kind:
    import torch

    return Kind("PyTorch", torch.tensor, lambda a: a.numpy(), torch.Tensor, "torch")


def _pandas() -> Kind:
    import pandas as pd

    def series(a: np.ndarray) -> Any:
        if a.ndim != 1:
            raise TypeError("a series has one dimension")
        return pd.Series(a, index=[f"r{k}" for k in range(len(a))])

    return Kind("pandas", series, lambda a: a.to_numpy(), pd.Series)


def _xarray() -> Kind:
    import xarray as xr

    def named(a: np.ndarray) -> Any:
        return xr.DataArray(a, dims=[f"d{k}" for k in range(a.ndim)])

    return Kind("xarray", named, lambda a: a.to_numpy(), xr.DataArray)


def _pint() -> Kind:
    import pint

    registry = pint.UnitRegistry()
    kinds = (registry.Quantity, np.ndarray)  # without a unit a gradient is a plain array
    return Kind("pint", lambda a: registry.Quantity(a, ""), lambda a: getattr(a, "magnitude", a), kinds)


KINDS: dict[str, Callable[[], Kind]] = {
    "CuPy": _dispatching,
    "Dask": _dask,
    "array API": _standard,
    "JAX": _jax,
    "PyTorch": _torch,
    "pandas": _pandas,
    "xarray": _xarray,
    "pint": _pint,
}
