"""What a derivative returns belongs to the caller: no two results, and no result and argument, share memory."""

import numpy as np
import pytest

from gradscribe import grad, vjp

WEIGHTS = np.arange(3.0) + 1.0


def total(x, y):
    return np.sum((x + y) * WEIGHTS)


def of_dict(p):
    return np.sum((p["a"] + p["b"]) * WEIGHTS)


def added(x, y):
    return x + y


def test_gradients_are_apart():
    left, right = grad(total, (0, 1))(np.ones(3), np.ones(3))
    assert not np.shares_memory(left, right)
    assert not np.shares_memory(left, WEIGHTS)


def test_entries_of_a_gradient_are_apart():
    found = grad(of_dict)({"a": np.ones(3), "b": np.ones(3)})
    assert not np.shares_memory(found["a"], found["b"])


def test_adjoints_are_apart_from_the_seed():
    _, pullback = vjp(added, np.ones(3), np.ones(3))
    seed = np.ones(3)
    left, right = pullback(seed)
    assert not np.shares_memory(left, seed)
    assert not np.shares_memory(left, right)


VIEWS = {
    "flip": lambda x, y: np.flip(x, 0) + np.flip(y, 0),
    "transpose": lambda x, y: x.T + y.T,
    "reshape": lambda x, y: x.reshape(-1) + y.reshape(-1),
    "slice": lambda x, y: (x + y)[::-1],
    "one": lambda x, y: x.T + 0.0 * y.T,
}


@pytest.mark.parametrize("name", VIEWS)
def test_adjoints_that_would_be_views_of_the_seed_are_arrays_of_their_own(name):
    value, pullback = vjp(VIEWS[name], np.arange(6.0).reshape(2, 3), np.ones((2, 3)))
    seed = np.random.default_rng(0).normal(size=value.shape)
    left, right = pullback(seed)
    assert not np.shares_memory(left, seed) and not np.shares_memory(right, seed)
    assert not np.shares_memory(left, right)
    again = pullback(seed.copy())
    left += 1.0
    assert np.array_equal(left, again[0] + 1.0) and np.array_equal(right, again[1])


def filled(x):
    lines = x.T
    made = np.zeros_like(lines)
    for k in range(len(lines)):
        made[k] = lines[k] ** 2
    return made.T


@pytest.mark.parametrize("made", [np.zeros_like, lambda x: np.zeros_like(x).T, filled], ids=["zeros", "view", "filled"])
def test_values_that_are_zeros_or_views_are_made_in_the_forward_half(made):
    x = np.arange(6.0).reshape(2, 3)
    value, pullback = vjp(made, x)
    np.testing.assert_array_equal(value, made(x))
    np.testing.assert_array_equal(pullback(np.ones(value.shape))[0], 2.0 * x if made is filled else 0.0 * x)
