"""Arrays that are read-only, written inside of `try`: the handler runs where the function runs it."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from gradscribe import grad


def read_only(values):
    array = np.array(values)
    array.flags.writeable = False
    return array


def entry(x, y):
    try:
        y[0] = x
    except ValueError as error:
        return x * len(str(error))
    return y[0] * x


def entry_out_of_range(x, y):
    try:
        y[5] = 1.0
    except ValueError:
        return x * 2
    except IndexError:
        return x * 4


def augmented_entry_out_of_range(x, y):
    try:
        y[5] += 1.0
    except ValueError:
        return x * 2
    except IndexError:
        return x * 4


def value_first(x, y):
    try:
        y[5] = 1 / int(x - x)
    except ValueError:
        return x * 2
    except ZeroDivisionError:
        return x * 3


def index_first(x, y):
    try:
        y[1 // int(x - x) :] = 1.0
    except ValueError:
        return x * 2
    except ZeroDivisionError:
        return x * 3


def shapes(x, y):
    try:
        y[:] = np.ones(3) * x
    except ValueError as error:
        return x * len(str(error))
    return y[0] * x


def operator_on_a_part(x, y):
    try:
        y[0:2] *= np.ones(2)
    except ValueError as error:
        return x * len(str(error))
    return x


def operator_on_chosen(x, y):
    try:
        y[[0, 1]] *= np.ones(2)
    except ValueError as error:
        return x * len(str(error))
    return x


def operator_on_all(x, y):
    try:
        y *= 2.0
    except ValueError as error:
        return x * len(str(error))
    return x


def part(x, y):
    z = y[1:]
    try:
        z[0] = x
    except (TypeError, ValueError):
        return x * 7
    return x * y[1]


def broadcast(x, y):
    z = np.broadcast_to(y, (2, 2))
    try:
        z[0] = 1.0
    except ValueError:
        return x * 7
    return x


def in_a_loop(x, y):
    for k in range(3):
        try:
            y[0] = y[0] + x
        except ValueError:
            return x * (k + 2)
    return y[0] * x


FUNCTIONS = [
    entry, entry_out_of_range, augmented_entry_out_of_range, value_first, index_first, shapes, operator_on_a_part,
    operator_on_chosen, operator_on_all, part, broadcast, in_a_loop,
]  # fmt: skip


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("make", [np.array, read_only], ids=["writable", "read-only"])
def test_arrays_that_may_be_read_only(f, make):
    plain = [f(x, make([1.0, 2.0])) for x in (3.0 + 1e-6, 3.0 - 1e-6)]
    assert grad(f)(3.0, make([1.0, 2.0])) == pytest.approx((plain[0] - plain[1]) / 2e-6, rel=1e-6)


def test_what_is_differentiated_is_read_only():
    def diagonal(x):
        y = np.diagonal(x)
        try:
            y[0] = 3.0
        except ValueError:
            return np.sum(x * x)
        return np.sum(x)

    def moved(x):
        try:
            x += 1.0
        except ValueError:
            return np.sum(x * x)
        return np.sum(x)

    assert np.all(grad(diagonal)(np.eye(2)) == 2.0 * np.eye(2))
    assert np.all(grad(moved)(read_only([1.0, 2.0])) == [2.0, 4.0])
    assert np.all(grad(moved)(copy.copy(np.array([1.0, 2.0]))) == [1.0, 1.0])


def test_an_array_made_here_is_not_asked():
    def f(x):
        y = x * 2.0
        z = y[1:]
        try:
            z[0] = 3.0
        except ValueError:
            return np.sum(x)
        return np.sum(y)

    assert "writable" not in grad(f).source_for(np.ones(3))
