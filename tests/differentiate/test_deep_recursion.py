"""Recursion as deep as Python allows it: a chain, two functions that call each other, and a lopsided tree."""

import sys
import threading

import numpy as np
import pytest

import gradscribe

DEPTH = 10_000


def chain(n, x):
    return x if n == 0 else chain(n - 1, x * 1.0001) + 1e-3 * x


def even(n, x):
    return x if n == 0 else odd(n - 1, x * 0.9999)


def odd(n, x):
    return 0.5 * x if n == 0 else even(n - 1, x * 1.0002)


def tree(n, x):
    if n <= 0:
        return x
    return tree(n - 1, x * 1.0001) + tree(n - DEPTH, 0.5 * x)


def deep(run):
    """What `run()` returns, on a stack that is large enough."""
    found = []
    limit, size = sys.getrecursionlimit(), threading.stack_size(512 * 1024 * 1024)
    sys.setrecursionlimit(8 * DEPTH)
    try:
        thread = threading.Thread(target=lambda: found.append(run()))
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    return found[0]


@pytest.mark.parametrize("f", [chain, even, tree], ids=lambda f: f.__name__)
def test_ten_thousand_calls_deep(f):
    def run():
        _, tangent = gradscribe.jvp(f, (DEPTH, 0.7), (None, 1.0))
        difference = (f(DEPTH, 0.7 + 1e-4) - f(DEPTH, 0.7 - 1e-4)) / 2e-4
        return gradscribe.grad(f, argnums=1)(DEPTH, 0.7), tangent, difference

    gradient, tangent, difference = deep(run)
    np.testing.assert_allclose([gradient, tangent], difference, rtol=1e-6)
