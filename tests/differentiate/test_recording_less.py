"""Less on tapes: integers run backwards, entries read in front of loops, values that both sweeps need."""

import math

import numpy as np
import pytest

from gradscribe import check_grads, grad, value_and_grad


def packed(a, x):
    """A counter that is no function of the trips alone."""
    n, q, s = len(x), 0, 0.0
    for c in range(n):
        for r in range(c + 1, n):
            s = s * 0.9 + a[q] * x[r] * x[c] * s + a[q]
            q += 1
    return s


def packed_down(a, x):
    n, q, s = len(x), len(a), 0.0
    for c in range(n - 1, -1, -1):
        for r in range(c):
            q -= 1
            s = s * 0.5 + a[q] * x[r] * s + a[q] * a[q]
    return s


def stepped(a, x):
    """The counter moves on in some trips only, so that it is recorded."""
    q, s = 0, 1.0
    for c in range(len(x)):
        if x[c] > 0.4:
            q += 1
        s = s * a[q] + x[c]
    return s


def read_behind_the_loop(a, x):
    q, s = 0, 1.0
    for c in range(len(x)):
        for _ in range(c):
            q += 1
        s = s * a[q] + x[c]
    return s


def counted_twice(a, x):
    p, q, s = 0, 1, 1.0
    for c in range(len(x)):
        s = s * a[q] + x[c] * a[p]
        p, q = q, q + 1
    return s


A, X = np.linspace(0.2, 1.1, 15), np.linspace(0.1, 0.9, 5)
PROGRAMS = [packed, packed_down, stepped, read_behind_the_loop, counted_twice]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_integers(f):
    check_grads(f, (A, X))
    check_grads(f, (A, X[:1]))
    check_grads(f, (A, X[:0]))


@pytest.mark.parametrize("f", [packed, packed_down], ids=lambda f: f.__name__)
def test_counters_are_not_recorded(f):
    g = value_and_grad(f, (0, 1))
    g(A, X)
    assert "q_tape" not in g.source
    assert "q = q - 1" in g.source or "q = q + 1" in g.source


# ------------------------------------------------------------------ entries that stay the same


def scaled(x, n):
    """`w[c + 1]` is outside of w where the inner loop has no trips."""
    w = np.zeros(n)
    for k in range(2):
        for c in range(n):
            w[c] = w[c] * 0.5 + x[c] * (k + 1)
        z = x * 1.0
        for c in range(n):
            for r in range(c + 1, n):
                z[r] = z[r] * w[c + 1] + w[c]
        x = z
    return np.sum(x)


def written_in_the_loop(x, n):
    w = x * 1.0
    for c in range(n):
        for r in range(n):
            w[r] = w[r] * 0.3 + w[c] * x[r]
    return np.sum(w * w)


def through_a_view(x, n):
    w = x * 1.0
    v = w[1:]
    for c in range(n - 1):
        for r in range(n - 1):
            v[r] = v[r] * 0.3 + w[c] * x[r]
    return np.sum(w * w)


@pytest.mark.parametrize("f", [scaled, written_in_the_loop, through_a_view], ids=lambda f: f.__name__)
def test_entries(f):
    value, _ = value_and_grad(f)(X, len(X))
    assert value == f(X, len(X))
    check_grads(f, (X, len(X)), argnums=0)


def test_an_entry_is_recorded_once_a_loop():
    g = value_and_grad(scaled)
    g(X, len(X))
    assert "w[c] if c + 1 < n else 0.0" in g.source


# ------------------------------------------------------------------ values that both sweeps need


def rotating(x, n):
    s, c = 0.0, 0.0
    for _ in range(n):
        s, c = s + math.sin(x) * c, c + math.cos(x)
        x = x * 0.9 + 0.1 * s
    return s * c


def rotating_in_a_branch(x, n):
    y = 0.0
    for k in range(n):
        if x * k < 2.0:
            y = y * math.sin(x) + math.cos(x)
        x = x * 0.9 + 0.1 * y
    return y


@pytest.mark.parametrize("f", [rotating, rotating_in_a_branch], ids=lambda f: f.__name__)
def test_a_value_is_computed_once(f):
    check_grads(f, (0.4, 6), argnums=0)
    g = value_and_grad(f)
    g(0.4, 6)
    code = "\n".join(line.split("#")[0] for line in g.source.splitlines())
    assert code.count("math.cos(x)") == code.count("math.sin(x)") == 1


def twice_the_same_entry(x, w, n):
    h = [x * (k + 1.0) for k in range(n)]
    for i in range(n):
        h[i] = np.sin(h[i] * w) * np.cos(h[i] * x)
    return np.sum(h[0] * h[-1])


def entry_changed_between(x, w, n):
    h = [x * (k + 1.0) for k in range(n)]
    for i in range(n):
        a = np.sin(h[i] * w)
        h[i] = a * x
        h[i] = np.exp(h[i]) * w
    return np.sum(h[0] * h[-1])


@pytest.mark.parametrize("f", [twice_the_same_entry, entry_changed_between])
def test_entries_of_lists(f):
    check_grads(f, (np.array([0.3, -0.7]), np.array([1.1, 0.4]), 3), argnums=(0, 1))


def test_an_entry_that_is_read_twice_is_recorded_once():
    source = grad(twice_the_same_entry).source_for(np.ones(2), np.ones(2), 3)
    assert "h_tape_2" in source and "h_tape_3" not in source  # the entry, its sine, its cosine


def gates(a, w, n):
    """A logistic function in a loop: its value is kept, not the sum that it divides by."""
    total = 0.0
    for _ in range(n):
        a = a * (1.0 / (1.0 + np.exp(-a * w)))
        total = total + np.sum(a)
    return total


def reciprocals(x, n):
    y = x
    for _ in range(n):
        y = 1.0 / (y * y + 0.5) - 1 / np.cosh(y)
    return np.sum(y)


def scalar_reciprocals(x, n):
    y = x
    for _ in range(n):
        y = 1.0 / (y * y + 0.5) - 1 / math.cosh(y)
    return y


def reciprocal(x):
    return np.sum(1.0 / x)


def test_a_reciprocal_is_kept_and_not_divided_again():
    a, w = np.linspace(-2.0, 3.0, 5), np.linspace(0.1, 1.0, 5)
    for n in (0, 1, 4):
        check_grads(gates, (a, w, n), argnums=(0, 1))
        check_grads(reciprocals, (a, n))
        check_grads(scalar_reciprocals, (0.7, n))
    source = grad(gates, argnums=(0, 1)).source_for(a, w, 2).split("# reverse")[1]
    code = [line.split("#")[0] for line in source.splitlines()]
    assert not any("/" in line or "np.exp" in line for line in code)
    narrow = grad(gates)(a.astype(np.float32), w.astype(np.float32), 3)
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, grad(gates)(a, w, 3), rtol=1e-4)


def test_the_slope_of_a_reciprocal_at_the_ends():
    tiny = 5e-324
    x = np.array([np.inf, -np.inf, tiny, 1e-200, 1e200, np.nan, -0.0])
    with np.errstate(all="ignore"):
        found = grad(reciprocal)(x)
        want = -(1.0 / x) / x
    np.testing.assert_array_equal(found, want)
    assert grad(lambda x: 1.0 / x)(float("inf")) == 0.0


def test_second_order_of_a_reciprocal():
    check_grads(lambda x: np.sum(grad(reciprocals)(x, 2) ** 2), (np.array([0.3, -0.8]),), rtol=1e-4)


def a_name_in_two_loops(x, n):
    """The second loop gives the name another array before anything reads it; the first writes through it."""
    a, b = x.copy(), x.copy()
    for k in range(n):
        part = a[k]
        part *= 2.0
    for k in range(n):
        part = a[k] * b[k]
        b[k] = np.sin(part)
    return np.sum(b * b)


def read_behind_both(x, n):
    a, b = x.copy(), x.copy()
    part = a[0]
    for k in range(n):
        part = a[k]
        part *= 2.0
    for k in range(n):
        b[k] = np.sin(part) * b[k]
        part = a[k] * b[k]
    return np.sum(b * b) + np.sum(part)


def test_a_name_that_is_given_anew_has_no_shadow_of_old():
    x = np.linspace(0.2, 2.0, 12).reshape(4, 3)
    for n in (0, 1, 3):
        check_grads(a_name_in_two_loops, (x, n))
        check_grads(read_behind_both, (x, n))
    assert "bpart_tape" not in grad(a_name_in_two_loops).source_for(x, 3)
