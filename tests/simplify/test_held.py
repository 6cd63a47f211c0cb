"""What a cell held is used before it is overwritten, or stays in it: statements that may, and those next to them."""

from __future__ import annotations

import numpy as np
import pytest

import gradscribe
from gradscribe import check_grads

U = np.array([0.7, -1.2, 0.4, 2.0, -0.3, 1.1])
A = np.sin(np.arange(30.0)).reshape(6, 5)


def advanced(u, c, n):
    u = u.copy()
    for _ in range(n):
        u[1:-1] = u[1:-1] - c * u[1:-1] * (u[1:-1] - u[:-2])
    return np.sum(u * u)


def advanced_in_place(a, c, n):
    a = a.copy()
    for _ in range(n):
        a[1:-1, 1:] -= c * a[1:-1, 1:] * (2.0 * a[1:-1, 1:] - a[:-2, 1:])
    return np.sum(a**3)


def scaled(u, c, n):
    u = u.copy()
    for _ in range(n):
        u[2:] = 0.5 * u[2:] + c * u[:-2]
    return np.sum(u**3)


def whole(u, c, n):
    u = u.copy()
    for _ in range(n):
        u[...] = u + c * np.roll(u, 1) * u
    return np.sum(u**3)


LEAN = [(advanced, U), (advanced_in_place, A), (scaled, U), (whole, U)]


@pytest.mark.parametrize(("f", "x"), LEAN)
@pytest.mark.parametrize("n", [0, 1, 3])
def test_no_copy_is_made(f, x, n):
    check_grads(f, (x.copy(), 0.1, n), argnums=(0, 1))
    source = gradscribe.grad(f).source_for(x, 0.1, n)
    assert ".copy()" not in source.split("# reverse")[1] and "np.zeros" not in source


@pytest.mark.parametrize(("f", "x"), LEAN)
def test_single_precision(f, x):
    wide, narrow = gradscribe.grad(f)(x.copy(), 0.1, 3), gradscribe.grad(f)(x.astype(np.float32), np.float32(0.1), 3)
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, rtol=2e-4, atol=1e-5)


def averaged(u, c, n):
    s, total = np.zeros(5), 0.0
    for k in range(n):
        s *= c
        s += (1.0 - c) * u[k] * A[k]
        total = total + np.sum(s**3)
    return total


def averaged_in_part(u, c, n):
    s = np.ones(6)
    for k in range(n):
        s[1:-1] *= c * s[:-2]
        s[1:-1] += u[k]
        s[:] = np.sin(s) * u
    return np.sum(s)


@pytest.mark.parametrize(("f", "tapes"), [(averaged, 1), (averaged_in_part, 2)])
def test_what_is_put_back_over_is_not_recorded(f, tapes):
    for n in (0, 1, 4):
        check_grads(f, (U.copy(), 0.7, n), argnums=(0, 1))
    source = gradscribe.grad(f, argnums=(0, 1)).source_for(U, 0.7, 3)
    assert sum("np.empty" in line for line in source.splitlines()) == tapes
    wide = gradscribe.grad(f)(U.copy(), 0.7, 3)
    np.testing.assert_allclose(gradscribe.grad(f)(U.astype(np.float32), 0.7, 3), wide, rtol=1e-4, atol=1e-5)


def looked_at_in_between(u, c, n):
    s, total = np.ones(6), 0.0
    for k in range(n):
        s *= c + s
        total = total + np.sum(s * u)
        s += u[k] * s
        s[1:] = s[:-1] * s[1:]
    return total + np.sum(s**2)


def parts_that_overlap(u, c, n):
    s = u.copy()
    for _ in range(n):
        s[:-1] *= s[1:]
        s[1:] *= c * s[:-1]
        s[0] = s[1] * s[0]
        s[:1] = s[:1] * s[1]
    return np.sum(s)


def masks_that_change(u, c, n):
    s, mask = u.copy(), u > 0.5
    for k in range(n):
        s[mask] *= s[mask]
        mask[k] = not mask[k]
        s[mask] = c * s[mask] * s[mask]
    return np.sum(s)


def on_one_path(u, c, n):
    s = u.copy()
    for k in range(n):
        s *= s
        if k % 2:
            s += c * s * s
        s *= u
    return np.sum(s)


def negated(u, c, n):
    for _ in range(n):
        u[1:-1] = c * u[:-2] - u[1:-1]
    return np.sum(u**3)


def added_twice(u, c, n):
    for _ in range(n):
        u[1:-1] = u[1:-1] + c * u[:-2] + u[1:-1]
    return np.sum(u**3)


def moved_along(u, c, n):
    """What was in a cell goes to another."""
    for _ in range(n):
        u[1:] = u[:-1] + c * u[1:]
    return np.sum(u**3)


def read_in_between(u, c, n):
    v = u.copy()
    for _ in range(n):
        u[1:-1] = u[1:-1] + c * v[:-2]
        v[1:-1] = v[1:-1] * u[1:-1] + u[2:]
    return np.sum(u * v)


def through_a_view(u, c, n):
    w = u[1:-1]
    for _ in range(n):
        w[...] = w + c * u[:-2] * w
        u[0] = w[1] + u[0]
    return np.sum(u**3)


def on_some_trips(u, c, n):
    for k in range(n):
        if k % 2:
            u[1:-1] = u[1:-1] + c * u[2:] * u[:-2]
        else:
            u[1:-1] = 2.0 * u[1:-1] * u[2:]
    return np.sum(u**3)


def repeated_index(u, c, n):
    rows = np.array([1, 1, 3])
    for _ in range(n):
        u[rows] = u[rows] + c * u[rows + 1] * u[rows]
    return np.sum(u**3)


def broadcast(u, c, n):
    b = np.zeros((3, 6))
    for _ in range(n):
        b[:, 1:-1] = b[:, 1:-1] + c * u[1:-1] * u[0:1]
        b[1:] = b[1:] + b[:-1] * u
    return np.sum(b * b)


def swapped(u, c, n):
    for _ in range(n):
        u[0], u[1] = u[1] + u[0], c * u[0]
        u[2:4] = u[2:4] + c * u[3:5]
        u[3:5] = u[2:4] * c + u[3:5]
    return np.sum(u**3)


NEAR = [
    negated, added_twice, moved_along, read_in_between, through_a_view, on_some_trips, repeated_index, broadcast,
    swapped, looked_at_in_between, parts_that_overlap, masks_that_change, on_one_path,
]  # fmt: skip


@pytest.mark.parametrize("f", NEAR)
def test_what_must_be_kept(f):
    for n in (0, 1, 4):
        check_grads(f, (U.copy(), 0.3, n), argnums=(0, 1))


@pytest.mark.parametrize("f", [advanced, scaled, through_a_view])
def test_second_order(f):
    check_grads(lambda u: np.sum(gradscribe.grad(f)(u, 0.2, 2) * U), (U.copy(),), rtol=1e-4)


def test_infinities_stay_where_they_are():
    def f(u, c):
        u[1:-1] = u[1:-1] + 0.5 * u[:-2]
        return c * np.sum(u)

    assert gradscribe.grad(f)(U.copy(), np.inf).tolist() == [np.inf] * 6


def three_factors(a, c, n):
    """A number, and two arrays that it multiplies."""
    a = a.copy()
    for _ in range(n):
        a[1:, 1:] += c * a[1:, 1:] * np.cos(a[:-1, :-1])
    return np.sum(a * a)


def numbers_that_differ(a, c, n):
    for k in range(n):
        a[1:, 1:] += c * a[1:, 1:] * np.cos(a[:-1, :-1]) + (c + k) * a[1:, 1:] * a[1:, :-1] - 2.0 * c * a[:-1, 1:]
    return np.sum(a * a)


def small_factors(a, c, n):
    w = a[0].copy()
    for _ in range(n):
        a[1:, 1:] = a[1:, 1:] * (c * w[1:]) + c * a[:-1, 1:] * w[1:]
    return np.sum(a * a)


@pytest.mark.parametrize("f", [three_factors, numbers_that_differ, small_factors])
def test_an_adjoint_is_scaled_once(f):
    for c in (0.3, np.float64(0.3), 0.0):
        check_grads(f, (A.copy(), c, 2), argnums=(0, 1))
    source = gradscribe.grad(f).source_for(A, 0.3, 2)
    assert f is not three_factors or source.split("# reverse")[1].count("* c") == 1
