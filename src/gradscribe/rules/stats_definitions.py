"""Statistics of samples and multivariate densities of `scipy.stats`, written with NumPy: read in place of SciPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special, stats

from ..ir.primitives import DEFINITIONS


def zscore(a: Any, axis: Any = 0, ddof: int = 0) -> Any:
    return (a - np.mean(a, axis=axis, keepdims=True)) / np.std(a, axis=axis, ddof=ddof, keepdims=True)


def gmean(a: Any, axis: Any = 0) -> Any:
    return np.exp(np.mean(np.log(a), axis=axis))


def hmean(a: Any, axis: Any = 0) -> Any:
    return 1.0 / np.mean(1.0 / a, axis=axis)


def pmean(a: Any, p: Any, *, axis: Any = 0) -> Any:
    return np.mean(a**p, axis=axis) ** (1.0 / p)


def sem(a: Any, axis: Any = 0, ddof: int = 1) -> Any:
    return np.std(a, axis=axis, ddof=ddof) / np.sqrt(a.shape[axis])


def variation(a: Any, axis: Any = 0, *, ddof: int = 0) -> Any:
    return np.std(a, axis=axis, ddof=ddof) / np.mean(a, axis=axis)


def moment(a: Any, order: int = 1, axis: Any = 0) -> Any:
    return np.mean((a - np.mean(a, axis=axis, keepdims=True)) ** order, axis=axis)


def skew(a: Any, axis: Any = 0) -> Any:
    centred = a - np.mean(a, axis=axis, keepdims=True)
    return np.mean(centred**3, axis=axis) / np.mean(centred**2, axis=axis) ** 1.5


def kurtosis(a: Any, axis: Any = 0, fisher: bool = True) -> Any:
    centred = a - np.mean(a, axis=axis, keepdims=True)
    found = np.mean(centred**4, axis=axis) / np.mean(centred**2, axis=axis) ** 2
    return found - 3.0 if fisher else found


def entropy(pk: Any, qk: Any = None, base: Any = None, axis: Any = 0) -> Any:
    pk = pk / np.sum(pk, axis=axis, keepdims=True)
    if qk is None:
        found = np.sum(special.entr(pk), axis=axis)
    else:
        qk = qk / np.sum(qk, axis=axis, keepdims=True)
        found = np.sum(special.rel_entr(pk, qk), axis=axis)
    return found if base is None else found / np.log(base)


def mvn_logpdf(x: Any, mean: Any, cov: Any) -> Any:
    d = x - mean
    n = d.shape[-1]
    if np.ndim(cov) == 0:
        return -0.5 * (np.sum(d**2, axis=-1) / cov + n * np.log(cov) + n * np.log(2.0 * np.pi))
    if np.ndim(cov) == 1:
        return -0.5 * (np.sum(d**2 / cov, axis=-1) + np.sum(np.log(cov)) + n * np.log(2.0 * np.pi))
    if np.ndim(d) == 1:
        whitened = d @ np.linalg.solve(cov, d)
    else:
        whitened = np.sum(d * (np.linalg.solve(cov, d.T)).T, axis=-1)
    return -0.5 * (whitened + np.linalg.slogdet(cov)[1] + n * np.log(2.0 * np.pi))


def mvn_pdf(x: Any, mean: Any, cov: Any) -> Any:
    return np.exp(mvn_logpdf(x, mean, cov))


def mvn_entropy(mean: Any, cov: Any) -> Any:
    return 0.5 * (cov.shape[0] * (1.0 + np.log(2.0 * np.pi)) + np.linalg.slogdet(cov)[1])


def iqr(x: Any, axis: Any = None, rng: Any = (25, 75)) -> Any:
    return np.percentile(x, rng[1], axis=axis) - np.percentile(x, rng[0], axis=axis)


def tmean(a: Any, *, axis: Any = None) -> Any:
    return np.mean(a, axis=axis)


def circmean(samples: Any, high: float = 6.283185307179586, low: float = 0.0, axis: Any = None) -> Any:
    turn = (samples - low) * (2.0 * np.pi / (high - low))
    angle = np.arctan2(np.mean(np.sin(turn), axis=axis), np.mean(np.cos(turn), axis=axis))
    return np.remainder(angle, 2.0 * np.pi) * ((high - low) / (2.0 * np.pi)) + low


for _function in (iqr, tmean, circmean):
    DEFINITIONS[getattr(stats, _function.__name__)] = _function
for _function in (zscore, gmean, hmean, pmean, sem, variation, moment, skew, kurtosis, entropy):
    if hasattr(stats, _function.__name__):
        DEFINITIONS[getattr(stats, _function.__name__)] = _function
DEFINITIONS[stats.multivariate_normal.logpdf] = mvn_logpdf
DEFINITIONS[stats.multivariate_normal.pdf] = mvn_pdf
DEFINITIONS[stats.multivariate_normal.entropy] = mvn_entropy
