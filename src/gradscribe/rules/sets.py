"""Functions of arrays as sets, and what tells where entries are: the derivative follows the entries that are kept.

Of equal entries the first is the one that is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import infer as _infer
from ..ir.infer import constant
from ..ir.primitives import DEFINITIONS, define
from ..ir.types import UNKNOWN, Array, Scalar, Tuple
from . import shapes
from .arrays import like
from .facts import rank
from .selecting import added_at
from .table import general, zero

_PLACES = Array("int64", (UNKNOWN,))


def _values_type(args: Any) -> Any:
    array = shapes.as_array(args[0].type)
    return _infer.NUMERIC if array is None else Array(array.dtype, (UNKNOWN,))


def unique_type(args: Any, keywords: Any) -> Any:
    """The values, with as many arrays of integers as are asked for."""
    more = [k for k in ("return_index", "return_inverse", "return_counts") if constant(keywords.get(k), False)]
    values, array = _values_type(args), shapes.as_array(args[0].type)
    wide = array is not None and array.ndim > 1 and np.lib.NumpyVersion(np.__version__) >= "2.0.0"
    inverse = Array("int64", (UNKNOWN,) * array.ndim) if wide and array is not None else _PLACES
    return Tuple((values, *(inverse if k == "return_inverse" else _PLACES for k in more))) if more else values


def _first_places(ar: Any) -> Any:
    return np.unique(ar, return_index=True)[1]


def unique_adjoint(g: Any, z: Any, ar: Any, **keywords: Any) -> Any:
    g = g[0] if any(v is True for k, v in keywords.items() if k.startswith("return")) else g
    return None if g is None else like(added_at(np.zeros_like(np.ravel(ar)), _first_places(ar), g), ar)


def unique_tangent(d: Any, z: Any, ar: Any, **keywords: Any) -> Any:
    asked = [k for k, v in keywords.items() if k.startswith("return") and v is True]
    made = (np.ravel(d) if rank(d) != 1 else d)[_first_places(ar)]
    return (made, *[None] * len(asked)) if asked else made


general(
    define(
        "unique",
        np.unique,
        infer=unique_type,
        parameters="ar, return_index=False, return_inverse=False, return_counts=False",
    ),
    dict(ar=unique_adjoint),
    dict(ar=unique_tangent),
)


def _own_order(z: Any) -> Any:
    """The places that the values of a set have among the sorted ones."""
    return np.argsort(np.argsort(z))


if hasattr(np, "unique_values"):  # since NumPy 2
    general(
        define("unique_values", np.unique_values, infer=lambda args, k: _values_type(args), parameters="x, /"),
        dict(x=lambda g, z, x: like(added_at(np.zeros_like(np.ravel(x)), _first_places(x)[_own_order(z)], g), x)),
        dict(x=lambda d, z, x: np.ravel(d)[_first_places(x)[_own_order(z)]]),
    )

    for _name in ("unique_all", "unique_counts", "unique_inverse"):
        general(
            define(_name, getattr(np, _name), infer=_infer.by_example(getattr(np, _name)), parameters="x, /"),
            dict(x=lambda g, z, x: None if g[0] is None else unique_adjoint(g[0], z[0], x)),
            dict(x=lambda d, z, x: (unique_tangent(d, z[0], x), *[None] * (len(z) - 1))),
        )

zero(
    define(
        "isin",
        np.isin,
        infer=lambda args, k: _isin_type(args[0].type),
        parameters="element, test_elements, assume_unique=False, invert=False",
    ),
    define("lexsort", np.lexsort, infer=_infer.by_example(np.lexsort), parameters="keys, axis=-1"),
    define("spacing", np.spacing, infer=_infer.elementwise(np.spacing), parameters="x, /"),
)


def _isin_type(type_: Any) -> Any:
    array = shapes.as_array(type_)
    return _infer.NUMERIC if array is None else Array("bool", array.shape) if array.ndim else Scalar("b", "bool")


def union1d(ar1: Any, ar2: Any) -> Any:
    return np.unique(np.concatenate((np.ravel(ar1), np.ravel(ar2))))


def intersect1d(ar1: Any, ar2: Any) -> Any:
    found = np.unique(ar1)
    return found[np.isin(found, ar2)]


def setdiff1d(ar1: Any, ar2: Any) -> Any:
    found = np.unique(ar1)
    return found[np.isin(found, ar2, invert=True)]


def setxor1d(ar1: Any, ar2: Any) -> Any:
    found = np.unique(np.concatenate((np.ravel(ar1), np.ravel(ar2))))
    return found[np.isin(found, ar1) != np.isin(found, ar2)]


def trim_zeros(filt: Any, trim: str = "fb") -> Any:
    if np.ndim(filt) != 1:
        raise ValueError("trim_zeros: only arrays of one dimension have a derivative")
    places = np.flatnonzero(filt != 0)
    if places.shape[0] == 0:
        return filt[:0]
    first = places[0] if "f" in trim or "F" in trim else 0
    last = places[-1] + 1 if "b" in trim or "B" in trim else filt.shape[0]
    return filt[first:last]


for _function in (union1d, intersect1d, setdiff1d, setxor1d, trim_zeros):
    DEFINITIONS[getattr(np, _function.__name__)] = _function
