"""Sums, products, extrema and statistics over axes, and their cumulative kin.

Each names the keywords that it supports: those that its signature leaves out are refused.
"""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from .. import runtime
from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.infer import constant
from ..ir.primitives import Primitive, define
from ..ir.types import FLOAT, INT, UNKNOWN, Array, Scalar, kind_of_dtype
from .facts import axes_of, fit, is_complex, is_constant, is_structure, rank, real_only
from .table import dispatching, general, linear, zero

recurrence = dispatching(runtime.recurrence)

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


def _declare(name: str, parameters: str, *callables: Any, infer: Any = None, **how: Any) -> Primitive:
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
    return d if rank(z) == 0 else np.broadcast_to(d, np.shape(z))


SUM = _declare(
    "sum", "a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True", np.sum, np.ndarray.sum
)
general(
    SUM,
    dict(a=sum_adjoint, initial=initial_adjoint),
    dict(a=sum_tangent, initial=initial_tangent),
)


def mean_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False,
                 where: Any = True) -> Any:  # fmt: skip
    return masked(spread(g / count(a, axis, where, keepdims), a, axis, keepdims), where)


MEAN = _declare(
    "mean", "a, axis=None, dtype=None, *, keepdims=False, where=True", np.mean, np.ndarray.mean
)
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


AVERAGE = _declare(
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
    if mean is not None:
        return masked(a - mean, where)
    keywords = {} if where is True else {"where": where}
    return masked(a - np.mean(a, axis=axis, keepdims=True, **keywords), where)


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


_VAR = "a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, correction=None, mean=None"
VAR = _declare("var", _VAR, np.var, np.ndarray.var)
STD = _declare("std", _VAR, np.std, np.ndarray.std)
general(VAR, dict(a=var_adjoint, mean=var_mean_adjoint), dict(a=var_tangent, mean=var_mean_tangent))
general(STD, dict(a=std_adjoint, mean=std_mean_adjoint), dict(a=std_tangent, mean=std_mean_tangent))

# ------------------------------------------------------------------ products, never divided by an entry


def others(a: Any, axis: int) -> Any:
    """For each entry the product of the other entries along the axis."""
    n = rank(a)
    one = np.ones_like(a[along(axis, n, slice(None, 1))])
    before = np.concatenate([one, a[along(axis, n, slice(None, -1))]], axis=axis)
    after = np.concatenate([a[along(axis, n, slice(1, None))], one], axis=axis)
    after = reverse(np.cumprod(reverse(after, axis), axis=axis), axis)
    return np.cumprod(before, axis=axis) * after


def prod_partial(a: Any, axis: Any, where: Any, initial: Any) -> Any:
    """The partial derivatives of a product, in the shape of a."""
    if rank(a) == 0:
        return masked(np.ones_like(a) if initial is None else initial, where)
    a = a if where is True else np.where(where, a, 1.0)
    axes = axes_of(axis, rank(a))
    if len(axes) == 1:
        partial = others(a, axes[0])
    else:
        rest = tuple(k for k in range(rank(a)) if k not in axes)
        moved = np.transpose(a, rest + axes) if rest + axes != tuple(range(rank(a))) else a
        size = math.prod(a.shape[k] for k in axes)
        flat = others(np.reshape(moved, (*(a.shape[k] for k in rest), size)), len(rest))
        partial = np.reshape(flat, np.shape(moved))
        if moved is not a:
            partial = np.transpose(partial, tuple(int(k) for k in np.argsort(rest + axes)))
    return masked(partial if initial is None else initial * partial, where)


def prod_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False,
                 initial: Any = None, where: Any = True) -> Any:  # fmt: skip
    return align(g, a, axis, keepdims) * prod_partial(a, axis, where, initial)


def prod_tangent(d: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False,
                 initial: Any = None, where: Any = True) -> Any:  # fmt: skip
    return np.sum(d * prod_partial(a, axis, where, initial), axis=axis, keepdims=keepdims)


def prod_initial_adjoint(g: Any, z: Any, a: Any, *, initial: Any = None, **keywords: Any) -> Any:
    return np.sum(g * np.prod(a, **keywords))


def prod_initial_tangent(d: Any, z: Any, a: Any, *, initial: Any = None, **keywords: Any) -> Any:
    return d * np.prod(a, **keywords)


PROD = _declare(
    "prod", "a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True", np.prod, np.ndarray.prod
)
general(
    PROD,
    dict(a=prod_adjoint, initial=prod_initial_adjoint),
    dict(a=prod_tangent, initial=prod_initial_tangent),
)

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


_EXTREMUM = "a, axis=None, *, keepdims=False, initial=None, where=True"
MAX = _declare("max", _EXTREMUM, np.max, *([np.amax] if np.amax is not np.max else []), np.ndarray.max)
MIN = _declare("min", _EXTREMUM, np.min, *([np.amin] if np.amin is not np.min else []), np.ndarray.min)
NANMAX, NANMIN = _declare("nanmax", _EXTREMUM, np.nanmax), _declare("nanmin", _EXTREMUM, np.nanmin)
for extremum in (MAX, MIN, NANMAX, NANMIN):
    general(
        extremum,
        dict(a=max_adjoint, initial=max_initial_adjoint),
        dict(a=max_tangent, initial=max_initial_tangent),
    )


def ptp_adjoint(g: Any, z: Any, a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    top = max_adjoint(g, np.max(a, axis=axis, keepdims=keepdims), a, axis, keepdims=keepdims)
    return top - max_adjoint(g, np.min(a, axis=axis, keepdims=keepdims), a, axis, keepdims=keepdims)


def ptp_tangent(d: Any, z: Any, a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    top = max_tangent(d, np.max(a, axis=axis, keepdims=keepdims), a, axis, keepdims=keepdims)
    return top - max_tangent(d, np.min(a, axis=axis, keepdims=keepdims), a, axis, keepdims=keepdims)


PTP = _declare("ptp", "a, axis=None, *, keepdims=False", np.ptp)
general(PTP, dict(a=ptp_adjoint), dict(a=ptp_tangent))

# ------------------------------------------------------------------ nan-aware


def _nansum_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None, *, where: Any = True,
                    **keywords: Any) -> Any:  # fmt: skip
    return np.where(np.isnan(a), 0.0, sum_adjoint(g, z, a, axis, where=where, **keywords))


def _nansum_tangent(d: Any, z: Any, a: Any, *, initial: Any = None, **keywords: Any) -> Any:
    return np.sum(np.where(np.isnan(a), 0.0, d), **keywords)


def _numbers(a: Any, where: Any) -> Any:
    here = ~np.isnan(a)
    return here if where is True else here & where


NANSUM = _declare("nansum", "a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True", np.nansum)
general(
    NANSUM,
    dict(a=_nansum_adjoint, initial=initial_adjoint),
    dict(a=_nansum_tangent, initial=initial_tangent),
)


def _nanprod_adjoint(g: Any, z: Any, a: Any, *, where: Any = True, **keywords: Any) -> Any:
    return prod_adjoint(g, z, a, where=_numbers(a, where), **keywords)


def _nanprod_tangent(d: Any, z: Any, a: Any, *, where: Any = True, **keywords: Any) -> Any:
    return prod_tangent(d, z, a, where=_numbers(a, where), **keywords)


NANPROD = _declare("nanprod", "a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True", np.nanprod)
general(
    NANPROD,
    dict(a=_nanprod_adjoint, initial=lambda g, z, a, initial=1, **k: np.sum(g * np.nanprod(a, **k))),
    dict(a=_nanprod_tangent, initial=lambda d, z, a, initial=1, **k: d * np.nanprod(a, **k)),
)


def _nan(adjoint: Any) -> Any:
    """A rule of a statistic, over the entries that are numbers."""
    return lambda g, z, a, *args, where=True, **keywords: adjoint(
        g, z, np.where(np.isnan(a), 0.0, a), *args, where=_numbers(a, where), **keywords
    )


def _nanmean_tangent(d: Any, z: Any, a: Any, *, where: Any = True, **keywords: Any) -> Any:
    return np.mean(d, where=_numbers(a, where), **keywords)


NANMEAN = _declare("nanmean", "a, axis=None, dtype=None, *, keepdims=False, where=True", np.nanmean)
_NANVAR = _VAR.removesuffix(", mean=None")
NANVAR, NANSTD = _declare("nanvar", _NANVAR, np.nanvar), _declare("nanstd", _NANVAR, np.nanstd)
general(NANMEAN, dict(a=_nan(mean_adjoint)), dict(a=_nanmean_tangent))
general(NANVAR, dict(a=_nan(var_adjoint)), dict(a=_nan(var_tangent)))
general(NANSTD, dict(a=_nan(std_adjoint)), dict(a=_nan(std_tangent)))

# ------------------------------------------------------------------ quantiles: a mean of two order statistics


def _neighbours(a: Any, q: Any, axis: Any, n: Any, method: str, nan: bool) -> list[tuple[Any, Any]]:
    """The order statistics that a quantile is made of, each as (value, weight), aligned with a."""
    lower, higher = (
        (np.nanquantile if nan else np.quantile)(a, q, axis=axis, method=end, keepdims=True)
        for end in ("lower", "higher")
    )
    if method in ("lower", "higher"):
        return [(lower if method == "lower" else higher, 1.0)]
    if method == "nearest":
        return [((np.nanquantile if nan else np.quantile)(a, q, axis=axis, method="nearest", keepdims=True), 1.0)]
    q = q if rank(q) == 0 else np.expand_dims(q, tuple(range(rank(q), rank(q) + rank(a))))
    if method == "midpoint":
        return [(lower, 0.5), (higher, 0.5)]
    if method != "linear":
        raise UnsupportedCall(f"quantiles by method={method!r} have no rule")
    fraction = q * (n - 1) % 1.0
    return [(lower, 1.0 - fraction), (higher, fraction)]


def _order_weights(a: Any, q: Any, axis: Any, method: str, nan: bool) -> Any:
    """The derivative of a quantile to each entry (ties share), with the axes of q in front."""
    real_only("a quantile", a)
    n = count(a, axis, ~np.isnan(a), keepdims=True) if nan else count(a, axis)
    axes = tuple(k - rank(a) for k in axes_of(axis, rank(a)))
    total = None
    for value, weight in _neighbours(a, q, axis, n, method, nan):
        hit = a == value
        share = np.where(hit, weight / np.sum(hit, axis=axes, keepdims=True), 0.0)
        total = share if total is None else total + share
    return total


def _front(g: Any, a: Any, q: Any, axis: Any, keepdims: Any) -> Any:
    """A quantile's adjoint, aligned with a; the axes of q stay in front."""
    if keepdims is True or rank(a) == 0:
        return g
    axes = tuple(k - rank(a) for k in axes_of(axis, rank(a)))
    return np.expand_dims(g, axes)


def quantile_adjoint(g: Any, z: Any, a: Any, q: Any, axis: Any = None, *, method: str = "linear",
                     keepdims: Any = False, nan: bool = False) -> Any:  # fmt: skip
    share = _front(g, a, q, axis, keepdims) * _order_weights(a, q, axis, method, nan)
    return share if rank(q) == 0 else np.sum(share, axis=tuple(range(rank(q))))


def quantile_tangent(d: Any, z: Any, a: Any, q: Any, axis: Any = None, *, method: str = "linear",
                     keepdims: Any = False, nan: bool = False) -> Any:  # fmt: skip
    axes = tuple(k - rank(a) for k in axes_of(axis, rank(a)))
    return np.sum(d * _order_weights(a, q, axis, method, nan), axis=axes, keepdims=keepdims)


def _slope(a: Any, q: Any, axis: Any, method: str, keepdims: Any, nan: bool) -> Any:
    """The derivative of a quantile to q: the gap between its neighbours times their number."""
    if method != "linear":
        return None
    find = np.nanquantile if nan else np.quantile
    ends = [find(a, q, axis=axis, method=end, keepdims=keepdims) for end in ("lower", "higher")]
    n = count(a, axis, ~np.isnan(a), keepdims=keepdims) if nan else count(a, axis)
    return (ends[1] - ends[0]) * (n - 1)


def quantile_q_adjoint(g: Any, z: Any, a: Any, q: Any, axis: Any = None, *, method: str = "linear",
                       keepdims: Any = False, nan: bool = False) -> Any:  # fmt: skip
    slope = _slope(a, q, axis, method, keepdims, nan)
    if slope is None:
        return None
    return np.sum(g * slope, axis=tuple(range(rank(q), rank(z))))


def quantile_q_tangent(d: Any, z: Any, a: Any, q: Any, axis: Any = None, *, method: str = "linear",
                       keepdims: Any = False, nan: bool = False) -> Any:  # fmt: skip
    slope = _slope(a, q, axis, method, keepdims, nan)
    d = d if rank(d) == 0 else np.expand_dims(d, tuple(range(rank(q), rank(z))))
    return None if slope is None else d * slope


def _scaled(function: Any, nan: bool, in_q: bool) -> Any:
    """A quantile's rule for a percentile."""

    def rule(g: Any, z: Any, a: Any, q: Any, *args: Any, **keywords: Any) -> Any:
        found = function(g, z, a, q / 100.0, *args, nan=nan, **keywords)
        return found / 100.0 if in_q and found is not None else found

    return rule


def _nan_aware(function: Any) -> Any:
    return lambda g, z, a, *args, **keywords: function(g, z, a, *args, nan=True, **keywords)


def _middle(function: Any, nan: bool) -> Any:
    """A quantile's rule for the median."""
    return lambda g, z, a, axis=None, *, keepdims=False: function(g, z, a, 0.5, axis, keepdims=keepdims, nan=nan)


_QUANTILE = "a, q, axis=None, *, method='linear', keepdims=False"
for nan, quantile, percentile, median in (
    (False, np.quantile, np.percentile, np.median),
    (True, np.nanquantile, np.nanpercentile, np.nanmedian),
):
    wrap = _nan_aware if nan else (lambda function: function)
    general(
        _declare(quantile.__name__, _QUANTILE, quantile, infer=_infer.by_example(quantile)),
        dict(a=wrap(quantile_adjoint), q=wrap(quantile_q_adjoint)),
        dict(a=wrap(quantile_tangent), q=wrap(quantile_q_tangent)),
    )
    general(
        _declare(percentile.__name__, _QUANTILE, percentile, infer=_infer.by_example(percentile)),
        dict(a=_scaled(quantile_adjoint, nan, False), q=_scaled(quantile_q_adjoint, nan, True)),
        dict(a=_scaled(quantile_tangent, nan, False), q=_scaled(quantile_q_tangent, nan, True)),
    )
    general(
        _declare(median.__name__, "a, axis=None, *, keepdims=False", median),
        dict(a=_middle(quantile_adjoint, nan)),
        dict(a=_middle(quantile_tangent, nan)),
    )

# ------------------------------------------------------------------ cumulative


def cumsum_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None) -> Any:
    total = reverse(np.cumsum(reverse(g, axis or 0), axis=axis if rank(g) > 1 else None), axis or 0)
    return total if rank(total) == rank(a) == 1 or axis is not None else np.reshape(total, np.shape(a))




def _before(z: Any, axis: int) -> Any:
    """Each entry's predecessor along the axis, 1 for the first."""
    n = rank(z)
    one = np.ones_like(z[along(axis, n, slice(None, 1))])
    return np.concatenate([one, z[along(axis, n, slice(None, -1))]], axis=axis)


def _after(a: Any, axis: int) -> Any:
    """Each entry's successor along the axis, 1 for the last."""
    n = rank(a)
    one = np.ones_like(a[along(axis, n, slice(None, 1))])
    return np.concatenate([a[along(axis, n, slice(1, None))], one], axis=axis)


def cumprod_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """`before * w`, where w[i] = g[i] + a[i + 1] * w[i + 1]: no division."""
    flat = axis is None and rank(a) != 1
    line, k = (np.reshape(a, -1), 0) if flat else (a, axis or 0)
    w = reverse(recurrence(reverse(g, k), reverse(_after(line, k), k), k), k)
    change = _before(z, k) * w
    return np.reshape(change, np.shape(a)) if flat else change


def cumprod_tangent(d: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """w, where w[i] = before[i] * d[i] + a[i] * w[i - 1]."""
    flat = axis is None and rank(a) != 1
    line, d, k = (np.reshape(a, -1), np.reshape(d, -1), 0) if flat else (a, d, axis or 0)
    return recurrence(_before(z, k) * d, line, k)


CUMSUM = _declare(
    "cumsum", "a, axis=None, dtype=None", np.cumsum, np.ndarray.cumsum, infer=cumulated(np.sum)
)
linear(CUMSUM, a=cumsum_adjoint)
CUMPROD = _declare(
    "cumprod", "a, axis=None, dtype=None", np.cumprod, np.ndarray.cumprod, infer=cumulated(np.prod)
)
general(CUMPROD, dict(a=cumprod_adjoint), dict(a=cumprod_tangent))
RECURRENCE = define(
    "recurrence", runtime.recurrence, infer=_infer.same_as_first, parameters="start, factors, axis"
)


def _recurrence_total(g: Any, factors: Any, axis: int) -> Any:
    """v, where v[i] = g[i] + factors[i + 1] * v[i + 1]: the whole influence of start[i]."""
    return reverse(recurrence(reverse(g, axis), reverse(_after(factors, axis), axis), axis), axis)


def _lagged(z: Any, axis: int) -> Any:
    """Each entry's predecessor along the axis, 0 for the first."""
    n = rank(z)
    none = np.zeros_like(z[along(axis, n, slice(None, 1))])
    return np.concatenate([none, z[along(axis, n, slice(None, -1))]], axis=axis)


general(
    RECURRENCE,
    dict(
        start=lambda g, z, start, factors, axis: _recurrence_total(g, factors, axis),
        factors=lambda g, z, start, factors, axis: _lagged(z, axis) * _recurrence_total(g, factors, axis),
    ),
    dict(factors=lambda d, z, start, factors, axis: recurrence(d * _lagged(z, axis), factors, axis)),
    linear="start",
)


def _nancumsum_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None) -> Any:
    return np.where(np.isnan(a), 0.0, cumsum_adjoint(g, z, a, axis))


general(
    _declare("nancumsum", "a, axis=None, dtype=None", np.nancumsum, infer=cumulated(np.sum)),
    dict(a=_nancumsum_adjoint),
    dict(a=lambda d, z, a, **keywords: np.cumsum(np.where(np.isnan(a), 0.0, d), **keywords)),
)


def _nancumprod(rule: Any) -> Any:
    return lambda g, z, a, *args, **keywords: np.where(
        np.isnan(a), 0.0, rule(g, z, np.where(np.isnan(a), 1.0, a), *args, **keywords)
    )


def _nancumprod_tangent(d: Any, z: Any, a: Any, *args: Any, **keywords: Any) -> Any:
    d = np.where(np.isnan(a), 0.0, d)
    return cumprod_tangent(d, z, np.where(np.isnan(a), 1.0, a), *args, **keywords)


general(
    _declare("nancumprod", "a, axis=None, dtype=None", np.nancumprod, infer=cumulated(np.prod)),
    dict(a=_nancumprod(cumprod_adjoint)),
    dict(a=_nancumprod_tangent),
)

# ------------------------------------------------------------------ integrals


def _halves(y: Any, axis: int) -> tuple[Any, Any]:
    n = rank(y)
    return y[along(axis, n, slice(1, None))], y[along(axis, n, slice(None, -1))]


def _steps(y: Any, x: Any, dx: Any, axis: int) -> Any:
    """The widths of the intervals, so that they broadcast with those of y."""
    if x is None:
        return dx
    if rank(x) == rank(y):
        return np.diff(x, axis=axis)
    return np.reshape(np.diff(x), tuple(-1 if k == axis % rank(y) else 1 for k in range(rank(y))))


def _ends(inner: Any, axis: int, before: bool) -> Any:
    """Pad one zero along the axis, in front or behind."""
    widths = [(0, 0)] * rank(inner)
    widths[axis] = (1, 0) if before else (0, 1)
    return np.pad(inner, tuple(widths) if len(widths) > 1 else widths[0])


def trapezoid_adjoint(g: Any, z: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    left, _ = _halves(y, axis)
    share = 0.5 * np.expand_dims(g, axis) * _steps(y, x, dx, axis)
    share = np.broadcast_to(share, np.shape(left))
    return _ends(share, axis, True) + _ends(share, axis, False)


def trapezoid_x_adjoint(g: Any, z: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    left, right = _halves(y, axis)
    share = 0.5 * np.expand_dims(g, axis) * (left + right)
    if rank(x) != rank(y):
        share, axis = np.sum(share, axis=tuple(k for k in range(rank(y)) if k != axis % rank(y))), 0
    return _ends(share, axis, True) - _ends(share, axis, False)


def trapezoid_dx_adjoint(g: Any, z: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    if x is not None:
        return None
    return np.sum(g * np.trapezoid(y, axis=axis)) if hasattr(np, "trapezoid") else np.sum(g * np.trapz(y, axis=axis))


def _trapezoid(y: Any, **keywords: Any) -> Any:
    return (np.trapezoid if hasattr(np, "trapezoid") else np.trapz)(y, **keywords)


TRAPEZOID = _declare(
    "trapezoid",
    "y, x=None, dx=1.0, axis=-1",
    np.trapezoid if hasattr(np, "trapezoid") else np.trapz,
    infer=_infer.by_example(_trapezoid),
)
general(
    TRAPEZOID,
    dict(y=trapezoid_adjoint, x=trapezoid_x_adjoint, dx=trapezoid_dx_adjoint),
    dict(
        x=lambda d, z, y, x=None, dx=1.0, axis=-1: _trapezoid(y, x=d, axis=axis),
        dx=lambda d, z, y, x=None, dx=1.0, axis=-1: None if x is not None else d * _trapezoid(y, axis=axis),
    ),
    linear="y",
)

# ------------------------------------------------------------------ the builtins and math


def _spread_items(g: Any, items: Any) -> Any:
    return (g,) * len(items) if is_structure(items) else np.full_like(items, g)


def _sum_of_tangent(d: Any, z: Any, iterable: Any, start: Any = 0) -> Any:
    return sum(d, 0 * start) if is_structure(iterable) else np.sum(d, axis=0)


SUM_OF = define("sum_", builtins.sum, infer=_infer.by_example(builtins.sum), parameters="iterable, /, start=0")
general(
    SUM_OF,
    dict(iterable=lambda g, z, iterable, start=0: _spread_items(g, iterable), start=lambda g, z, iterable, start=0: g),
    dict(iterable=_sum_of_tangent, start=lambda d, z, iterable, start=0: d),
)
FSUM = define("fsum", math.fsum, infer=_infer.always(FLOAT), parameters="seq, /")
linear(FSUM, seq=lambda g, z, seq: _spread_items(g, seq))


def _product_but(items: Any, k: int, start: Any) -> Any:
    return math.prod((item for j, item in enumerate(items) if j != k), start=start)


def math_prod_adjoint(g: Any, z: Any, iterable: Any, *, start: Any = 1) -> Any:
    if not is_structure(iterable):
        return g * start * others(iterable, 0)
    return tuple(g * _product_but(iterable, k, start) for k in range(len(iterable)))


def math_prod_tangent(d: Any, z: Any, iterable: Any, *, start: Any = 1) -> Any:
    if not is_structure(iterable):
        return np.sum(d * start * others(iterable, 0))
    return sum(d[k] * _product_but(iterable, k, start) for k in range(len(iterable)))


MATH_PROD = define("math_prod", math.prod, infer=_infer.by_example(math.prod), parameters="iterable, /, *, start=1")
general(
    MATH_PROD,
    dict(iterable=math_prod_adjoint, start=lambda g, z, iterable, start=1: g * math.prod(iterable)),
    dict(iterable=math_prod_tangent, start=lambda d, z, iterable, start=1: d * math.prod(iterable)),
)


def extremum_of(g: Any, z: Any, iterable: Any) -> Any:
    if is_structure(iterable):
        n = sum((item == z) * 1.0 for item in iterable)
        return tuple(np.where(item == z, g / n, 0.0) for item in iterable)
    return max_adjoint(g, z, iterable)


def extremum_of_tangent(d: Any, z: Any, iterable: Any) -> Any:
    if is_structure(iterable):
        n = sum((item == z) * 1.0 for item in iterable)
        return sum(np.where(item == z, part / n, 0.0) for item, part in zip(iterable, d, strict=True))
    return max_tangent(d, z, iterable)


for function in (builtins.max, builtins.min):
    general(
        define(f"{function.__name__}_of", function, infer=_infer.by_example(function), parameters="iterable, /"),
        dict(iterable=extremum_of),
        dict(iterable=extremum_of_tangent),
    )

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
    zero(_declare(name, parameters, *functions))
for name, parameters, function in (
    ("allclose", "a, b, rtol=1e-05, atol=1e-08, equal_nan=False", np.allclose),
    ("array_equal", "a1, a2, equal_nan=False", np.array_equal),
    ("array_equiv", "a1, a2", np.array_equiv),
    ("isclose", "a, b, rtol=1e-05, atol=1e-08, equal_nan=False", np.isclose),
    ("digitize", "x, bins, right=False", np.digitize),
):
    zero(_declare(name, parameters, function, infer=_infer.by_example(function)))
zero(_declare("searchsorted", "a, v, side='left', sorter=None", np.searchsorted, infer=_search_type))
zero(
    define("size", np.size, np.ndarray.size, infer=_infer.always(INT), parameters="a", reads=False, cost="free"),
    define("ndim", np.ndim, np.ndarray.ndim, infer=_infer.always(INT), parameters="a", reads=False, cost="free"),
)
