"""Broadcasts that have no effect are not written, others are; sums of products contract the smaller operand."""

from __future__ import annotations

import numpy as np
import pytest

import gradscribe
from gradscribe import check_grads


def rows(x):
    return np.sum(np.exp(x / np.sum(x * x, axis=1, keepdims=True)))


def columns(x):
    return np.sum((x - np.mean(x, axis=0)) ** 3)


def largest(x):
    top = np.max(x, axis=1)
    return np.sum(np.log(np.sum(np.exp(x - top[:, None]), axis=1)) + top)


def turned(x):
    return np.sum(np.sin(np.sum(x * x, axis=1)[None, :].T * np.cos(x)))


def of_a_product(x):
    q = np.zeros((x.shape[0], x.shape[1], x.shape[1]))
    q[:, 0, 1] = x[0, 0]
    q[0, :, 2] = x[:, 1]
    moved = x[None, :, :] - x[:, None, :]
    return np.sum((moved @ np.swapaxes(q, 1, 2)) ** 2)


def picked(x):
    idx = np.arange(x.shape[1])
    return np.sum(np.sum(x * x * x[idx, idx], axis=0) ** 2)


LEAN = [rows, columns, largest, turned, of_a_product, picked]
X = np.array([[0.3, -1.2, 0.7], [2.0, 0.4, -0.6], [-0.9, 1.1, 0.8]])


@pytest.mark.parametrize("f", LEAN)
def test_nothing_is_spread_in_vain(f):
    check_grads(f, (X.copy(),))
    source = gradscribe.grad(f).source_for(X)
    assert "broadcast_to" not in source and "unbroadcast" not in source


@pytest.mark.parametrize("f", LEAN[:4])
@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (1, 1)])
def test_axes_of_length_one(f, shape):
    check_grads(f, (np.full(shape, 0.7) + np.arange(np.prod(shape)).reshape(shape) * 0.2,))


@pytest.mark.parametrize("f", [rows, columns, turned])
def test_second_order(f):
    check_grads(f, (X.copy(),), order=2)


def only_spread(x):
    return np.sum(np.sum(x, axis=1, keepdims=True) * np.ones((3, 1)))


def spread_and_kept(x):
    y = np.sum(x, axis=0)
    z = np.broadcast_to(2.0 * y, x.shape)
    return np.sum(z * z) + np.sum(z * x)


def column_of_unknown_length(x, n):
    y = x[:, :n]
    return np.sum(np.exp(y * x))


def row_of_unknown_length(x, n):
    return np.sum((x[:n] * x) ** 2)


@pytest.mark.parametrize("f", [only_spread, spread_and_kept])
def test_what_has_no_partner_is_spread(f):
    check_grads(f, (X.copy(),))


@pytest.mark.parametrize("f", [column_of_unknown_length, row_of_unknown_length])
@pytest.mark.parametrize("n", [1, 3])
def test_a_slice_of_a_length_that_is_not_known_may_be_one(f, n):
    check_grads(f, (X.copy(), n), argnums=0)


def test_float32_stays():
    x = X.astype(np.float32)
    assert gradscribe.grad(rows)(x).dtype == np.float32
    assert gradscribe.grad(largest)(x).dtype == np.float32


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_empty(shape):
    x = np.empty(shape)
    with np.errstate(all="ignore"):
        assert gradscribe.grad(rows)(x).shape == shape
