"""Medians, quantiles and percentiles: means of two order statistics, of which ties share."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UnsupportedCall
from ..ir import infer as _infer
from .facts import axes_of, rank, real_only
from .reductions import (
    count,
    declare,
)
from .table import general


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
    d = np.where(np.isnan(a), 0.0, d) if nan else d
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
        declare(quantile.__name__, _QUANTILE, quantile, infer=_infer.by_example(quantile)),
        dict(a=wrap(quantile_adjoint), q=wrap(quantile_q_adjoint)),
        dict(a=wrap(quantile_tangent), q=wrap(quantile_q_tangent)),
        masks=nan,
    )
    general(
        declare(percentile.__name__, _QUANTILE, percentile, infer=_infer.by_example(percentile)),
        dict(a=_scaled(quantile_adjoint, nan, False), q=_scaled(quantile_q_adjoint, nan, True)),
        dict(a=_scaled(quantile_tangent, nan, False), q=_scaled(quantile_q_tangent, nan, True)),
        masks=nan,
    )
    general(
        declare(median.__name__, "a, axis=None, *, keepdims=False", median),
        dict(a=_middle(quantile_adjoint, nan)),
        dict(a=_middle(quantile_tangent, nan)),
        masks=nan,
    )
