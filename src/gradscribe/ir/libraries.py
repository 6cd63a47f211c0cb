"""Arrays that are not NumPy's: which classes are known, and what can be done with them.

NumPy's functions hand such arrays on to the library that they come from (NEP 13 and 18), so that a derivative made of
NumPy's functions runs where they are. What a library does not offer, or does otherwise than NumPy, is said here. No
library is imported: who passes such an array has done so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import BadArgument


@dataclass(frozen=True)
class Library:
    """A library of arrays.

    Args:
        name: how its arrays are called: "Dask".
        arrays: module and name of each of their classes.
        namespace: the module that offers NumPy's functions for them.
        ufuncs: the modules that offer its ufuncs, blank-separated; nothing where all of them run.
        plain: how one becomes an ndarray, for messages.
        writes: whether entries can be written, and a part of an array is a view of it.
        gathers: whether an index may be an array.
        mixes: whether an operation may take an array of NumPy's beside one of these.
        known_lengths: how an array whose lengths are not known gets them.
        lacks: functions that it has, and that are not to be had all the same.
        option: what `namespace=` has to be, where NumPy's functions do not hand its arrays on.
        only: the functions besides ufuncs and operators that mean what NumPy's do; None where that is all it offers.
        items: whether a basic index means what it does to NumPy's.
        labelled: whether operations align by labels, and sums leave out what is missing.
        data_only: whether nothing can be differentiated with respect to its arrays.
        dense_products: whether a matrix product with an array of NumPy's is an array of NumPy's.
    """

    name: str
    arrays: tuple[tuple[str, str], ...]
    namespace: str
    plain: str
    ufuncs: str = ""
    writes: bool = False
    gathers: bool = False
    mixes: bool = False
    known_lengths: str = ""
    lacks: frozenset[str] = frozenset()
    option: str | None = None
    only: frozenset[str] | None = None
    items: bool = True
    labelled: bool = False
    data_only: bool = False
    dense_products: bool = False

    def offers(self, function: Callable[..., Any]) -> bool:
        """Whether NumPy's function (or method) is there for these arrays."""
        name = getattr(function, "__name__", "")
        if name in self.lacks:
            return False
        if isinstance(function, np.ufunc):
            return self.ufuncs != "none" and (not self.ufuncs or self._has_ufunc(name))
        if isinstance(getattr(function, "__self__", None), np.ufunc):
            return self.writes
        if self.only is not None:
            return name in self.only
        if not dispatches(function):
            return False
        owner = getattr(function, "__objclass__", None)
        if owner is np.ndarray:
            return hasattr(_found(*self.arrays[0]), name)
        for part, module in (("", np), (".linalg", np.linalg), (".fft", np.fft)):
            if getattr(module, name, None) is function:
                return hasattr(sys.modules.get(self.namespace + part), name)
        return False

    def array_class(self) -> Any:
        """The class of its arrays, of those that are loaded."""
        return next(filter(None, (_found(*place) for place in self.arrays)), None)

    def _has_ufunc(self, name: str) -> bool:
        return any(hasattr(sys.modules.get(module), name) for module in self.ufuncs.split())

    def check(self, array: Any) -> None:
        """Refuse an array of which a length is not known yet, or whose unit has an offset or is a logarithm.

        Raises:
            BadArgument: with what helps.
        """
        if not getattr(array, "_is_multiplicative", True):
            raise BadArgument(
                f"the unit {array.units} has an offset, or is a logarithm", hint="convert to another unit"
            )
        if any(n != n for n in array.shape):
            reason = f"a {self.name} array has the shape {array.shape}: not all of its lengths are known"
            raise BadArgument(reason, hint=self.known_lengths or "pass an array of a known shape")


def dispatches(function: Callable[..., Any]) -> bool:
    """Whether a function of NumPy's hands arrays of other libraries on: `np.asarray` makes arrays of NumPy of them."""
    own = getattr(function, "__objclass__", None) is np.ndarray or isinstance(function, np.ufunc)
    return own or type(function).__name__ == "_ArrayFunctionDispatcher"


def _found(module: str, name: str) -> Any:
    return getattr(sys.modules.get(module), name, None)


_SUMS = frozenset(("sum", "mean", "size", "copy", "zeros_like", "full_like"))
_TRACER = ("jax._src.core", "Tracer")

LIBRARIES = [
    Library(
        "Dask",
        (("dask.array.core", "Array"),),
        "dask.array",
        "x.compute()",
        mixes=True,
        known_lengths="call x.compute_chunk_sizes()",
        lacks=frozenset(("select",)),  # two that differ in their defaults alone have one name in its graph
    ),
    Library(
        "CuPy", (("cupy", "ndarray"),), "cupy", "cupy.asnumpy(x)", "cupy cupyx.scipy.special", writes=True, gathers=True
    ),
    Library(
        "JAX",
        (("jax.jaxlib._jax", "Array"), ("jaxlib._jax", "ArrayImpl"), ("jaxlib.xla_extension", "ArrayImpl"), _TRACER),
        "jax.numpy",
        "np.asarray(x)",
        gathers=True,
        mixes=True,
        option="jax.numpy",
    ),
    Library("PyTorch", (("torch", "Tensor"),), "torch", "x.numpy()", option="torch"),
    Library(
        "array_api_strict",
        (("array_api_strict._array_object", "Array"),),
        "array_api_strict",
        "np.asarray(x)",
        option="array_api",
    ),
    Library(
        "pint",
        (("pint.registry", "Quantity"),),
        "",
        "x.magnitude",
        mixes=True,
        lacks=frozenset(("deg2rad", "rad2deg", "radians", "degrees")),  # these change the unit, not the angle
        only=_SUMS,
        items=False,
    ),
    Library(
        "pandas",
        (("pandas", "Series"), ("pandas.core.series", "Series")),
        "",
        "x.to_numpy()",
        only=_SUMS,
        items=False,
        labelled=True,
    ),
    Library(
        "xarray",
        (("xarray.core.dataarray", "DataArray"),),
        "",
        "x.to_numpy()",
        only=_SUMS,
        items=False,
        labelled=True,
    ),
    Library(
        "sparse",
        (("sparse.numba_backend._sparse_array", "SparseArray"),),
        "",
        "x.todense()",
        ufuncs="none",
        mixes=True,
        only=frozenset(("T", "transpose", "copy")),
        items=False,
        data_only=True,
        dense_products=True,
    ),
]
"""In the order in which their messages name them."""


def library_of(cls: type) -> Library | None:
    """The library that a class of arrays comes from; None for NumPy's own and for what is no array."""
    return _home_of(cls)


@lru_cache(maxsize=1024)
def _home_of(cls: type) -> Library | None:
    for base in cls.__mro__:
        for library in LIBRARIES:
            if (base.__module__, base.__name__) in library.arrays:
                return library
    return None


def is_data_only(value: Any) -> bool:
    """Whether a value is an array with respect to which nothing is differentiated."""
    home = library_of(type(value))
    return home is not None and home.data_only


def has_labels(value: Any) -> bool:
    """Whether a value is an array that aligns by labels."""
    home = library_of(type(value))
    return home is not None and home.labelled


def same_labels(one: Any, other: Any) -> bool:
    """Whether two arrays have equal labels, in the same order, so that operations take entries by their places."""
    if hasattr(one, "index"):
        return bool(one.index.equals(other.index))
    return one.dims == other.dims and all(_same_index(one.indexes.get(d), other.indexes.get(d)) for d in one.dims)


def _same_index(one: Any, other: Any) -> bool:
    return one is other if one is None or other is None else bool(one.equals(other))


def library_named(name: str) -> Library:
    return next(library for library in LIBRARIES if library.name == name)


def dtype_of(array: Any) -> np.dtype[Any]:
    """The dtype of an array, as NumPy calls it; that of objects for one that NumPy does not have."""
    if isinstance(array.dtype, np.dtype):
        return array.dtype
    try:
        return np.dtype(str(array.dtype).rpartition(".")[2])
    except TypeError:
        return np.dtype(object)
