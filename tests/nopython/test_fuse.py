"""Neighbouring nests as one. Every result is compared with what NumPy makes of the same function."""

import warnings

import numpy as np
import pytest

import gradscribe

numba = pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def agree(f, *calls):
    """The loops give what the function gives; how many loops there are in the text."""
    fast = gradscribe.compile(f)
    with warnings.catch_warnings():
        warnings.simplefilter("error", gradscribe.call.jitting.NumbaFallback)
        for args in calls:
            np.testing.assert_allclose(fast(*args), f(*args), rtol=1e-12)
    return fast.source.count(" in range("), fast.source


def grid(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


GRIDS = [(grid(n), grid(n, seed=1)) for n in (0, 1, 2, 3, 9)]


def in_the_same_trip(a, b):
    a, b = a.copy(), b.copy()
    t = np.sin(a[1:])
    b[1:] += t * a[1:]
    a[1:] = t
    return np.dot(a, b)


def test_one_trip_for_each_entry():
    loops, text = agree(in_the_same_trip, *GRIDS)
    assert loops == 2 and "np.empty" not in text


def shifted(a, b):
    a, b = a.copy(), b.copy()
    a[1:] *= 0.5
    b[1:] = a[:-1]
    return np.dot(a, b)


def reversed_(a, b):
    a, b = a.copy(), b.copy()
    a[:] = np.sin(a)
    b[:] = a[::-1]
    a[:] = b * b
    return np.dot(a, b)


def of_the_last(a, b):
    a, b = a.copy(), b.copy()
    if len(a) > 1:
        a[1:] = a[1:] * b[1:]
        b[1:] = a[1:] * a[-1]
        a[1:] = a[0] * b[1:]
    return np.dot(a, b)


def counted_down(a, b):
    a, b = a.copy(), b.copy()
    a[1:] += a[:-1]
    b[1:] += a[1:]
    return np.dot(a, b)


def other_memory(a, b):
    a = a.copy()
    v = a[1:]
    for k in range(len(v)):
        v[k] = b[k] * a[k]
    for k in range(len(v)):
        b = b * 1.0
        a[k] = a[k] + v[k] * b[k]
    return np.dot(a, b)


@pytest.mark.parametrize("f", [shifted, reversed_, of_the_last, counted_down, other_memory])
def test_entries_of_other_trips(f):
    agree(f, *GRIDS)


def rows_and_columns(m, n):
    m, n = m.copy(), n.copy()
    t = m * n
    n += t.T
    m[:, 1:] = t[:, 1:] * n[:, 1:]
    for i in range(1, len(m)):
        m[i, :] += 0.5 * m[i - 1, :]
        n[i, :] *= m[i, :]
        n[0, :] += m[i, :]
        n[i, :] += n[0, :]
    return np.sum(m * n)


def test_rows_and_columns():
    agree(rows_and_columns, *[(grid(n, n), grid(n, n, seed=1)) for n in (1, 2, 5)])


def read_once_for_a_row(m, a):
    m, a = m.copy(), a.copy()
    for i in range(len(a)):
        for j in range(m.shape[1]):
            m[i, j] = m[i, j] * 0.5
    for i in range(len(a)):
        s = a[i]
        for j in range(m.shape[1]):
            a[i] += s * m[i, j]
    return np.sum(a)


def test_what_is_read_once_for_a_row():
    agree(read_once_for_a_row, *[(grid(n, 3), grid(n, seed=1)) for n in (0, 1, 4)])


def counted(a, n):
    a = a.copy()
    for i in range(n):
        a[i - 1] += a[i] * 0.5
    for i in range(n):
        a[i - 1] = a[i - 1] * a[i - 1]
    return np.sum(a)


def test_indices_that_wrap_around():
    agree(counted, *[(grid(5), n) for n in (0, 1, 5)])


def in_arguments(a, b):
    a[1:] = b[1:] * 2.0
    b[1:] = a[1:] + b[1:]


def test_arguments_that_share_memory():
    fast = gradscribe.compile(in_arguments)
    for first, second in ((slice(0, 5), slice(0, 5)), (slice(0, 5), slice(1, 6)), (slice(1, 6), slice(0, 5))):
        x, y = grid(6), grid(6)
        fast(x[first], x[second])
        in_arguments(y[first], y[second])
        np.testing.assert_array_equal(x, y)


def smooth(a, b, steps):
    a, b = a.copy(), b.copy()
    for _ in range(steps):
        t = a[1:-1] * b[1:-1]
        a[1:-1] += 0.1 * (a[2:] - 2.0 * a[1:-1] + a[:-2]) - t
        b[1:-1] += t * np.exp(-b[1:-1])
    return np.sum(a * b)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 9])
def test_gradients(n):
    a, b = grid(n), grid(n, seed=1)
    fast, slow = gradscribe.grad(smooth, (0, 1), jit="numba"), gradscribe.grad(smooth, (0, 1))
    for have, want in zip(fast(a, b, 3), slow(a, b, 3)):
        np.testing.assert_allclose(have, want, rtol=1e-12, atol=1e-14)
