"""More of `scipy.special`: orthogonal polynomials, distributions, elliptic integrals, Bessel functions of all kinds,
and functions with several results.

DLMF is the Digital Library of Mathematical Functions of NIST; the numbers are those of its equations. The degree or
order of a function is not differentiated; a call in which it is active is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import define
from ..ir.types import Tuple
from .special import ROOT_2PI, ROOT_PI, of_last, one
from .table import dispatching, general

Partial = Callable[..., Any]


def lower(n: Any) -> Any:
    """n - 1, and 0 for n = 0."""
    return n - np.where(np.equal(n, 0), 0, 1)


def unless_constant(n: Any, value: Any) -> Any:
    """The derivative of a polynomial of degree n, zero for n = 0."""
    return np.where(np.equal(n, 0), 0.0, value)


def last(name: str, partial: Partial, parameters: str) -> None:
    """`of_last`, if this version of SciPy has the function."""
    if hasattr(sp, name):
        of_last(getattr(sp, name), partial, parameters)


def partials(name: str, parameters: str, **known: Partial) -> None:
    """An elementwise function with derivatives in some of its parameters."""
    function = getattr(sp, name, None)
    if function is None:
        return
    made = define(f"special.{name}", function, infer=_infer.elementwise(function), parameters=f"{parameters}, /")
    general(made, dict(known), dict(known), elementwise=True)


def refuse_complex(x: Any, name: str) -> None:
    """A function with a modulus in its definition has no complex derivative."""
    kind = getattr(x, "kind", None) or np.asarray(x).dtype.kind
    if kind == "c":
        raise UnsupportedCall(f"{name} is not holomorphic: it has no derivative at complex values")


# ------------------------------------------------------------------ orthogonal polynomials (DLMF 18.9)

last("eval_chebyt", lambda d, z, n, x: d * n * sp.eval_chebyu(lower(n), x), "n, x")
last("eval_chebyu", lambda d, z, n, x: unless_constant(n, d * 2.0 * sp.eval_gegenbauer(lower(n), 2.0, x)), "n, x")
last("eval_chebyc", lambda d, z, n, x: d * n * sp.eval_chebyu(lower(n), 0.5 * x), "n, x")
last("eval_chebys", lambda d, z, n, x: unless_constant(n, d * sp.eval_gegenbauer(lower(n), 2.0, 0.5 * x)), "n, x")
last(
    "eval_gegenbauer",
    lambda d, z, n, alpha, x: unless_constant(n, d * 2.0 * alpha * sp.eval_gegenbauer(lower(n), alpha + 1.0, x)),
    "n, alpha, x",
)
last(
    "eval_genlaguerre",
    lambda d, z, n, alpha, x: unless_constant(n, -d * sp.eval_genlaguerre(lower(n), alpha + 1.0, x)),
    "n, alpha, x",
)
last("eval_laguerre", lambda d, z, n, x: unless_constant(n, -d * sp.eval_genlaguerre(lower(n), 1.0, x)), "n, x")
last("eval_hermite", lambda d, z, n, x: d * 2.0 * n * sp.eval_hermite(lower(n), x), "n, x")
last("eval_hermitenorm", lambda d, z, n, x: d * n * sp.eval_hermitenorm(lower(n), x), "n, x")
last(
    "eval_jacobi",
    lambda d, z, n, a, b, x: unless_constant(
        n, d * 0.5 * (n + a + b + 1.0) * sp.eval_jacobi(lower(n), a + 1.0, b + 1.0, x)
    ),
    "n, alpha, beta, x",
)
last(
    "eval_legendre",
    lambda d, z, n, x: unless_constant(n, d * 0.5 * (n + 1.0) * sp.eval_jacobi(lower(n), 1.0, 1.0, x)),
    "n, x",
)
last("eval_sh_chebyt", lambda d, z, n, x: d * 2.0 * n * sp.eval_chebyu(lower(n), 2.0 * x - 1.0), "n, x")
last(
    "eval_sh_chebyu",
    lambda d, z, n, x: unless_constant(n, d * 4.0 * sp.eval_gegenbauer(lower(n), 2.0, 2.0 * x - 1.0)),
    "n, x",
)
last(
    "eval_sh_legendre",
    lambda d, z, n, x: unless_constant(n, d * (n + 1.0) * sp.eval_jacobi(lower(n), 1.0, 1.0, 2.0 * x - 1.0)),
    "n, x",
)

# ------------------------------------------------------------------ cumulative distributions: their densities


def _beta_density(a: Any, b: Any, x: Any) -> Any:
    return np.exp((a - 1.0) * np.log(x) + (b - 1.0) * np.log1p(-x) - sp.betaln(a, b))


def _binomial_slope(d: Any, z: Any, k: Any, n: Any, p: Any) -> Any:
    k = np.floor(k)
    return -d * (n - k) * sp.binom(n, k) * p**k * (1.0 - p) ** (n - k - 1.0)


def _f_density(m: Any, n: Any, x: Any) -> Any:
    """The density of the ratio of two scaled chi-squared variables with m and n degrees of freedom."""
    logarithm = 0.5 * m * np.log(m) + 0.5 * n * np.log(n) + (0.5 * m - 1.0) * np.log(x)
    return np.exp(logarithm - 0.5 * (m + n) * np.log(n + m * x) - sp.betaln(0.5 * m, 0.5 * n))


def _chi2_density(v: Any, x: Any) -> Any:
    return 0.5 * np.exp((0.5 * v - 1.0) * np.log(0.5 * x) - 0.5 * x - sp.gammaln(0.5 * v))


def _gamma_density(a: Any, b: Any, x: Any) -> Any:
    return np.exp(b * np.log(a) + (b - 1.0) * np.log(x) - a * x - sp.gammaln(b))


def _t_density(v: Any, t: Any) -> Any:
    size = sp.gammaln(0.5 * (v + 1.0)) - sp.gammaln(0.5 * v) - 0.5 * np.log(math.pi * v)
    return np.exp(size - 0.5 * (v + 1.0) * np.log1p(t**2 / v))


last("bdtr", _binomial_slope, "k, n, p")
last("bdtrc", lambda d, z, k, n, p: -_binomial_slope(d, z, k, n, p), "k, n, p")
last("nbdtr", lambda d, z, k, n, p: d * _beta_density(n, np.floor(k) + 1.0, p), "k, n, p")
last("nbdtrc", lambda d, z, k, n, p: -d * _beta_density(n, np.floor(k) + 1.0, p), "k, n, p")
last("pdtr", lambda d, z, k, m: -d * np.exp(np.floor(k) * np.log(m) - m - sp.gammaln(np.floor(k) + 1.0)), "k, m")
last("pdtrc", lambda d, z, k, m: d * np.exp(np.floor(k) * np.log(m) - m - sp.gammaln(np.floor(k) + 1.0)), "k, m")
last("chdtr", lambda d, z, v, x: d * _chi2_density(v, x), "v, x")
last("chdtrc", lambda d, z, v, x: -d * _chi2_density(v, x), "v, x")
last("chdtri", lambda d, z, v, p: -d / _chi2_density(v, z), "v, p")
last("fdtr", lambda d, z, m, n, x: d * _f_density(m, n, x), "m, n, x")
last("fdtrc", lambda d, z, m, n, x: -d * _f_density(m, n, x), "m, n, x")
last("fdtri", lambda d, z, m, n, p: d / _f_density(m, n, z), "m, n, p")
partials(
    "gdtr",
    "a, b, x",
    x=lambda d, z, a, b, x: d * _gamma_density(a, b, x),
    a=lambda d, z, a, b, x: d * _gamma_density(a, b, x) * x / a,
)
partials(
    "gdtrc",
    "a, b, x",
    x=lambda d, z, a, b, x: -d * _gamma_density(a, b, x),
    a=lambda d, z, a, b, x: -d * _gamma_density(a, b, x) * x / a,
)
last("stdtr", lambda d, z, v, t: d * _t_density(v, t), "v, t")
last("stdtrit", lambda d, z, v, p: d / _t_density(v, z), "v, p")
one("ndtri_exp", lambda d, x, y: d * ROOT_2PI * np.exp(y + 0.5 * x**2))
one(
    "owens_t",
    lambda d, z, h, a: -d * np.exp(-0.5 * h**2) * sp.erf(a * h / math.sqrt(2.0)) / (2.0 * ROOT_2PI),
    lambda d, z, h, a: d * np.exp(-0.5 * h**2 * (1.0 + a**2)) / (2.0 * math.pi * (1.0 + a**2)),
)

# ------------------------------------------------------------------ elliptic integrals (DLMF 19.4, 19.18, 19.25)


def _agm_partials(a: Any, b: Any, z: Any) -> tuple[Any, Any]:
    """M(a, b) = pi/2 a / K(m) with m = 1 - (b/a)**2, and K'(m) = R_D(0, 1, 1 - m) / 6 (DLMF 19.8.5, 19.25.1)."""
    ratio = (b / a) ** 2
    per_m = z * sp.elliprd(0.0, 1.0, ratio) / (6.0 * sp.ellipk(1.0 - ratio))
    return z / a - per_m * 2.0 * ratio / a, per_m * 2.0 * b / a**2


one("agm", lambda d, z, a, b: d * _agm_partials(a, b, z)[0], lambda d, z, a, b: d * _agm_partials(a, b, z)[1])


def _rd_slope(z: Any, x: Any, y: Any, w: Any) -> Any:
    """The derivative of R_D(x, y, w) in x, from its integral by partial fractions; R_D itself is z."""
    gap = np.where(np.equal(w, x), 1.0, w - x)
    slope = (z - sp.elliprd(y, w, x)) / (2.0 * gap)
    return np.where(np.equal(w, x), np.nan, slope)


def _rj_slope(z: Any, x: Any, y: Any, w: Any, p: Any) -> Any:
    gap = np.where(np.equal(p, x), 1.0, p - x)
    return np.where(np.equal(p, x), np.nan, (z - sp.elliprd(y, w, x)) / (2.0 * gap))


def _rc_slope(z: Any, x: Any, y: Any) -> Any:
    """The derivative of R_C(x, y) in x."""
    gap = np.where(np.equal(x, y), 1.0, y - x)
    return np.where(np.equal(x, y), -(x**-1.5) / 6.0, (z - x**-0.5) / (2.0 * gap))


partials(
    "elliprc",
    "x, y",
    x=lambda d, z, x, y: d * _rc_slope(z, x, y),
    y=lambda d, z, x, y: -d * (0.5 * z + x * _rc_slope(z, x, y)) / y,
)
partials(
    "elliprf",
    "x, y, z",
    x=lambda d, r, x, y, z: -d * sp.elliprd(y, z, x) / 6.0,
    y=lambda d, r, x, y, z: -d * sp.elliprd(x, z, y) / 6.0,
    z=lambda d, r, x, y, z: -d * sp.elliprd(x, y, z) / 6.0,
)
partials(
    "elliprg",
    "x, y, z",
    x=lambda d, r, x, y, z: d * (0.25 * sp.elliprf(x, y, z) - x * sp.elliprd(y, z, x) / 12.0),
    y=lambda d, r, x, y, z: d * (0.25 * sp.elliprf(x, y, z) - y * sp.elliprd(x, z, y) / 12.0),
    z=lambda d, r, x, y, z: d * (0.25 * sp.elliprf(x, y, z) - z * sp.elliprd(x, y, z) / 12.0),
)


def _part_of_euler(variable: Any, slope: Any) -> Any:
    """`variable * slope`, zero at zero: a term of Euler's equation for homogeneous functions."""
    return np.where(np.equal(variable, 0.0), 0.0, variable * slope)


partials(
    "elliprd",
    "x, y, z",
    x=lambda d, r, x, y, z: d * _rd_slope(r, x, y, z),
    y=lambda d, r, x, y, z: d * _rd_slope(r, y, x, z),
    z=lambda d, r, x, y, z: (
        -d * (1.5 * r + _part_of_euler(x, _rd_slope(r, x, y, z)) + _part_of_euler(y, _rd_slope(r, y, x, z))) / z
    ),
)
partials(
    "elliprj",
    "x, y, z, p",
    x=lambda d, r, x, y, z, p: d * _rj_slope(r, x, y, z, p),
    y=lambda d, r, x, y, z, p: d * _rj_slope(r, y, x, z, p),
    z=lambda d, r, x, y, z, p: d * _rj_slope(r, z, x, y, p),
    p=lambda d, r, x, y, z, p: (
        -d
        * (
            1.5 * r
            + _part_of_euler(x, _rj_slope(r, x, y, z, p))
            + _part_of_euler(y, _rj_slope(r, y, x, z, p))
            + _part_of_euler(z, _rj_slope(r, z, x, y, p))
        )
        / p
    ),
)


def _small(m: Any) -> Any:
    return np.absolute(m) < 1e-8


def _ellipkinc_m(d: Any, f: Any, phi: Any, m: Any) -> Any:
    """DLMF 19.4.6, and its limit at m = 0."""
    safe = np.where(_small(m), 0.5, m)
    root = np.sqrt(1.0 - m * np.sin(phi) ** 2)
    slope = (sp.ellipeinc(phi, m) / (1.0 - m) - f) / (2.0 * safe) - np.sin(2.0 * phi) / (4.0 * (1.0 - m) * root)
    return d * np.where(_small(m), (2.0 * phi - np.sin(2.0 * phi)) / 8.0, slope)


def _ellipeinc_m(d: Any, e: Any, phi: Any, m: Any) -> Any:
    """DLMF 19.4.7, and its limit at m = 0."""
    safe = np.where(_small(m), 0.5, m)
    slope = (e - sp.ellipkinc(phi, m)) / (2.0 * safe)
    return d * np.where(_small(m), -(2.0 * phi - np.sin(2.0 * phi)) / 8.0, slope)


partials(
    "ellipkinc",
    "phi, m",
    phi=lambda d, f, phi, m: d / np.sqrt(1.0 - m * np.sin(phi) ** 2),
    m=_ellipkinc_m,
)
partials(
    "ellipeinc",
    "phi, m",
    phi=lambda d, e, phi, m: d * np.sqrt(1.0 - m * np.sin(phi) ** 2),
    m=_ellipeinc_m,
)

# ------------------------------------------------------------------ Bessel, Struve and Kelvin functions (DLMF 10, 11)

last("hankel1", lambda d, z, v, x: 0.5 * d * (sp.hankel1(v - 1, x) - sp.hankel1(v + 1, x)), "v, z")
last("hankel2", lambda d, z, v, x: 0.5 * d * (sp.hankel2(v - 1, x) - sp.hankel2(v + 1, x)), "v, z")
last("hankel1e", lambda d, z, v, x: d * (0.5 * (sp.hankel1e(v - 1, x) - sp.hankel1e(v + 1, x)) - 1j * z), "v, z")
last("hankel2e", lambda d, z, v, x: d * (0.5 * (sp.hankel2e(v - 1, x) - sp.hankel2e(v + 1, x)) + 1j * z), "v, z")


def _of_real(function: Any) -> Partial:
    def partial(d: Any, z: Any, v: Any, x: Any) -> Any:
        refuse_complex(x, function.__name__)
        return 0.5 * d * (function(v - 1, x) - function(v + 1, x))

    return partial


last("jve", _of_real(sp.jve), "v, z")
last("yve", _of_real(sp.yve), "v, z")


def _struve_term(v: Any, x: Any) -> Any:
    return (0.5 * x) ** v / (ROOT_PI * sp.gamma(v + 1.5))


last("struve", lambda d, z, v, x: 0.5 * d * (sp.struve(v - 1, x) - sp.struve(v + 1, x) + _struve_term(v, x)), "v, x")
last(
    "modstruve",
    lambda d, z, v, x: 0.5 * d * (sp.modstruve(v - 1, x) + sp.modstruve(v + 1, x) + _struve_term(v, x)),
    "v, x",
)
for _name in ("ber", "bei", "ker", "kei"):
    one(_name, (lambda prime: lambda d, y, x: d * prime(x))(getattr(sp, f"{_name}p")))
one("berp", lambda d, y, x: -d * (sp.bei(x) + y / x))
one("beip", lambda d, y, x: d * (sp.ber(x) - y / x))
one("kerp", lambda d, y, x: -d * (sp.kei(x) + y / x))
one("keip", lambda d, y, x: d * (sp.ker(x) - y / x))


def _spherical(name: str, sign: float, at_zero: float) -> None:
    """DLMF 10.51.2 and 10.51.5: `f' = n / z f -+ f_{n+1}`; at z = 0 that of degree 1 alone differs from 0."""
    function = getattr(sp, name)
    again = dispatching(function)

    def partial(d: Any, y: Any, n: Any, z: Any) -> Any:
        safe = np.where(np.equal(z, 0.0), 1.0, z)
        slope = n / safe * y + sign * again(n + 1, z)
        return d * np.where(np.equal(z, 0.0), np.where(np.equal(n, 1), at_zero, 0.0), slope)

    def type_of(args: Any, keywords: Any) -> Any:
        return _infer.elementwise(sp.jv)(args, {})

    made = define(name, function, infer=type_of, parameters="n, z")
    general(made, dict(z=partial), dict(z=partial), elementwise=True)


_spherical("spherical_jn", -1.0, 1.0 / 3.0)
_spherical("spherical_yn", -1.0, math.nan)
_spherical("spherical_in", 1.0, 1.0 / 3.0)
_spherical("spherical_kn", -1.0, math.nan)


def _lambert_slope(d: Any, w: Any, z: Any, k: Any = 0) -> Any:
    """DLMF 4.13.4."""
    return d * np.exp(-w) / (1.0 + w)


general(
    define(
        "lambertw",
        sp.lambertw,
        infer=lambda args, k: _infer.elementwise(sp.lambertw)(args[:1], {}),
        parameters="z, k=0",
    ),
    dict(z=_lambert_slope),
    dict(z=_lambert_slope),
    elementwise=True,
)


def _diric_slope(d: Any, y: Any, x: Any, n: Any) -> Any:
    half = np.sin(0.5 * x)
    flat = np.absolute(half) < 1e-7
    safe = np.where(flat, 1.0, half)
    return d * np.where(flat, 0.0, 0.5 * (np.cos(0.5 * n * x) - y * np.cos(0.5 * x)) / safe)


general(
    define("diric", sp.diric, infer=lambda args, k: _infer.elementwise(np.sin)(args[:1], {}), parameters="x, n"),
    dict(x=_diric_slope),
    dict(x=_diric_slope),
    elementwise=True,
)

# ------------------------------------------------------------------ functions with several results


def several(name: str, parameters: str, *slopes: Partial) -> None:
    """A function of its first parameter with several results, each with its derivative: `(results, *operands)`."""
    function = getattr(sp, name)
    count = len(slopes)
    first = parameters.split(", ")[0]

    def type_of(args: Any, keywords: Any) -> Any:
        parts = [_infer.elementwise(lambda *a, k=k: function(*a)[k])(args, {}) for k in range(count)]
        return Tuple(tuple(parts))

    def adjoint(g: Any, z: Any, *args: Any) -> Any:
        terms = [g[k] * slopes[k](z, *args) for k in range(count) if g[k] is not None]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total

    def tangent(d: Any, z: Any, *args: Any) -> Any:
        return tuple(d * slope(z, *args) for slope in slopes)

    made = define(f"special.{name}", function, infer=type_of, parameters=f"{parameters}, /")
    general(made, {first: adjoint}, {first: tangent})


several("airy", "x", lambda z, x: z[1], lambda z, x: x * z[0], lambda z, x: z[3], lambda z, x: x * z[2])
several("fresnel", "x", lambda z, x: np.sin(0.5 * math.pi * x**2), lambda z, x: np.cos(0.5 * math.pi * x**2))
several("sici", "x", lambda z, x: np.sinc(x / math.pi), lambda z, x: np.cos(x) / x)
several(
    "shichi", "x", lambda z, x: np.where(np.equal(x, 0.0), 1.0, np.sinh(x) / np.where(np.equal(x, 0.0), 1.0, x)),
    lambda z, x: np.cosh(x) / x,
)  # fmt: skip
several(
    "kelvin",
    "x",
    lambda z, x: z[2],
    lambda z, x: z[3],
    lambda z, x: 1j * z[0] - z[2] / x,
    lambda z, x: 1j * z[1] - z[3] / x,
)
several(
    "ellipj",
    "u, m",
    lambda z, u, m: z[1] * z[2],
    lambda z, u, m: -z[0] * z[2],
    lambda z, u, m: -m * z[0] * z[1],
    lambda z, u, m: z[2],
)
