"""`try` around statements that write: what fails leaves all as it was, what does not is seen under every name."""

# ruff: noqa
from __future__ import annotations

import math

import numpy as np

from .case import Table

case = Table("exceptions")
X = np.array([1.3, 2.0, 0.5])


class Box:
    def __init__(self, v):
        self.v = v


def clear(v):
    v[0] = 0.0
    return v[1]


def root(v):
    return math.sqrt(v)


def log_of_less(v):
    return math.log(v - 3)


def shapes_that_do_not_fit(x, w):
    v = x * 2.0
    held = v
    try:
        v += w
        v = v * v
    except ValueError:
        v = v * x
    return np.sum(v) + np.sum(held)


case(shapes_that_do_not_fit, X, np.ones((2, 3)))
case(shapes_that_do_not_fit, X, np.ones(3))


def in_place_on_integers(x):
    k = np.array([4, 2])
    try:
        k /= 2
    except TypeError:
        x = x * x
    return x * k[0]


case(in_place_on_integers, 1.3)


def fits_at_some_trips(x):
    b = x * 1.0
    n = 0
    while n < 4:
        n += 1
        try:
            b[:n] += x[:n] * n
            b *= np.arange(1.0, n + 1)
        except ValueError:
            b[0] += x[1]
    return np.sum(b)


case(fits_at_some_trips, X)


def stores_up_to_the_one_that_fails(x):
    b = np.zeros(4)
    try:
        b[[1, 0, 0]] += x
        b[[3, 2]] = x[:2] ** 2
        b[7] = x[0]
    except IndexError:
        b[0] = b[0] * x[1]
    return np.sum(b * b)


case(stores_up_to_the_one_that_fails, X)


def mask_of_another_length(x):
    b = x * 2.0
    try:
        b[x > 1] = x[:1]
        b[x > 1] = x
    except ValueError:
        b *= x
    return np.sum(b * b)


case(mask_of_another_length, X)


def right_side_writes_the_left(x):
    x = x * 1.0
    try:
        x[0] += clear(x) / x[2]
    except ZeroDivisionError:
        x[1] = 5.0
    return np.sum(x * x)


case(right_side_writes_the_left, X)


def attribute_and_entry(x):
    b = Box(x)
    m = [[x, 1.0], [2.0, x]]
    try:
        m[0][1] += m[1][0] / x
        b.v += math.log(x)
        b.v += math.log(x - 5)
    except ValueError:
        m[0][0] -= b.v * x
    return m[0][0] * m[0][1] + b.v


case(attribute_and_entry, 1.3)


def counted_by_key_errors(x):
    d = {}
    for k in ("a", "b", "a"):
        try:
            d[k] += x
        except KeyError:
            d[k] = x * x
    return d["a"] * d["b"]


case(counted_by_key_errors, 1.3)


def list_extended_or_not(x):
    a = [x]
    b = a
    try:
        a += [math.sqrt(x), math.exp(x)]
        a += [math.sqrt(x - 3)]
    except ValueError:
        b += [x * x]
    return sum(a) * len(b)


case(list_extended_or_not, 1.3)


def display_of_calls(x):
    y = 0.0
    try:
        d = {"a": root(x), "b": log_of_less(x + 3)}
        xs = [root(x), log_of_less(x)]
        y = xs[0]
    except ValueError:
        y = d["a"] + d["b"] * x
    return y


case(display_of_calls, 1.3)


def one_of_two_functions(x):
    s = 0.0
    fs = {"a": root, "b": log_of_less}
    for k in range(2):
        try:
            y = fs["a" if x > k + 1 else "b"](x)
            s += y
        except ValueError:
            s = s * x
    return s


case(one_of_two_functions, 1.3)


def match_that_may_fail(x):
    y = x
    for k in range(4):
        try:
            match (k, int(x)):
                case (0, _):
                    continue
                case (1, n):
                    y = x / k + n
                case (2, _):
                    return y / (k - 2)
                case _:
                    break
        except ZeroDivisionError:
            return y * x * k
    return x


case(match_that_may_fail, 1.3)


def entry_whose_value_and_place_fail(x):
    v = np.zeros(2)
    y = 0.0
    for k in range(4):
        try:
            v[k] = x / (k - 1)
        except IndexError:
            y += x * x
        except ZeroDivisionError:
            y += x
    return y + v[0] * x


case(entry_whose_value_and_place_fail, 1.3)
