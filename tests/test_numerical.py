"""The judge is judged: differences against derivatives that are known, and the kinks that they must see."""

from __future__ import annotations

import dataclasses
import math
from typing import NamedTuple

import numpy as np
import pytest

from gradscribe.numerical import argument_leaves, copied, flatten, numbers, numerical_gradient, numerical_jvp


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (math.sin, 0.7, math.cos(0.7)),
        (math.exp, 3.0, math.exp(3.0)),
        (lambda x: x**5, 2.0, 80.0),
        (lambda x: 1.0 / x, 1e-3, -1e6),
        (math.sqrt, 1e-6, 0.5e3),
        (lambda x: math.log(x), 1e4, 1e-4),
        (lambda x: 3.0 * x, 1e8, 3.0),
    ],
)
def test_scalars(f, x, expected):
    found = numerical_gradient(f, (x,))
    assert abs(found.value - expected) <= 1e-8 * max(1.0, abs(expected))
    assert not found.kinked
    assert abs(found.value - expected) <= 100 * found.error + 1e-12


def test_agrees_with_complex_steps():
    def f(x):
        return np.sum(np.exp(np.sin(x) * x[::-1]) / (1.0 + x * x))

    x = np.array([0.3, -1.2, 0.8, 2.0])
    wanted = [np.imag(f(x + 1e-30j * np.eye(4)[k])) / 1e-30 for k in range(4)]
    found = numerical_gradient(f, (x,))
    np.testing.assert_allclose(found.value, wanted, rtol=1e-10)


@pytest.mark.parametrize("f", [abs, lambda x: max(x, 0.0), lambda x: x if x > 0 else 2 * x + 1, np.sign])
def test_kinks_are_seen(f):
    assert numerical_gradient(f, (0.0,)).kinked


def test_a_branch_nearby_is_no_kink():
    def f(x):
        return x * x if x > 1e-4 else 0.0

    found = numerical_gradient(f, (2e-4,))
    assert not found.kinked
    assert abs(found.value - 4e-4) < 1e-8


def test_domain_errors_nearby_are_avoided():
    found = numerical_gradient(lambda x: math.sqrt(x) + math.log(x), (1e-3,))
    assert abs(found.value - (0.5 / math.sqrt(1e-3) + 1e3)) < 1e-4


def test_complex_follows_jax():
    def f(z):
        return (z * z).real + 3.0 * z.imag

    z = 0.5 + 0.25j
    found = numerical_gradient(f, (z,))
    assert abs(found.value - (2 * z.real - 1j * (-2 * z.imag + 3.0))) < 1e-9


class Point(NamedTuple):
    x: float
    y: float


@dataclasses.dataclass(frozen=True)
class Model:
    weights: np.ndarray
    bias: float
    name: str = "m"


def test_structures_are_taken_apart_and_built_again():
    value = {"m": Model(np.ones(2), 3.0), "p": [Point(1.0, 2), None], "n": 3}
    leaves, build = flatten(value)
    assert [leaf.path for leaf in leaves] == ["['m'].weights", "['m'].bias", "['p'][0].x"]
    again = build([np.zeros(2), 4.0, 5.0])
    assert again["p"] == [Point(5.0, 2), None] and again["n"] == 3 and again["m"].bias == 4.0
    assert value["m"].bias == 3.0


def test_gradient_in_a_structure():
    def f(n, parts):
        return n * parts["m"].bias * np.sum(parts["m"].weights ** 2)

    args = (2, {"m": Model(np.array([1.0, 2.0]), 3.0)})
    assert [leaf.path for leaf in argument_leaves(args)[0]] == ["args[0]", "args[1]['m'].weights", "args[1]['m'].bias"]
    np.testing.assert_allclose(numerical_gradient(f, args, 0).value, 15.0, rtol=1e-9)
    np.testing.assert_allclose(numerical_gradient(f, args, 1).value, [12.0, 24.0], rtol=1e-9)
    np.testing.assert_allclose(numerical_gradient(f, args, 2).value, 10.0, rtol=1e-9)


def test_writes_do_not_reach_the_arguments():
    def f(x):
        x *= 2.0
        return np.sum(x)

    x = np.ones(3)
    np.testing.assert_allclose(numerical_gradient(f, (x,)).value, 2.0)
    np.testing.assert_array_equal(x, 1.0)


def test_copies_keep_their_layout():
    x = np.arange(12.0).reshape(3, 4)
    for view in (x.T, x[:, ::2], x[::2, 1:]):
        made = copied(view)
        np.testing.assert_array_equal(made, view)
        assert made.strides == view.strides
        assert not np.shares_memory(made, x)


def test_directional():
    def f(x, y):
        return x * y, {"s": np.sin(x)}

    found = numerical_jvp(f, (np.array([0.1, 0.2]), 3.0), (np.array([1.0, -1.0]), 0.5))
    wanted = [3.0 + 0.05, -3.0 + 0.1, math.cos(0.1), -math.cos(0.2)]
    np.testing.assert_allclose(found.value, wanted, rtol=1e-9)


def test_numbers_of_a_result():
    np.testing.assert_array_equal(numbers([1, 2.0, 1j, {"a": np.array([True, False])}]), [1, 2, 0, 1, 1, 0])


def test_rounding_to_single_precision_is_no_constant():
    def f(x):
        return float(np.float32(x) ** 2)

    found = numerical_gradient(f, (1.3,))
    assert abs(found.value - 2.6) < 1e-3
