"""Structures that loops carry, shadows that may be views, adjoints of what a loop defines: in second order too."""

import numpy as np
import pytest

from gradscribe import check_grads, grad, vjp

RNG = np.random.default_rng(11)


def lstm(p, xs):
    h, c = np.zeros(2), np.zeros(2)
    for x in xs:
        i, f, g, o = np.split(x @ p["Wx"] + h @ p["Wh"] + p["b"], 4)
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
    return h @ p["out"]


PARAMETERS = {
    "Wx": 0.3 * RNG.standard_normal((3, 8)),
    "Wh": 0.3 * RNG.standard_normal((2, 8)),
    "b": 0.1 * RNG.standard_normal(8),
    "out": RNG.standard_normal(2),
}


def sinkhorn(cost):
    k = np.exp(-cost / 0.5)
    u, a, b = np.ones(4) / 4, np.ones(4) / 4, np.arange(1.0, 5.0) / 10
    for _ in range(5):
        v = b / (k.T @ u)
        u = a / (k @ v)
    return np.sum(u[:, None] * k * v[None, :] * cost)


def through_views(a):
    m = np.zeros((3, 4))
    m[1:, 2:] += np.outer(a[:2], a[3:5])
    m.ravel()[::2] *= 2.0
    return np.sum(m**2 * np.arange(12.0).reshape(3, 4))


def pairs(x):
    state = (x, 2.0 * x)
    for _ in range(3):
        state = (state[1], np.sin(state[0]) * state[1])
    return np.sum(state[0] * state[1])


CASES = {
    "lstm": (lstm, (PARAMETERS, RNG.standard_normal((4, 3)))),
    "sinkhorn": (sinkhorn, (np.abs(RNG.standard_normal((4, 4))),)),
    "through_views": (through_views, (RNG.standard_normal(6),)),
    "pairs": (pairs, (RNG.standard_normal(3),)),
}


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("name", CASES)
def test_second_order(name, mode):
    function, args = CASES[name]
    check_grads(function, args, mode, order=2)


def test_entries_are_added_to_in_place():
    derivative = grad(lstm)
    derivative(*CASES["lstm"][1])
    assert "bWx += np.outer(x, " in derivative.source
    assert 'return {"Wx": bWx, "Wh": bWh, "b": bb, "out": bout}' in derivative.source
    assert derivative.source.count("unbroadcast(") <= 5


def chosen_and_scaled(x, y):
    a = np.where(x > 0, x, y)
    b = a
    b *= 2.0
    return a + y


def copied_number(x, y):
    a = np.copy(x)
    b = a
    b += 1.0
    return a * b * y


def zeros_of_number(x, y):
    a = np.zeros_like(x)
    b = a
    b += x
    c = np.full_like(x, 3.0)
    d = c
    d *= y
    return a * y + c


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("function", [chosen_and_scaled, copied_number, zeros_of_number])
@pytest.mark.parametrize("kind", [float, np.float64, np.array])
def test_arrays_without_axes_are_written_under_all_their_names(function, kind, mode):
    check_grads(function, (kind(1.3), kind(0.7)), mode)


def test_empty_index_of_a_number():
    assert grad(lambda x: x[()] ** 2)(np.float64(3.0)) == 6.0


def lists_made_anew(x):
    pair = [x, 2 * x]
    for _ in range(3):
        pair = [pair[1], pair[0] * pair[1]]
    return pair[0] + pair[1]


def test_record_keeps_lists_that_tapes_hold():
    _, pullback = vjp(lists_made_anew, 1.3)
    expected = grad(lists_made_anew)(1.3)
    assert abs(expected - 134.524) < 1e-9
    assert pullback(1.0) == (expected,)
    assert pullback(1.0) == (expected,)
