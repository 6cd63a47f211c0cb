"""Powers of Python numbers that are complex: never a real derivative of them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradscribe import GradscribeError, grad, jvp, value_and_grad, vjp
from gradscribe.errors import NotReal


def absolute_of_root(x):
    return abs(x**0.5 + 1)


def power_builtin(x):
    return abs(pow(x, 0.3))


def power_of_operator(x):
    return abs(operator.pow(x, 1.5))


def in_place(x):
    x **= 0.5
    return abs(x) + x.real


def exponent_variable(x, y=0.5):
    return abs(x**y)


def of_an_integer(x, n=-2):
    return abs(n**0.5) * x


def squared_again(x):
    return abs((x**0.5) ** 2 + 1.0)


def in_an_array(x):
    return np.abs(np.array([x**0.5, 1.0])).sum()


def in_a_loop(x):
    return sum(abs(v**0.5) for v in (x, 2.0 * x))


def one_path(x):
    return abs(x**0.5) if x < 0 else x


COMPLEX = [
    absolute_of_root, power_builtin, power_of_operator, in_place, exponent_variable, squared_again, in_an_array,
    in_a_loop, one_path,
]  # fmt: skip


@pytest.mark.parametrize("f", COMPLEX, ids=lambda f: f.__name__)
@pytest.mark.parametrize("mode", [grad, value_and_grad, "jvp", "vjp", "second"], ids=str)
def test_complex_powers_raise(f: Callable[..., Any], mode: Any) -> None:
    assert isinstance(f(-2.0), float)
    with pytest.raises(NotReal, match="a power is not real"):
        if mode == "jvp":
            jvp(f, (-2.0,), (1.0,))
        elif mode == "vjp":
            vjp(f, -2.0)[1](1.0)
        elif mode == "second":
            jvp(grad(f), (-2.0,), (1.0,))
        else:
            mode(f)(-2.0)


def test_a_constant_power() -> None:
    with pytest.raises(NotReal):
        grad(of_an_integer)(1.0)


def test_numbers_from_an_array() -> None:
    def f(xs):
        s = 0.0
        for i in range(len(xs)):
            s += abs(float(xs[i]) ** 1.5)
        return s

    with pytest.raises(NotReal):
        grad(f)(-np.ones(3))
    np.testing.assert_allclose(grad(f)(np.ones(3)), 1.5)


def test_infinite_derivatives_raise() -> None:
    with pytest.raises(NotReal, match="0 to a negative one"):
        grad(lambda x: x**0.5)(0.0)


@pytest.mark.parametrize("f", [lambda x: np.sign(x**0.5) + x, lambda x: (x**0.5).imag, lambda x: np.angle(x**0.3) * x])
def test_what_would_hide_a_complex_number_is_refused(f: Callable[..., Any]) -> None:
    with pytest.raises(GradscribeError, match="may be complex"):
        grad(f)(2.0)


def test_numpy_numbers_have_no_complex_powers() -> None:
    with np.errstate(all="ignore"):
        assert math.isnan(grad(lambda x: x**0.5)(np.float64(-2.0)))
        assert math.isnan(grad(lambda x: np.sum(x**0.5))(np.array(-2.0)))
        assert np.isnan(grad(lambda x: np.sum(x**0.5))(np.array([-2.0]))).all()


def integers(x):
    return x**2 + x**3.0 + x**-1 + 2.0**x


def known_signs(x):
    r = math.sqrt(x * x + 1)
    return r**0.3 + abs(x) ** 0.5 + (x**2 + 1.0) ** -1.5 + math.exp(x) ** 0.1


def positive_only(x):
    if x > 0:
        return x**0.3
    return 0.0 * x


def not_below_zero(x):
    return -1.0 if x < 0 else x**1.3


@pytest.mark.parametrize("f", [integers, known_signs, positive_only, not_below_zero], ids=lambda f: f.__name__)
def test_real_powers_stay(f: Callable[..., Any]) -> None:
    derivative = grad(f)
    derivative(1.5)
    assert "math.pow" not in derivative.source


def test_others_are_written_as_real_ones() -> None:
    derivative = grad(lambda x: x**1.5)
    assert derivative(4.0) == 3.0
    assert "math.pow(x, 0.5)" in derivative.source
