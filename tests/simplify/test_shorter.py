"""Text that got shorter, and the programs next to it for which the longer text is right."""

from __future__ import annotations

import numpy as np
import pytest

import gradscribe
from gradscribe import check_grads

X = np.array([0.7, -1.2, 0.4, 2.0, -0.3])
A = np.arange(12.0).reshape(4, 3) / 7.0


def source_of(f, *args):
    return gradscribe.grad(f).source_for(*args)


def squares_of_rows(a):
    a = a.copy()
    for i in range(1, len(a)):
        a[i, 0] -= np.dot(a[i, :i], a[i, :i])
    return np.sum(a * a)


def squares_of_rows_that_change(a):
    a = a.copy()
    for i in range(1, 3):
        a[i, 0] -= np.dot(a[i, :i], a[i, :i])
        a[i, :i] *= a[0, 0]
        a[i, 0] -= np.dot(a[i, :i], a[i, :i])
    return np.sum(a * a)


def squares_of_sums(x):
    y = np.sin(x)
    return np.sum(y * (y + np.dot(y, y)))


@pytest.mark.parametrize(
    ("f", "x", "text"),
    [
        (squares_of_rows, A, "ba[i, :i] -= 2.0 * ba[i, 0] * a[i, :i]"),
        (squares_of_rows_that_change, A, "2.0 * "),
        (squares_of_sums, X, ""),
    ],
)
def test_what_is_added_twice_is_added_once(f, x, text):
    check_grads(f, (x.copy(),))
    assert text in source_of(f, x)


def smallest(x, y):
    return np.sum(np.minimum(x, y) ** 2)


def smallest_of_what_changes(x, y):
    x = x.copy()
    for k in range(3):
        x[:] = np.minimum(x[:], np.add.outer(x[:, k], x[k] + y[k]))
    return np.sum(x**2)


def test_ties_are_looked_for_once():
    check_grads(smallest, (X, X[::-1].copy()))
    check_grads(smallest_of_what_changes, (np.abs(A[:3]) + 1.0, X[:3]))
    ties = np.array([1.0, 2.0, np.inf, np.nan]), np.array([1.0, 3.0, np.inf, 0.0])
    for f, args in ((smallest, ties), (smallest, ties[::-1])):
        with np.errstate(all="ignore"):
            found = gradscribe.grad(f, argnums=(0, 1))(*args)
            plain = gradscribe.derive(f, argnums=(0, 1), optimize=False)(*args)
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(found, plain, strict=True))
    source = gradscribe.grad(smallest_of_what_changes, argnums=(0, 1)).source_for(np.abs(A[:3]), X[:3])
    assert source.count("==") == 1


def scaled(x, weights, n):
    """A product of which nothing but the shape is left, of a slice of unknown length."""
    total = 0.0
    for k in range(n):
        y = x[k:]
        total += np.sum((y * 0.5 / 2.0 + 1.0) * weights)
    return total


def of_one_row(x, weights):
    return np.sum((x * weights) ** 2)


@pytest.mark.parametrize("shape", [(4, 3), (1, 3), (4, 1), (1, 1), (3,), (1,)])
@pytest.mark.parametrize("other", [(4, 3), (1, 3), (4, 1), (1, 1), (3,), (1,)])
def test_broadcast_operands_keep_their_shapes(shape, other):
    random = np.random.default_rng(0)
    check_grads(of_one_row, (random.normal(size=shape), random.normal(size=other)))
    check_grads(lambda x, y: np.sum(np.sin(x[1:] * y)) + np.sum((x * y[:1]) ** 2), (A[:, 0].copy(), np.array([0.3])))


def test_nothing_is_computed_for_its_shape():
    check_grads(lambda x, w: scaled(x, w, 2), (X, np.array([0.3])))
    source = gradscribe.grad(scaled).source_for(X, np.array([0.3]), 2)
    assert "x[k:]" in source and "0.5 * x[k:]" not in source


def stored(x):
    y = np.zeros_like(x)
    y[1:] = x[1:] * x[:-1]
    z = y.copy()
    z[0] = x[0]
    return np.sum(y * z)


def stored_in_an_argument(x):
    y = x * 2.0
    x[0] = np.sum(y)
    return np.sum(x * x)


def stored_in_turn(x):
    y = x * 2.0
    y[0] = y[1] * y[2]
    y[1] = y[0] * y[3]
    y[0] = np.sum(y[:2] * x[3:5])
    return np.sum(y**2)


def stored_in_loops(x):
    y = x * 2.0
    for k in range(3):
        y[k] = y[k + 1] * x[k]
    return np.sum(y**2)


@pytest.mark.parametrize("f", [stored, stored_in_an_argument, stored_in_turn, stored_in_loops])
def test_cells_that_nobody_reads_again_are_not_set_to_zero(f):
    check_grads(f, (X.copy(),))
    body = source_of(f, X).splitlines()
    last = next(k for k in reversed(range(len(body))) if body[k].startswith("    return"))
    zeroed = [k for k, line in enumerate(body) if line.startswith("    b") and "] = 0.0" in line]
    for k in zeroed:
        buffer = body[k].split("[")[0].strip()
        assert any(buffer in line for line in body[k + 1 : last + 1])
