"""A loop and its mirror are fused where nothing can tell, and only there."""

from __future__ import annotations

import numpy as np
import pytest

import gradscribe


def total(v):
    s = 0.0
    for e in v:
        s += e
    return s


def added_in_place(m, v):
    m -= total(v)
    return np.sum(m * m)


def added_to_copy(m, v):
    m = m.copy()
    m[:] += sum(e * e for e in v)
    return np.sum(m) + v[0]


def only_positive(m, v):
    return sum(filter(lambda x: x > 0.0, v)) * np.sum(m)


@pytest.mark.parametrize("function", [added_in_place, added_to_copy, only_positive])
def test_writes_between_the_loops_are_seen(function):
    m, v = np.array([1.0, 2.0]), np.array([0.5, -1.5, 2.0])
    value, found = gradscribe.value_and_grad(function, (0, 1))(m.copy(), v.copy())
    assert value == function(m.copy(), v.copy())
    for position, gradient in enumerate(found):
        for k in range(gradient.size):
            sides = []
            for h in (1e-6, -1e-6):
                moved = [m.copy(), v.copy()]
                moved[position][k] += h
                sides.append(function(*moved))
            assert abs((sides[0] - sides[1]) / 2e-6 - gradient[k]) < 1e-6


def test_a_sum_is_one_loop():
    def f(w, xs):
        loss = 0.0
        for i in range(len(xs)):
            loss += np.exp(w * xs[i])
        return loss

    gradient = gradscribe.grad(f)
    gradient(0.5, np.array([1.0, 2.0]))
    assert gradient.source.count("for ") == 1
