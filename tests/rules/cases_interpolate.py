"""Cases of interpolation, by the helpers that stand for `scipy.interpolate`; none without SciPy."""

from __future__ import annotations

import numpy as np
import pytest

from gradscribe import runtime_scipy as r
from rules.case import A, U, case

pytest.importorskip("scipy.interpolate")
pytest.importorskip("gradscribe.rules.interpolate_definitions")

X = np.array([0, 1, 2, 3, 4, 5])
KNOTS = np.array([0.0, 0.9, 2.1, 2.9, 4.2, 5.0])
V = np.array([0.3, 2.4, 4.6])
GRID = (np.arange(4), np.arange(4))
TRIANGLE = np.array([[0, 0], [1, 0], [0, 1]])

case(r.unit_data, A(3))
for nu in (0, 1, 2):
    case(r.cubic_spline, KNOTS, A(6), V, nu=nu, _second=False)
    case(r.cubic_spline, X, A(6), V, nu=nu, _wrt=("y", "v"))
    case(r.interpolating_spline, X, A(6), V, nu=nu, _wrt=("y", "v"))
    case(r.b_spline, np.arange(10), A(6), 3.1 + 0.5 * V, 3, nu=nu, _wrt=("c", "v"))
    case(r.polynomial_through, X[:4], A(4), V[:2], nu=nu, _wrt=("y", "v"))
case(r.cubic_spline, KNOTS, A(6), 2.4, _second=False)
case(r.cubic_spline, X, A(6), V, bc_type="natural", _wrt=("y", "v"))
case(r.cubic_spline, X, A(6, 2), V, _wrt=("y", "v"))
case(r.exact_univariate, X, A(6), V, _wrt=("y", "v"))
case(r.piecewise_polynomial, A(3, 5), X, V, _wrt=("c", "v"))
case(r.barycentric, X[:4], A(4), V[:2], _wrt=("y", "v"))
for kind in ("linear", "quadratic", "cubic", "nearest"):
    case(r.interpolate_1d, X, A(6), V, kind=kind, _wrt=("y", "v"))
case(r.spline_integral, X, A(6), 0.4, 3.3, _wrt=("y", "a", "b"))
case(r.grid_values, (np.arange(3), np.arange(4)), A(3, 4), 1.0 + 0.5 * U(3, 2), _wrt=("values", "xi"), _second=False)
case(r.grid_values, GRID, A(4, 4), 1.0 + 0.5 * U(3, 2), method="cubic", _wrt=("values",), _second=False)
case(r.scattered_values, TRIANGLE, A(3), np.array([[0.2, 0.3], [0.4, 0.1]]), _wrt=("values",), _second=False)
case(r.radial_values, np.arange(4)[:, None], A(4), np.array([[0.3], [1.7]]), _wrt=("d",), _second=False)
case(r.grid_spline, np.arange(5), np.arange(5), A(5, 5), 2.0 + U(3), 2.0 + U(3), _wrt=("z", "xi", "yi"))
