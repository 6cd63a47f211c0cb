"""What a derivative returns belongs to the caller: no two results, and no result and argument, share memory."""

import numpy as np

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
