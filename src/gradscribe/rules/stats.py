"""The distributions of `scipy.stats`.

One rule for all continuous ones: with `y = (x - loc) / scale` each method has the derivative of its standard form in y,
from which those in x, loc and scale follow. A distribution says only the derivative of its log density, in y and in the
shapes it can; the derivatives of cdf, sf and ppf in y come from the density.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.special as sp
from scipy import stats

from ..ir.primitives import define
from . import special, stats_definitions  # noqa: F401  (the rules of what the densities are made of)
from .special import floating, slope
from .table import dispatching, general

ROOT_2PI = float(np.sqrt(2.0 * np.pi))
Partial = Callable[..., Any]


@dataclass(frozen=True)
class Density:
    """The derivatives of a standard log density.

    Args:
        score: `(y, *shapes)` -> its derivative in y.
        shapes: for each shape parameter that may be active, `(y, *shapes)` -> its derivative in that.
        cdf: for each shape parameter with a closed form, `(y, *shapes)` -> the derivative of the cdf in that.
        numeric: the positive shape parameters in which the cdf has no elementary derivative: it is found by
            differences of high order.
    """

    score: Partial
    shapes: dict[str, Partial] = field(default_factory=dict)
    cdf: dict[str, Partial] = field(default_factory=dict)
    numeric: tuple[str, ...] = ()


def _phi(y: Any) -> Any:
    return np.exp(-0.5 * y**2) / ROOT_2PI


def _t_df(y: Any, df: Any) -> Any:
    inner = 1.0 + y**2 / df
    change = sp.digamma(0.5 * (df + 1.0)) - sp.digamma(0.5 * df) - 1.0 / df - np.log(inner)
    return 0.5 * (change + (df + 1.0) * y**2 / (df**2 * inner))


def _truncnorm_mass(a: Any, b: Any) -> Any:
    return sp.ndtr(b) - sp.ndtr(a)


def _vonmises_kappa(y: Any, kappa: Any) -> Any:
    return np.cos(y) - sp.i1e(kappa) / sp.i0e(kappa)


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
    "gamma": Density(lambda y, a: (a - 1.0) / y - 1.0, {"a": lambda y, a: np.log(y) - sp.digamma(a)}, numeric=("a",)),
    "chi2": Density(
        lambda y, df: (0.5 * df - 1.0) / y - 0.5,
        {"df": lambda y, df: 0.5 * (np.log(0.5 * y) - sp.digamma(0.5 * df))},
        numeric=("df",),
    ),
    "beta": Density(
        lambda y, a, b: (a - 1.0) / y - (b - 1.0) / (1.0 - y),
        {
            "a": lambda y, a, b: np.log(y) - sp.digamma(a) + sp.digamma(a + b),
            "b": lambda y, a, b: np.log1p(-y) - sp.digamma(b) + sp.digamma(a + b),
        },
        numeric=("a", "b"),
    ),
    "t": Density(lambda y, df: -(df + 1.0) * y / (df + y**2), {"df": _t_df}, numeric=("df",)),
    "lognorm": Density(
        lambda y, s: -(1.0 + np.log(y) / s**2) / y,
        {"s": lambda y, s: np.log(y) ** 2 / s**3 - 1.0 / s},
        {"s": lambda y, s: -_phi(np.log(y) / s) * np.log(y) / s**2},
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
    ),
    "invgamma": Density(
        lambda y, a: -(a + 1.0) / y + 1.0 / y**2, {"a": lambda y, a: -np.log(y) - sp.digamma(a)}, numeric=("a",)
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
    "vonmises": Density(lambda y, kappa: -kappa * np.sin(y), {"kappa": _vonmises_kappa}),
}


@dataclass(frozen=True)
class Method:
    """A method of one distribution, and how its rules call the others."""

    name: str
    distribution: Any
    density: Density
    names: tuple[str, ...]

    def split(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, tuple[Any, ...], Any, Any]:
        """x, the shapes, loc and scale of a call."""
        x, *shapes = args
        return x, tuple(shapes), keywords.get("loc", 0.0), keywords.get("scale", 1.0)

    def standard(self, x: Any, loc: Any, scale: Any) -> Any:
        moved = x if isinstance(loc, float) and loc == 0.0 else x - loc
        return moved if isinstance(scale, float) and scale == 1.0 else moved / scale

    def other(self, name: str) -> Callable[..., Any]:
        return dispatching(getattr(self.distribution, name))

    def cdf_slope(self, name: str, y: Any, shapes: tuple[Any, ...]) -> Any:
        """The derivative of the standard cdf in a shape."""
        if name in self.density.cdf:
            return self.density.cdf[name](y, *shapes)
        return slope(self.distribution.cdf, 1 + self.names.index(name), y, *shapes)

    @property
    def cdf_names(self) -> tuple[str, ...]:
        return (*self.density.cdf, *self.density.numeric)

    def along(self, z: Any, y: Any, shapes: tuple[Any, ...], density: Any) -> Any:
        """The derivative of the standard form in y."""
        if self.name in ("pdf", "logpdf"):
            slope = self.density.score(y, *shapes)
            return z * slope if self.name == "pdf" else slope
        sign = -1.0 if self.name in ("sf", "logsf") else 1.0
        return sign * (density / np.exp(z) if self.name.startswith("log") else density)


def _declare(distribution: Any, method: str, density: Density) -> None:
    shapes = tuple(s.strip() for s in distribution.shapes.split(",")) if distribution.shapes else ()
    made = Method(method, distribution, density, shapes)
    function = getattr(distribution, method)
    parameters = ", ".join(("x", *shapes, "loc=0", "scale=1"))
    primitive = define(f"{distribution.name}.{method}", function, infer=_elementwise(function), parameters=parameters)
    partials = inverse_partials(made) if method in ("ppf", "isf") else direct_partials(made)
    partials = {k: _linear_in_d(v) for k, v in partials.items()}
    general(primitive, partials, dict(partials), elementwise=True)


def _elementwise(function: Any) -> Any:
    """Numbers for numbers, arrays for arrays; floating for all."""
    return lambda args, keywords: floating((*args, *keywords.values()))


def _linear_in_d(partial: Partial) -> Partial:
    return lambda d, z, *args, **keywords: d * partial(z, *args, **keywords)


def direct_partials(m: Method) -> dict[str, Partial]:
    """The partials of pdf, cdf and sf, and of their logarithms."""
    dense = m.name in ("pdf", "logpdf")

    def change_of(z: Any, args: Any, keywords: Any) -> tuple[Any, Any]:
        """The derivative in y, and y."""
        x, shapes, loc, scale = m.split(args, keywords)
        y = m.standard(x, loc, scale)
        density = None if dense else m.other("pdf")(y, *shapes)
        return m.along(z, y, shapes, density), y

    def of_x(z: Any, *args: Any, **keywords: Any) -> Any:
        return change_of(z, args, keywords)[0] / keywords.get("scale", 1.0)

    def of_scale(z: Any, *args: Any, **keywords: Any) -> Any:
        change, y = change_of(z, args, keywords)
        change = -change * y
        if dense:
            change = change - (z if m.name == "pdf" else 1.0)
        return change / keywords["scale"]

    def of_shape(name: str) -> Partial:
        def partial(z: Any, *args: Any, **keywords: Any) -> Any:
            x, shapes, loc, scale = m.split(args, keywords)
            y = m.standard(x, loc, scale)
            if dense:
                change = m.density.shapes[name](y, *shapes)
                return z * change if m.name == "pdf" else change
            change = m.cdf_slope(name, y, shapes) * (-1.0 if m.name in ("sf", "logsf") else 1.0)
            return change / np.exp(z) if m.name.startswith("log") else change

        return partial

    known = tuple(m.density.shapes) if dense else m.cdf_names
    found = {name: of_shape(name) for name in m.names if name in known}
    return {"x": of_x, "loc": lambda z, *a, **k: -of_x(z, *a, **k), "scale": of_scale, **found}


def inverse_partials(m: Method) -> dict[str, Partial]:
    """The partials of ppf and isf, from those of cdf."""

    def density(z: Any, args: Any, keywords: Any) -> tuple[Any, Any, tuple[Any, ...]]:
        _, shapes, loc, scale = m.split(args, keywords)
        y = m.standard(z, loc, scale)
        return m.other("pdf")(y, *shapes), y, shapes

    def of_q(z: Any, *args: Any, **keywords: Any) -> Any:
        sign = 1.0 if m.name == "ppf" else -1.0
        return sign * keywords.get("scale", 1.0) / density(z, args, keywords)[0]

    def of_shape(name: str) -> Partial:
        def partial(z: Any, *args: Any, **keywords: Any) -> Any:
            p, y, shapes = density(z, args, keywords)
            return -keywords.get("scale", 1.0) * m.cdf_slope(name, y, shapes) / p

        return partial

    found = {name: of_shape(name) for name in m.names if name in m.cdf_names}
    return {
        "x": of_q,
        "loc": lambda z, *args, **keywords: np.ones_like(z),
        "scale": lambda z, *args, **keywords: density(z, args, keywords)[1],
        **found,
    }


for _name, _density in DENSITIES.items():
    for _method in ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"):
        _declare(getattr(stats, _name), _method, _density)

# ------------------------------------------------------------------ discrete distributions: their probabilities


def _discrete(name: str, shapes: str, log: dict[str, Partial], cdf: dict[str, Partial]) -> None:
    """A discrete distribution by the derivatives of its log probabilities and of its cdf."""
    distribution = getattr(stats, name)
    for method in ("pmf", "logpmf", "cdf", "logcdf", "sf", "logsf"):
        function = getattr(distribution, method)
        known = log if method in ("pmf", "logpmf") else cdf
        made = define(f"{name}.{method}", function, infer=_elementwise(function), parameters=f"k, {shapes}")
        partials = {k: _of_discrete(method, partial) for k, partial in known.items()}
        rest = " ".join(n.strip() for n in f"k, {shapes}".split(",") if n.strip() not in partials and n.strip() == "k")
        general(made, partials, dict(partials), elementwise=True, zero=rest)


def _of_discrete(method: str, partial: Partial) -> Partial:
    def rule(d: Any, z: Any, *args: Any) -> Any:
        k, *shapes = (np.asarray(a) if isinstance(a, (list, tuple)) else a for a in args)
        change = d * partial(k, *shapes)
        if method == "pmf":
            return z * change
        change = -change if method in ("sf", "logsf") else change
        return change / np.exp(z) if method in ("logcdf", "logsf") else change

    return rule


_pmf = {name: dispatching(getattr(stats, name).pmf) for name in ("poisson", "binom", "nbinom", "geom", "bernoulli")}
_discrete(
    "poisson",
    "mu",
    {"mu": lambda k, mu: k / mu - 1.0},
    {"mu": lambda k, mu: -_pmf["poisson"](np.floor(k), mu)},
)
_discrete(
    "bernoulli",
    "p",
    {"p": lambda k, p: k / p - (1.0 - k) / (1.0 - p)},
    {"p": lambda k, p: np.where((k >= 0) & (k < 1), -1.0, 0.0)},
)
_discrete(
    "binom",
    "n, p",
    {"p": lambda k, n, p: k / p - (n - k) / (1.0 - p)},
    {"p": lambda k, n, p: -(n - np.floor(k)) / (1.0 - p) * _pmf["binom"](np.floor(k), n, p)},
)
_discrete(
    "geom",
    "p",
    {"p": lambda k, p: 1.0 / p - (k - 1.0) / (1.0 - p)},
    {"p": lambda k, p: np.floor(k) * (1.0 - p) ** (np.floor(k) - 1.0)},
)
_discrete(
    "nbinom",
    "n, p",
    {"p": lambda k, n, p: n / p - k / (1.0 - p)},
    {"p": lambda k, n, p: (n + np.floor(k)) / p * _pmf["nbinom"](np.floor(k), n, p)},
)
