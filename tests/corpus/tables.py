"""Dicts with keys that are known at run time only."""

# ruff: noqa
from __future__ import annotations

from collections import defaultdict

import numpy as np

from .case import Table

K = np.array([3, 1, 3, 2, 1])
NAMES = ["a", "b", "a", "c", "b"]

case = Table("containers")


def dict_acc(x):
    d = {}
    for k, a in enumerate(x):
        d[k % 3] = d.get(k % 3, 0.0) + a * a
    return d[0] * d[1] + d[2]


def dict_dd(x):
    d = defaultdict(float)
    for k, a in zip(K, x):
        d[k] += a * a
    return sum((v * v for v in d.values())) + d[3] * len(d)


def dict_group(x):
    d = {}
    for k, a in zip(K, x):
        if k not in d:
            d[k] = 1.0
        d[k] *= a
    s = 0.0
    for k, v in d.items():
        s += k * v * v
    return s


def dict_strings(x):
    d = {"a": 1.0}
    for i in range(len(x)):
        name = NAMES[i]
        d[name] = d.get(name, 0.5) * x[i]
    return d["a"] + 2 * d["b"] + 3 * d["c"]


def dict_none(x):
    d = {}
    for k, a in enumerate(x):
        d[k] = a * 2
    v = d.get(9)
    return d[1] if v is None else v


def dict_memo(x):
    memo = {}

    def fib(i):
        if i in memo:
            return memo[i]
        r = x[0] if i < 2 else fib(i - 1) * 0.5 + fib(i - 2)
        memo[i] = r
        return r

    return fib(6)


def dict_list_values(x):
    d = defaultdict(list)
    for k, a in zip(K, x):
        d[k].append(a * a)
    return sum((sum(v) ** 2 for v in d.values()))


def dict_setdefault(x):
    d = {}
    for k, a in zip(K, x):
        d.setdefault(k, a)
        d[k] += a
    return d[3] * d[1]


def dict_comp(x):
    d = {k: a * a for k, a in enumerate(x)}
    return d[1] * d[len(x) - 1] + sum((d[k] for k in sorted(d)))


def dict_update_loop(x):
    d = {}
    for k, a in enumerate(x):
        d[k] = a
    for k in d:
        d[k] = d[k] ** 2
    for k in list(d.keys()):
        d[k] += 1.0
    return sum(d.values()) * d[0]


def dict_max(x):
    d = {}
    for k, a in zip(K, x):
        d[k] = d.get(k, 0.0) + a
    best = max(d.values())
    return best**2


def dict_arrays(x):
    d = {}
    for k, a in zip(K, x):
        d[k] = d.get(k, np.zeros(2)) + np.array([a, a * a])
    return np.sum(d[1] * d[3])


def dict_if(x):
    d = {}
    for k, a in zip(K, x):
        d[k] = a * a
    return d[1] if d else x[0]


def dict_two(x):
    w = {}
    c = {}
    for k, a in zip(K, x):
        w[k] = w.get(k, 0.0) + a
        c[k] = c.get(k, 0) + 1
    return sum((w[k] / c[k] * w[k] for k in w))


_x = np.array([0.7, -1.2, 0.4, 1.9, -0.3])
for _f in [f for name, f in dict(globals()).items() if name.startswith("dict_")]:
    case(_f, _x)
