"""Entries of lists in the reverse sweep: what is stored and read again, however two indices may meet."""

from __future__ import annotations

import numpy as np
import pytest

import gradscribe
from gradscribe import check_grads


def cells(x, w, n):
    h, c = [x * (k + 1.0) for k in range(n)], [x * x + k for k in range(n)]
    for t in range(3):
        a = w * h[0]
        for i in range(n):
            c[i] = c[i] * np.sin(a) + h[i]
            h[i] = a * np.tanh(c[i])
            a = h[i]
    return np.sum(h[0] * h[1] + c[1])


def meets_itself(x, w, n):
    h = [x + k * w for k in range(n)]
    for i in range(n):
        for j in range(n):
            h[i] = h[i] * h[j]
            h[j] = np.sin(h[i]) + h[j]
    return np.sum(h[0] + h[1] * h[-1])


def from_both_ends(x, w, n):
    h = [x + k * w for k in range(n)]
    for _ in range(2):
        h[0] = h[0] * h[-2]
        h[-2] = h[0] + h[1]
        h[-1] = h[1] * h[0]
    return np.sum(h[0] * h[1])


def grows(x, w, n):
    h = [x for _ in range(n)]
    for _ in range(3):
        h[0] = h[0] * w
        h.append(h[0] + h[-1])
        h[-1] = np.sin(h[-1]) * h[0]
    return np.sum(h[-1] * h[0])


def spreads(x, w, n):
    h = [x[:1] for _ in range(n)]
    for _ in range(2):
        h[0] = h[0] * w
    return np.sum(h[0])


def shrinks(x, w, n):
    h = [x for _ in range(n)]
    for k in range(2):
        h[0] = np.sum(h[0] * w, keepdims=True)
        h[0] = h[0] * x[k]
    return np.sum(h[0] * w)


def numbers(x, w, n):
    h = [x[k] * w[k] for k in range(n)]
    for i in range(4):
        h[i % 2] = h[i % 2] * h[(i + 1) % 2]
        h[0] = h[0] + math_like(h[1])
    return h[0] * h[1]


def math_like(v):
    return v * v


def overwritten_unseen(x, w, n):
    h = [x + k * w for k in range(n)]
    for i in range(2):
        h[i] = h[i] * 2.0
        h[i] = x * w
        h[i] = h[i] * h[0]
    return np.sum(h[0] * h[1])


def in_a_branch(x, w, n):
    h = [x + k * w for k in range(n)]
    for i in range(4):
        h[0] = h[0] * w
        if i % 2:
            h[0] = h[0] + h[1]
        else:
            h[1] = h[0] * x
        h[1] = h[1] * h[0]
    return np.sum(h[1])


def of_lists(x, w, n):
    h = [[x + k, w * x] for k in range(n)]
    for i in range(2):
        row = h[i]
        row[0] = row[0] * h[1 - i][1]
        h[i][1] = h[i][0] + row[1]
    return np.sum(h[0][0] * h[1][1] + h[0][1])


def both_ways(x, w, n):
    h = [x, w]
    a, b = h[0], h[1]
    h[0] = a + b
    h[1] = np.ones(3)
    for i in range(n):
        h[i] = h[i] * 3.0
    return np.sum(h[0] * np.arange(3.0))


X, W = np.array([0.7, -0.4, 1.1]), np.array([0.9, 1.3, -0.6])
PROGRAMS = [
    cells, meets_itself, from_both_ends, grows, spreads, shrinks, numbers, overwritten_unseen, in_a_branch, of_lists,
    both_ways,
]  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS)
def test_gradients(f):
    check_grads(f, (X.copy(), W.copy(), 2), argnums=(0, 1))


@pytest.mark.parametrize("f", [cells, meets_itself, in_a_branch])
def test_second_order(f):
    check_grads(f, (X.copy(), W.copy(), 2), argnums=(0, 1), order=2)


@pytest.mark.parametrize("n", [1, 3])
def test_each_entry_has_the_shape_that_it_had(n):
    bx, bw = gradscribe.grad(spreads, argnums=(0, 1))(X.copy(), W[:n].copy(), 2)
    assert bx.shape == X.shape and bw.shape == (n,)


def test_gradients_of_two_entries_are_two_arrays():
    bx, bw = gradscribe.grad(both_ways, argnums=(0, 1))(X.copy(), W.copy(), 1)
    assert not np.shares_memory(bx, bw)


def test_nothing_is_stored_to_be_replaced():
    source = gradscribe.grad(cells, argnums=(0, 1)).source_for(X, W, 2)
    inner = source[source.index("for i in range(n - 1, -1, -1)") :]
    inner = inner[: inner.index("bw")]
    assert "zeros" not in inner and inner.count("bc[i] = ") == 1
