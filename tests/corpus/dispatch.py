"""Functions found at run time, globals that count, and attributes by name."""

# ruff: noqa
from __future__ import annotations

import functools
import math
import operator
from collections import Counter

import numpy as np

from .case import Table

n = 0
hits = {"n": 0}

case = Table("dispatch")


def step_a(x):
    return x * x


def step_b(x):
    return math.sin(x)


def step_c(x, k=2.0):
    return x * k


class Obj:
    def __init__(s, v):
        s.v = v

    def square(s):
        return s.v**2

    def scaled(s, k):
        return s.v * k


def by_count(x):
    global n
    n += 1
    return x * x * n**0


def by_count_loop(x):
    global n
    for k in range(3):
        n += k
        x = x * 1.1
    return x


def by_dictcount(x):
    hits["n"] += 1
    return x * x


def by_nonlocal(x):
    c = 0

    def inc():
        nonlocal c
        c += 1
        return x * c

    return inc() + inc() * inc()


def by_nonlocal_active(x):
    acc = 0.0

    def add(v):
        nonlocal acc
        acc += v * x

    for k in range(3):
        add(k)
    add(x)
    return acc


def by_steps_loop(x):
    for k in range(3):
        x = STEPS[k](x)
    return x


def by_steps_rt(x):
    k = int(x * 3) % 3
    return STEPS[k](x)


def by_table_rt(x):
    for name in ("a", "b", "c", "a"):
        x = TABLE[name](x)
    return x


def by_table_rt2(x):
    key = "a" if x > 0 else "b"
    return TABLE[key](x)


def by_steps_local(x):
    fs = [math.sin, math.cos, lambda v: v * v * x]
    s = 0.0
    i = 0
    while i < 7:
        s += fs[i % 3](x * (i + 1))
        i += 1
    return s


def by_for_f(x):
    for f in STEPS:
        x = f(x)
    return x


def by_get(x):
    return TABLE.get("zz", step_b)(x) + TABLE.get("a")(x)


def by_attrgetter(x):
    o = Obj(x)
    return operator.attrgetter("v")(o) * operator.methodcaller("scaled", 3.0)(o) + operator.methodcaller("square")(o)


def by_methodcaller_arr(x):
    a = np.array([x, x * x])
    return operator.methodcaller("sum")(a) + operator.itemgetter(1)(a)


def by_getattr(x):
    s = 0.0
    for name in ("sin", "cos", "exp"):
        s += getattr(np, name)(x)
    o = Obj(x)
    return s * getattr(o, "square")() + getattr(o, "zz", 2.0)


def by_items(x):
    s = 0.0
    for name, f in TABLE.items():
        s += f(x) * len(name)
    return s


def by_partial_list(x):
    fs = [functools.partial(step_c, k=i + 1.0) for i in range(3)]
    return sum((f(x) for f in fs)) * functools.reduce(lambda a, f: f(a), fs, x)


def by_compose(x):

    def compose(*fs):

        def run(v):
            for f in fs:
                v = f(v)
            return v

        return run

    return compose(step_a, step_b, math.exp)(x)


def by_dtype(x):
    a = np.zeros(3, dtype=np.asarray(x).dtype)
    a[0] = x
    b = np.full((2,), x, dtype=a.dtype)
    return np.sum(a) + np.sum(b.astype(a.dtype))


def by_counter(x):
    c = Counter([1, 1, 2])
    return x * c[1] + c[5]


def bump():
    global n
    n += 10
    return n


def by_global_read_after(x):
    global n
    n = 3
    n += 1
    y = x * n
    if x > 0:
        n = n + 2
    for k in range(int(abs(x) * 7)):
        n += k
    return y * n


def by_global_helper(x):
    a = bump()
    b = bump()
    return x * x * (b - a)


STEPS = [step_a, step_b, step_c]
TABLE = {"a": step_a, "b": step_b, "c": step_c}
for _f in [f for name, f in dict(globals()).items() if name.startswith("by_")]:
    case(_f, 0.85)
