"""Distances of `scipy.spatial.distance`, written with NumPy: they are read in place of SciPy's.

A metric that is not written here is left to a primitive that has no derivative, so that it is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.spatial.distance as sd

from ..ir import infer as _infer
from ..ir.primitives import DEFINITIONS, define
from ..ir.types import NUMERIC


def other_metric(x: Any, metric: Any) -> Any:
    """A metric without a derivative here."""
    raise NotImplementedError(metric)


define("other_metric", other_metric, infer=_infer.always(NUMERIC), parameters="x, metric")


def between(u: Any, v: Any, metric: Any) -> Any:
    """The distances of vectors along the last axis."""
    if metric in ("cosine", "correlation"):
        if metric == "correlation":
            u = u - np.mean(u, axis=-1, keepdims=True)
            v = v - np.mean(v, axis=-1, keepdims=True)
        sizes = np.linalg.norm(u, axis=-1) * np.linalg.norm(v, axis=-1)
        return 1.0 - np.sum(u * v, axis=-1) / sizes
    if metric == "euclidean":
        return np.linalg.norm(u - v, axis=-1)
    if metric == "sqeuclidean":
        return np.sum((u - v) ** 2, axis=-1)
    if metric == "cityblock":
        return np.sum(np.absolute(u - v), axis=-1)
    if metric == "chebyshev":
        return np.max(np.absolute(u - v), axis=-1)
    if metric == "braycurtis":
        return np.sum(np.absolute(u - v), axis=-1) / np.sum(np.absolute(u + v), axis=-1)
    return other_metric(u, metric)


def cdist(XA: Any, XB: Any, metric: Any = "euclidean") -> Any:
    return between(XA[:, np.newaxis, :], XB[np.newaxis, :, :], metric)


def pdist(X: Any, metric: Any = "euclidean") -> Any:
    return cdist(X, X, metric)[np.triu_indices(X.shape[0], 1)]


def euclidean(u: Any, v: Any) -> Any:
    return between(u, v, "euclidean")


def sqeuclidean(u: Any, v: Any) -> Any:
    return between(u, v, "sqeuclidean")


def cosine(u: Any, v: Any) -> Any:
    return between(u, v, "cosine")


def correlation(u: Any, v: Any) -> Any:
    return between(u, v, "correlation")


def cityblock(u: Any, v: Any) -> Any:
    return between(u, v, "cityblock")


def chebyshev(u: Any, v: Any) -> Any:
    return between(u, v, "chebyshev")


def braycurtis(u: Any, v: Any) -> Any:
    return between(u, v, "braycurtis")


def minkowski(u: Any, v: Any, p: Any = 2) -> Any:
    return np.linalg.norm(u - v, p)


def canberra(u: Any, v: Any) -> Any:
    size = np.abs(u) + np.abs(v)
    return np.sum(np.abs(u - v) / np.where(size == 0.0, 1.0, size))


def mahalanobis(u: Any, v: Any, VI: Any) -> Any:
    delta = u - v
    return np.sqrt(delta @ VI @ delta)


def squareform(X: Any) -> Any:
    """Distances as a vector from those as a symmetric matrix, or the other way round."""
    if np.ndim(X) == 2:
        return X[np.triu_indices(X.shape[0], 1)]
    n = int(np.ceil(np.sqrt(2 * X.shape[0])))
    rows, cols = np.triu_indices(n, 1)
    out = np.zeros((n, n))
    out[rows, cols] = X
    out[cols, rows] = X
    return out


for _function in (
    squareform,
    cdist,
    pdist,
    euclidean,
    sqeuclidean,
    cosine,
    correlation,
    cityblock,
    chebyshev,
    braycurtis,
    minkowski,
    canberra,
    mahalanobis,
):
    DEFINITIONS[getattr(sd, _function.__name__)] = _function
