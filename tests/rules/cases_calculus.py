"""Cases of interpolation, differences, convolution, polynomials and sample statistics."""

from __future__ import annotations

import numpy as np

from gradscribe import runtime
from rules.case import A, C, P, case

xp = np.array([0.0, 0.7, 1.8, 3.0])
at = np.array([[0.3, 1.9], [-0.5, 3.5]])
case(np.interp, at, xp, A(4))
case(np.interp, at, xp, A(4), left=0.5, right=1.5)
case(np.interp, 1.3, xp, A(4))
case(np.gradient, A(5))
case(np.gradient, A(2))
case(np.gradient, A(5), 0.5)
case(np.gradient, A(5), edge_order=2)
case(np.gradient, A(3), 0.5, edge_order=2)
case(np.gradient, A(5), np.cumsum(P(5)))
case(np.gradient, A(2), np.cumsum(P(2)))
case(np.gradient, A(3, 4))
case(np.gradient, A(3, 4), 0.5)
case(np.gradient, A(3, 4), 0.5, 0.7)
case(np.gradient, A(3, 4), 0.5, np.cumsum(P(4)))
case(np.gradient, A(3, 4), axis=1)
case(np.gradient, A(2, 3, 4), axis=(0, 2))
for a, v in (((5,), (3,)), ((5,), (4,)), ((3,), (5,)), ((4,), (6,)), ((4,), (4,)), ((3,), (6,))):
    for mode in ("full", "same", "valid"):
        case(np.convolve, A(*a), A(*v), mode)
        case(np.correlate, A(*a), A(*v), mode)
case(np.convolve, C(5), C(3))
case(np.correlate, C(5), C(3), "full")
case(runtime.centred, A(3), 6)
case(runtime.centred, A(6), 3, True)
case(np.polyval, A(4), A(3))
case(np.polyval, A(4), A(2, 3))
case(np.polyval, A(4), 1.3)
for keywords in ({}, {"rowvar": False}, {"bias": True}, {"ddof": 0}):
    case(np.cov, A(3, 6), **keywords)
case(np.cov, A(6))
case(np.cov, A(6), A(6))
case(np.cov, A(2, 6), A(3, 6))
case(np.cov, A(6, 2), A(6, 3), rowvar=False)
case(np.corrcoef, A(3, 6))
case(np.corrcoef, A(6), A(6))
case(np.corrcoef, A(6, 3), rowvar=False)
case(np.bincount, np.array([0, 2, 2]), weights=A(3))
case(np.histogram, np.array([0.1, 0.7, 0.9]), bins=2, range=(0.0, 1.0), weights=A(3))
case(np.histogram, np.array([0.1, 0.7, 0.9, 0.3]), bins=3)
case(np.histogram, np.array([0.1, 0.7, 0.9, 0.3]), bins=3, weights=A(4))
