"""A slice of a length that is not known may have one entry, and is broadcast then: gradients have the shape of each."""

from __future__ import annotations

import numpy as np
import pytest

from gradscribe import check_grads

X, W = np.array([0.7, -0.4, 1.1]), np.array([0.9, 1.3, -0.6])
PROGRAMS = {
    "sum": lambda h, w, n: np.sum(h[:n] + w),
    "product": lambda h, w, n: np.sum(h[:n] * w),
    "mean of a product": lambda h, w, n: np.mean(h[:n] * w),
    "difference": lambda h, w, n: np.sum((h[:n] - w) * w),
    "choice": lambda h, w, n: np.sum(np.where(w > 0.0, h[:n], w)),
    "maximum": lambda h, w, n: np.sum(np.maximum(h[:n], w)),
    "quotient": lambda h, w, n: np.sum(h[:n] / w),
    "hypotenuse": lambda h, w, n: np.sum(np.hypot(h[:n], w)),
    "prod": lambda h, w, n: np.prod(h[:n] * w),
    "cumulated": lambda h, w, n: np.sum(np.cumsum(h[:n] * w)),
    "norm": lambda h, w, n: np.linalg.norm(h[:n] * w),
    "several": lambda h, w, n: np.sum(w) * np.sum(h[:n] * w) + np.sum((w * h[:n]) ** 2),
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("n", [1, 3])
def test_one_or_all(name, n):
    check_grads(PROGRAMS[name], (X.copy(), W.copy(), n), argnums=(0, 1))
