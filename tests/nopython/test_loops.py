"""Statements over arrays as loops. Every result is compared with what NumPy makes of the same function."""

import warnings
from pathlib import Path

import numpy as np
import pytest

import gradscribe

numba = pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def copied(args):
    """The arguments with the same aliasing."""
    known = {}
    return [known.setdefault(id(a), a.copy()) if isinstance(a, np.ndarray) else a for a in args]


def outcome(f, args):
    """What a call returns and leaves behind, or the kind of error that it raises."""
    args = copied(args)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            result = f(*args)
        except (ValueError, IndexError) as error:
            return type(error), [a for a in args if isinstance(a, np.ndarray)]
    return result, [a for a in args if isinstance(a, np.ndarray)]


def same(have, want):
    if isinstance(want, (tuple, list)):
        assert len(have) == len(want)
        for a, b in zip(have, want):
            same(a, b)
    elif isinstance(want, type):
        assert isinstance(have, type) and issubclass(have, (ValueError, IndexError))
    elif want is None:
        assert have is None
    else:
        assert np.shape(have) == np.shape(want)
        np.testing.assert_allclose(have, want, rtol=1e-12, atol=1e-14)


def agree(f, *calls):
    """The loops give what the function gives, for each tuple of arguments; the last text."""
    fast = gradscribe.compile(f)
    with warnings.catch_warnings():
        warnings.simplefilter("error", gradscribe.call.jitting.NumbaFallback)
        for args in calls:
            same(outcome(fast, args), outcome(f, args))
    return fast.source


def grid(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


SIZES = (0, 1, 2, 3, 7)


# ------------------------------------------------------------------ slices


def stencil(a, b):
    b[1:-1, 1:-1] = 0.25 * (a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1]) - a[1:-1, 1:-1] ** 2
    a[2:-3] += b[1:-4] * 2.0
    a[::-1, 0] = a[:, -1] if len(a) else a[:, 0]


def test_a_stencil_is_two_loops():
    text = agree(stencil, *[(grid(n, m), grid(n, m, seed=1)) for n in SIZES for m in (1, 5)])
    assert "for i in range(1, b.shape[0] - 1):" in text and "a[i + 1, j]" in text and "[1:-1" not in text


def bounds(a, i, j, k):
    b = np.zeros_like(a)
    b[i:j] = a[i:j] + 1.0
    for t in range(3):
        b[t : t + k] += a[t : t + k] * 0.5
    c = a[i:] * 2.0
    d = a[:j] + a[:j] ** 2
    return b, c, d, np.sum(a[j:i])


def test_bounds_are_those_of_slices():
    """Negative, too large, crossed."""
    a = grid(6)
    agree(bounds, *[(a, i, j, k) for i in (-9, -2, 0, 2, 9) for j in (-8, -1, 0, 3, 6, 20) for k in (-1, 0, 2, 5)])


def steps(a):
    a[::2] *= 3.0
    a[1::3] = a[1::3] + 1.0
    b = a[::-1] * 2.0
    c = np.flip(a[2:]) - a[:-2]
    return b, c, a[:, None] * a[None, ::2]


def test_steps_and_new_axes():
    agree(steps, *[(grid(n),) for n in SIZES])


# ------------------------------------------------------------------ statements that read what they write


def overlapping(a):
    a[1:] = a[:-1] * 2.0
    a[:-1] += a[1:]
    a[1:] += a[:-1]
    a[:] = a[::-1] + a
    a *= a[::-1]
    a[2:] -= 0.5 * (a[:-2] + a[1:-1])
    a[1:-1] = a[:-2] + a[2:]


def overlapping_rows(a):
    a[1:, 1:] = a[:-1, :-1] + 1.0
    a[:-1, 1:] += a[1:, :-1]
    a[1:, :-1] = a[:-1, 1:]
    a += a.T
    a[0] = a[:, 0]
    a[:, 1] += a[0]


def test_what_is_read_was_not_written_yet():
    text = agree(overlapping, *[(grid(n),) for n in SIZES])
    assert "for i in range(a.shape[0] - 1, 0, -1):" in text  # downwards, without a copy
    agree(overlapping_rows, *[(grid(n, n),) for n in (2, 3, 7)])


def shifted(a, b):
    a[1:] += b[:-1]
    b[:] = b + a


def test_arguments_that_share_memory():
    a = grid(7)
    agree(shifted, (a, grid(7, seed=1)), (a, a))
    fast = gradscribe.compile(shifted)
    for x, y in [(a[1:], a[:-1]), (a[:-1], a[1:]), (a[::-1], a)]:
        fast(x, y)  # whatever was compiled first
        want, have = grid(7, seed=2), grid(7, seed=2)
        shifted(want[1:], want[:-1])
        fast(have[1:], have[:-1])
        same(have, want)


# ------------------------------------------------------------------ shapes that do not fit


def mismatched(a, b):
    a[1:] = b[:-1] * 2.0
    return a + b


def test_what_does_not_fit_is_an_error_as_in_numpy():
    calls = [(grid(n), grid(m, seed=1)) for n in (0, 1, 2, 5) for m in (0, 1, 2, 5)]
    agree(mismatched, *calls)


def columns(a, x):
    y = a * x
    return y + a[:, :1], np.sum(y, axis=None), a[:1] - x


def test_broadcasting():
    agree(columns, *[(grid(n, m), grid(m)) for n in (1, 2, 4) for m in (1, 3)])


# ------------------------------------------------------------------ values


def values(a, n):
    m = np.maximum(a, 0.5)
    w = np.where(a > 0.0, np.exp(-a), a / n)
    return m, w, np.sign(a), np.minimum(m, w), np.sqrt(np.abs(a)), a / np.abs(a), np.sum(a == a)


def test_nan_and_infinity():
    odd = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 1e308, 5e-324, -1.5])
    agree(values, (odd, 3), (odd, 0), (grid(5), 2))


def compensated(a):
    s = np.zeros(a.shape[1])
    c = np.zeros(a.shape[1])
    for k in range(a.shape[0]):
        y = a[k] - c
        t = s + y
        c = (t - s) - y
        s = t
    return s, (a + 1e16) - 1e16, a[0] * a[0] - a[1] * a[1]


def test_compensated_sums_keep_their_compensation():
    a = np.concatenate([np.full((1, 3), 1e16), np.ones((2000, 3))])
    text = agree(compensated, (a,))
    assert "reassoc" not in text and "contract" not in text
    assert gradscribe.compile(compensated)(a)[0][0] == 1e16 + 2000


# ------------------------------------------------------------------ reductions


def reductions(a, x):
    m = np.max(a, axis=-1, keepdims=True)
    e = np.exp(a - m)
    s = np.sum(e, axis=1, keepdims=True)
    return e / s, np.mean(a, axis=0), np.min(a, axis=0), a[1:] @ x, x[:-1] @ a[:, :-1].T, np.max(a), np.mean(a)


@pytest.mark.long
def test_reductions_along_axes():
    text = agree(reductions, *[(grid(n, m), grid(m)) for n in (1, 2, 5) for m in (1, 2, 4)])
    assert "vector_exp" in text and "np.sum" not in text
    odd = np.array([[1.0, np.nan, 3.0], [np.inf, -np.inf, 0.0]])
    agree(reductions, (odd, grid(3)), (np.zeros((0, 3)), grid(3)))  # the latter has no largest entry: an error


def of_three(a):
    return np.sum(a, axis=(0, 2)), np.sum(a, axis=1), np.mean(a, axis=(1, 2), keepdims=True), np.sum(a > 0, axis=0)


def test_reductions_of_several_axes():
    agree(of_three, *[(grid(n, m, 3),) for n in (0, 1, 4) for m in (1, 2)])


# ------------------------------------------------------------------ what stays a statement


def single(a):
    a[1:] += a[:-1]
    a *= a[::-1]
    a[:-1] -= a[1:]


def test_statements_that_stay_do_not_read_what_they_write():
    """Of dtypes that are not lowered: numba updates entry by entry, too."""
    a = np.arange(1, 8, dtype=np.int32)
    agree(single, (a,))


def indexed(a, i, j):
    s = 0.0
    for k in range(i, j):
        s += a[k] * a[k - 1]
    return s + a[i]


def test_indices_are_proved_or_checked():
    a = grid(5)
    text = agree(indexed, *[(a, i, j) for i in (-2, 0, 1, 4) for j in (0, 3, 5)])
    assert "boundscheck=True" in text
    fast = gradscribe.compile(indexed)
    with pytest.raises(IndexError):
        fast(a, 2, 9)


def proved(a, n):
    for k in range(1, n - 1):
        a[k, :k] += a[k - 1, :k] * a[k, k]
    return a


def test_what_is_proved_is_not_checked():
    text = agree(proved, *[(grid(5, 5), n) for n in (-1, 0, 1, 3, 5)], (grid(5, 5), 9))
    assert "boundscheck" not in text and "raise NotImplementedError" in text


# ------------------------------------------------------------------ increments in shifted windows


def windows(a, v, w):
    a[:-2] += v
    a[1:-1] -= 2.0 * v
    a[2:] += v
    b = np.zeros((len(a), len(a)))
    t = w * 0.5
    b[:-2, 1:-1] += t
    b[2:, 1:-1] += t
    b[1:-1, 2:] -= w
    b[1:-1, 1:-1] += t
    a[0] += b[0, 0]
    for k in range(1, len(v)):
        b[k, :-2] += v
        b[k, 2:] += v
        b[k - 1, 1:-1] += v
    return a, b, t


def test_increments_in_shifted_windows():
    calls = [(grid(n), grid(n - 2), grid(n - 2, n - 2)) for n in (2, 3, 4, 5, 9)]
    text = agree(windows, *calls)
    assert "v[i + 2] + " in text or "v[i] + " in text
    same(
        outcome(gradscribe.compile(windows), (grid(9), grid(1), grid(1, 1))),
        outcome(windows, calls[0][:0] + (grid(9), grid(1), grid(1, 1))),
    )


def heat(a, steps):
    a = a.copy()
    for _ in range(steps):
        b = a.copy()
        a[1:-1, 1:-1] = b[1:-1, 1:-1] + 0.1 * (b[2:, 1:-1] + b[:-2, 1:-1] + b[1:-1, 2:] + b[1:-1, :-2])
        a[0] = a[1] * 0.5
    return np.sum(a * a)


def test_the_gradient_of_a_stencil():
    fast, plain = gradscribe.grad(heat, jit="numba"), gradscribe.grad(heat)
    for n, m in [(0, 3), (1, 1), (2, 2), (3, 4), (4, 4), (9, 6)]:
        same(outcome(fast, (grid(n, m), 3)), outcome(plain, (grid(n, m), 3)))
    inner = [line for line in fast.source.splitlines() if line.startswith(" " * 8) and "np.empty" in line]
    assert not inner  # what a trip fills was made in front of the loop


# ------------------------------------------------------------------ the page


def smooth(a, steps):
    a = a.copy()
    for _ in range(steps):
        a[1:-1] += 0.25 * (a[:-2] - 2.0 * a[1:-1] + a[2:])
    return np.sum(a * a)


def test_the_page_shows_what_is_printed():
    page = (Path(__file__).parents[2] / "docs" / "loops.md").read_text("utf-8")
    fast, plain = gradscribe.grad(smooth, jit="numba"), gradscribe.grad(smooth)
    for n in (1, 3, 50):
        same(outcome(fast, (grid(n), 10)), outcome(plain, (grid(n), 10)))
    assert fast.source.strip() in page


def reads_between(b, v):
    b[:-2] += v
    b[1:] += b[:-1]
    b[2:] += v


def test_an_increment_that_reads_its_target_keeps_its_place():
    agree(reads_between, *[(grid(n), grid(n - 2, seed=1)) for n in (2, 3, 4, 9)])


def cross(a, b, steps):
    a, b = a.copy(), b.copy()
    for _ in range(steps):
        b[1:-1, 1:-1] = 0.2 * (a[1:-1, 1:-1] + a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + 3.0 * a[1:-1, 2:])
        a[1:-1, 1:-1] = np.sin(b[1:-1, 1:-1])
    return np.sum(a * b)


@pytest.mark.parametrize("shape", [(0, 4), (1, 1), (2, 5), (3, 3), (4, 4), (7, 5)])
def test_windows_in_two_dimensions_are_one_pass(shape):
    a, b = grid(*shape), grid(*shape, seed=1)
    if a.size > 20:
        a[2, 3] = np.inf
    fast = gradscribe.grad(cross, (0, 1), jit="numba")
    with np.errstate(invalid="ignore"):
        same(fast(a, b, 3), gradscribe.grad(cross, (0, 1))(a, b, 3))
    assert "pad = np.zeros(" in fast.source or 1 in shape


def backwards(b, c):
    b[:0:-1] *= c


def added(b, c, k):
    for _ in range(2):
        k = (k * 3) // 2
        b[4:k:-1] += c


def test_statements_that_stay_check_what_fits():
    agree(backwards, *[(grid(n), grid(m, seed=1)) for n, m in ((9, 8), (9, 9), (9, 7), (9, 1), (1, 0), (2, 5))])
    agree(added, *[(grid(9), grid(m, seed=1), k) for m in (1, 2, 3) for k in (1, 2, -1)])


def copies(a, b, back):
    kept, changed, seen, alias = a.copy(), b.copy(), a.copy(), b.copy()
    changed[1:] += kept[1:]
    rows = [seen]
    rows[0][0] = 3.0
    for k in range(len(b)):
        alias[k] *= 2.0
    view = a.copy()[1:]
    a[:] = a * back
    return np.sum(kept * changed) + np.sum(seen) * np.sum(alias) + np.sum(view)


def handed_out(a):
    b = a.copy()
    return b, np.sum(b)


def only_read(a, x):
    a = a.copy()
    x = x.copy()
    return np.sum((a @ x) ** 2)


def test_copies_are_made_where_somebody_may_tell():
    agree(copies, *[(grid(4), grid(4, seed=1), k) for k in (0, 1)])
    a = grid(3)
    assert gradscribe.compile(handed_out)(a)[0] is not a
    text = agree(only_read, (grid(3, 4), grid(4)))
    assert "copy" not in text
