"""The interpolants of `scipy.interpolate`, as classes over the functions of `runtime_scipy`: they are read in place of
SciPy's, so that an interpolant that is made in one place and called in another is followed."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import interpolate

from .. import runtime_scipy as r
from ..ir.primitives import DEFINITIONS, FOLLOWED_WHEN_CONSTANT
from . import interpolate as rules  # noqa: F401  (what the definitions are made of)


class CubicSpline:
    """`CubicSpline(x, y, bc_type=..., extrapolate=...)` for y of one dimension or, along the first axis, more."""

    def __init__(self, x: Any, y: Any, *, bc_type: Any = "not-a-knot", extrapolate: Any = None, order: int = 0) -> None:
        self.x, self.y, self.bc_type, self.extrapolate, self.order = x, np.asarray(y), bc_type, extrapolate, order

    def __call__(self, v: Any, nu: int = 0) -> Any:
        return r.cubic_spline(self.x, self.y, v, self.order + nu, self.bc_type, self.extrapolate)

    def derivative(self, nu: int = 1) -> CubicSpline:
        return CubicSpline(self.x, self.y, bc_type=self.bc_type, extrapolate=self.extrapolate, order=self.order + nu)

    def integrate(self, a: Any, b: Any) -> Any:
        if self.order:
            raise NotImplementedError("the integral of a derivative of a spline")
        return r.spline_integral(self.x, self.y, a, b, self.bc_type, self.extrapolate)


class BSpline:
    """`BSpline(t, c, k)`."""

    def __init__(self, t: Any, c: Any, k: int, extrapolate: Any = True, order: int = 0) -> None:
        self.t, self.c, self.k, self.extrapolate, self.order = t, np.asarray(c), k, extrapolate, order

    def __call__(self, v: Any, nu: int = 0) -> Any:
        return r.b_spline(self.t, self.c, v, self.k, self.order + nu, self.extrapolate)

    def derivative(self, nu: int = 1) -> BSpline:
        return BSpline(self.t, self.c, self.k, self.extrapolate, self.order + nu)


class InterpolatingSpline:
    """What `make_interp_spline(x, y, k)` returns."""

    def __init__(self, x: Any, y: Any, k: int, order: int = 0) -> None:
        self.x, self.y, self.k, self.order = x, np.asarray(y), k, order

    def __call__(self, v: Any, nu: int = 0) -> Any:
        return r.interpolating_spline(self.x, self.y, v, self.k, self.order + nu)

    def derivative(self, nu: int = 1) -> InterpolatingSpline:
        return InterpolatingSpline(self.x, self.y, self.k, self.order + nu)


def make_interp_spline(x: Any, y: Any, k: int = 3) -> InterpolatingSpline:
    return InterpolatingSpline(x, y, k)


class InterpolatedUnivariateSpline:
    """`InterpolatedUnivariateSpline(x, y, k=k)`."""

    def __init__(self, x: Any, y: Any, k: int = 3) -> None:
        self.x, self.y, self.k = x, np.asarray(y), k

    def __call__(self, v: Any, nu: int = 0) -> Any:
        return r.exact_univariate(self.x, self.y, v, self.k, nu)


class PPoly:
    """`PPoly(c, x)`."""

    def __init__(self, c: Any, x: Any) -> None:
        self.c, self.x = np.asarray(c), x

    def __call__(self, v: Any, nu: int = 0) -> Any:
        return r.piecewise_polynomial(self.c, self.x, v, nu)


class KroghInterpolator:
    def __init__(self, xi: Any, yi: Any) -> None:
        self.x, self.y = xi, np.asarray(yi)

    def __call__(self, v: Any) -> Any:
        return r.polynomial_through(self.x, self.y, v)

    def derivative(self, v: Any, der: int = 1) -> Any:
        return r.polynomial_through(self.x, self.y, v, der)


class BarycentricInterpolator:
    def __init__(self, xi: Any, yi: Any) -> None:
        self.x, self.y = xi, np.asarray(yi)

    def __call__(self, v: Any) -> Any:
        return r.barycentric(self.x, self.y, v)


class lagrange:
    """What `lagrange(x, w)` returns: a polynomial, to be called."""

    def __init__(self, x: Any, w: Any) -> None:
        self.x, self.y = x, np.asarray(w)

    def __call__(self, v: Any) -> Any:
        return r.barycentric(self.x, self.y, v)


class interp1d:
    """`interp1d(x, y, kind)` for y of one dimension."""

    def __init__(self, x: Any, y: Any, kind: str = "linear") -> None:
        self.x, self.y, self.kind = x, np.asarray(y), kind

    def __call__(self, v: Any) -> Any:
        return r.interpolate_1d(self.x, self.y, v, self.kind)


class RegularGridInterpolator:
    """`RegularGridInterpolator(points, values, method="linear")`."""

    def __init__(self, points: Any, values: Any, method: str = "linear") -> None:
        self.points, self.values, self.method = points, np.asarray(values), method

    def __call__(self, xi: Any) -> Any:
        return r.grid_values(self.points, self.values, xi, self.method)


def interpn(points: Any, values: Any, xi: Any, method: str = "linear") -> Any:
    return r.grid_values(points, np.asarray(values), xi, method)


class LinearNDInterpolator:
    """`LinearNDInterpolator(points, values)`, called with an array of points or their coordinates."""

    def __init__(self, points: Any, values: Any) -> None:
        self.points, self.values = points, np.asarray(values)

    def __call__(self, *xi: Any) -> Any:
        if len(xi) == 1:
            return r.scattered_values(self.points, self.values, np.atleast_2d(xi[0]))
        return r.scattered_values(self.points, self.values, np.stack(np.broadcast_arrays(*xi), axis=-1))


def griddata(points: Any, values: Any, xi: Any) -> Any:
    return r.scattered_values(points, np.asarray(values), np.atleast_2d(xi))


class RBFInterpolator:
    def __init__(self, y: Any, d: Any, kernel: str = "thin_plate_spline", epsilon: Any = None) -> None:
        self.y, self.d, self.kernel, self.epsilon = y, np.asarray(d), kernel, epsilon

    def __call__(self, x: Any) -> Any:
        return r.radial_values(self.y, self.d, x, self.kernel, self.epsilon)


class RectBivariateSpline:
    """`RectBivariateSpline(x, y, z)`."""

    def __init__(self, x: Any, y: Any, z: Any) -> None:
        self.x, self.y, self.z = x, y, np.asarray(z)

    def __call__(self, xi: Any, yi: Any, dx: int = 0, dy: int = 0) -> Any:
        xi, yi = np.atleast_1d(xi), np.atleast_1d(yi)
        left, right = np.broadcast_arrays(xi[:, np.newaxis], yi[np.newaxis, :])
        return r.grid_spline(self.x, self.y, self.z, left, right, dx, dy)

    def ev(self, xi: Any, yi: Any, dx: int = 0, dy: int = 0) -> Any:
        return r.grid_spline(self.x, self.y, self.z, xi, yi, dx, dy)


def places(x: Any, v: Any) -> Any:
    """The interval of each point; the first and the last go on outside."""
    return np.clip(np.searchsorted(x, v, side="right") - 1, 0, x.shape[0] - 2)


def hermite(x: Any, y: Any, slopes: Any, v: Any) -> Any:
    """The cubic with these values and slopes at the ends of each interval."""
    v = np.asarray(v)
    k = places(x, v)
    h = x[k + 1] - x[k]
    t = (v - x[k]) / h
    left = (1.0 + 2.0 * t) * (1.0 - t) ** 2 * y[k] + t * (1.0 - t) ** 2 * h * slopes[k]
    return left + t**2 * (3.0 - 2.0 * t) * y[k + 1] - t**2 * (1.0 - t) * h * slopes[k + 1]


def pchip_end(h0: Any, h1: Any, m0: Any, m1: Any) -> Any:
    """The slope at an end, by three points, kept monotone."""
    d = ((2.0 * h0 + h1) * m0 - h0 * m1) / (h0 + h1)
    turned = np.sign(d) != np.sign(m0)
    steep = (np.sign(m0) != np.sign(m1)) & (np.absolute(d) > 3.0 * np.absolute(m0))
    return np.where(turned, 0.0, np.where(steep, 3.0 * m0, d))


def pchip_slopes(x: Any, y: Any) -> Any:
    """Weighted harmonic means of the slopes beside each point (Fritsch and Butland 1984)."""
    h = np.diff(x)
    m = np.diff(y) / h
    flat = (np.sign(m[1:]) != np.sign(m[:-1])) | (m[1:] == 0.0) | (m[:-1] == 0.0)
    w1, w2 = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    before, after = np.where(flat, 1.0, m[:-1]), np.where(flat, 1.0, m[1:])
    inner = np.where(flat, 0.0, (w1 + w2) / (w1 / before + w2 / after))
    first = pchip_end(h[0], h[1], m[0], m[1])
    last = pchip_end(h[-1], h[-2], m[-1], m[-2])
    return np.concatenate((np.reshape(first, (1,)), inner, np.reshape(last, (1,))))


class PchipInterpolator:
    """`PchipInterpolator(x, y)` for at least three y of one dimension."""

    def __init__(self, x: Any, y: Any) -> None:
        self.x, self.y = np.asarray(x), np.asarray(y)
        self.slopes = pchip_slopes(self.x, self.y)

    def __call__(self, v: Any) -> Any:
        return hermite(self.x, self.y, self.slopes, v)


def akima_slopes(x: Any, y: Any) -> Any:
    """Means of the slopes beside each point, weighted by the changes of slope further out (Akima 1970)."""
    m = np.diff(y) / np.diff(x)
    before, after = 2.0 * m[0] - m[1], 2.0 * m[-1] - m[-2]
    ends = [np.reshape(e, (1,)) for e in (2.0 * before - m[0], before, after, 2.0 * after - m[-1])]
    m = np.concatenate((ends[0], ends[1], m, ends[2], ends[3]))
    change = np.absolute(np.diff(m))
    right, left = change[2:], change[:-2]
    both = right + left
    bent = both > 1e-9 * np.max(both)
    weighted = (right * m[1:-2] + left * m[2:-1]) / np.where(bent, both, 1.0)
    return np.where(bent, weighted, 0.5 * (m[3:] + m[:-3]))


class Akima1DInterpolator:
    """`Akima1DInterpolator(x, y)` for y of one dimension; nan outside."""

    def __init__(self, x: Any, y: Any) -> None:
        self.x, self.y = np.asarray(x), np.asarray(y)
        self.slopes = akima_slopes(self.x, self.y)

    def __call__(self, v: Any) -> Any:
        inside = (self.x[0] <= v) & (v <= self.x[-1])
        return np.where(inside, hermite(self.x, self.y, self.slopes, v), np.nan)


class Tck:
    """What `splrep(x, y, k=k, s=0)` returns, for `splev`."""

    def __init__(self, x: Any, y: Any, k: int) -> None:
        self.x, self.y, self.k = x, y, k


def splrep(x: Any, y: Any, *, k: int = 3) -> Tck:
    return Tck(x, np.asarray(y), k)


def splev(x: Any, tck: Tck, der: int = 0) -> Any:
    return r.exact_univariate(tck.x, tck.y, x, tck.k, der)


class UnivariateSpline:
    """`UnivariateSpline(x, y, s=0)`."""

    def __init__(self, x: Any, y: Any, *, k: int = 3, s: Any = None) -> None:
        if s != 0:
            raise NotImplementedError("a smoothing spline: pass s=0")
        self.x, self.y, self.k = x, np.asarray(y), k

    def __call__(self, v: Any, nu: int = 0) -> Any:
        return r.exact_univariate(self.x, self.y, v, self.k, nu)


FOLLOWED = (
    CubicSpline, BSpline, make_interp_spline, InterpolatedUnivariateSpline, UnivariateSpline, PPoly, KroghInterpolator,
    BarycentricInterpolator, lagrange, interp1d, RegularGridInterpolator, interpn, LinearNDInterpolator, griddata,
    RBFInterpolator, RectBivariateSpline, PchipInterpolator, Akima1DInterpolator, splrep, splev,
)  # fmt: skip
for _made in FOLLOWED:
    DEFINITIONS[getattr(interpolate, _made.__name__)] = _made
    FOLLOWED_WHEN_CONSTANT.add(_made)
