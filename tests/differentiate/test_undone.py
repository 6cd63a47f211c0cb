"""What the reverse sweep saves of memory that is overwritten: as little as a careful person, and never too little.

The judge is the complex step: the programs here are analytic.
"""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest
from analyse.random_nests import Nest

import gradscribe as gs
from gradscribe.source.text import make_function


def smooth(x0, c):
    x = x0.copy()
    for i in range(1, len(x)):
        x[i] += c * x[i - 1]
    return np.sum(x * x)


def smooth_around(x0, c):
    x = x0.copy()
    for i in range(len(x)):
        x[i] += x[i - 1] * x[i - 1]
    return np.sum(x * x)


def smooth_down(x0, c):
    x = x0.copy()
    for i in range(len(x) - 1, -1, -1):
        x[i] += x[i - 1] * x[i - 1]
    return np.sum(x * x)


def triangular_solve(L, b):
    n = len(b)
    x = np.zeros_like(b)
    for i in range(n):
        x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]
    return np.sum(x * x)


def back_substitution(U, b):
    n = len(b)
    x = np.zeros_like(b)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - U[i, i + 1 :] @ x[i + 1 :]) / U[i, i]
    return np.sum(x * x)


def cholesky(A0, b):
    A = A0.copy()
    n = len(A)
    for i in range(n):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[j, :j]
            A[i, j] /= A[j, j]
        A[i, i] -= A[i, :i] @ A[i, :i]
        A[i, i] = np.sqrt(A[i, i])
    return np.sum(A * A * A)


def cholesky_by_items(A0, b):
    A = A0.copy()
    n = len(A)
    for i in range(n):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[j, k]
            A[i, j] /= A[j, j]
        for k in range(i):
            A[i, i] -= A[i, k] * A[i, k]
        A[i, i] = np.sqrt(A[i, i])
    return np.sum(A * A * A)


def lu(A0, b):
    A = A0.copy()
    n = len(A)
    for i in range(n):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[k, j]
            A[i, j] /= A[j, j]
        for j in range(i, n):
            for k in range(i):
                A[i, j] -= A[i, k] * A[k, j]
    return np.sum(A * A * A)


def gram_schmidt(A0, b):
    A = A0.copy()
    Q, R = np.zeros_like(A), np.zeros_like(A)
    for k in range(len(b)):
        R[k, k] = np.sqrt(A[:, k] @ A[:, k])
        Q[:, k] = A[:, k] / R[k, k]
        for j in range(k + 1, len(b)):
            R[k, j] = Q[:, k] @ A[:, j]
            A[:, j] -= Q[:, k] * R[k, j]
    return np.sum(Q * Q * Q) + np.sum(R * R)


def there_and_back(A0, b):
    n = len(b)
    p, v = np.zeros_like(A0), np.zeros_like(A0)
    for i in range(1, n - 1):
        p[i, 0] = b[i]
        v[n - 1, i] = 1.0
        for j in range(1, n - 1):
            p[i, j] = A0[i, j] / (p[i, j - 1] + 2.0)
        for j in range(n - 2, 0, -1):
            v[j, i] = p[i, j] * v[j + 1, i] + A0[j, i]
    return np.sum(v * v)


def levels(A0, b):
    u = np.zeros_like(A0)
    u[0] = A0[0]
    for t in range(1, 4):
        u[t, 1:-1] = u[t - 1, 2:] * u[t - 1, :-2]
    return np.sum(u * u)


def in_time(x0, c):
    x = x0.copy()
    for t in range(3):
        for i in range(1, len(x)):
            x[i] = x[i] * x[i - 1] + c
    return np.sum(x * x)


def counted_by_hand(x0, c):
    x = x0.copy()
    i = 1
    while i < len(x):
        x[i] = x[i - 1] * x[i - 1] * c
        i = i + 1
    return np.sum(x * x)


def chosen(x0, c):
    x, y = x0.copy(), x0.copy()
    a = x if len(x) > 3 else y
    for i in range(1, len(x)):
        a[i] = x[i - 1] * x[i] * c
    return np.sum(x * x)


def reversed_view(x0, c):
    x = x0.copy()
    v = x[::-1]
    for i in range(1, len(x)):
        v[i] = v[i] * x[i - 1] * c
    return np.sum(x * x)


def stored_and_changed(x0, c):
    x = x0.copy()
    for i in range(1, len(x)):
        t = np.exp(-x[i - 1] * c)
        x[i] = t
        x[i] *= 0.5 * t
    return np.sum(x * x)


def stored_ahead(x0, c):
    x = x0.copy()
    for i in range(1, len(x) - 1):
        t = np.exp(-x[i - 1] * c)
        x[i + 1] = t
    return np.sum(x * x)


def stored_twice(x0, c):
    x = x0.copy()
    for i in range(1, len(x)):
        t = np.exp(-x[i - 1] * c)
        x[i] = t
        x[i - 1] = 0.5 * t
    return np.sum(x * x)


def stored_perhaps(x0, c):
    x, y = x0.copy(), np.zeros_like(x0)
    for i in range(1, len(x)):
        t = np.exp(-x[i - 1] * c)
        if i != 2:
            y[i] = t
        x[i] = x[i] * t
    return np.sum(x * x) + np.sum(y)


def counted_in_steps(x0, c):
    x = x0.copy()
    i, k = len(x) - 1, 3
    while i > 0:
        x[i - 1] = x[i - 1] * x[i] * c * k
        i -= 2
        k += 1
    return np.sum(x * x)


VECTOR = [np.array([0.9, 1.1, 0.8, 1.2, 0.7]), 0.6]
rng = np.random.default_rng(0)
MATRIX = [rng.uniform(0.1, 0.3, (5, 5)) + 3.0 * np.eye(5), rng.uniform(0.5, 1.5, 5)]

SAVES = {
    smooth: 0, triangular_solve: 0, back_substitution: 0, cholesky: 0, cholesky_by_items: 0, lu: 0, gram_schmidt: 1,
    there_and_back: 0, levels: 0, counted_by_hand: 0,
    smooth_around: 1, smooth_down: 1, in_time: 2, chosen: 2, reversed_view: 2, stored_and_changed: 2,
    stored_ahead: 0, stored_twice: 2, stored_perhaps: 2, counted_in_steps: 1,
}  # fmt: skip
"""How many values each saves for the reverse sweep in its loops."""


def complex_step(function, args, direction):
    moved = [a + 1e-30j * d for a, d in zip(args, direction, strict=True)]
    return function(*moved).imag / 1e-30


def check(function, args, found, times=3):
    rng = np.random.default_rng(1)
    for _ in range(times):
        direction = [rng.standard_normal(np.shape(a)) for a in args]
        want = complex_step(function, args, direction)
        terms = [np.sum(f * d) for f, d in zip(found, direction, strict=True)]
        scale = max([abs(want), *(np.sum(np.abs(f * d)) for f, d in zip(found, direction, strict=True))], default=1.0)
        assert abs(sum(terms) - want) <= 1e-9 * max(scale, 1e-3), (sum(terms), want)


@pytest.mark.parametrize("function", SAVES, ids=lambda f: f.__name__)
def test_saves_what_it_must(function):
    args = VECTOR if function.__code__.co_varnames[1] == "c" else MATRIX
    derivative = gs.grad(function, argnums=(0, 1))
    check(function, args, derivative(*args))
    text = derivative.source_for(*args)
    assert text.count(".append(") == SAVES[function], text


@pytest.mark.parametrize("function", SAVES, ids=lambda f: f.__name__)
def test_pullback_twice(function):
    args = VECTOR if function.__code__.co_varnames[1] == "c" else MATRIX
    value, pullback = gs.vjp(function, *args)
    assert value == function(*args)
    first, second = pullback(1.0), pullback(1.0)
    check(function, args, first)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("function", SAVES, ids=lambda f: f.__name__)
def test_twice(function):
    first, second = VECTOR if function.__code__.co_varnames[1] == "c" else MATRIX
    derivative = gs.grad(function)
    rng = np.random.default_rng(2)
    weights, direction = rng.standard_normal(np.shape(first)), rng.standard_normal(np.shape(first))

    def along(x, y):
        return np.sum(derivative(x, y) * weights)

    found = np.sum(gs.grad(along)(first, second) * direction)
    step = 1e-6 * direction
    assert found == pytest.approx(
        (along(first + step, second) - along(first - step, second)) / 2e-6, rel=1e-6, abs=1e-6
    )


def products(x0, c):
    x = x0.copy()
    for i in range(1, len(x)):
        x[i] = x[i] * x[i - 1] * c
    return x


def exponentials(x0, c):
    return np.exp(x0 * c)


@pytest.mark.parametrize("function", [products, exponentials])
def test_the_caller_may_write_to_the_value(function):
    value, pullback = gs.vjp(function, *VECTOR)
    weights = np.arange(5.0)
    before = pullback(weights)
    value[:] = 0.0
    check(lambda *args: np.sum(weights * function(*args)), VECTOR, before)
    assert all(np.array_equal(a, b) for a, b in zip(before, pullback(weights), strict=True))


def in_place(x, c):
    for i in range(1, len(x)):
        x[i] = x[i] * x[i - 1] * c
    return np.sum(x * x)


def test_the_caller_may_call_again():
    first, again = VECTOR[0].copy(), VECTOR[0].copy()
    _, pullback = gs.vjp(in_place, first, VECTOR[1])
    want = pullback(1.0)
    check(lambda x, c: in_place(x.copy(), c), VECTOR, want)
    _, pullback = gs.vjp(in_place, again, VECTOR[1])
    gs.vjp(in_place, again, VECTOR[1])
    assert all(np.array_equal(a, b) for a, b in zip(want, pullback(1.0), strict=True))


# ------------------------------------------------------------------ random nests

HEAD = """
def f(x0, y0, A0, n, m):
    x = x0.copy()
    y = y0.copy()
    A = A0.copy()
"""
TAIL = "\n    return np.sum(x * x) + np.sum(y * y) + np.sum(A * A)\n"
SEEDS = int(os.environ.get("GRADSCRIBE_FUZZ", 60))


@pytest.mark.parametrize("first", range(0, SEEDS, 20))
def test_random_nests(first):
    for seed in range(first, first + 20):
        text = HEAD + Nest(seed).text().partition("\n")[2] + TAIL
        names = {"np": np, "copy": np.copy, "zeros_like": np.zeros_like}
        function = make_function(text, "f", names, label=f"nest_{seed}")
        for n, m, more in ((4, 3, 2), (3, 5, 6)):
            _judge(function, seed, n, m, more)


def _judge(function, seed, n, m, more):
    rng = np.random.default_rng(seed)
    args = [rng.uniform(0.5, 1.2, shape) for shape in ((6 + more,), (5 + more,), (6 + more, 5 + more))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = function(*args, n, m)
        except (IndexError, ValueError):  # the program itself fails
            return
        if not np.isfinite(value) or abs(value) > 1e30:
            return
        try:
            found = gs.grad(function, argnums=(0, 1, 2))(*args, n, m)
        except gs.GradscribeError:
            return
        check(lambda *given: function(*given, n, m), args, found)
