"""A network with one hidden layer, trained on more rows than fit in memory: what all programs of this folder share.

The rows are generated chunk by chunk by whoever needs them; in your program they would be read from files. Nothing here
knows who computes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradscribe import sum_over, value_and_grad

COLUMNS = 100
HIDDEN = 16

Params = dict[str, np.ndarray]


@dataclass
class Step:
    """What is known behind a step of the training."""

    number: int
    loss: float
    seconds: float


def rows(chunk: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows of a chunk: points, and whether they lie inside of a shell."""
    generator = np.random.default_rng(chunk)
    x = generator.standard_normal((count, COLUMNS))
    return x, np.where(np.sum(x[:, :3] ** 2, axis=1) < 2.4, 1.0, -1.0)


def initial() -> Params:
    generator = np.random.default_rng(12345)
    return {
        "w1": generator.standard_normal((COLUMNS, HIDDEN)) / np.sqrt(COLUMNS),
        "b1": np.zeros(HIDDEN),
        "w2": generator.standard_normal(HIDDEN) / np.sqrt(HIDDEN),
        "b2": np.zeros(1),
    }


def loss(params: Params, chunk: int, count: int) -> float:
    """The logistic loss of one chunk, a sum over its rows."""
    x, y = rows(chunk, count)
    hidden = np.tanh(x @ params["w1"] + params["b1"])
    scores = hidden @ params["w2"] + params["b2"]
    return np.sum(np.logaddexp(0.0, -y * scores))


def train(
    chunks: int, count: int, steps: int, executor: Any = None, send: Callable[[Params], Any] = lambda params: params
) -> Iterator[Step]:
    """Gradient descent with momentum on all rows.

    Args:
        chunks, count: how many chunks there are, and how many rows in each.
        steps: how often all rows are gone through.
        executor: who computes, see `sum_over`.
        send: makes of the parameters what is put in each chunk.
    """
    params, speed = initial(), {name: 0.0 for name in initial()}
    derivative = value_and_grad(loss)
    for number in range(steps):
        began = time.perf_counter()
        sent = send(params)
        total, gradient = sum_over(derivative, ((sent, k, count) for k in range(chunks)), executor=executor)
        speed = {name: 0.8 * speed[name] - 2.0 * gradient[name] / (chunks * count) for name in params}
        params = {name: params[name] + speed[name] for name in params}
        yield Step(number, total / (chunks * count), time.perf_counter() - began)
