"""Arrays of indices and masks in machine code. Every result is compared with what NumPy makes of the same function."""

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


def outcome(f, args):
    """What a call returns and leaves behind, or the kind of error that it raises."""
    args = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    try:
        return f(*args), args
    except (IndexError, ValueError) as error:
        return type(error), args


def agree(f, *calls, kept=False):
    """The loops give what the function gives; its text. `kept`: also that statements may stay as they are."""
    fast = gradscribe.compile(f)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if kept else "error", gradscribe.call.jitting.NumbaFallback)
        for args in calls:
            (have, left), (want, behind) = outcome(fast, args), outcome(f, args)
            if isinstance(want, type):
                assert have is want
                continue
            np.testing.assert_allclose(have, want, rtol=1e-12)
            for a, b in zip(left, behind):
                np.testing.assert_allclose(a, b, rtol=1e-12)
    return fast.source


K = np.array([2, 0, -1, 2, 1, -3])
INDICES = [K, K.astype(np.int32), K.astype(np.int8), K[:0], np.array([0, 3]), np.array([-4]), K[::2]]


def products(x, k, v):
    total = 0.0
    for i in range(len(v)):
        total += np.dot(np.sin(x[k]), x[k]) * v[i]
    return total


def test_entries_are_read_where_they_are():
    text = agree(products, *[(grid(3), k, grid(2)) for k in INDICES])
    assert "x[k]" not in text and "place(" in text


def rows(m, k):
    t = 2.0 * m[k] + m[k] * m[0]
    return np.sum(t * t)


def test_rows_are_read_where_they_are():
    assert "m[k]" not in agree(rows, *[(grid(3, n), k) for k in INDICES for n in (0, 1, 4)])


def table(x, k):
    return np.sum(np.exp(x[k] * 0.5))


def test_a_table_of_indices():
    agree(
        table, (grid(4), np.array([[0, 1], [-1, 3]])), (grid(4), np.zeros((0, 2), int)), (grid(4), np.array([[4, 1]]))
    )


def scattered(x, k, v):
    y = x.copy()
    np.add.at(y, k, 2.0 * v)
    z = np.zeros_like(x)
    z[k] = v
    z[k] = z[k] + y[k] * z[1]
    return np.sum(y * z) + z[0] + 3.0 * z[1]


@pytest.mark.long
def test_what_is_written_more_than_once():
    text = agree(scattered, *[(grid(3), k, grid(len(k), seed=1)) for k in INDICES], (grid(3), K, grid(2)))
    assert "np.add.at" not in text


def outside(x, y, k):
    x[1:] = y[k] * 2.0
    y[k] = x[1:]
    return np.sum(y)


def test_a_failure_leaves_arguments_as_numpy_does():
    agree(outside, (grid(4), grid(5, seed=1), np.array([4, 0, 2])), kept=True)
    x, y, k = grid(4), grid(5, seed=1), np.array([0, 7, 1])
    before = x.copy()
    with warnings.catch_warnings(), pytest.raises(IndexError):
        warnings.simplefilter("ignore")
        gradscribe.compile(outside)(x, y, k)
    np.testing.assert_array_equal(x, before)


def reads_itself(x, k):
    x = x.copy()
    x[1:] += x[k]
    x[k] = x[k[::-1]] + x[:-1]
    return np.sum(x * np.arange(len(x)))


def test_what_reads_its_target_reads_first():
    agree(reads_itself, (grid(4), np.array([0, 3, 1])), (grid(4), np.array([2, 2, -1])), (grid(3), np.array([5, 0])))


def renumbered(x, k):
    k = k.copy()
    total = x[k]
    k[1:] = k[:-1]
    return np.sum(total * x[k])


def test_indices_that_change():
    agree(renumbered, (grid(4), np.array([3, 0, 1, 1])))


def cut(x, low, steps):
    x = x.copy()
    for _ in range(steps):
        x[x < low] = low
        x[x > 1.0] *= 0.5
        x[1:] += 0.1 * x[:-1]
    return np.sum(x * x)


def test_masks_with_a_number():
    calls = [(grid(n), -0.2, 3) for n in (0, 1, 5)] + [(np.array([np.nan, 3.0, -1.0]), 0.0, 2)]
    agree(cut, *calls[:3])
    assert np.isnan(gradscribe.compile(cut)(*calls[3]))


def other_mask(x, m):
    y = x * 2.0
    y[m] = 0.0
    return np.sum(y * y)


def test_masks_that_do_not_fit_are_an_error_as_in_numpy():
    some = np.array([True, False, True])
    agree(other_mask, (grid(3), some), (grid(4), some), (grid(2), some), (grid(0), some[:0]), kept=True)


def sparse(start, column, value, x):
    y = np.empty(len(start) - 1)
    for i in range(len(start) - 1):
        where = column[start[i] : start[i + 1]]
        y[i] = value[start[i] : start[i + 1]] @ x[where]
    return np.sum(y * y)


@pytest.mark.parametrize("dtype", [np.int64, np.int32])
def test_the_gradient_of_a_sparse_product(dtype):
    start, column = np.array([0, 3, 3, 5, 4]).astype(dtype), np.array([0, 2, -1, 1, 1]).astype(dtype)
    args = start, column, grid(5), grid(3, seed=1)
    fast = gradscribe.grad(sparse, (2, 3), jit="numba")
    for have, want in zip(fast(*args), gradscribe.grad(sparse, (2, 3))(*args)):
        np.testing.assert_allclose(have, want, rtol=1e-12)
    assert "np.add.at" not in fast.source


def test_a_sparse_product_of_arrays_that_do_not_fit():
    agree(
        sparse,
        (np.array([0, 2]), np.array([0, 1]), grid(3), grid(2)),
        (np.array([0, 2]), np.array([0]), grid(3), grid(2)),
    )


def single(x, k, c):
    y = 0.1 * x[k] + x[k] ** 3
    y[y > 0.25] = 0.7
    return np.sum(y * c) / np.mean(x) + np.max(y)


def test_single_precision():
    x = grid(5).astype(np.float32)
    fast = gradscribe.compile(single)
    have, want = fast(x, K[:4], 1.5), single(x, K[:4], 1.5)
    assert isinstance(have, type(want)) or isinstance(have, float)
    np.testing.assert_allclose(have, want, rtol=1e-5)
    (slow,), (quick,) = (gradscribe.grad(single, (0,), jit=jit)(x, K[:4], 1.5) for jit in (None, "numba"))
    assert quick.dtype == slow.dtype == np.float32
    np.testing.assert_allclose(quick, slow, rtol=1e-4, atol=1e-5)


def filled(m, k, n):
    out = np.zeros((n, n))
    for i in range(n):
        out[i, :] = m[k] * 2.0
    return np.sum(out)


def test_what_may_fail_does_not_run_in_parallel():
    """An error would be lost there."""
    m, k = grid(40), np.arange(40)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fast = gradscribe.compile(filled, parallel=True)
        np.testing.assert_allclose(fast(m, k, 40), filled(m, k, 40))
    k[3] = 77
    with pytest.raises(IndexError):
        fast(m, k, 40)
    assert "prange" not in fast.source
