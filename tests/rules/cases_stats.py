"""Cases of the distributions of `scipy.stats`; none without SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradscribe import runtime_scipy
from rules.case import A, P, case

stats = pytest.importorskip("scipy.stats")
DENSITIES = pytest.importorskip("gradscribe.rules.stats_densities").DENSITIES


def unit(*shape: int) -> np.ndarray:
    return 0.1 + 0.3 * P(*shape)


METHODS = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf")
LINE: dict[str, tuple[float, ...]] = {
    "norm": (),
    "laplace": (),
    "logistic": (),
    "cauchy": (),
    "gumbel_r": (),
    "gumbel_l": (),
    "hypsecant": (),
    "t": (3.5,),
    "exponnorm": (1.4,),
    "gennorm": (1.6,),
    "loggamma": (2.2,),
    "skewnorm": (0.8,),
    "vonmises": (1.3,),
}
POSITIVE: dict[str, tuple[float, ...]] = {
    "expon": (),
    "halfnorm": (),
    "rayleigh": (),
    "maxwell": (),
    "halfcauchy": (),
    "gamma": (2.3,),
    "chi2": (3.7,),
    "lognorm": (0.8,),
    "weibull_min": (1.7,),
    "invgamma": (2.4,),
    "f": (4.2, 6.3),
    "genpareto": (0.4,),
    "invgauss": (1.3,),
    "kappa3": (2.7,),
    "wrapcauchy": (0.4,),
}
INNER: dict[str, tuple[float, ...]] = {
    "uniform": (),
    "beta": (2.3, 1.7),
    "truncnorm": (-0.7, 2.1),
    "arcsine": (),
    "powerlaw": (1.7,),
}
INNER |= {"triang": (0.5,), "genextreme": (0.3,)}
NUMERIC = ("t", "gamma", "chi2", "beta", "invgamma", "vonmises", "f", "gennorm", "loggamma")
"""The distributions whose cdf has a derivative in a shape that has none itself."""


def distribution(name: str, domain: Any, shapes: tuple[float, ...]) -> None:
    """All methods of one distribution, as it stands, moved and scaled, and with active shapes."""
    found = getattr(stats, name)
    for method in METHODS:
        x = domain(3)
        second = method in ("pdf", "logpdf") or name not in NUMERIC
        arrays = tuple(np.full(3, s) for s in shapes)
        wrt = ("x", *(found.shapes.split(", ") if shapes else ()))
        case(getattr(found, method), x, *arrays, _wrt=wrt, _second=second, _tolerance=1e-5)
        case(
            getattr(found, method),
            1.3 * x - 0.2,
            *shapes,
            loc=-0.2,
            scale=1.3,
            _wrt=("x", "loc", "scale"),
            _tolerance=1e-5,
        )
    for method in ("ppf", "isf"):
        case(getattr(found, method), unit(3), *shapes, scale=1.3, _wrt=("x", "scale"), _tolerance=1e-5)


for name, shapes in LINE.items():
    distribution(name, A, shapes)
for name, shapes in POSITIVE.items():
    distribution(name, P, shapes)
for name, shapes in INNER.items():
    distribution(name, unit, shapes)
distribution("pareto", lambda n: 1.0 + P(n), (2.3,))
for method in ("pmf", "logpmf", *METHODS[2:]):
    case(getattr(stats.poisson, method), np.array([0, 1, 3]), P(3))
    case(getattr(stats.bernoulli, method), np.array([0, 1, 0] if "pmf" in method else [0, 0, 0]), unit(3))
    case(getattr(stats.binom, method), np.array([0, 2, 3]), 4, unit(3), _wrt=("p",))
    case(getattr(stats.nbinom, method), np.array([0, 2, 3]), 4, unit(3), _wrt=("p",))
    case(getattr(stats.geom, method), np.array([1, 2, 3]), unit(3))
    case(getattr(stats.logser, method), np.array([1, 2, 3]), unit(3))
    case(getattr(stats.skellam, method), np.array([0, 1, 3]), P(3), P(3), _second=False)
for method in ("pmf", "logpmf"):
    case(getattr(stats.betabinom, method), np.array([0, 2, 3]), 4, P(3), P(3), _wrt=("a", "b"))
MOMENTS = {**LINE, **POSITIVE, **INNER, "pareto": (2.3,)} | {"t": (4.5,)}
for name, shapes in MOMENTS.items():
    for method, table in (("mean", "mean"), ("var", "variance"), ("std", "variance"), ("entropy", "entropy")):
        found = getattr(stats, name)
        known = getattr(DENSITIES[name], table)
        wrt = ("scale", *known, *(("loc",) if method == "mean" else ()))
        if name in ("cauchy", "halfcauchy") and method != "entropy":
            continue
        arrays, second = [np.full(3, s) for s in shapes], len(known) == len(shapes)
        case(getattr(found, method), *arrays, loc=P(3), scale=P(3), _wrt=wrt, _second=second)
case(runtime_scipy.vonmises_slope, A(3), 1.3, 0.4, _wrt=("x",))
