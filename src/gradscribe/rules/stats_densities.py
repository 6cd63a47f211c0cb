"""The standard densities of `scipy.stats` by their derivatives, as data; see `stats` for what is made of them.

Where a distribution function has no elementary derivative in a shape, it is that of the incomplete gamma or beta
function that it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.special as sp

from .. import runtime_scipy
from .special import betainc_in_a, betainc_in_b, gammainc_in_a, helper
from .table import dispatching

ROOT_2PI = float(np.sqrt(2.0 * np.pi))
polygamma = dispatching(sp.polygamma)
Partial = Callable[..., Any]


@dataclass(frozen=True)
class Density:
    """The derivatives of a standard log density.

    Args:
        score: `(y, *shapes)` -> its derivative in y.
        shapes: for each shape parameter that may be active, `(y, *shapes)` -> its derivative in that.
        cdf: for each shape parameter that may be active there, `(y, *shapes)` -> the derivative of the cdf in that.
        mean, variance, entropy: for each shape parameter, `(*shapes)` -> the derivative of the standard one in that.
    """

    score: Partial
    shapes: dict[str, Partial] = field(default_factory=dict)
    cdf: dict[str, Partial] = field(default_factory=dict)
    mean: dict[str, Partial] = field(default_factory=dict)
    variance: dict[str, Partial] = field(default_factory=dict)
    entropy: dict[str, Partial] = field(default_factory=dict)


def _phi(y: Any) -> Any:
    return np.exp(-0.5 * y**2) / ROOT_2PI


def _mills(w: Any) -> Any:
    """The density of the normal distribution by its distribution function."""
    return np.exp(-0.5 * w**2 - sp.log_ndtr(w)) / ROOT_2PI


def _trigamma(x: Any) -> Any:
    return polygamma(1, x)


def _beta_variance(a: Any, b: Any) -> Any:
    return a * b / ((a + b) ** 2 * (a + b + 1.0))


def _t_df(y: Any, df: Any) -> Any:
    inner = 1.0 + y**2 / df
    change = sp.digamma(0.5 * (df + 1.0)) - sp.digamma(0.5 * df) - 1.0 / df - np.log(inner)
    return 0.5 * (change + (df + 1.0) * y**2 / (df**2 * inner))


def _t_cdf_df(y: Any, df: Any) -> Any:
    """cdf(y) = 1 - I(df / 2, 1 / 2, df / (df + y**2)) / 2 for y > 0, and 1 minus that for y < 0."""
    at_zero = np.equal(y, 0.0)
    y = np.where(at_zero, 1.0, y)
    x = df / (df + y**2)
    density = np.exp((0.5 * df - 1.0) * np.log(x) - 0.5 * np.log1p(-x) - sp.betaln(0.5 * df, 0.5))
    change = 0.5 * betainc_in_a(0.5 * df, 0.5, x) + density * y**2 / (df + y**2) ** 2
    return np.where(at_zero, 0.0, -0.5 * np.sign(y) * change)


def _t_entropy_df(df: Any) -> Any:
    return 0.25 * (df + 1.0) * (_trigamma(0.5 * (df + 1.0)) - _trigamma(0.5 * df)) + 0.5 / df


def _f_ratio(y: Any, m: Any, n: Any) -> tuple[Any, Any]:
    """The operand x of the incomplete beta function of the F distribution, and its density."""
    x = m * y / (n + m * y)
    return x, np.exp((0.5 * m - 1.0) * np.log(x) + (0.5 * n - 1.0) * np.log1p(-x) - sp.betaln(0.5 * m, 0.5 * n))


def _f_cdf_m(y: Any, m: Any, n: Any) -> Any:
    x, density = _f_ratio(y, m, n)
    return 0.5 * betainc_in_a(0.5 * m, 0.5 * n, x) + density * n * y / (n + m * y) ** 2


def _f_cdf_n(y: Any, m: Any, n: Any) -> Any:
    x, density = _f_ratio(y, m, n)
    return 0.5 * betainc_in_b(0.5 * m, 0.5 * n, x) - density * m * y / (n + m * y) ** 2


def _f_m(y: Any, m: Any, n: Any) -> Any:
    change = np.log(m) + 1.0 + np.log(y) - np.log(n + m * y) - (m + n) * y / (n + m * y)
    return 0.5 * (change - sp.digamma(0.5 * m) + sp.digamma(0.5 * (m + n)))


def _f_n(y: Any, m: Any, n: Any) -> Any:
    change = np.log(n) + 1.0 - np.log(n + m * y) - (m + n) / (n + m * y)
    return 0.5 * (change - sp.digamma(0.5 * n) + sp.digamma(0.5 * (m + n)))


def _truncnorm_mass(a: Any, b: Any) -> Any:
    return sp.ndtr(b) - sp.ndtr(a)


def _vonmises_kappa(y: Any, kappa: Any) -> Any:
    return np.cos(y) - sp.i1e(kappa) / sp.i0e(kappa)


_vonmises_slope = helper(
    runtime_scipy.vonmises_slope,
    "x, kappa, mean_cosine",
    x=lambda d, z, x, kappa, mean_cosine: (
        d * np.exp(kappa * (np.cos(x) - 1.0)) / (2.0 * np.pi * sp.i0e(kappa)) * (np.cos(x) - mean_cosine)
    ),
)


def _exponnorm_cdf_k(y: Any, k: Any) -> Any:
    w = y - 1.0 / k
    tail = np.exp(0.5 / k**2 - y / k + sp.log_ndtr(w))
    return -(tail * (y / k**2 - 1.0 / k**3) + _phi(y) / k**2)


def _extreme_log(y: Any, c: Any) -> Any:
    """log(1 - c y) / c, and its limit -y at c = 0."""
    safe = np.where(np.equal(c, 0.0), 1.0, c)
    return np.where(np.equal(c, 0.0), -y, np.log1p(-c * y) / safe)


def _extreme_log_c(y: Any, c: Any) -> Any:
    """The derivative of that in c."""
    small = np.absolute(c * y) < 1e-4
    safe = np.where(small, 1.0, c)
    q = np.where(small, 1.0, 1.0 - c * y)
    return np.where(small, -0.5 * y**2 - 2.0 * c * y**3 / 3.0, -np.log(q) / safe**2 - y / (safe * q))


def _kappa3_power(y: Any, a: Any) -> Any:
    return 1.0 + y**a * np.log(y)


def _wrapped(y: Any, c: Any) -> Any:
    return 1.0 + c**2 - 2.0 * c * np.cos(y)


def _wrapped_cdf_c(y: Any, c: Any) -> Any:
    sine, cosine = np.sin(0.5 * y), np.cos(0.5 * y)
    return 2.0 * sine * cosine / (np.pi * ((1.0 - c) ** 2 * cosine**2 + (1.0 + c) ** 2 * sine**2))


DENSITIES: dict[str, Density] = {
    "norm": Density(lambda y: -y),
    "expon": Density(lambda y: -np.ones_like(y)),
    "uniform": Density(lambda y: np.zeros_like(y)),
    "laplace": Density(lambda y: -np.sign(y)),
    "logistic": Density(lambda y: -np.tanh(0.5 * y)),
    "cauchy": Density(lambda y: -2.0 * y / (1.0 + y**2)),
    "gumbel_r": Density(lambda y: np.exp(-y) - 1.0),
    "gumbel_l": Density(lambda y: 1.0 - np.exp(y)),
    "halfnorm": Density(lambda y: -y),
    "rayleigh": Density(lambda y: 1.0 / y - y),
    "maxwell": Density(lambda y: 2.0 / y - y),
    "hypsecant": Density(lambda y: -np.tanh(y)),
    "halfcauchy": Density(lambda y: -2.0 * y / (1.0 + y**2)),
    "arcsine": Density(lambda y: (y - 0.5) / (y * (1.0 - y))),
    "gamma": Density(
        lambda y, a: (a - 1.0) / y - 1.0,
        {"a": lambda y, a: np.log(y) - sp.digamma(a)},
        {"a": lambda y, a: gammainc_in_a(a, y)},
        mean={"a": lambda a: np.ones_like(a)},
        variance={"a": lambda a: np.ones_like(a)},
        entropy={"a": lambda a: 1.0 + (1.0 - a) * _trigamma(a)},
    ),
    "chi2": Density(
        lambda y, df: (0.5 * df - 1.0) / y - 0.5,
        {"df": lambda y, df: 0.5 * (np.log(0.5 * y) - sp.digamma(0.5 * df))},
        {"df": lambda y, df: 0.5 * gammainc_in_a(0.5 * df, 0.5 * y)},
        mean={"df": lambda df: np.ones_like(df)},
        variance={"df": lambda df: 2.0 * np.ones_like(df)},
        entropy={"df": lambda df: 0.5 + 0.5 * (1.0 - 0.5 * df) * _trigamma(0.5 * df)},
    ),
    "beta": Density(
        lambda y, a, b: (a - 1.0) / y - (b - 1.0) / (1.0 - y),
        {
            "a": lambda y, a, b: np.log(y) - sp.digamma(a) + sp.digamma(a + b),
            "b": lambda y, a, b: np.log1p(-y) - sp.digamma(b) + sp.digamma(a + b),
        },
        {"a": lambda y, a, b: betainc_in_a(a, b, y), "b": lambda y, a, b: betainc_in_b(a, b, y)},
        mean={"a": lambda a, b: b / (a + b) ** 2, "b": lambda a, b: -a / (a + b) ** 2},
        variance={
            "a": lambda a, b: _beta_variance(a, b) * (1.0 / a - 2.0 / (a + b) - 1.0 / (a + b + 1.0)),
            "b": lambda a, b: _beta_variance(a, b) * (1.0 / b - 2.0 / (a + b) - 1.0 / (a + b + 1.0)),
        },
        entropy={
            "a": lambda a, b: (a + b - 2.0) * _trigamma(a + b) - (a - 1.0) * _trigamma(a),
            "b": lambda a, b: (a + b - 2.0) * _trigamma(a + b) - (b - 1.0) * _trigamma(b),
        },
    ),
    "t": Density(
        lambda y, df: -(df + 1.0) * y / (df + y**2),
        {"df": _t_df},
        {"df": _t_cdf_df},
        mean={"df": lambda df: np.where(df > 1.0, 0.0, np.nan)},
        variance={"df": lambda df: np.where(df > 2.0, -2.0 / (df - 2.0) ** 2, np.nan)},
        entropy={"df": _t_entropy_df},
    ),
    "f": Density(
        lambda y, m, n: (0.5 * m - 1.0) / y - 0.5 * (m + n) * m / (n + m * y),
        {"dfn": _f_m, "dfd": _f_n},
        {"dfn": _f_cdf_m, "dfd": _f_cdf_n},
    ),
    "exponnorm": Density(
        lambda y, k: _mills(y - 1.0 / k) - 1.0 / k,
        {"K": lambda y, k: (y + _mills(y - 1.0 / k)) / k**2 - 1.0 / k - 1.0 / k**3},
        {"K": _exponnorm_cdf_k},
    ),
    "genextreme": Density(
        lambda y, c: (np.exp(_extreme_log(y, c)) - 1.0 + c) / (1.0 - c * y),
        {"c": lambda y, c: (1.0 - np.exp(_extreme_log(y, c))) * _extreme_log_c(y, c) + y / (1.0 - c * y)},
        {"c": lambda y, c: -np.exp(_extreme_log(y, c) - np.exp(_extreme_log(y, c))) * _extreme_log_c(y, c)},
    ),
    "genpareto": Density(
        lambda y, c: -(1.0 + c) / (1.0 + c * y),
        {"c": lambda y, c: -_extreme_log_c(y, -c) - y / (1.0 + c * y)},
        {"c": lambda y, c: np.exp(_extreme_log(y, -c)) * _extreme_log_c(y, -c)},
    ),
    "gennorm": Density(
        lambda y, beta: -beta * np.sign(y) * np.absolute(y) ** (beta - 1.0),
        {
            "beta": lambda y, beta: (
                1.0 / beta + sp.digamma(1.0 / beta) / beta**2 - sp.xlogy(np.absolute(y) ** beta, np.absolute(y))
            )
        },
        {
            "beta": lambda y, beta: (
                0.5
                * np.sign(y)
                * (
                    np.absolute(y) * np.exp(-(np.absolute(y) ** beta)) * np.log(np.absolute(y)) / sp.gamma(1.0 / beta)
                    - gammainc_in_a(1.0 / beta, np.absolute(y) ** beta) / beta**2
                )
            )
        },
    ),
    "invgauss": Density(
        lambda y, mu: -1.5 / y - 0.5 / mu**2 + 0.5 / y**2,
        {"mu": lambda y, mu: y / mu**3 - 1.0 / mu**2},
        {"mu": lambda y, mu: -2.0 / mu**2 * np.exp(2.0 / mu + sp.log_ndtr(-(y / mu + 1.0) / np.sqrt(y)))},
    ),
    "kappa3": Density(
        lambda y, a: -(a + 1.0) * y ** (a - 1.0) / (a + y**a),
        {"a": lambda y, a: 1.0 / a + np.log(a + y**a) / a**2 - (1.0 + 1.0 / a) * _kappa3_power(y, a) / (a + y**a)},
        {
            "a": lambda y, a: (
                y * (a + y**a) ** (-1.0 / a) * (np.log(a + y**a) / a**2 - _kappa3_power(y, a) / (a * (a + y**a)))
            )
        },
    ),
    "loggamma": Density(
        lambda y, c: c - np.exp(y),
        {"c": lambda y, c: y - sp.digamma(c)},
        {"c": lambda y, c: gammainc_in_a(c, np.exp(y))},
    ),
    "powerlaw": Density(
        lambda y, a: (a - 1.0) / y,
        {"a": lambda y, a: 1.0 / a + np.log(y)},
        {"a": lambda y, a: y**a * np.log(y)},
    ),
    "skewnorm": Density(
        lambda y, a: a * _mills(a * y) - y,
        {"a": lambda y, a: y * _mills(a * y)},
        {"a": lambda y, a: -np.exp(-0.5 * y**2 * (1.0 + a**2)) / (np.pi * (1.0 + a**2))},
    ),
    "triang": Density(
        lambda y, c: np.where(y < c, 1.0 / y, -1.0 / (1.0 - y)),
        {"c": lambda y, c: np.where(y < c, -1.0 / c, 1.0 / (1.0 - c))},
        {"c": lambda y, c: np.where(y < c, -((y / c) ** 2), -(((1.0 - y) / (1.0 - c)) ** 2))},
    ),
    "wrapcauchy": Density(
        lambda y, c: -2.0 * c * np.sin(y) / _wrapped(y, c),
        {"c": lambda y, c: -2.0 * c / (1.0 - c**2) - 2.0 * (c - np.cos(y)) / _wrapped(y, c)},
        {"c": _wrapped_cdf_c},
    ),
    "lognorm": Density(
        lambda y, s: -(1.0 + np.log(y) / s**2) / y,
        {"s": lambda y, s: np.log(y) ** 2 / s**3 - 1.0 / s},
        {"s": lambda y, s: -_phi(np.log(y) / s) * np.log(y) / s**2},
        mean={"s": lambda s: s * np.exp(0.5 * s**2)},
        variance={"s": lambda s: 2.0 * s * np.exp(s**2) * (2.0 * np.exp(s**2) - 1.0)},
        entropy={"s": lambda s: 1.0 / s},
    ),
    "pareto": Density(
        lambda y, b: -(b + 1.0) / y,
        {"b": lambda y, b: 1.0 / b - np.log(y)},
        {"b": lambda y, b: np.log(y) * y**-b},
    ),
    "weibull_min": Density(
        lambda y, c: (c - 1.0) / y - c * y ** (c - 1.0),
        {"c": lambda y, c: 1.0 / c + np.log(y) * (1.0 - y**c)},
        {"c": lambda y, c: np.exp(-(y**c)) * y**c * np.log(y)},
        mean={"c": lambda c: -sp.gamma(1.0 + 1.0 / c) * sp.digamma(1.0 + 1.0 / c) / c**2},
        variance={
            "c": lambda c: (
                2.0
                * (
                    sp.gamma(1.0 + 1.0 / c) ** 2 * sp.digamma(1.0 + 1.0 / c)
                    - sp.gamma(1.0 + 2.0 / c) * sp.digamma(1.0 + 2.0 / c)
                )
                / c**2
            )
        },
        entropy={"c": lambda c: np.euler_gamma / c**2 - 1.0 / c},
    ),
    "invgamma": Density(
        lambda y, a: -(a + 1.0) / y + 1.0 / y**2,
        {"a": lambda y, a: -np.log(y) - sp.digamma(a)},
        {"a": lambda y, a: -gammainc_in_a(a, 1.0 / y)},
    ),
    "truncnorm": Density(
        lambda y, a, b: -y,
        {
            "a": lambda y, a, b: _phi(a) / _truncnorm_mass(a, b),
            "b": lambda y, a, b: -_phi(b) / _truncnorm_mass(a, b),
        },
        {
            "a": lambda y, a, b: _phi(a) * (sp.ndtr(y) - sp.ndtr(b)) / _truncnorm_mass(a, b) ** 2,
            "b": lambda y, a, b: -_phi(b) * (sp.ndtr(y) - sp.ndtr(a)) / _truncnorm_mass(a, b) ** 2,
        },
    ),
    "vonmises": Density(
        lambda y, kappa: -kappa * np.sin(y),
        {"kappa": _vonmises_kappa},
        {"kappa": lambda y, kappa: _vonmises_slope(y, kappa, sp.i1e(kappa) / sp.i0e(kappa))},
    ),
}
