"""Results that may share the memory of another operand than the first, and those that share none."""

from __future__ import annotations

import numpy as np
import pytest

from gradscribe import check_grads, grad, jvp
from gradscribe.errors import UntrackableAlias

X = np.array([1.3, 2.0, 0.5])


def scaled(x):
    y = x * 2.0
    _, b = np.atleast_1d(x, y)
    y *= x
    return np.sum(b * x)


def divided(x):
    y = x * 2.0
    _, b = np.atleast_2d(x, y)
    y /= np.sum(x)
    return np.sum(b * x)


def behind_a_constant(x):
    y = x * 1.0
    t = np.atleast_1d(np.ones(3), y)
    y *= 3.0
    return np.sum(t[1] * x)


def behind_integers(x):
    y = x * 2.0
    t = np.atleast_1d(np.arange(3), y)
    y *= 3.0
    return np.sum(t[1] * x)


@pytest.mark.parametrize("f", [scaled, divided, behind_a_constant, behind_integers], ids=lambda f: f.__name__)
def test_an_array_that_has_another_name_is_not_bound_anew(f):
    for way in (lambda: grad(f)(X), lambda: jvp(f, (X,), (X,))):
        with pytest.raises(UntrackableAlias):
            way()


def normalised(x):
    y = np.einsum("i,i->i", x, x)
    y *= x
    y /= np.sum(y)
    return np.sum(y * x)


def operand_written(x):
    z = x * 2.0
    y = np.einsum("i,j->ij", z, x)
    z *= x
    y *= 2.0
    return np.sum(y * z)


def of_a_list(x):
    z = np.asarray([x, x * 2.0])
    z[1] = x * x
    z *= x
    return np.sum(z * z)


def of_numbers(x):
    held = [x[0], x[1]]
    z = np.ravel((x[0], x[1] * x[2]))
    z[0] = 5.0 * x[1]
    y = np.transpose([held, held])
    y[0] *= x[2]
    return np.sum(z * z) * held[0] + np.sum(y * y)


def of_a_list_that_grows(x):
    held = []
    for v in x:
        held.append(v * v)
    z = np.asanyarray(held)
    z[0] = x[1]
    z *= x
    return np.sum(z * z) + held[0]


@pytest.mark.parametrize(
    "f", [normalised, operand_written, of_a_list, of_numbers, of_a_list_that_grows], ids=lambda f: f.__name__
)
def test_what_is_made_anew_is_written(f):
    check_grads(f, (X,), order=2)


def test_what_einsum_makes_of_several_operands_is_bound_anew():
    assert "[...]" not in grad(normalised).source_for(X) and "_old" not in grad(normalised).source_for(X)
