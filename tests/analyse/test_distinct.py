"""Indices that name no cell twice: what is added there is added at once; where that is not proved, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

import gradscribe


def diagonal(x):
    idx = np.arange(x.shape[0])
    return np.sum(x[idx, idx] ** 2)


def above(x):
    row, col = np.triu_indices(x.shape[0], 1)
    return np.sum(x[row, col] ** 3)


def by_keyword(x):
    row, col = np.triu_indices(n=x.shape[0], k=1)
    return np.sum(x[col, row] ** 3)


def positive(x):
    row, col = np.nonzero(x > 0.0)
    return np.sum(x[row, col] ** 3)


def ordered(x):
    y = x[:, 0] * 2.0
    return np.sum(y[np.argsort(x[:, 1])] * np.cos(np.arange(x.shape[0])))


def every_second(x):
    y = x[0] * x[1]
    return np.sum(y[np.arange(0, 3, 2)] ** 2)


def filled(x):
    idx = np.arange(3)
    q = np.zeros((3, 3))
    q[idx, idx] = np.exp(x[0])
    return np.sum(q * x)


DISTINCT = [diagonal, above, by_keyword, positive, ordered, every_second, filled]


def written(x):
    idx = np.arange(x.shape[0])
    idx[1] = 0
    return np.sum(x[idx, idx] ** 2)


def written_through_a_view(x):
    idx = np.arange(x.shape[0])
    part = idx[1:]
    part[0] = 0
    return np.sum(x[idx, idx] ** 2)


def from_the_end(x):
    y = x[0] * x[1]
    return np.sum(y[np.arange(-2, 3)] ** 2)


def one_of_a_pair(x):
    row, col = np.triu_indices(x.shape[0], 0)
    return np.sum(x[row] ** 2) + np.sum(x[col] ** 3)


def pair_of_two_lists(x):
    row, _ = np.triu_indices(3, 1)
    _, col = np.tril_indices(3, -1)
    return np.sum(x[row, col] ** 2)


def twice_the_rows(x):
    row, _ = np.triu_indices(3, 0)
    return np.sum(x[row, row] ** 3)


def short_and_long(x):
    few, many = np.arange(x.shape[0] - 2), np.array([0, 1, 1, 2])
    return np.sum(x[few, many] ** 2)


def spread_out(x):
    idx, every = np.arange(3), np.array([[0, 1, 2], [2, 1, 0]])
    return np.sum(x[idx, every] ** 2)


def written_twice(x):
    row, _ = np.triu_indices(3, 0)
    y = np.zeros(3)
    y[row] = x[0, 0] * np.arange(6.0)
    return np.sum(y * x[1])


REPEATED = [
    written, written_through_a_view, from_the_end, one_of_a_pair, pair_of_two_lists, twice_the_rows, short_and_long,
    spread_out, written_twice,
]  # fmt: skip
X = np.array([[0.3, -1.2, 0.7], [2.0, 0.4, -0.6], [-0.9, 1.1, 0.8]])


def differences(f, x, h=1e-5):
    g = np.empty_like(x)
    for k in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[k] = h
        g[k] = (8 * (f(x + e) - f(x - e)) - f(x + 2 * e) + f(x - 2 * e)) / (12 * h)
    return g


@pytest.mark.parametrize("f", [*DISTINCT, *REPEATED])
def test_gradients(f):
    assert np.allclose(gradscribe.grad(f)(X.copy()), differences(f, X), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("f", DISTINCT)
def test_distinct_cells_are_added_to_at_once(f):
    source = gradscribe.grad(f).source_for(X)
    assert "add.at" not in source and "last_write" not in source


@pytest.mark.parametrize("f", REPEATED)
def test_others_cell_by_cell(f):
    source = gradscribe.grad(f).source_for(X)
    assert "add.at" in source or "last_write" in source
