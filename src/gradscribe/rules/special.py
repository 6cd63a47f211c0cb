"""The functions of `scipy.special`. Imported when SciPy's are first met (see `rules.ensure_registered`).

A function without a rule for one of its parameters (the order of a Bessel function, the shape of an incomplete gamma
function) leaves that parameter out: it may not be active.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.special as sp

from .. import runtime_scipy
from ..ir import infer as _infer
from ..ir.primitives import define
from .facts import real_only
from .reductions import align, reduced
from .table import dispatching, elementwise, general, zero

ROOT_PI = math.sqrt(math.pi)
ROOT_2PI = math.sqrt(2.0 * math.pi)
DEGREE = math.pi / 180.0


@dataclass(frozen=True)
class _Typed:
    type: Any


def floating(operands: Any) -> Any:
    """The type of an elementwise function of any number of operands: floating, in their common shape."""
    plain = _infer.elementwise(np.arctan2)
    made: Any = None
    for operand in operands:
        pair: list[Any] = [operand if made is None else _Typed(made), operand]
        made = plain(pair, {})
    return made


def helper(function: Any, parameters: str, **known: Callable[..., Any]) -> Callable[..., Any]:
    """A function of `runtime_scipy`, elementwise, with derivatives in some of its parameters."""
    made = define(
        function.__name__, function, infer=lambda args, keywords: floating(args), parameters=parameters + ", /"
    )
    general(made, dict(known), dict(known), elementwise=True)
    return dispatching(function)


def of_last(function: Any, partial: Callable[..., Any], parameters: str, **others: Callable[..., Any]) -> None:
    """An elementwise function with a derivative in its last parameter, and in those that are named."""
    made = define(function.__name__, function, infer=_infer.elementwise(function), parameters=parameters + ", /")
    partials = {parameters.split(", ")[-1]: partial, **others}
    general(made, partials, dict(partials), elementwise=True)


def one(name: str, partial: Callable[..., Any] | None, *others: Callable[..., Any], singular: str = "") -> None:
    """An elementwise function, if this version of SciPy has it; its primitive is called as in SciPy."""
    function = getattr(sp, name, None)
    if function is None:
        return
    names = ", ".join(("x", "y", "v")[: 1 + len(others)])
    made = define(f"special.{name}", function, infer=_infer.elementwise(function), parameters=names + ", /")
    elementwise(made, partial, *others, singular=singular)


# ------------------------------------------------------------------ error functions

one("erf", lambda d, y, x: d * (2.0 / ROOT_PI) * np.exp(-(x**2)))
one("erfc", lambda d, y, x: -d * (2.0 / ROOT_PI) * np.exp(-(x**2)))
one("erfcx", lambda d, y, x: d * (2.0 * x * y - 2.0 / ROOT_PI))
one("erfi", lambda d, y, x: d * (2.0 / ROOT_PI) * np.exp(x**2))
one("dawsn", lambda d, y, x: d * (1.0 - 2.0 * x * y))
one("erfinv", lambda d, y, x: d * (ROOT_PI / 2.0) * np.exp(y**2))
one("erfcinv", lambda d, y, x: -d * (ROOT_PI / 2.0) * np.exp(y**2))
one("ndtr", lambda d, y, x: d * np.exp(-0.5 * x**2) / ROOT_2PI)
one("ndtri", lambda d, y, x: d * ROOT_2PI * np.exp(0.5 * y**2))
one("log_ndtr", lambda d, y, x: d * np.exp(-0.5 * x**2 - y) / ROOT_2PI)
one("wofz", lambda d, y, x: d * (2j / ROOT_PI - 2.0 * x * y))

# ------------------------------------------------------------------ logistic functions and entropies

one("expit", lambda d, y, x: d * y * (1.0 - y))
one("logit", lambda d, y, x: d / (x * (1.0 - x)), singular="x")
one("log_expit", lambda d, y, x: d * sp.expit(-x))
one("softplus", lambda d, y, x: d * sp.expit(x))
one(
    "xlogy",
    lambda d, z, x, y: d * np.log(y),
    lambda d, z, x, y: d * x / np.where(x == 0.0, 1.0, y),
    singular="x",
)
one(
    "xlog1py",
    lambda d, z, x, y: d * np.log1p(y),
    lambda d, z, x, y: d * x / np.where(x == 0.0, 1.0, 1.0 + y),
    singular="x",
)
one("entr", lambda d, y, x: -d * (np.log(x) + 1.0), singular="x")
one("rel_entr", lambda d, z, x, y: d * (np.log(x / y) + 1.0), lambda d, z, x, y: -d * x / y, singular="x y")
one("kl_div", lambda d, z, x, y: d * np.log(x / y), lambda d, z, x, y: d * (1.0 - x / y), singular="x y")
one(
    "huber",
    lambda d, z, x, y: np.where(np.absolute(y) <= x, 0.0, d * (np.absolute(y) - x)),
    lambda d, z, x, y: d * np.where(np.absolute(y) <= x, y, x * np.sign(y)),
)
one(
    "pseudo_huber",
    lambda d, z, x, y: d * (2.0 * z / x - (y / x) ** 2 * x / np.sqrt(1.0 + (y / x) ** 2)),
    lambda d, z, x, y: d * y / np.sqrt(1.0 + (y / x) ** 2),
)
one(
    "boxcox",
    lambda d, z, x, y: d * x ** (y - 1.0),
    lambda d, z, x, y: d * (x**y * np.log(x) - z) / y,
    singular="x y",
)
one(
    "boxcox1p",
    lambda d, z, x, y: d * (1.0 + x) ** (y - 1.0),
    lambda d, z, x, y: d * ((1.0 + x) ** y * np.log1p(x) - z) / y,
    singular="x y",
)
one(
    "inv_boxcox",
    lambda d, z, x, y: d * z / (1.0 + x * y),
    lambda d, z, x, y: d * z * (x / (1.0 + x * y) - np.log(z)) / y,
    singular="y",
)
one(
    "inv_boxcox1p",
    lambda d, z, x, y: d * (1.0 + z) / (1.0 + x * y),
    lambda d, z, x, y: d * (1.0 + z) * (x / (1.0 + x * y) - np.log1p(z)) / y,
    singular="y",
)

# ------------------------------------------------------------------ gamma and beta

one("gamma", lambda d, y, x: d * y * sp.digamma(x))
one("rgamma", lambda d, y, x: -d * y * sp.digamma(x))
one("gammaln", lambda d, y, x: d * sp.digamma(x))
one("loggamma", lambda d, y, x: d * sp.digamma(x))
one("beta", lambda d, z, x, y: d * z * (sp.digamma(x) - sp.digamma(x + y)),
    lambda d, z, x, y: d * z * (sp.digamma(y) - sp.digamma(x + y)))  # fmt: skip
one("betaln", lambda d, z, x, y: d * (sp.digamma(x) - sp.digamma(x + y)),
    lambda d, z, x, y: d * (sp.digamma(y) - sp.digamma(x + y)))  # fmt: skip
one(
    "poch", lambda d, z, x, y: d * z * (sp.digamma(x + y) - sp.digamma(x)), lambda d, z, x, y: d * z * sp.digamma(x + y)
)
one(
    "binom",
    lambda d, z, x, y: d * z * (sp.digamma(x + 1.0) - sp.digamma(x - y + 1.0)),
    lambda d, z, x, y: d * z * (sp.digamma(x - y + 1.0) - sp.digamma(y + 1.0)),
)
polygamma, multigammaln, zeta = (dispatching(f) for f in (sp.polygamma, sp.multigammaln, sp.zeta))
one("psi", lambda d, y, x: d * polygamma(1, x))
of_last(sp.polygamma, lambda d, z, n, x: d * polygamma(n + 1, x), "n, x")


def multigammaln_partial(g: Any, z: Any, a: Any, d: int) -> Any:
    parts = [sp.digamma(a - 0.5 * j) for j in range(d)]
    return g * sum(parts[1:], parts[0])


general(
    define(
        "multigammaln",
        sp.multigammaln,
        infer=lambda args, k: _infer.elementwise(np.sin)(args[:1], {}),
        parameters="a, d",
    ),
    dict(a=multigammaln_partial),
    dict(a=multigammaln_partial),
    elementwise=True,
    zero="d",
)


def _gamma_density(a: Any, x: Any) -> Any:
    return np.exp((a - 1.0) * np.log(x) - x - sp.gammaln(a))


_gammainc_slope = helper(
    runtime_scipy.gammainc_slope,
    "a, x, log_gamma, digamma",
    x=lambda d, z, a, x, log_gamma, digamma: d * _gamma_density(a, x) * (np.log(x) - digamma),
)


def gammainc_in_a(a: Any, x: Any) -> Any:
    """The derivative of P(a, x) in a."""
    return _gammainc_slope(a, x, sp.gammaln(a), sp.digamma(a))


of_last(sp.gammainc, lambda d, z, a, x: d * _gamma_density(a, x), "a, x", a=lambda d, z, a, x: d * gammainc_in_a(a, x))
of_last(
    sp.gammaincc, lambda d, z, a, x: -d * _gamma_density(a, x), "a, x", a=lambda d, z, a, x: -d * gammainc_in_a(a, x)
)
of_last(
    sp.gammaincinv,
    lambda d, x, a, p: d / _gamma_density(a, x),
    "a, p",
    a=lambda d, x, a, p: -d * gammainc_in_a(a, x) / _gamma_density(a, x),
)
of_last(
    sp.gammainccinv,
    lambda d, x, a, p: -d / _gamma_density(a, x),
    "a, p",
    a=lambda d, x, a, p: -d * gammainc_in_a(a, x) / _gamma_density(a, x),
)


def _beta_density(a: Any, b: Any, x: Any) -> Any:
    return np.exp((a - 1.0) * np.log(x) + (b - 1.0) * np.log1p(-x) - sp.betaln(a, b))


_betainc_slope = helper(
    runtime_scipy.betainc_slope,
    "a, b, x, log_beta, digammas",
    x=lambda d, z, a, b, x, log_beta, digammas: d * _beta_density(a, b, x) * (np.log(x) - digammas),
)


def betainc_in_a(a: Any, b: Any, x: Any) -> Any:
    """The derivative of I(a, b, x) in a."""
    return _betainc_slope(a, b, x, sp.betaln(a, b), sp.digamma(a) - sp.digamma(a + b))


def betainc_in_b(a: Any, b: Any, x: Any) -> Any:
    """The derivative of I(a, b, x) in b, by I(a, b, x) = 1 - I(b, a, 1 - x)."""
    return -betainc_in_a(b, a, 1.0 - x)


of_last(
    sp.betainc,
    lambda d, z, a, b, x: d * _beta_density(a, b, x),
    "a, b, x",
    a=lambda d, z, a, b, x: d * betainc_in_a(a, b, x),
    b=lambda d, z, a, b, x: d * betainc_in_b(a, b, x),
)
of_last(
    sp.betaincinv,
    lambda d, x, a, b, p: d / _beta_density(a, b, x),
    "a, b, p",
    a=lambda d, x, a, b, p: -d * betainc_in_a(a, b, x) / _beta_density(a, b, x),
    b=lambda d, x, a, b, p: -d * betainc_in_b(a, b, x) / _beta_density(a, b, x),
)
if hasattr(sp, "betaincc"):
    of_last(
        sp.betaincc,
        lambda d, z, a, b, x: -d * _beta_density(a, b, x),
        "a, b, x",
        a=lambda d, z, a, b, x: -d * betainc_in_a(a, b, x),
        b=lambda d, z, a, b, x: -d * betainc_in_b(a, b, x),
    )
    of_last(
        sp.betainccinv,
        lambda d, x, a, b, p: -d / _beta_density(a, b, x),
        "a, b, p",
        a=lambda d, x, a, b, p: -d * betainc_in_a(a, b, x) / _beta_density(a, b, x),
        b=lambda d, x, a, b, p: -d * betainc_in_b(a, b, x) / _beta_density(a, b, x),
    )

# ------------------------------------------------------------------ exponential integrals and elementary functions

one("exp1", lambda d, y, x: -d * np.exp(-x) / x, singular="x")
one("expi", lambda d, y, x: d * np.exp(x) / x, singular="x")
one("exp2", lambda d, y, x: d * y * math.log(2.0))
one("exp10", lambda d, y, x: d * y * math.log(10.0))
one("expm1", lambda d, y, x: d * np.exp(x))
one("exprel", lambda d, y, x: 0.5 * d * sp.hyp1f1(2.0, 3.0, x))
one("log1p", lambda d, y, x: d / (1.0 + x), singular="x")
one("cbrt", lambda d, y, x: d / (3.0 * y**2), singular="x")
one("cosm1", lambda d, y, x: -d * np.sin(x))
one("cosdg", lambda d, y, x: -d * DEGREE * sp.sindg(x))
one("sindg", lambda d, y, x: d * DEGREE * sp.cosdg(x))
one("tandg", lambda d, y, x: d * DEGREE * (1.0 + y**2))
one("cotdg", lambda d, y, x: -d * DEGREE * (1.0 + y**2))
one("spence", lambda d, y, x: d * np.where(x == 1.0, -1.0, np.log(x) / np.where(x == 1.0, 1.0, 1.0 - x)))
of_last(sp.expn, lambda d, y, n, x: -d * sp.expn(n - 1, x), "n, x")

# ------------------------------------------------------------------ Bessel functions

one("j0", lambda d, y, x: -d * sp.j1(x))
one("j1", lambda d, y, x: 0.5 * d * (sp.j0(x) - sp.jv(2, x)))
one("y0", lambda d, y, x: -d * sp.y1(x))
one("y1", lambda d, y, x: 0.5 * d * (sp.y0(x) - sp.yv(2, x)))
one("i0", lambda d, y, x: d * sp.i1(x))
one("i1", lambda d, y, x: 0.5 * d * (sp.i0(x) + sp.iv(2, x)))
one("k0", lambda d, y, x: -d * sp.k1(x))
one("k1", lambda d, y, x: -0.5 * d * (sp.k0(x) + sp.kv(2, x)))


def _scaled(function: Any, d: Any, x: Any, change: Any) -> Any:
    """The derivative of a function that is scaled by the size of a real part, which no complex derivative has."""
    real_only(function, x)
    return d * change


one("i0e", lambda d, y, x: d * (sp.i1e(x) - np.sign(x) * y))
one("i1e", lambda d, y, x: d * (0.5 * (sp.i0e(x) + sp.ive(2, x)) - np.sign(x) * y))
one("k0e", lambda d, y, x: d * (y - sp.k1e(x)))
one("k1e", lambda d, y, x: d * (y - 0.5 * (sp.k0e(x) + sp.kve(2, x))))
of_last(sp.jv, lambda d, z, v, x: 0.5 * d * (sp.jv(v - 1, x) - sp.jv(v + 1, x)), "v, x")
of_last(sp.yv, lambda d, z, v, x: 0.5 * d * (sp.yv(v - 1, x) - sp.yv(v + 1, x)), "v, x")
of_last(sp.iv, lambda d, z, v, x: 0.5 * d * (sp.iv(v - 1, x) + sp.iv(v + 1, x)), "v, x")
of_last(sp.kv, lambda d, z, v, x: -0.5 * d * (sp.kv(v - 1, x) + sp.kv(v + 1, x)), "v, x")
of_last(
    sp.ive,
    lambda d, z, v, x: _scaled("ive", d, x, 0.5 * (sp.ive(v - 1, x) + sp.ive(v + 1, x)) - np.sign(x) * z),
    "v, x",
)
of_last(sp.kve, lambda d, z, v, x: d * (z - 0.5 * (sp.kve(v - 1, x) + sp.kve(v + 1, x))), "v, x")
of_last(sp.kn, lambda d, z, n, x: -0.5 * d * (sp.kv(n - 1, x) + sp.kv(n + 1, x)), "n, x")
of_last(sp.yn, lambda d, z, n, x: 0.5 * d * (sp.yv(n - 1, x) - sp.yv(n + 1, x)), "n, x")
if sp.jn is not sp.jv:
    of_last(sp.jn, lambda d, z, n, x: 0.5 * d * (sp.jv(n - 1, x) - sp.jv(n + 1, x)), "n, x")

# ------------------------------------------------------------------ hypergeometric and elliptic functions

of_last(sp.hyp0f1, lambda d, z, v, x: d * sp.hyp0f1(v + 1.0, x) / v, "v, x")
of_last(sp.hyp1f1, lambda d, z, a, b, x: d * (a / b) * sp.hyp1f1(a + 1.0, b + 1.0, x), "a, b, x")
of_last(sp.hyperu, lambda d, z, a, b, x: -d * a * sp.hyperu(a + 1.0, b + 1.0, x), "a, b, x")
of_last(sp.hyp2f1, lambda d, z, a, b, c, x: d * (a * b / c) * sp.hyp2f1(a + 1.0, b + 1.0, c + 1.0, x), "a, b, c, x")
of_last(sp.zeta, lambda d, z, n, x: -d * n * zeta(n + 1.0, x), "n, x")
one("ellipk", lambda d, y, x: d * sp.elliprd(0.0, 1.0, 1.0 - x) / 6.0)
one("ellipe", lambda d, y, x: -d * sp.elliprd(0.0, 1.0 - x, 1.0) / 6.0)
one("ellipkm1", lambda d, y, x: -d * sp.elliprd(0.0, 1.0, x) / 6.0)

# ------------------------------------------------------------------ over axes

softmax, logsumexp = dispatching(sp.softmax), dispatching(sp.logsumexp)


def _finite(z: Any) -> Any:
    return np.where(np.isfinite(z), z, 0.0)


def logsumexp_adjoint(g: Any, z: Any, a: Any, axis: Any = None, b: Any = None, *, keepdims: Any = False) -> Any:
    made = align(g, a, axis, keepdims) * np.exp(a - align(_finite(z), a, axis, keepdims))
    return made if b is None else made * b


def logsumexp_tangent(d: Any, z: Any, a: Any, axis: Any = None, b: Any = None, *, keepdims: Any = False) -> Any:
    made = d * np.exp(a - align(_finite(z), a, axis, keepdims))
    return np.sum(made if b is None else made * b, axis=axis, keepdims=keepdims)


def logsumexp_b_adjoint(g: Any, z: Any, a: Any, axis: Any = None, b: Any = None, *, keepdims: Any = False) -> Any:
    return align(g, a, axis, keepdims) * np.exp(a - align(_finite(z), a, axis, keepdims))


def logsumexp_b_tangent(d: Any, z: Any, a: Any, axis: Any = None, b: Any = None, *, keepdims: Any = False) -> Any:
    return np.sum(d * np.exp(a - align(_finite(z), a, axis, keepdims)), axis=axis, keepdims=keepdims)


general(
    define("logsumexp", sp.logsumexp, infer=reduced(np.mean), parameters="a, axis=None, b=None, *, keepdims=False"),
    dict(a=logsumexp_adjoint, b=logsumexp_b_adjoint),
    dict(a=logsumexp_tangent, b=logsumexp_b_tangent),
    broadcasts=True,
)


def _turned(g: Any, p: Any, axis: Any) -> Any:
    return p * (g - np.sum(p * g, axis=axis, keepdims=True))


def _same_shape(args: Any, keywords: Any) -> Any:
    return _infer.elementwise(np.sin)(args[:1], {})


general(
    define("softmax", sp.softmax, infer=_same_shape, parameters="x, axis=None"),
    dict(x=lambda g, z, x, axis=None: _turned(g, z, axis)),
    dict(x=lambda d, z, x, axis=None: _turned(d, z, axis)),
)
general(
    define("log_softmax", sp.log_softmax, infer=_same_shape, parameters="x, axis=None"),
    dict(x=lambda g, z, x, axis=None: g - np.exp(z) * np.sum(g, axis=axis, keepdims=True)),
    dict(x=lambda d, z, x, axis=None: d - np.sum(np.exp(z) * d, axis=axis, keepdims=True)),
)

# ------------------------------------------------------------------ derivative zero everywhere

zero(
    define("special.gammasgn", sp.gammasgn, infer=_infer.elementwise(sp.gammasgn), parameters="x, /"),
    define("special.round", sp.round, infer=_infer.elementwise(sp.round), parameters="x, /"),
)
