"""What a caller sees of its own arrays: after a gradient they are as a plain call leaves them, also when it fails."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import gradscribe

X = np.linspace(0.5, 1.5, 6)


def squares_in_place(x):
    x *= x
    x[1:] *= x[:-1]
    return np.sum(x * x)


def raises_half_way(x):
    for i in range(5):
        x[i + 1] *= x[i]
        if x[i + 1] < 0.33:
            raise ValueError("too small")
    return np.sum(x)


def index_out_of_range(x):
    for i in range(7):
        x[i] = x[i] ** 2
    return np.sum(x * x)


def fails_in_helper(x):
    y = x.copy()

    def fill(a, n):
        for i in range(n):
            a[i] *= y[i]
        assert n < 4, "too many"

    fill(x, 2)
    fill(x, 4)
    return np.sum(x * y)


def derivatives(f: Callable[..., float]) -> list[Callable[[np.ndarray], object]]:
    return [
        gradscribe.grad(f),
        gradscribe.value_and_grad(f),
        lambda x: gradscribe.jvp(f, (x,), (np.ones(6),)),
        lambda x: gradscribe.vjp(f, x)[1](1.0),
    ]


@pytest.mark.parametrize("kind", range(4))
def test_arguments_are_as_a_plain_call_leaves_them(kind):
    plain, given = X.copy(), X.copy()
    squares_in_place(plain)
    derivatives(squares_in_place)[kind](given)
    assert np.array_equal(plain, given)


@pytest.mark.parametrize("kind", range(4))
@pytest.mark.parametrize("f", [raises_half_way, index_out_of_range, fails_in_helper], ids=lambda f: f.__name__)
def test_also_when_the_function_fails(f, kind):
    plain, given = X.copy(), X.copy()
    with pytest.raises((ValueError, IndexError, AssertionError)) as wanted:
        f(plain)
    with pytest.raises(wanted.type):
        derivatives(f)[kind](given)
    assert np.array_equal(plain, given)


def test_gradients_share_no_memory():
    held = {"w": X.copy()}

    def f(p, x):
        x += p["w"]
        p["w"][:] = x
        return np.sum(x) + np.sum(p["w"])

    x = X.copy()
    bp, bx = gradscribe.grad(f, argnums=(0, 1))(held, x)
    arrays = [bp["w"], bx, held["w"], x]
    assert not any(np.shares_memory(a, b) for k, a in enumerate(arrays) for b in arrays[k + 1 :])
    before = bx.copy()
    gradscribe.grad(f, argnums=(0, 1))(held, x)
    assert np.array_equal(bx, before)


def test_a_pullback_may_be_called_twice():
    _, pullback = gradscribe.vjp(squares_in_place, X.copy())
    (one,), (two,) = pullback(1.0), pullback(2.0)
    assert np.allclose(2.0 * one, two) and not np.shares_memory(one, two)
