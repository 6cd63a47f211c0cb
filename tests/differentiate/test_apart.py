"""Arrays from outside that share memory while one is written: an error when it happens, and none where it does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view

import gradscribe

BASE = np.linspace(0.5, 1.5, 8)
TABLE = BASE.copy()
SHARED = "share memory and one of them is written|entries of an array that is written share memory"


@dataclass
class Holder:
    held: object


class Plain:
    def __init__(self, held):
        self.held = held


def first_overwritten(x):
    x[0] = x[1] * x[2]
    return np.sum(x * x)


def two(x, y):
    x[0] = y[1] * y[2]
    return np.sum(x * y * x)


def only_first_written(x, y, z):
    x[0] = y[1] * z[2]
    return np.sum(x * y * z)


def listed(xs):
    for x in xs:
        x *= 2.0
    return np.sum(xs[0] * xs[1])


def listed_and_argument(xs, y):
    y[0] = xs[1][1] * y[2]
    return np.sum(xs[0] * y)


def in_dict(p, y):
    p["a"][0] = y[1] * p["b"][2]
    return np.sum(p["a"] * y)


def in_dataclass(h, y):
    y[0] = 2.0 * y[1]
    return np.sum(h.held * y)


def in_object(y, h):
    y[0] = 2.0 * y[1]
    return np.sum(y * h.held)


def with_global(x):
    x[0] = 3.0 * x[1]
    return np.sum(x * TABLE)


def base_written(x):
    v = x[1:]
    v.base[0] = 2.0
    return np.sum(x * x)


def shared():
    b = BASE.copy()
    yield first_overwritten, (as_strided(b, (4, 3), (8, 8)),), 0
    yield first_overwritten, (sliding_window_view(b, 3, writeable=True),), 0
    yield two, (b, b), (0, 1)
    yield two, (b, b), 0
    yield two, (b[:5], b[3:8]), 1
    yield two, (b[::2], b[2:6]), 0
    yield only_first_written, (b, b.copy(), b), 1
    yield listed, ([b, b],), 0
    yield listed, ([b[:5], b[3:]],), 0
    yield listed_and_argument, ([b, b.copy()], b), (0, 1)
    yield in_dict, ({"a": b, "b": b}, b.copy()), 0
    yield in_dict, ({"a": b, "b": b.copy()}, b), (0, 1)
    yield in_dataclass, (Holder(b), b), 1
    yield in_object, (b, Plain(b)), 0
    yield with_global, (TABLE,), 0


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("call", list(shared()), ids=lambda call: call[0].__name__)
def test_shared_memory_is_an_error(call, mode):
    f, args, argnums = call
    with pytest.raises(ValueError, match=SHARED):
        if mode == "reverse":
            gradscribe.grad(f, argnums=argnums)(*args)
        else:
            chosen = argnums if isinstance(argnums, tuple) else (argnums,)
            gradscribe.jvp(f, args, tuple(arg if k in chosen else None for k, arg in enumerate(args)))


def test_interleaved_columns_are_apart():
    b = BASE.copy()
    bx, by = gradscribe.grad(two, argnums=(0, 1))(b[::2], b[1::2])
    c, d = BASE[::2].copy(), BASE[1::2].copy()
    cx, dx = gradscribe.grad(two, argnums=(0, 1))(c, d)
    assert np.allclose(bx, cx) and np.allclose(by, dx)


def test_what_is_only_read_may_be_one_array():
    x, y = BASE.copy(), BASE.copy()
    one = gradscribe.grad(only_first_written, argnums=1)(x.copy(), y, y)
    two_arrays = gradscribe.grad(only_first_written, argnums=1)(x.copy(), y, y.copy())
    assert np.array_equal(one, two_arrays)


def test_windows_that_are_only_read_are_no_error():
    windows = as_strided(BASE, (4, 3), (8, 8))
    assert np.allclose(gradscribe.grad(lambda w: np.sum(w**3))(windows), 3.0 * windows**2)


def test_memory_written_through_the_base_of_a_view_is_refused():
    with pytest.raises(gradscribe.errors.UntrackableAlias, match="through base"):
        gradscribe.grad(base_written)(BASE.copy())


def test_a_buffer_that_is_no_variable_carries_the_derivative():
    def f(x, out):
        out[:] = 2.0 * x
        out[0] += out[1] ** 2
        return np.sum(out * x)

    x, out = BASE.copy(), np.zeros(8)
    g = gradscribe.grad(f)(x, out)
    h = 1e-6
    moved = [f(x + h * e, np.zeros(8)) - f(x - h * e, np.zeros(8)) for e in np.eye(8)]
    assert np.allclose(g, np.array(moved) / (2 * h), rtol=1e-7)
