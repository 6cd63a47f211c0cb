"""Functions of NumPy that call a function for each entry, line or piece, written out: read in place of NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.primitives import DEFINITIONS


def vectorized(pyfunc: Any, otypes: Any, *args: Any) -> Any:
    """What `np.vectorize(pyfunc, otypes)(*args)` computes: without `otypes` the first result gives the dtype of all."""
    arrays = np.broadcast_arrays(*args) if len(args) > 1 else [np.asarray(args[0])]
    shape = np.shape(arrays[0])
    values = [pyfunc(*entries) for entries in zip(*[np.ravel(a) for a in arrays], strict=True)]
    if otypes is None:
        if isinstance(values[0], (int, np.integer)):
            raise TypeError("np.vectorize takes the dtype of its first result, an integer: give otypes=[float]")
        return np.reshape(np.array(values), shape)
    return np.reshape(np.array(values, dtype=otypes[0]), shape)


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    if not isinstance(condlist, (list, tuple)):
        condlist = [condlist]
    x = np.asarray(x)
    shape = np.shape(x)
    x = np.ravel(x)
    made = np.zeros_like(x)
    rest = np.ones(np.shape(x), dtype=bool)
    for k in range(len(condlist)):
        chosen = np.ravel(condlist[k])
        rest = rest & ~chosen
        if callable(funclist[k]):
            made[chosen] = funclist[k](x[chosen], *args, **kw)
        else:
            made[chosen] = funclist[k]
    if len(funclist) > len(condlist):
        if callable(funclist[-1]):
            made[rest] = funclist[-1](x[rest], *args, **kw)
        else:
            made[rest] = funclist[-1]
    return np.reshape(made, shape)


def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    lines = np.moveaxis(arr, axis, -1)
    lead = lines.shape[:-1]
    rows = np.reshape(lines, (np.prod(lead, dtype=int), lines.shape[-1]))
    made = np.array([func1d(row, *args, **kwargs) for row in rows])
    if np.ndim(made) == 1:
        return np.reshape(made, lead)
    return np.moveaxis(np.reshape(made, lead + (made.shape[-1],)), -1, axis)


def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    axes = (axes,) if isinstance(axes, int) else axes
    for axis in axes:
        made = func(a, axis)
        a = made if np.ndim(made) == np.ndim(a) else np.expand_dims(made, axis)
    return a


def fromfunction(function: Any, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    grid = np.indices(shape, dtype=dtype)
    if len(shape) == 1:
        return function(grid[0], **kwargs)
    if len(shape) == 2:
        return function(grid[0], grid[1], **kwargs)
    if len(shape) == 3:
        return function(grid[0], grid[1], grid[2], **kwargs)
    raise ValueError("np.fromfunction has a derivative for shapes of one to three dimensions")


def fromiter(iter: Any, dtype: Any) -> Any:
    return np.array([value for value in iter], dtype=dtype)


DEFINITIONS[np.vectorize] = vectorized
for _function in (piecewise, apply_along_axis, apply_over_axes, fromfunction, fromiter):
    DEFINITIONS[getattr(np, _function.__name__)] = _function
