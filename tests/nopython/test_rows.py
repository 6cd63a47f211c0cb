"""What loops overwrite is recorded in one array where trips and shapes are known, and in a list elsewhere."""

from __future__ import annotations

import re

import numpy as np
import pytest

import gradscribe
from gradscribe import check_grads


def stencil(u, n):
    u = u.copy()
    for t in range(n):
        u[1:-1] = u[1:-1] * u[:-2] + np.sin(u[2:])
    return np.sum(u * u)


def whole(u, n):
    u = u.copy()
    for _ in range(n):
        u *= np.cos(u)
    return np.sum(u**3)


def backwards(u, n):
    u = u.copy()
    for t in range(n, 0, -1):
        u[1:] = u[1:] * u[:-1] * t
    return np.sum(u)


def late_start(u, n):
    u = u.copy()
    for t in range(20, 20 + n):
        u[:-1] = u[:-1] * u[1:] + t
    return np.sum(u)


def nested(u, n):
    u = u.copy()
    for i in range(n):
        for j in range(2):
            u[1:-1] = u[1:-1] * u[2:] + np.sin(i + j)
    return np.sum(u * u)


def rows(u, n):
    a = np.outer(u, u)
    for i in range(1, len(u)):
        a[i, 1:] = a[i, 1:] * a[i - 1, :-1]
        a[i, 1:] *= a[i, 1:]
    return np.sum(a)


def columns(u, n):
    a = np.outer(u, u)
    for k in range(1, len(u)):
        a[:, k] = a[:, k] * a[:, k - 1]
        a[:, k] *= a[:, k]
    return np.sum(a)


def of_a_slice(u, n):
    u = u.copy()
    part = u[1:]
    for _ in range(n):
        part *= np.sin(u[:-1])
    return np.sum(u)


def single(u, n):
    u = u.astype(np.float32)
    for _ in range(n):
        u[1:] = u[1:] * u[:-1]
    return np.sum(u)


ARRAYS = [stencil, whole, backwards, late_start, nested, rows, columns, of_a_slice, single]


def triangle(u, n):
    u = u.copy()
    for i in range(n):
        for j in range(i + 1):
            u[1:-1] = u[1:-1] * u[2:] + np.sin(i + j)
    return np.sum(u * u)


def stops_early(u, n):
    u = u.copy()
    for _ in range(n):
        u[1:] = u[1:] * u[:-1]
        if np.sum(u) > 100.0:
            break
    return np.sum(u)


def sometimes(u, n):
    u = u.copy()
    for t in range(n):
        if t % 2:
            u[1:] = u[1:] * u[:-1]
    return np.sum(u)


def while_small(u, n):
    u = u.copy()
    while np.sum(u) < 50.0:
        u[1:] = u[1:] * u[:-1] + 1.0
    return np.sum(u)


def other_parts(u, n):
    u = u.copy()
    for t in range(1, n):
        u[t:] = u[t:] * u[:-t]
    return np.sum(u)


def remade(u, n):
    total = 0.0
    for t in range(1, n):
        v = u[t:] * 2.0
        for _ in range(2):
            v[1:] *= v[:-1]
        total += np.sum(v)
    return total


LISTS = [triangle, stops_early, sometimes, while_small, other_parts, remade]
U = np.array([0.7, 1.2, -0.4, 0.9, 1.1, 0.3])


@pytest.mark.parametrize("f", [f for f in (*ARRAYS, *LISTS) if f is not single])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_gradients(f, n):
    check_grads(f, (U.copy(), n), argnums=0)


@pytest.mark.parametrize("f", [stencil, nested, columns])
def test_second_order(f):
    check_grads(f, (U.copy(), 2), argnums=0, order=2)


@pytest.mark.parametrize("f", [stencil, whole, backwards, of_a_slice])
@pytest.mark.parametrize("length", [0, 1, 2])
def test_short_arrays(f, length):
    check_grads(f, (U[:length].copy(), 2), argnums=0)


def test_fewer_trips_than_none():
    assert np.array_equal(gradscribe.grad(whole)(U, -3), 3.0 * U**2)


def test_the_dtype_is_kept():
    u = U.astype(np.float32)
    assert gradscribe.grad(single)(u, 3).dtype == np.float32
    assert "float32" in gradscribe.grad(single).source_for(u, 3)


@pytest.mark.parametrize("f", ARRAYS)
def test_one_array_for_all_trips(f):
    source = gradscribe.grad(f).source_for(U, 3)
    assert re.search(r"_tape(_\d)? = np\.empty\(\(", source)


@pytest.mark.parametrize("f", LISTS)
def test_a_list_elsewhere(f):
    source = gradscribe.grad(f).source_for(U, 3)
    assert "np.empty" not in source and "append" in source
