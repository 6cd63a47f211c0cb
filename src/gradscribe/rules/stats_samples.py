"""More statistics of samples, and frozen distributions, of `scipy.stats`: read in place of SciPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special, stats

from ..ir.primitives import DEFINITIONS, FOLLOWED_WHEN_CONSTANT
from .stats_densities import DENSITIES


class Statistic:
    """A test of which the statistic is differentiated, and nothing else."""

    def __init__(self, statistic: Any) -> None:
        self.statistic = statistic

    def __getitem__(self, k: int) -> Any:
        if k != 0:
            raise NotImplementedError("a p-value is not differentiated: take the statistic, [0]")
        return self.statistic


def pearsonr(x: Any, y: Any) -> Statistic:
    x, y = x - np.mean(x), y - np.mean(y)
    return Statistic(np.sum(x * y) / np.sqrt(np.sum(x * x) * np.sum(y * y)))


def ttest_ind(a: Any, b: Any) -> Statistic:
    """Of samples of one dimension with equal variance."""
    if np.ndim(a) != 1 or np.ndim(b) != 1:
        raise NotImplementedError("t-tests of samples of more than one dimension")
    m, n = a.shape[0], b.shape[0]
    spread = (np.sum((a - np.mean(a)) ** 2) + np.sum((b - np.mean(b)) ** 2)) / (m + n - 2)
    return Statistic((np.mean(a) - np.mean(b)) / np.sqrt(spread * (1.0 / m + 1.0 / n)))


class Line:
    """The slope and the intercept of a regression, and nothing else."""

    def __init__(self, slope: Any, intercept: Any) -> None:
        self.slope, self.intercept = slope, intercept

    def __getitem__(self, k: int) -> Any:
        if k == 0:
            return self.slope
        if k != 1:
            raise NotImplementedError("of a regression only the slope and the intercept are differentiated")
        return self.intercept


def linregress(x: Any, y: Any) -> Line:
    apart = x - np.mean(x)
    slope = np.sum(apart * (y - np.mean(y))) / np.sum(apart * apart)
    return Line(slope, np.mean(y) - slope * np.mean(x))


def trim_mean(a: Any, proportiontocut: float) -> Any:
    cut = int(proportiontocut * a.shape[0])
    return np.mean(np.sort(a, axis=0)[cut : a.shape[0] - cut], axis=0)


def yeojohnson(x: Any, lmbda: Any) -> Any:
    positive = np.where(x >= 0.0, x, 0.0)
    negative = np.where(x >= 0.0, 0.0, x)
    return np.where(x >= 0.0, special.boxcox1p(positive, lmbda), -special.boxcox1p(-negative, 2.0 - lmbda))


def multinomial_logpmf(x: Any, n: Any, p: Any) -> Any:
    return special.gammaln(n + 1.0) + np.sum(special.xlogy(x, p) - special.gammaln(x + 1.0), axis=-1)


class GaussianKernels:
    """`gaussian_kde(dataset)` for data of one dimension, with Scott's factor."""

    def __init__(self, dataset: Any) -> None:
        if np.ndim(dataset) != 1:
            raise NotImplementedError("kernel density estimates in more than one dimension")
        self.data = dataset
        n = dataset.shape[0]
        self.width = np.sqrt(np.var(dataset, ddof=1)) * n ** (-0.2)

    def __call__(self, points: Any) -> Any:
        gaps = (np.atleast_1d(points)[:, np.newaxis] - self.data) / self.width
        return np.mean(np.exp(-0.5 * gaps**2), axis=-1) / (np.sqrt(2.0 * np.pi) * self.width)

    def evaluate(self, points: Any) -> Any:
        return self(points)

    def pdf(self, x: Any) -> Any:
        return self(x)


class Frozen:
    """A distribution with its parameters: `norm(loc, scale)`."""

    def __init__(self, distribution: Any, args: Any, keywords: Any) -> None:
        self.distribution, self.args, self.keywords = distribution, args, keywords

    def pdf(self, x: Any) -> Any:
        return self.distribution.pdf(x, *self.args, **self.keywords)

    def logpdf(self, x: Any) -> Any:
        return self.distribution.logpdf(x, *self.args, **self.keywords)

    def cdf(self, x: Any) -> Any:
        return self.distribution.cdf(x, *self.args, **self.keywords)

    def logcdf(self, x: Any) -> Any:
        return self.distribution.logcdf(x, *self.args, **self.keywords)

    def sf(self, x: Any) -> Any:
        return self.distribution.sf(x, *self.args, **self.keywords)

    def logsf(self, x: Any) -> Any:
        return self.distribution.logsf(x, *self.args, **self.keywords)

    def ppf(self, q: Any) -> Any:
        return self.distribution.ppf(q, *self.args, **self.keywords)

    def isf(self, q: Any) -> Any:
        return self.distribution.isf(q, *self.args, **self.keywords)

    def mean(self) -> Any:
        return self.distribution.mean(*self.args, **self.keywords)

    def var(self) -> Any:
        return self.distribution.var(*self.args, **self.keywords)

    def std(self) -> Any:
        return self.distribution.std(*self.args, **self.keywords)

    def entropy(self) -> Any:
        return self.distribution.entropy(*self.args, **self.keywords)


def freezing(distribution: Any) -> Callable[..., Frozen]:
    def freeze(*args: Any, **keywords: Any) -> Frozen:
        return Frozen(distribution, args, keywords)

    return freeze


for _function in (trim_mean, yeojohnson, pearsonr, ttest_ind, linregress):
    DEFINITIONS[getattr(stats, _function.__name__)] = _function
DEFINITIONS[stats.gaussian_kde] = GaussianKernels
DEFINITIONS[stats.multinomial.logpmf] = multinomial_logpmf
for _name in DENSITIES:
    _made = freezing(getattr(stats, _name))
    DEFINITIONS[getattr(stats, _name)] = _made
    FOLLOWED_WHEN_CONSTANT.add(_made)
