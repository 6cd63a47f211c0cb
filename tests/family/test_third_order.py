"""Third derivatives, reverse over reverse over reverse: against differences of the function alone, and of its
second derivatives."""

import math

import numpy as np
import pytest

import gradscribe as gs

A = np.array([[3.0, 0.4, 0.1], [0.4, 2.0, 0.3], [0.1, 0.3, 1.5]])
V = np.array([0.7, -0.4, 1.1])


def loop(t):
    s = t
    for k in range(4):
        s = math.sin(s) + 0.5 * t * s
    return s


def whileloop(t):
    s, n = (t, 0)
    while n < 3:
        s = s * s * 0.5 + t
        n += 1
    return s


def branch(t):
    if t > 0.3:
        return t**4 + math.exp(t)
    return t**3


def branch_in_loop(t):
    s = 0.0
    for k in range(5):
        if k % 2 == 0:
            s += math.sin(k * t)
        else:
            s = s * t + math.cos(t)
    return s


def writes(t):
    a = np.zeros(4)
    a[0] = t
    for k in range(1, 4):
        a[k] = a[k - 1] * a[k - 1] + t
    return a[3] * a[1]


def overwrites(t):
    a = t * V
    for k in range(3):
        a[k] = math.sin(a[k]) * a[(k + 1) % 3]
    return np.sum(a * a)


def slices(t):
    a = np.exp(t * V)
    a[1:] *= a[:-1]
    a[:2] += t * a[1:]
    return np.sum(a)


def reduction(t):
    return np.log(np.sum(np.exp(t * V * V))) + np.prod(1.0 + t * V)


def spread(t):
    a = np.sin(t * V)
    return np.sum((a - np.mean(a)) ** 2)


def matrix(t):
    return t * V @ np.linalg.solve(A + t * np.eye(3), V)


def logdet(t):
    return np.linalg.slogdet(A + t * t * np.eye(3))[1]


def inverse(t):
    return np.sum(np.linalg.inv(A + math.sin(t) * np.eye(3)) * A)


def cumulative(t):
    return np.sum(np.cumsum(np.tanh(t * V)) ** 3)


def selects(t):
    a = t * np.array([-2.0, -0.5, 0.5, 2.0])
    return np.sum(np.where(a > 0, a**4, np.sin(a)))


F = [
    loop,
    whileloop,
    branch,
    branch_in_loop,
    writes,
    overwrites,
    slices,
    reduction,
    spread,
    matrix,
    logdet,
    inverse,
    cumulative,
    selects,
]


def third_by_differences(f, t):
    """Third central differences of f ALONE (no derivative of gradscribe), extrapolated over three steps."""

    def d(h):
        return (f(t + 2 * h) - 2 * f(t + h) + 2 * f(t - h) - f(t - 2 * h)) / (2 * h**3)

    a, b, c = (d(0.04), d(0.02), d(0.01))
    p, q = ((4 * b - a) / 3, (4 * c - b) / 3)
    return (16 * q - p) / 15


@pytest.mark.parametrize("f", F, ids=lambda f: f.__name__)
def test_third(f):
    t = 0.6
    got = gs.grad(gs.grad(gs.grad(f)))(t)
    assert got == pytest.approx(third_by_differences(f, t), rel=2e-05, abs=2e-05)
    g2 = gs.grad(gs.grad(f))
    h = 0.01

    def D(h):
        return (g2(t + h) - g2(t - h)) / (2 * h)

    assert got == pytest.approx((64 * D(h / 4) - 20 * D(h / 2) + D(h)) / 45, rel=1e-08, abs=1e-08)


W = np.array([0.3, -0.2, 0.8])


def vec_loop(x):
    s = 0.0
    for k in range(3):
        s = s * x[k] + math.sin(x[k] * x[(k + 1) % 3])
    return s


def vec_write(x):
    y = x.copy()
    y[1:] *= y[:-1]
    y[0] = y[2] ** 2
    return np.sum(y**3)


def vec_solve(x):
    return x @ np.linalg.solve(A + np.outer(x, x), V)


@pytest.mark.parametrize("f", [vec_loop, vec_write, vec_solve], ids=lambda f: f.__name__)
def test_third_of_vectors(f):
    x = W.copy()

    def along(t):
        return f(x + t * V)

    got = gs.grad(gs.grad(gs.grad(along)))(0.0)
    assert got == pytest.approx(third_by_differences(along, 0.0), rel=2e-05, abs=2e-05)
    np.testing.assert_array_equal(x, W)
