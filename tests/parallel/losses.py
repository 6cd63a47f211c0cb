"""Losses over rows of data: what of them must have seen all rows before it is known."""

from __future__ import annotations

import numpy as np

WEIGHT = 0.5


def logistic(w, x, y):
    """Nothing but the loss."""
    return np.mean(np.logaddexp(0.0, -y * (x @ w)))


def log_sum_exp(w, x, y):
    """The maximum, then the sum; each row of the gradient needs both."""
    z = x @ w
    m = np.max(z)
    return m + np.log(np.sum(np.exp(z - m))) - np.mean(z * y)


def standardised(w, x, y):
    """Mean and deviation of each column."""
    s = (x - np.mean(x, axis=0)) / np.std(x, axis=0)
    return np.mean(np.logaddexp(0.0, -y * (s @ w)))


def standardised_scores(w, x, y):
    """As much for what depends on the weights, so that the way back has to wait for sums of its own."""
    z = x @ w
    s = (z - np.mean(z)) / np.sqrt(np.mean((z - np.mean(z)) ** 2) + 1e-3)
    return np.mean((s - y) ** 2)


def pooled(w, x, y):
    """Attention over all rows: four passes."""
    z = x @ w
    a = np.exp(z - np.max(z))
    a = a / np.sum(a)
    return np.sum((a @ x) ** 2)


def network(p, x, y):
    h = np.tanh(x @ p["w1"] + p["b1"])
    h = (h - np.mean(h, axis=0)) / np.sqrt(np.mean((h - np.mean(h, axis=0)) ** 2, axis=0) + 1e-3)
    r = h @ p["w2"] - y
    return np.sqrt(np.mean(r * r))


def largest(w, x, y):
    """The gradient is that of one row, which must be found again."""
    return np.max(x @ w) * WEIGHT


def branches(w, x, y):
    """A decision on a sum over all rows."""
    z = x @ w
    if np.mean(z) > 0.0:
        z = z - np.max(z)
    return np.log(np.sum(np.exp(z))) + np.mean(z * z)


def writes(w, x, y):
    """Memory of the parameters is written; the rows are not."""
    v = np.zeros(5)
    v[0] = w[0] * w[1]
    v[1:] = w[1:] ** 2
    z = x @ v
    return np.log(np.sum(np.exp(z - np.mean(z)))) * v[0]


def loops(w, x, y):
    z = x @ w
    for _ in range(3):
        z = np.tanh(z - np.mean(z))
    return np.sum(z * y)


def weighted(w, x, y):
    """A parameter beside the rows that has the length of nothing else."""
    e = np.exp(x @ w["w"] * w["scale"])
    return np.sum(e / np.sum(e) * y)


LOSSES = (
    logistic,
    log_sum_exp,
    standardised,
    standardised_scores,
    pooled,
    network,
    largest,
    branches,
    writes,
    loops,
    weighted,
)


def parameters(loss):
    generator = np.random.default_rng(3)
    if loss is network:
        return {"w1": generator.standard_normal((5, 4)), "b1": np.zeros(4), "w2": generator.standard_normal(4)}
    w = 0.5 * generator.standard_normal(5)
    return {"w": w, "scale": 0.7} if loss is weighted else w


def data(rows=60):
    generator = np.random.default_rng(4)
    x = generator.standard_normal((rows, 5)) + 0.1
    return x, np.where(generator.random(rows) < 0.5, -1.0, 1.0)
