"""Sums, products, extrema and statistics over axes, and their cumulative kin.

Each names the keywords that it supports: those that its signature leaves out are refused.
"""

from __future__ import annotations

import bisect
import math
from typing import Any

import numpy as np

from ..ir import infer as _infer
from ..ir.infer import constant
from ..ir.primitives import Primitive, define
from ..ir.types import BOOL, INT, UNKNOWN, Array, Scalar, kind_of_dtype
from .facts import axes_of, fit, is_complex, is_constant, rank, real_only
from .table import general, linear, zero

# ------------------------------------------------------------------ types


def reduced(function: Any) -> Any:
    """The type of a reduction with `axis`, `keepdims` and `dtype`."""
    plain = _infer.reduction(function)

    def infer(args: Any, keywords: Any) -> Any:
        return with_dtype(plain(args[:1], keywords), keywords.get("dtype"))

    return infer


def with_dtype(type_: Any, dtype: Any) -> Any:
    """The type after a `dtype=` keyword."""
    dtype = constant(dtype)
    if dtype is None or not isinstance(type_, (Array, Scalar)):
        return type_
    try:
        name = np.dtype(dtype).name
    except TypeError:
        return _infer.NUMERIC
    return Array(name, type_.shape) if isinstance(type_, Array) else Scalar(kind_of_dtype(name), name)


def cumulated(function: Any) -> Any:
    """The type of a cumulative function: the operand's shape, flat without an axis."""

    def infer(args: Any, keywords: Any) -> Any:
        made = reduced(function)(args[:1], {"dtype": keywords["dtype"]} if "dtype" in keywords else {})
        type_ = args[0].type
        if not isinstance(made, Scalar) or not isinstance(type_, (Array, Scalar)):
            return _infer.NUMERIC
        shape = _infer.shape_of(type_)
        flat = constant(keywords.get("axis")) is None and len(shape) != 1
        return Array(made.dtype or "float64", (UNKNOWN,) if flat else shape)

    return infer


# ------------------------------------------------------------------ helpers of the bodies


def align(value: Any, a: Any, axis: Any, keepdims: Any) -> Any:
    """A reduced value with the axes put back that were reduced, so that it broadcasts with a."""
    if axis is None or keepdims is True or rank(a) == 0:
        return value
    axes = axes_of(axis, rank(a))
    if sorted(axes) == list(range(len(axes))):
        return value
    return np.expand_dims(value, axis)


def spread(g: Any, a: Any, axis: Any, keepdims: Any) -> Any:
    """A reduced value, repeated in the shape of a."""
    if rank(a) == 0:
        return g
    return np.full_like(a, g) if rank(g) == 0 else np.broadcast_to(align(g, a, axis, keepdims), np.shape(a))


def count(a: Any, axis: Any, where: Any = True, keepdims: Any = False) -> Any:
    """How many entries a reduction takes in."""
    if where is not True:
        one = np.ones_like(np.real(a) if is_complex(a) else a)
        return np.sum(np.where(where, one, 0.0), axis=axis, keepdims=keepdims)
    if axis is None:
        return np.size(a)
    return math.prod(a.shape[k] for k in axes_of(axis, rank(a)))


def masked(value: Any, where: Any) -> Any:
    """Zeros where a reduction leaves entries out."""
    return value if where is True else np.where(where, value, 0.0)


def along(axis: int, ndim: int, part: Any) -> Any:
    """The index that takes `part` of one axis: `x[:, part]`."""
    axis %= ndim
    return part if axis == 0 else (slice(None),) * axis + (part,)


def reverse(a: Any, axis: int) -> Any:
    """The entries along an axis in reverse order."""
    return a[::-1] if rank(a) == 1 else np.flip(a, axis)


def declare(name: str, parameters: str, *callables: Any, infer: Any = None, **how: Any) -> Primitive:
    return define(name, *callables, infer=infer or reduced(callables[0]), parameters=parameters, **how)


# ------------------------------------------------------------------ sums and means


def sum_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False,
                initial: Any = None, where: Any = True) -> Any:  # fmt: skip
    return masked(spread(g, a, axis, keepdims), where)


def sum_tangent(d: Any, z: Any, a: Any, *, initial: Any = None, **keywords: Any) -> Any:
    return np.sum(d, **keywords)


def initial_adjoint(g: Any, z: Any, a: Any, **keywords: Any) -> Any:
    return g if rank(g) == 0 else np.sum(g)


def initial_tangent(d: Any, z: Any, a: Any, **keywords: Any) -> Any:
    return d if rank(z) == 0 else np.full_like(z, d)


SUM = declare("sum", "a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True", np.sum, np.ndarray.sum)
general(
    SUM,
    dict(a=sum_adjoint, initial=initial_adjoint),
    dict(a=sum_tangent, initial=initial_tangent),
)


def mean_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False,
                 where: Any = True) -> Any:  # fmt: skip
    return masked(spread(g / count(a, axis, where, keepdims), a, axis, keepdims), where)


MEAN = declare("mean", "a, axis=None, dtype=None, *, keepdims=False, where=True", np.mean, np.ndarray.mean)
linear(MEAN, a=mean_adjoint)


def average_weights(a: Any, axis: Any, weights: Any) -> Any:
    """The weights, so that they broadcast with a (1-d weights stand along `axis`)."""
    if rank(weights) == rank(a):
        return weights
    others = tuple(k for k in range(rank(a)) if k not in axes_of(axis, rank(a)))
    return np.expand_dims(weights, others)


def _returned(rule: Any, in_weights: bool) -> Any:
    """An adjoint of average; with `returned` the result is a tuple of the average and the sum of the weights."""

    def adjoint(g: Any, z: Any, a: Any, *, axis: Any = None, weights: Any = None, returned: Any = False,
                keepdims: Any = False) -> Any:  # fmt: skip
        if returned is not True:
            return rule(g, z, a, axis, weights, keepdims=keepdims)
        made = None if g[0] is None else rule(g[0], z[0], a, axis, weights, keepdims=keepdims)
        if g[1] is None or not in_weights:
            return made
        share = np.broadcast_to(align(g[1], a, axis, keepdims), np.shape(a))
        if rank(weights) != rank(a):
            share = np.sum(share, axis=tuple(k for k in range(rank(a)) if k not in axes_of(axis, rank(a))))
        return share if made is None else made + share

    return adjoint


def _returned_tangent(rule: Any, in_weights: bool) -> Any:
    def tangent(d: Any, z: Any, a: Any, *, axis: Any = None, weights: Any = None, returned: Any = False,
                keepdims: Any = False) -> Any:  # fmt: skip
        if returned is not True:
            return rule(d, z, a, axis, weights, keepdims=keepdims)
        made = rule(d, z[0], a, axis, weights, keepdims=keepdims)
        if not in_weights:
            return made, None
        wide = np.broadcast_to(average_weights(a, axis, d), np.shape(a))
        return made, np.sum(wide, axis=axis, keepdims=keepdims)

    return tangent


def average_adjoint(g: Any, z: Any, a: Any, axis: Any = None, weights: Any = None, *, keepdims: Any = False) -> Any:
    if weights is None:
        return mean_adjoint(g, z, a, axis, keepdims=keepdims)
    weights = average_weights(a, axis, weights)
    return align(g, a, axis, keepdims) * weights / np.sum(weights, axis=axis, keepdims=True)


def average_tangent(d: Any, z: Any, a: Any, axis: Any = None, weights: Any = None, *, keepdims: Any = False) -> Any:
    given = {"axis": axis, "weights": weights, "keepdims": keepdims}
    return np.average(d, **{k: v for k, v in given.items() if v is not None and v is not False})


def weights_adjoint(g: Any, z: Any, a: Any, axis: Any = None, weights: Any = None, *, keepdims: Any = False) -> Any:
    wide = average_weights(a, axis, weights)
    change = align(g, a, axis, keepdims) * (a - align(z, a, axis, keepdims))
    change = change / np.sum(wide, axis=axis, keepdims=True)
    if rank(weights) == rank(a):
        return change
    return np.sum(change, axis=tuple(k for k in range(rank(a)) if k not in axes_of(axis, rank(a))))


def weights_tangent(d: Any, z: Any, a: Any, axis: Any = None, weights: Any = None, *, keepdims: Any = False) -> Any:
    weights, d = average_weights(a, axis, weights), average_weights(a, axis, d)
    change = d * (a - align(z, a, axis, keepdims)) / np.sum(weights, axis=axis, keepdims=True)
    return np.sum(change, axis=axis, keepdims=keepdims)


def average_type(args: Any, keywords: Any) -> Any:
    value = reduced(np.average)(args, {k: v for k, v in keywords.items() if k != "weights"})
    return _infer.Tuple((value, value)) if constant(keywords.get("returned"), False) else value


AVERAGE = declare(
    "average", "a, axis=None, weights=None, returned=False, *, keepdims=False", np.average, infer=average_type
)
general(
    AVERAGE,
    dict(a=_returned(average_adjoint, False), weights=_returned(weights_adjoint, True)),
    dict(a=_returned_tangent(average_tangent, False), weights=_returned_tangent(weights_tangent, True)),
)

# ------------------------------------------------------------------ variance


def freedom(a: Any, axis: Any, ddof: Any, correction: Any, where: Any) -> Any:
    """What the squares are divided by."""
    n = count(a, axis, where, keepdims=True)
    less = ddof if correction is None else correction
    return n if is_constant(less) and less == 0 else n - less


def deviation(a: Any, axis: Any, where: Any = True, mean: Any = None) -> Any:
    """The entries less their mean."""
    return masked(a - (mean_where(a, axis, where, keepdims=True) if mean is None else mean), where)


def mean_where(a: Any, axis: Any, where: Any, **keywords: Any) -> Any:
    """The mean of the entries that are not left out, without `where=`, which few libraries but NumPy take."""
    if where is True:
        return np.mean(a, axis=axis, **keywords)
    return np.sum(masked(a, where), axis=axis, **keywords) / count(a, axis, where, keywords.get("keepdims", False))


def _conj(a: Any) -> Any:
    return np.conj(a) if is_complex(a) else a


def var_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None, *, ddof: Any = 0, keepdims: Any = False,
                where: Any = True, correction: Any = None, mean: Any = None) -> Any:  # fmt: skip
    n = freedom(a, axis, ddof, correction, where)
    return 2.0 * align(g, a, axis, keepdims) * _conj(deviation(a, axis, where, mean)) / n


def var_tangent(d: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None, *, ddof: Any = 0, keepdims: Any = False,
                where: Any = True, correction: Any = None, mean: Any = None) -> Any:  # fmt: skip
    n = freedom(a, axis, ddof, correction, where)
    product = _conj(deviation(a, axis, where, mean)) * d / n
    return 2.0 * np.sum(np.real(product) if is_complex(a) else product, axis=axis, keepdims=keepdims)


def std_adjoint(g: Any, z: Any, a: Any, **keywords: Any) -> Any:
    return var_adjoint(0.5 * g / np.where(z == 0.0, 1.0, z), z, a, **keywords)


def std_tangent(d: Any, z: Any, a: Any, **keywords: Any) -> Any:
    return 0.5 * var_tangent(d, z, a, **keywords) / np.where(z == 0.0, 1.0, z)


def var_mean_adjoint(g: Any, z: Any, a: Any, *, mean: Any, **keywords: Any) -> Any:
    """A mean that is passed in is taken as it is."""
    return fit(-var_adjoint(g, z, a, mean=mean, **keywords), mean)


def var_mean_tangent(d: Any, z: Any, a: Any, *, mean: Any, **keywords: Any) -> Any:
    return -var_tangent(d, z, a, mean=mean, **keywords)


def std_mean_adjoint(g: Any, z: Any, a: Any, **keywords: Any) -> Any:
    return var_mean_adjoint(0.5 * g / np.where(z == 0.0, 1.0, z), z, a, **keywords)


def std_mean_tangent(d: Any, z: Any, a: Any, **keywords: Any) -> Any:
    return 0.5 * var_mean_tangent(d, z, a, **keywords) / np.where(z == 0.0, 1.0, z)


VARIANCE = "a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, correction=None, mean=None"
VAR = declare("var", VARIANCE, np.var, np.ndarray.var)
STD = declare("std", VARIANCE, np.std, np.ndarray.std)
general(VAR, dict(a=var_adjoint, mean=var_mean_adjoint), dict(a=var_tangent, mean=var_mean_tangent))
general(STD, dict(a=std_adjoint, mean=std_mean_adjoint), dict(a=std_tangent, mean=std_mean_tangent))

# ------------------------------------------------------------------ extrema: ties share evenly


def hits(z: Any, a: Any, axis: Any, keepdims: Any, initial: Any = None, where: Any = True) -> tuple[Any, Any]:
    """Which entries attain the extremum, and how many do (`initial` may be one of them)."""
    real_only("an extremum", a)
    z = align(z, a, axis, keepdims)
    hit = a == z
    hit = hit if where is True else hit & where
    n = np.sum(hit, axis=axis, keepdims=True)
    return hit, n if initial is None else n + (z == initial)


def max_adjoint(g: Any, z: Any, a: Any, axis: Any = None, *, keepdims: Any = False, initial: Any = None,
                where: Any = True) -> Any:  # fmt: skip
    hit, n = hits(z, a, axis, keepdims, initial, where)
    return np.where(hit, align(g, a, axis, keepdims) / n, 0.0)


def max_tangent(d: Any, z: Any, a: Any, axis: Any = None, *, keepdims: Any = False, initial: Any = None,
                where: Any = True) -> Any:  # fmt: skip
    hit, n = hits(z, a, axis, keepdims, initial, where)
    return np.sum(np.where(hit, d / n, 0.0), axis=axis, keepdims=keepdims)


def _initial_share(z: Any, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    hit, _ = hits(z, a, axis, keepdims, None, where)
    return np.where(z == initial, 1.0 / (1 + np.sum(hit, axis=axis, keepdims=keepdims)), 0.0)


def max_initial_adjoint(g: Any, z: Any, a: Any, axis: Any = None, *, keepdims: Any = False, initial: Any = None,
                        where: Any = True) -> Any:  # fmt: skip
    return np.sum(g * _initial_share(z, a, axis, keepdims, initial, where))


def max_initial_tangent(d: Any, z: Any, a: Any, axis: Any = None, *, keepdims: Any = False, initial: Any = None,
                        where: Any = True) -> Any:  # fmt: skip
    return d * _initial_share(z, a, axis, keepdims, initial, where)


EXTREMUM = "a, axis=None, *, keepdims=False, initial=None, where=True"
MAX = declare("max", EXTREMUM, np.max, *([np.amax] if np.amax is not np.max else []), np.ndarray.max)
MIN = declare("min", EXTREMUM, np.min, *([np.amin] if np.amin is not np.min else []), np.ndarray.min)
NANMAX, NANMIN = declare("nanmax", EXTREMUM, np.nanmax), declare("nanmin", EXTREMUM, np.nanmin)
for extremum in (MAX, MIN, NANMAX, NANMIN):
    general(
        extremum,
        dict(a=max_adjoint, initial=max_initial_adjoint),
        dict(a=max_tangent, initial=max_initial_tangent),
        masks=extremum in (NANMAX, NANMIN),
        picks=True,
    )


def ptp_adjoint(g: Any, z: Any, a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    top = max_adjoint(g, np.max(a, axis=axis, keepdims=keepdims), a, axis, keepdims=keepdims)
    return top - max_adjoint(g, np.min(a, axis=axis, keepdims=keepdims), a, axis, keepdims=keepdims)


def ptp_tangent(d: Any, z: Any, a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    top = max_tangent(d, np.max(a, axis=axis, keepdims=keepdims), a, axis, keepdims=keepdims)
    return top - max_tangent(d, np.min(a, axis=axis, keepdims=keepdims), a, axis, keepdims=keepdims)


PTP = declare("ptp", "a, axis=None, *, keepdims=False", np.ptp)
general(PTP, dict(a=ptp_adjoint), dict(a=ptp_tangent))

# ------------------------------------------------------------------ derivative zero everywhere


def _search_type(args: Any, keywords: Any) -> Any:
    found = _infer.shape_of(args[1].type)
    return Array("int64", found) if found else Scalar("i", "int64")


for name, parameters, functions in (
    ("all", "a, axis=None, *, keepdims=False, where=True", (np.all, np.ndarray.all)),
    ("any", "a, axis=None, *, keepdims=False, where=True", (np.any, np.ndarray.any)),
    ("argmax", "a, axis=None, *, keepdims=False", (np.argmax, np.ndarray.argmax)),
    ("argmin", "a, axis=None, *, keepdims=False", (np.argmin, np.ndarray.argmin)),
    ("nanargmax", "a, axis=None, *, keepdims=False", (np.nanargmax,)),
    ("nanargmin", "a, axis=None, *, keepdims=False", (np.nanargmin,)),
    ("count_nonzero", "a, axis=None, *, keepdims=False", (np.count_nonzero,)),
):
    zero(declare(name, parameters, *functions))
for name, parameters, function in (
    ("allclose", "a, b, rtol=1e-05, atol=1e-08, equal_nan=False", np.allclose),
    ("array_equal", "a1, a2, equal_nan=False", np.array_equal),
    ("array_equiv", "a1, a2", np.array_equiv),
    ("isclose", "a, b, rtol=1e-05, atol=1e-08, equal_nan=False", np.isclose),
    ("digitize", "x, bins, right=False", np.digitize),
):
    zero(declare(name, parameters, function, infer=_infer.by_example(function)))
for function in (bisect.bisect_left, bisect.bisect_right):
    zero(define(function.__name__, function, infer=_infer.always(INT), parameters="a, x, lo=0, hi=None, *, key=None"))
zero(declare("searchsorted", "a, v, side='left', sorter=None", np.searchsorted, infer=_search_type))
zero(
    define("size", np.size, np.ndarray.size, infer=_infer.always(INT), parameters="a", reads=False, cost="free"),
    define("ndim", np.ndim, np.ndarray.ndim, infer=_infer.always(INT), parameters="a", reads=False, cost="free"),
)
for name, function in (("iscomplexobj", np.iscomplexobj), ("isrealobj", np.isrealobj)):
    zero(define(name, function, infer=_infer.always(BOOL), parameters="x", reads=False, cost="free"))
zero(
    define(
        "result_type",
        np.result_type,
        infer=_infer.always(_infer.Object(np.dtype)),
        parameters="*arrays_and_dtypes",
        reads=False,
    )
)
for name, function in (("may_share_memory", np.may_share_memory), ("shares_memory", np.shares_memory)):
    zero(define(name, function, infer=_infer.always(BOOL), parameters="a, b, /", reads=False))
for function, parameters in (
    (np.diag_indices_from, "arr, /"),
    (np.tril_indices_from, "arr, /"),
    (np.triu_indices_from, "arr, /"),
    (np.tril_indices, "n, k=0, m=None"),
    (np.triu_indices, "n, k=0, m=None"),
):
    indices = _infer.Tuple((Array("int64", (UNKNOWN,)),) * 2)
    made = define(function.__name__, function, infer=_infer.always(indices), parameters=parameters, reads=False)
    zero(made)
