"""What threads, processes and pickles of the tests share."""

from __future__ import annotations

import math

import numpy as np

from gradscribe import grad, vjp


def f(x):
    return np.sum(x * x * np.sin(x))


def make(k):
    def g(x):
        return k * x * x

    return g


def scale(p, x):
    return math.sin(p["a"]) * x


def gradient(n):
    """In a pool of processes: compiled there."""
    return grad(f)(np.arange(1.0, n + 2.0)).tolist()


def through_a_module(x):
    return math.exp(x) * np.linalg.norm(np.array([x, 1.0]))


def pulled(pullback):
    return pullback(1.0)


derivative = grad(f)
pair = vjp
