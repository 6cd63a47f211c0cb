"""The quick way of a call: it is taken for plain arguments, and never answers from what is stale."""

import sys

import numpy as np
import pytest

from gradscribe import grad, value_and_grad
from gradscribe.dispatch import quick_key

SCALE = 2.0
TABLE = np.array([1.0, 2.0])
ITEMS = [1.0]


def scaled(x):
    return SCALE * x


def helper(x):
    return x * x


def through_helper(x):
    return helper(x)


def tabled(x):
    return np.sum(TABLE * x)


def listed(x):
    total = 0.0
    for item in ITEMS:
        total = total + item * x
    return total


def weighted(x, weight=3.0, *, power=2):
    return weight * x**power


HERE = sys.modules[__name__]


def is_quick(derivative, *args):
    return quick_key(args) in derivative._routes


def test_second_call_is_quick():
    g = grad(scaled)
    assert g(1.0) == 2.0 and is_quick(g, 3.0)
    assert g(3.0) == 2.0


def test_global_number(monkeypatch):
    g = grad(scaled)
    assert (g(1.0), g(1.0)) == (2.0, 2.0)
    monkeypatch.setattr(HERE, "SCALE", 5.0)
    assert (g(1.0), g(1.0)) == (5.0, 5.0)
    monkeypatch.setattr(HERE, "SCALE", 2)
    assert (g(1.0), g(1.0)) == (2.0, 2.0)


def test_function_is_rebound(monkeypatch):
    g = grad(through_helper)
    assert (g(3.0), g(3.0)) == (6.0, 6.0)
    monkeypatch.setattr(HERE, "helper", lambda x: x * x * x)
    assert (g(3.0), g(3.0)) == (27.0, 27.0)
    monkeypatch.undo()
    assert (g(3.0), g(3.0)) == (6.0, 6.0)


def test_builtin_is_shadowed(monkeypatch):
    def f(x):
        return abs(x) * x

    g = grad(f)
    assert (g(3.0), g(3.0)) == (6.0, 6.0)
    monkeypatch.setattr(HERE, "abs", lambda x: 2.0, raising=False)
    assert (g(3.0), g(3.0)) == (2.0, 2.0)


def test_global_array(monkeypatch):
    g = grad(tabled)
    assert (g(1.0), g(1.0)) == (3.0, 3.0)
    TABLE[0] = 10.0
    try:
        assert g(1.0) == 12.0
    finally:
        TABLE[0] = 1.0
    monkeypatch.setattr(HERE, "TABLE", np.ones((2, 2)))
    assert (g(1.0), g(1.0)) == (4.0, 4.0)


def test_global_list_that_grows(monkeypatch):
    monkeypatch.setattr(HERE, "ITEMS", [1.0])
    g = grad(listed)
    assert (g(1.0), g(1.0)) == (1.0, 1.0)
    ITEMS.append(4.0)
    assert (g(1.0), g(1.0)) == (5.0, 5.0)


def test_closure_cell_changes():
    factor = 2.0

    def f(x):
        return factor * x

    g = grad(f)
    assert (g(1.0), g(1.0)) == (2.0, 2.0)
    factor = 7.0
    assert (g(1.0), g(1.0)) == (7.0, 7.0)


def test_shapes_kinds_and_structures():
    def f(x):
        return np.sum(x * x)

    g = grad(f)
    for _ in range(2):
        assert g(3.0) == 6.0 and g(3) == 6.0 and type(g(3)) is float
        assert g(np.ones(2)).tolist() == [2.0, 2.0]
        assert g(np.ones((1, 2))).tolist() == [[2.0, 2.0]]
        assert g(np.ones(2, np.float32)).dtype == np.float32
        with pytest.raises(TypeError, match="x"):
            g(np.ones(2, int))


def test_broadcasting_depends_on_ones():
    def f(x, y):
        return np.sum(x * y)

    g = grad(f)
    for n in (1, 3, 1, 3):
        assert g(np.ones((n, 1)), np.ones((3, 2))).shape == (n, 1)


def test_structures():
    def f(params):
        return params["a"] * params["b"][0]

    g = grad(f)
    for _ in range(2):
        assert g({"a": 2.0, "b": (3.0, 4.0)}) == {"a": 3.0, "b": (2.0, 0.0)}
        assert list(g({"b": (3.0,), "a": 2.0})) == ["b", "a"]


def test_defaults_and_keywords():
    g = value_and_grad(weighted)
    for _ in range(2):
        assert g(2.0) == (12.0, 12.0)
        assert g(2.0, 5.0) == (20.0, 20.0)
        assert g(2.0, power=1) == (6.0, 3.0)


def test_static_arguments():
    def f(x, how, inner):
        return inner(x) if how == "inner" else x

    g = grad(f)
    for _ in range(2):
        assert g(3.0, "inner", helper) == 6.0
        assert g(3.0, "inner", scaled) == 2.0
        assert g(3.0, "other", helper) == 1.0
        assert g(3.0, None, helper) == 1.0


def test_source_is_that_of_the_last_call():
    def f(x):
        return np.sum(np.sin(x))

    g = grad(f)
    g(np.ones((2, 2)))
    quick = g.source
    g(2.0)
    g(np.ones((2, 2)))
    assert g._last is g._routes[quick_key((np.ones((2, 2)),))].target and g.source == quick


def test_routes_are_bounded():
    def f(x):
        return np.sum(x)

    g = grad(f)
    for n in range(1500):
        g(np.ones(n + 2))
    assert len(g._routes) <= 1024 and len(g._compiled) == 1
