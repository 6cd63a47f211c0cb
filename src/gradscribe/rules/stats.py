"""The distributions of `scipy.stats`.

One rule for all continuous ones: with `y = (x - loc) / scale` each method has the derivative of its standard form in y,
from which those in x, loc and scale follow. A distribution says only the derivative of its log density, in y and in the
shapes it can; the derivatives of cdf, sf and ppf in y come from the density.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.special as sp
from scipy import stats

from ..ir.primitives import define
from . import special, stats_definitions  # noqa: F401  (the rules of what the densities are made of)
from .special import floating
from .stats_densities import DENSITIES, Density
from .table import dispatching, general

Partial = Callable[..., Any]


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
        return self.density.cdf[name](y, *shapes)

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

    known = tuple(m.density.shapes) if dense else m.density.cdf
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

    found = {name: of_shape(name) for name in m.names if name in m.density.cdf}
    return {
        "x": of_q,
        "loc": lambda z, *args, **keywords: np.ones_like(z),
        "scale": lambda z, *args, **keywords: density(z, args, keywords)[1],
        **found,
    }


for _name, _density in DENSITIES.items():
    for _method in ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"):
        _declare(getattr(stats, _name), _method, _density)

# ------------------------------------------------------------------ moments and entropy


def _declare_moment(distribution: Any, method: str, density: Density) -> None:
    """mean, var, std or entropy: of the standard form, moved and scaled."""
    shapes = tuple(s.strip() for s in distribution.shapes.split(",")) if distribution.shapes else ()
    function = getattr(distribution, method)
    parameters = ", ".join((*shapes, "loc=0", "scale=1"))
    primitive = define(f"{distribution.name}.{method}", function, infer=_elementwise(function), parameters=parameters)
    table = {"mean": density.mean, "entropy": density.entropy}.get(method, density.variance)
    partials: dict[str, Partial] = {name: _moment_in_shape(method, table[name]) for name in shapes if name in table}
    partials["scale"] = _MOMENT_IN_SCALE[method]
    zero = "loc"
    if method == "mean":
        partials["loc"], zero = (lambda z, *shapes, loc=0.0, scale=1.0: 1.0), ""
    partials = {k: _linear_in_d(v) for k, v in partials.items()}
    general(primitive, partials, dict(partials), elementwise=True, zero=zero)


def _moment_in_shape(method: str, slope: Partial) -> Partial:
    def partial(z: Any, *shapes: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
        change = slope(*shapes)
        if method == "std":
            return 0.5 * scale**2 * change / z
        return change if method == "entropy" else change * scale if method == "mean" else change * scale**2

    return partial


_MOMENT_IN_SCALE: dict[str, Partial] = {
    "mean": lambda z, *shapes, loc=0.0, scale=1.0: (z - loc) / scale,
    "var": lambda z, *shapes, loc=0.0, scale=1.0: 2.0 * z / scale,
    "std": lambda z, *shapes, loc=0.0, scale=1.0: z / scale,
    "entropy": lambda z, *shapes, loc=0.0, scale=1.0: 1.0 / scale,
}
for _name, _density in DENSITIES.items():
    for _method in ("entropy",) if _name in ("cauchy", "halfcauchy") else _MOMENT_IN_SCALE:  # there are no others
        _declare_moment(getattr(stats, _name), _method, _density)

# ------------------------------------------------------------------ discrete distributions: their probabilities


def _discrete(name: str, shapes: str, log: dict[str, Partial], cdf: dict[str, Partial]) -> None:
    """A discrete distribution by the derivatives of its log probabilities and of its cdf."""
    distribution = getattr(stats, name)
    for method in ("pmf", "logpmf", *(("cdf", "logcdf", "sf", "logsf") if cdf else ())):
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


_pmf = {name: dispatching(getattr(stats, name).pmf) for name in ("poisson", "binom", "nbinom", "geom", "skellam")}
_logser_sf = dispatching(stats.logser.sf)
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
_discrete(
    "skellam",
    "mu1, mu2",
    {
        "mu1": lambda k, m, n: _pmf["skellam"](k - 1, m, n) / _pmf["skellam"](k, m, n) - 1.0,
        "mu2": lambda k, m, n: _pmf["skellam"](k + 1, m, n) / _pmf["skellam"](k, m, n) - 1.0,
    },
    {
        "mu1": lambda k, m, n: -_pmf["skellam"](np.floor(k), m, n),
        "mu2": lambda k, m, n: _pmf["skellam"](np.floor(k) + 1, m, n),
    },
)
_discrete(
    "logser",
    "p",
    {"p": lambda k, p: k / p + 1.0 / ((1.0 - p) * np.log1p(-p))},
    {"p": lambda k, p: (p ** np.floor(k) - _logser_sf(np.floor(k), p)) / ((1.0 - p) * np.log1p(-p))},
)
_discrete(
    "betabinom",
    "n, a, b",
    {
        "a": lambda k, n, a, b: sp.digamma(k + a) - sp.digamma(n + a + b) - sp.digamma(a) + sp.digamma(a + b),
        "b": lambda k, n, a, b: sp.digamma(n - k + b) - sp.digamma(n + a + b) - sp.digamma(b) + sp.digamma(a + b),
    },
    {},
)
