"""Cases of `scipy.linalg`, `scipy.signal` and `scipy.ndimage`; none without SciPy."""

from __future__ import annotations

import numpy as np
import pytest

from gradscribe import runtime
from rules.case import A, F, M, P, R, S, case

sl = pytest.importorskip("scipy.linalg")
nd = pytest.importorskip("scipy.ndimage")
ss = pytest.importorskip("scipy.signal")

for a in (M(3, 3), S(3, 3)):
    case(sl.inv, a)
    case(sl.det, a)
for b in (A(3), A(3, 2)):
    case(sl.solve, M(3, 3), b)
    case(sl.solve, M(3, 3), b, transposed=True)
    for assume in ("sym", "pos"):
        for lower in (False, True):
            case(sl.solve, S(3, 3), b, assume_a=assume, lower=lower)
    for lower in (False, True):
        for unit in (False, True):
            case(sl.solve_triangular, M(3, 3), b, lower=lower, unit_diagonal=unit)
            case(sl.solve_triangular, M(3, 3), b, trans="T", lower=lower, unit_diagonal=unit)
case(sl.solve_sylvester, M(2, 2), M(3, 3), A(2, 3))
for function in (sl.expm, sl.sinm, sl.cosm, sl.tanm, sl.sinhm, sl.coshm, sl.tanhm):
    case(function, 0.3 * A(2, 2), _tolerance=2e-5)
for function in (sl.sqrtm, sl.logm):
    case(function, M(2, 2), _tolerance=2e-5)
case(sl.expm, A(2, 2, 2))
for lower in (False, True):
    case(sl.cholesky, S(3, 3), lower=lower, _symmetric=True)
    case(sl.eigvalsh, S(3, 3), lower=lower, _symmetric=True)
case(
    sl.eigh, S(3, 3), _wrt=()
)  # the sign of its vectors may change from point to point; the rule is that of eigvalsh and NumPy
case(sl.norm, A(3))
case(sl.norm, A(2, 3), "fro")
case(sl.norm, A(2, 3), axis=1)
case(sl.block_diag, A(2, 2), A(1, 3))

for mode in ("full", "same", "valid"):
    for shapes in (((5,), (3,)), ((4, 5), (2, 3)), ((5,), (4,)), ((3,), (3,))):
        for function in (ss.convolve, ss.fftconvolve, ss.oaconvolve):
            case(function, A(*shapes[0]), A(*shapes[1]), mode=mode)
    case(ss.convolve, A(2), A(5), mode=mode)
    for function in (runtime.in_full, runtime.out_of_full):
        x, y = A(5), A(3)
        length = {"full": 7, "same": 5, "valid": 3}[mode] if function is runtime.in_full else 7
        case(function, A(length), x, y, mode, _wrt=("g",))
case(ss.fftconvolve, A(2, 5), A(2, 3), axes=1, _second=False)
case(ss.fftconvolve, A(2, 5), A(1, 3), axes=1, _second=False)
case(ss.convolve, F(4), F(2), method="direct")
case(ss.lfilter, A(2), [1.0, -0.3], A(6), _wrt=("b", "x"))
case(ss.lfilter, A(4), [2.0, -0.3], A(3), _wrt=("b", "x"))
case(ss.lfilter, [1.0], [1.0, -0.5], A(5, 2), axis=0, _wrt=("x",))
case(ss.detrend, A(6))
case(ss.detrend, A(3, 4), axis=0, type="constant")

for mode in ("reflect", "mirror", "nearest", "wrap", "constant"):
    for function in (nd.correlate, nd.convolve):
        case(function, A(5), A(3), mode=mode)
        case(function, A(5, 4), A(2, 3), mode=mode)
    case(nd.gaussian_filter, A(5, 6), 0.7, mode=mode)
    case(nd.gaussian_filter, A(5, 6), (0.5, 1.0), (1, 0), mode=mode)
    case(nd.gaussian_filter1d, A(7, 2), 0.8, 0, mode=mode)
    case(nd.gaussian_filter1d, A(7), 0.8, order=2, mode=mode)
    case(nd.uniform_filter, A(5, 4), 3, mode=mode)
    case(nd.uniform_filter, A(5, 4), (3, 1), mode=mode)
    case(nd.uniform_filter1d, A(5), 3, mode=mode)
case(nd.gaussian_filter1d, F(7), 0.8)

case(ss.sawtooth, 5.0 * A(4))
case(ss.sawtooth, 5.0 * A(4), width=0.3)
case(ss.sawtooth, 5.0 * A(4), width=0)
for shape in ((3, 3), (4, 2), (2, 4)):
    case(sl.lu, R(*shape))
case(sl.lu_factor, R(3, 3))
case(sl.eigh, S(3, 3), S(3, 3), _symmetric=True)
case(sl.eigh, S(3, 3), S(3, 3), lower=False, _symmetric=True)
case(sl.solve_banded, (1, 1), P(3, 4), A(4))
case(sl.solve_banded, (2, 1), P(4, 5), A(5, 2))
case(sl.lstsq, R(5, 2), A(5))
case(sl.lstsq, R(5, 2), A(5, 3))
case(runtime.row_order, np.array([2, 1, 2]))
