"""Lists of arrays in machine code: a row for each trip where that is certain, the list else."""

import warnings

import numpy as np
import pytest

import gradscribe

numba = pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def grid(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def gradients(f, *args, wrt=0):
    """The gradient in machine code, which agrees with the plain one; its text."""
    chosen = wrt if isinstance(wrt, tuple) else (wrt,)
    fast = gradscribe.grad(f, chosen, jit="numba")
    with warnings.catch_warnings():
        warnings.simplefilter("error", gradscribe.call.jitting.NumbaFallback)
        fast(*args)
    for have, want in zip(fast(*args), gradscribe.grad(f, chosen)(*args)):
        np.testing.assert_allclose(have, want, rtol=1e-11, atol=1e-13)
    return fast.source


def waves(u, n, steps):
    u = u.copy()
    for _ in range(steps):
        u[1 : n - 1] = np.sin(u[1 : n - 1]) * u[2:n] * u[: n - 2]
    return np.sum(u * u)


@pytest.mark.parametrize("size, n, steps", [(9, 9, 4), (9, 7, 3), (5, 5, 1), (5, 5, 0), (5, 5, -2)])
def test_what_is_overwritten_goes_to_a_row(size, n, steps):
    text = gradients(waves, grid(size), n, steps)
    assert ".append(" not in text and ".pop(" not in text and "_tape = np.empty((" in text


@pytest.mark.parametrize("size, n", [(5, 2), (3, 3), (0, 4), (4, -1)])
def test_short_arrays_and_rows_without_entries(size, n):
    gradients(waves, grid(size), n, 3)


def test_what_does_not_fit_is_an_error_as_in_numpy():
    with pytest.raises(ValueError, match="broadcast"):
        gradients(waves, grid(5), 9, 3)


def nested(a, m, k):
    a = a.copy()
    for i in range(1, m):
        for j in range(k, 0, -1):
            a[j] = np.tanh(a[j - 1]) * a[j] + np.exp(-a[j] * a[j])
    return np.sum(a * a)


@pytest.mark.parametrize("m, k", [(3, 2), (1, 2), (4, 0), (2, 3)])
def test_nested_loops(m, k):
    assert ".append(" not in gradients(nested, grid(4, 5), m, k)


def triangle(a):
    a = a.copy()
    for i in range(1, len(a)):
        for j in range(i):
            a[i] = np.sin(a[j] * a[i])
    return np.sum(a * a)


def test_an_inner_loop_that_grows_keeps_its_list():
    assert ".append(" in gradients(triangle, grid(4, 3))


def growing(a):
    total = 0.0
    for k in range(1, len(a)):
        part = np.sin(a[:k])
        part[0] = part[0] * a[k]
        total = total * np.sum(part * part) + part[0]
    return total


def test_rows_of_different_lengths_keep_their_list():
    gradients(growing, grid(6))


def longer_rows(r):
    y = np.zeros_like(r)
    y[0] = -r[0]
    for k in range(1, len(r)):
        y[:k] += np.sin(r[k] * y[:k][::-1])
        y[k] = r[k] * y[0]
    return np.sum(y * y)


def shorter_rows(r):
    r = r.copy()
    for k in range(2, len(r) - 1):
        r[k:-1] = np.sin(r[k:-1]) * r[k - 1]
    return np.sum(r * r)


@pytest.mark.parametrize("n", [1, 2, 3, 7])
@pytest.mark.long
def test_rows_that_depend_on_the_trip(n):
    gradients(longer_rows, grid(n))
    assert ".append(" not in gradients(shorter_rows, grid(n))


def through_the_library(a, w, steps):
    for _ in range(steps):
        a = np.tanh(w @ a)
    return np.sum(a * a)


@pytest.mark.parametrize("shape", [(4,), (4, 3)])
def test_a_row_is_an_array_for_the_library(shape):
    gradients(through_the_library, grid(*shape), grid(4, 4, seed=1), 3, wrt=(0, 1))


def stretched(a, b, steps):
    s = b
    for _ in range(steps):
        s = np.sin(s * a) + a * b
    return np.sum(s * s)


@pytest.mark.parametrize(
    "a, b", [((5,), (5,)), ((5,), (1,)), ((1,), (5,)), ((1,), (1,)), ((3, 1), (1, 4)), ((0,), (0,))]
)
@pytest.mark.long
def test_what_is_stretched_is_summed(a, b):
    gradients(stretched, grid(*a), grid(*b, seed=1), 3, wrt=(0, 1))


def swapped(u, v, steps):
    u, v = u.copy(), v.copy()
    for _ in range(steps):
        u[1:] += np.sin(v[:-1]) * u[:-1]
        u, v = v, u
    return np.sum(u * u) + 2.0 * np.sum(v)


@pytest.mark.parametrize("steps", [0, 1, 2, 5])
def test_arrays_that_change_places(steps):
    gradients(swapped, grid(6), grid(6, seed=1), steps, wrt=(0, 1))


def may_be_skipped(u, steps):
    u = u.copy()
    for t in range(steps):
        if u[0] > 0.0:
            u[1:] = np.cos(u[1:]) * u[:-1]
        u[0] = np.sin(3.0 * u[0] + t)
    return np.sum(u * u)


def test_what_is_not_always_recorded_keeps_its_list():
    assert ".append(" in gradients(may_be_skipped, grid(5), 6)
