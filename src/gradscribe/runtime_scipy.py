"""Helpers that emitted code may call where the user's function uses SciPy; SciPy is imported when they run.

Interpolants are linear in the data that they go through, and so are called with other data by derivatives.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _tail(rate: Any) -> tuple[Any, Any]:
    """Distances and weights of the double exponential rule for integrals of what decays at about this rate."""
    t = np.arange(-4.0, 10.0, 0.05)
    distance = np.exp(t - np.exp(-t))
    rate = np.asarray(rate)[..., np.newaxis]
    return distance / rate, 0.05 * distance * (1.0 + np.exp(-t)) / rate


def gammainc_slope(a: Any, x: Any, log_gamma: Any, digamma: Any) -> Any:
    """The derivative in a of the regularised incomplete gamma function P(a, x).

    It is the integral of `(log t - digamma(a)) t**(a-1) exp(-t) / gamma(a)` from 0 to x, or what is beyond x with the
    opposite sign, on the side without the maximum; in log t, to about 1e-13.
    """
    a, x = np.broadcast_arrays(np.asarray(a, float), np.asarray(x, float))
    safe = np.where(x > 0.0, x, 1.0)
    side = np.where(safe > a, 1.0, -1.0)
    distance, weight = _tail(np.abs(a - safe) + np.sqrt(safe))
    s = np.log(safe)[..., np.newaxis] + side[..., np.newaxis] * distance
    with np.errstate(over="ignore"):
        density = np.exp(a[..., np.newaxis] * s - np.exp(s) - np.asarray(log_gamma)[..., np.newaxis])
    total = np.sum(weight * density * (s - np.asarray(digamma)[..., np.newaxis]), axis=-1)
    return np.where(x > 0.0, -side * total, 0.0)[()]


def betainc_slope(a: Any, b: Any, x: Any, log_beta: Any, digammas: Any) -> Any:
    """The derivative in a of the regularised incomplete beta function I(a, b, x), likewise, in log(t / (1 - t)).

    Args:
        a, b, x: its operands.
        log_beta: the logarithm of the beta function at a and b.
        digammas: digamma(a) - digamma(a + b).
    """
    a, b, x = np.broadcast_arrays(*(np.asarray(v, float) for v in (a, b, x)))
    inside = (x > 0.0) & (x < 1.0)
    safe = np.where(inside, x, 0.5)
    side = np.where((a + b) * safe > a, 1.0, -1.0)
    distance, weight = _tail(np.abs(a - (a + b) * safe) + np.sqrt((a + b) * safe * (1.0 - safe)))
    s = (np.log(safe) - np.log1p(-safe))[..., np.newaxis] + side[..., np.newaxis] * distance
    below, above = -np.logaddexp(0.0, -s), -np.logaddexp(0.0, s)
    exponent = a[..., np.newaxis] * below + b[..., np.newaxis] * above
    density = np.exp(exponent - np.asarray(log_beta)[..., np.newaxis])
    total = np.sum(weight * density * (below - np.asarray(digammas)[..., np.newaxis]), axis=-1)
    return np.where(inside, -side * total, 0.0)[()]


def vonmises_slope(x: Any, kappa: Any, mean_cosine: Any) -> Any:
    """The derivative in kappa of the distribution function of von Mises: an integral from 0 to x, by Gauss and
    Legendre."""
    x, kappa = np.broadcast_arrays(np.asarray(x, float), np.asarray(kappa, float))
    x = x - 2.0 * np.pi * np.round(x / (2.0 * np.pi))
    nodes, weights = np.polynomial.legendre.leggauss(80)
    half = 0.5 * np.sign(x) * np.minimum(np.abs(x), 10.0 / np.sqrt(kappa))
    t = half[..., np.newaxis] * (nodes + 1.0)
    k = kappa[..., np.newaxis]
    density = np.exp(k * (np.cos(t) - 1.0)) / (2.0 * np.pi * np.i0(kappa) * np.exp(-kappa))[..., np.newaxis]
    return np.sum(
        half[..., np.newaxis] * weights * density * (np.cos(t) - np.asarray(mean_cosine)[..., np.newaxis]), -1
    )[()]


def _each(function: Any, y: Any) -> Any:
    """The function of data of one dimension, for each column of what has more."""
    if np.ndim(y) == 1:
        return function(y)
    columns = np.reshape(y, (np.shape(y)[0], -1)).T
    made = np.stack([function(column) for column in columns], axis=-1)
    return np.reshape(made, made.shape[:-1] + np.shape(y)[1:])


def unit_data(y: Any, axes: int = 1) -> Any:
    """The unit vectors of data with so many axes, along a last axis."""
    shape = np.shape(y)[:axes]
    n = int(np.prod(shape))
    return np.reshape(np.eye(n), (*shape, n))


def cubic_spline(x: Any, y: Any, v: Any, nu: int = 0, bc_type: str = "not-a-knot", extrapolate: Any = None) -> Any:
    """The derivative of order nu at v of the cubic spline through y at x; zero from order 4 on."""
    from scipy import interpolate

    made = interpolate.CubicSpline(x, y, 0, bc_type, extrapolate)
    return made(v, nu) if nu < 4 else 0.0 * made(v)


def spline_integral(x: Any, y: Any, a: float, b: float, bc_type: str = "not-a-knot", extrapolate: Any = None) -> Any:
    """The integral from a to b of the cubic spline through y at x."""
    from scipy import interpolate

    return interpolate.CubicSpline(x, y, 0, bc_type, extrapolate).integrate(a, b)


def b_spline(t: Any, c: Any, v: Any, k: int, nu: int = 0, extrapolate: bool = True) -> Any:
    """The derivative of order nu at v of the B-spline of degree k with knots t and coefficients c."""
    from scipy import interpolate

    return interpolate.BSpline(t, c, k, extrapolate)(v, nu)


def interpolating_spline(x: Any, y: Any, v: Any, k: int = 3, nu: int = 0) -> Any:
    """The derivative of order nu at v of the spline of degree k through y at x (`make_interp_spline`)."""
    from scipy import interpolate

    return interpolate.make_interp_spline(x, y, k)(v, nu)


def piecewise_polynomial(c: Any, x: Any, v: Any, nu: int = 0) -> Any:
    """The derivative of order nu at v of the piecewise polynomial with coefficients c and breakpoints x."""
    from scipy import interpolate

    return interpolate.PPoly(c, x)(v, nu)


def polynomial_through(x: Any, y: Any, v: Any, nu: int = 0) -> Any:
    """The derivative of order nu at v of the polynomial through y at x."""
    from scipy import interpolate

    made = interpolate.KroghInterpolator(x, y)
    return made(v) if nu == 0 else made.derivative(v, nu)


def barycentric(x: Any, y: Any, v: Any) -> Any:
    """The polynomial through y at x, at v, by the barycentric formula."""
    from scipy import interpolate

    return interpolate.BarycentricInterpolator(x, y)(v)


def exact_univariate(x: Any, y: Any, v: Any, k: int = 3, nu: int = 0) -> Any:
    """The derivative of order nu at v of FITPACK's spline of degree k through y at x."""
    from scipy import interpolate

    return _each(lambda column: interpolate.UnivariateSpline(x, column, k=k, s=0)(v, nu=nu), y)


def interpolate_1d(x: Any, y: Any, v: Any, kind: str = "linear") -> Any:
    """`interp1d(x, y, kind, axis=0)(v)`."""
    from scipy import interpolate

    return interpolate.interp1d(x, y, kind, axis=0)(v)


def grid_values(points: Any, values: Any, xi: Any, method: str = "linear") -> Any:
    """`RegularGridInterpolator(points, values, method)(xi)`."""
    from scipy import interpolate

    return interpolate.RegularGridInterpolator(points, values, method)(xi)


def grid_slopes(points: Any, values: Any, xi: Any) -> Any:
    """The derivatives of linear interpolation on a grid in each coordinate of xi, along its last axis."""
    xi = np.asarray(xi)
    slopes = []
    for axis, places in enumerate(points):
        places = np.asarray(places)
        left = np.clip(np.searchsorted(places, xi[..., axis], side="right") - 1, 0, len(places) - 2)
        ends = []
        for shift in (0, 1):
            moved = xi.astype(float)
            moved[..., axis] = places[left + shift]
            ends.append(grid_values(points, values, moved))
        slopes.append((ends[1] - ends[0]) / (places[left + 1] - places[left]))
    return np.stack(slopes, axis=-1)


def scattered_values(points: Any, values: Any, xi: Any) -> Any:
    """Linear interpolation of values at scattered points (`LinearNDInterpolator`)."""
    from scipy import interpolate

    return interpolate.LinearNDInterpolator(points, values)(*np.moveaxis(xi, -1, 0))


def radial_values(y: Any, d: Any, x: Any, kernel: str = "thin_plate_spline", epsilon: Any = None) -> Any:
    """`RBFInterpolator(y, d, kernel=kernel, epsilon=epsilon)(x)`."""
    from scipy import interpolate

    return interpolate.RBFInterpolator(y, d, kernel=kernel, epsilon=epsilon)(x)


def grid_spline(x: Any, y: Any, z: Any, xi: Any, yi: Any, dx: int = 0, dy: int = 0) -> Any:
    """`RectBivariateSpline(x, y, z).ev(xi, yi, dx, dy)`: at the points (xi, yi)."""
    from scipy import interpolate

    if np.ndim(z) == 2:
        return interpolate.RectBivariateSpline(x, y, z).ev(xi, yi, dx, dy)
    layers = [interpolate.RectBivariateSpline(x, y, z[..., k]).ev(xi, yi, dx, dy) for k in range(z.shape[2])]
    return np.stack(layers, axis=-1)


def sparse_product(data: Any, row: Any, col: Any, n: int, x: Any) -> Any:
    """`A @ x` for the matrix with n rows and these entries; what is named twice is added."""
    share = data if np.ndim(x) == 1 else np.asarray(data)[:, np.newaxis]
    out = np.zeros((n, *np.shape(x)[1:]), np.result_type(data, x))
    np.add.at(out, row, share * x[col])
    return out


def sparse_entries(g: Any, row: Any, col: Any, x: Any) -> Any:
    """The entries of the outer product of g and x at these places."""
    made = g[row] * x[col]
    return made if np.ndim(x) == 1 else np.sum(made, axis=-1)


def sparse_dense(data: Any, row: Any, col: Any, n: int, m: int) -> Any:
    """The matrix of n rows and m columns with these entries as an array."""
    out = np.zeros((n, m), np.result_type(data))
    np.add.at(out, (row, col), data)
    return out


def sparse_solve(data: Any, row: Any, col: Any, n: int, b: Any) -> Any:
    """The solution of `A @ x = b` for the square matrix with these entries."""
    from scipy import sparse
    from scipy.sparse import linalg

    return linalg.spsolve(sparse.csc_array((data, (row, col)), shape=(n, n)), b)


def coordinates(a: Any) -> Any:
    """The entries of a sparse matrix, with their rows and columns."""
    made = a.tocoo()
    return made.data, made.row, made.col


def rows_of(indptr: Any) -> Any:
    """The row of each entry, from where each row starts."""
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))


def solve_constant(a: Any, b: Any) -> Any:
    """The solution of `a @ x = b` for a sparse matrix that is constant (`spsolve`)."""
    from scipy.sparse import linalg

    return linalg.spsolve(a, b)


def solve_iteratively(a: Any, b: Any, method: str, rtol: float, atol: float) -> Any:
    """The solution of `a @ x = b` by an iterative method of `scipy.sparse.linalg`; raises if that fails."""
    from scipy.sparse import linalg

    x, failed = getattr(linalg, method)(a, b, rtol=rtol, atol=atol)
    if failed:
        raise ValueError(f"scipy.sparse.linalg.{method} did not converge, so that its result has no derivative")
    return x
