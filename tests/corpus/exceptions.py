"""`try` in every form: what raises, what catches, and what is seen of a statement that failed."""

# ruff: noqa
from __future__ import annotations

import math

import numpy as np

from .case import Table

TABLE = {"a": 2.0}

case = Table("exceptions")


class MyError(Exception):
    pass


def safe_log(v):
    if v <= 0:
        raise MyError("neg")
    return math.log(v)


def two_deep(v):
    return safe_log(v) * 2


def half_done(x):
    y = 1.0
    try:
        y = x * 3.0
        z = math.sqrt(x - 1)
        y = z * 2
    except ValueError:
        y = y * x
    return y


def helper_raises(x):
    try:
        return safe_log(x) * x
    except MyError:
        return x * x * x


def helper_in_helper_raises(x):
    try:
        a = two_deep(x)
        b = two_deep(x - 1)
        return a * b
    except (MyError, ZeroDivisionError) as e:
        return x * x * x * len(str(e))


def two_handlers(x):
    s = x
    for k in (0, 1, 2):
        try:
            if k == 0:
                s = s * math.log(x)
            elif k == 1:
                s = s + [x][k]
            else:
                s = s * math.sqrt(-x * x)
        except IndexError:
            s = s * 2
        except ValueError as e:
            s = s * 3
    return s


def continue_and_break(x):
    s = 0.0
    for k in range(-3, 4):
        try:
            v = x / k
            if v > 5:
                raise ValueError("big")
        except ZeroDivisionError:
            continue
        except ValueError:
            break
        s += v * v
    return s


def not_positive_definite(m):
    try:
        c = np.linalg.cholesky(m @ m.T - 1.0 * np.eye(4))
        return np.sum(c)
    except np.linalg.LinAlgError:
        return np.sum(m**2)


def missing_key(x):
    s = 0.0
    for k in ("a", "b"):
        try:
            s += TABLE[k] * x
        except KeyError:
            s += x * x
    return s


def length_of_number(x):
    try:
        n = len(x)
    except TypeError:
        n = 1
    return x * n


def float_of_text(x):
    try:
        y = float("abc") * x
    except ValueError:
        y = x * x
    return y


def int_of_text(x):
    n = 0
    for w in ("1", "z", "3"):
        try:
            n += int(w)
        except ValueError:
            pass
    return x * n


def break_out(x):
    n = 0
    while True:
        try:
            x = x * math.log(x)
        except ValueError:
            break
        n += 1
        if n > 5:
            break
    return x


def prints(x):
    try:
        print(end="")
        y = math.log(x)
    except ValueError:
        print(end="")
        y = x
    return y


def asserts(x):
    try:
        assert x > 1.0
        y = x * 2
    except AssertionError:
        y = x * x
    return y


def try_in_handler(x):
    try:
        y = math.log(x - 1)
    except ValueError:
        try:
            y = math.log(x - 0.9)
        except ValueError:
            y = x * x
    return y


def bare_except(x):
    try:
        y = math.sqrt(x - 1.0)
    except:
        y = x * x
    return y


def class_of_exception(x):
    try:
        y = math.sqrt(x - 1.0)
    except Exception as e:
        y = x * x if isinstance(e, ValueError) else x
    return y


def finally_alone(x):
    try:
        y = x * x
    finally:
        y = y * x
    return y


def index_from_data(x):
    try:
        n = int(round(x * 2))
        v = [1.0, 2.0, 3.0][n]
    except IndexError:
        v = x
    return v * x


def generator_raises(x):
    try:
        y = sum((math.log(x - k * 0.1) for k in range(3)))
    except ValueError:
        y = x * x
    return y


def overflow(x):
    try:
        y = math.exp(x * 1000)
    except OverflowError:
        y = x
    return y


_m = np.array([[0.5, -1.1, 0.3], [1.2, 0.8, -0.6], [0.9, 0.2, 1.5], [0.1, -0.4, 0.35]])
for _x in (0.85, 1.7, -0.6):
    for _f in (
        half_done, helper_raises, helper_in_helper_raises, two_handlers, continue_and_break, missing_key, length_of_number, float_of_text, int_of_text, break_out, prints, asserts,
        try_in_handler, bare_except, class_of_exception, finally_alone, index_from_data, generator_raises, overflow,
    ):  # fmt: skip
        case(_f, _x)
case(not_positive_definite, _m)
