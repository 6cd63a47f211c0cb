"""Cases of the reductions."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from gradscribe import runtime
from rules.case import A, C, D, F, P, case

AXES: list[tuple[tuple[int, ...], dict[str, Any]]] = [
    ((4,), {}),
    ((3, 4), {}),
    ((3, 4), {"axis": 0}),
    ((3, 4), {"axis": -1}),
    ((3, 4), {"axis": 1, "keepdims": True}),
    ((3, 4), {"keepdims": True}),
    ((2, 3, 4), {"axis": (0, 2)}),
    ((2, 3, 4), {"axis": (0, -1), "keepdims": True}),
    ((3, 1), {"axis": 1}),
    ((), {}),
    ((1,), {}),
]
MASK = np.array([[True, False], [True, True], [False, True]])
HOLES = np.array([[1.2, np.nan, 0.4], [0.7, -1.0, 2.0]])


def over_axes(domain: Any, *functions: Any) -> None:
    for function in functions:
        for shape, keywords in AXES:
            case(function, domain(*shape), **keywords)


over_axes(A, np.sum, np.mean, np.prod, np.nansum, np.nanmean, np.nanprod, np.average)
over_axes(D, np.max, np.min, np.ptp, np.nanmax, np.nanmin, np.median, np.nanmedian)
for function in (np.sum, np.mean, np.prod, np.var, np.nansum, np.nanmean):
    case(function, C(2, 3), axis=1)
    case(function, F(3))
for function in (np.var, np.std, np.nanvar, np.nanstd):
    for shape, keywords in AXES[:-3]:
        case(function, A(*shape), **keywords)
    case(function, A(4), ddof=1)
    case(function, A(3, 4), axis=0, ddof=1, keepdims=True)
    case(function, F(3))
for function in (np.var, np.std):
    case(function, A(3, 2), axis=0, where=MASK)
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        case(function, A(4), correction=1)
case(np.std, C(4))
case(np.var, np.full(3, 2.0))
for function in (np.sum, np.prod, np.nansum, np.nanprod):
    case(function, A(0))
    case(function, A(0, 3), axis=0)
    case(function, A(2, 0), axis=1)
    case(function, A(4), initial=0.5)
    case(function, A(3, 2), axis=0, where=MASK, initial=2.0)
for function in (np.mean, np.nanmean):
    case(function, A(3, 2), axis=0, where=MASK)
case(np.sum, F(4), dtype=np.float64)
case(np.sum, 2.5)
case(np.prod, np.array([0.0, 1.3, -0.7]))
case(np.prod, np.array([0.0, 1.3, 0.0]))
case(np.prod, np.array([[0.0, 1.3], [0.5, 0.0]]), axis=0)
for function, initial in ((np.max, -9.0), (np.min, 9.0)):
    case(function, D(6), where=D(6) > 0, initial=initial)
    case(function, D(3, 2), axis=0, where=MASK, initial=initial)
    case(function, D(4), initial=0.5)
for function in (np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin, np.nanmedian):
    case(function, HOLES, axis=1, _second=False)
    case(function, HOLES, axis=1, keepdims=True, _second=False)
    case(function, HOLES, _second=False)
for function in (np.nancumsum, np.nancumprod):
    case(function, HOLES, axis=1, _second=False)
    case(function, A(2, 3))
case(np.average, A(4), weights=P(4))
case(np.average, A(3, 4), axis=1, weights=P(4))
case(np.average, A(3, 4), axis=0, weights=P(3, 4), keepdims=True)
for function, q in ((np.quantile, 0.3), (np.nanquantile, 0.3), (np.percentile, 30.0), (np.nanpercentile, 30.0)):
    for shape, keywords in AXES:
        case(function, D(*shape), q, **keywords)
    case(function, D(5, 2), np.array([0.7, 2.3]) * q, axis=0)
    case(function, D(5), np.array([0.7, 2.3]) * q)
    for method in ("nearest", "midpoint", "lower", "higher"):
        case(function, D(5), q, method=method)
case(np.nanquantile, HOLES, 0.3, axis=1, _second=False)
for function in (np.cumsum, np.cumprod):
    case(function, A(5))
    case(function, A(2, 3))
    case(function, A(3, 4), axis=0)
    case(function, A(3, 4), axis=-1)
    case(function, A())
    case(function, A(1))
    case(function, A(0))
    case(function, C(3))
    case(function, F(3))
    case(function, A(2, 3), axis=1, dtype=np.float64)
case(np.cumprod, np.array([1.2, 0.0, 2.0, 3.0]))
case(np.cumprod, np.array([1.2, 0.0, 2.0, 0.0]))
case(runtime.recurrence, A(4), A(4), 0)
case(runtime.recurrence, A(2, 3), A(2, 3), 1)
trapezoid = getattr(np, "trapezoid", getattr(np, "trapz", None))
case(trapezoid, A(5))
case(trapezoid, A(5), dx=0.3)
case(trapezoid, A(5), np.cumsum(P(5)))
case(trapezoid, A(3, 4), axis=0)
case(trapezoid, A(3, 4), x=np.cumsum(P(4)), axis=-1)
case(trapezoid, A(3, 4), x=A(3, 4), axis=0)
case(builtins.sum, [1.2, 0.3])
case(builtins.sum, [1.2, 0.3], 0.5)
case(builtins.sum, A(3))
case(math.fsum, [1.2, 0.3])
case(math.prod, [1.2, 0.3, -0.7])
case(math.prod, A(3))
for function in (builtins.max, builtins.min):
    case(function, [1.2, 0.3, -0.7])
    case(function, D(4))
for function in (np.all, np.any, np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.count_nonzero):
    case(function, D(3, 4))
    case(function, D(3, 4), axis=1)
for function in (np.allclose, np.isclose, np.array_equal, np.array_equiv):
    case(function, A(3), A(3))
case(np.searchsorted, np.arange(4.0), A(3))
case(np.digitize, A(3), np.arange(3.0))
case(np.size, A(3))
case(np.ndim, A(3))
if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
    for function in (np.var, np.std):
        case(function, A(2, 3), axis=1, mean=A(2, 1))
case(np.average, A(4), weights=P(4), returned=True)
case(np.average, A(3, 4), axis=1, weights=P(4), returned=True)
for function in (np.add, np.multiply, np.maximum, np.minimum):
    case(function.reduce, D(4))
    case(function.reduce, D(3, 4), axis=1)
    case(function.reduce, D(3, 4), keepdims=True)
    case(function.reduce, D(3, 4), axis=None)
for function in (np.add, np.multiply):
    case(function.accumulate, A(4))
    case(function.accumulate, A(2, 3), axis=1)
    case(function.accumulate, A(2, 3))
case(np.iscomplexobj, A(3))
case(np.isrealobj, A(3))
case(np.may_share_memory, A(3), A(3))
case(np.shares_memory, A(3), A(3))
for function in (np.diag_indices_from, np.tril_indices_from, np.triu_indices_from):
    case(function, A(2, 2))
for function in (np.tril_indices, np.triu_indices):
    case(function, 3)
    case(function, 3, k=1, m=2)
