"""Context managers and iterables that generators make, `tee` and `groupby`, indices that NumPy makes."""

# ruff: noqa
from __future__ import annotations

import contextlib
import itertools
import math

import numpy as np

from .case import Table, array

case = Table("generators")


class Vec:
    def __init__(self, a, b):
        self.a = a
        self.b = b

    def __iter__(self):
        yield self.a
        yield self.b


def unpack_vec(x):
    p, q = Vec(x, x * x)
    return p * q


case(unpack_vec, 1.3)


def star_vec(x):
    return math.hypot(*Vec(x, x * x))


case(star_vec, 1.3)


def list_vec(x):
    return sum(list(Vec(x, x * x))) + sum(Vec(x, 2 * x)) + max(Vec(x, 3 * x))


case(list_vec, 1.3)


class Vec2:
    def __init__(self, a, b):
        self.a = a
        self.b = b

    def __iter__(self):
        return iter((self.a, self.b))


def unpack_vec2(x):
    p, q = Vec2(x, x * x)
    return p * q


case(unpack_vec2, 1.3)


@contextlib.contextmanager
def scaled(v):
    y = v * 2.0
    yield y


def cm_gen(x):
    with scaled(x) as y:
        z = y * x
    return z


case(cm_gen, 1.3)

LOG = []


@contextlib.contextmanager
def logged(name):
    print("enter", name)
    try:
        yield
    finally:
        print("exit", name)


def cm_try(x):
    with logged("a"):
        y = x * x
        with logged("b"):
            y = y * x
    return y


case(cm_try, 1.3)


def cm_return_inside(x):
    with logged("a"):
        return x * x


case(cm_return_inside, 1.3)


def cm_nested(x):
    @contextlib.contextmanager
    def shift(v):
        yield v + x

    with shift(x * x) as s, shift(2.0) as t:
        return s * t


case(cm_nested, 1.3)


def tee_pair(x):
    a, b = itertools.tee(x)
    next(b, None)
    return sum(p * q for p, q in zip(a, b))


case(tee_pair, array(5))


def groupby_plain(x):
    out = 0.0
    for k, g in itertools.groupby([1, 1, 2, 3, 3]):
        out += x ** len(list(g)) * k
    return out


case(groupby_plain, 1.3)


def yield_in_try(x):
    def g():
        try:
            yield x
            yield x * x
        finally:
            print("closed")

    s = 0.0
    for v in g():
        s += v * v
    return s


case(yield_in_try, 1.3)


def yield_in_with(x):
    def g():
        with np.errstate(divide="ignore"):
            for k in range(3):
                yield x * k

    return sum(v * v for v in g())


case(yield_in_with, 1.3)


def triu(A):
    n = A.shape[0]
    v = A[np.triu_indices(n)]
    return np.sum(v**2) + v[0]


case(triu, array(3, 3))


def tril_k(A):
    n = A.shape[0]
    v = A[np.tril_indices(n, -1)]
    return np.sum(v[1:] ** 2)


case(tril_k, array(3, 3))


def triu_write(x):
    A = np.zeros((3, 3))
    A[np.triu_indices(3)] = x
    return np.sum((A @ A.T)[0] ** 2)


case(triu_write, array(6))


def nonzero_2d(A):
    r, c = np.nonzero(A > 0)
    return np.sum(A[r, c] ** 2 * r)


case(nonzero_2d, array(3, 3))


def unravel(A):
    k = np.argmax(A)
    i, j = np.unravel_index(k, A.shape)
    return A[i, j] ** 2


case(unravel, array(3, 3))


class Countdown:
    def __init__(self, n, x):
        self.n = n
        self.x = x

    def __iter__(self):
        return self

    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.x * self.n


def iter_class(x):
    s = 0.0
    for v in Countdown(4, x):
        s += v * v
    return s


case(iter_class, 1.3)


def iter_class_sum(x):
    return sum(v**2 for v in Countdown(4, x))


case(iter_class_sum, 1.3)


def iter_class_list(x):
    a = list(Countdown(3, x))
    return a[0] * a[1] + len(a)


case(iter_class_list, 1.3)


def iter_class_break(x):
    c = Countdown(6, x)
    s = 0.0
    for v in c:
        if v < 3.0:
            break
        s += v * x
    return s + c.n


case(iter_class_break, 1.3)


def iter_class_twice(x):
    c = Countdown(3, x)
    s = 0.0
    for v in c:
        s += v * x
    for v in c:
        s += 100.0
    return s


case(iter_class_twice, 1.3)


class Pairs:
    def __init__(self, xs):
        self.xs = xs
        self.i = 0

    def __iter__(self):
        self.i = 0
        return self

    def __next__(self):
        if self.i >= len(self.xs) - 1:
            raise StopIteration
        self.i += 1
        print("next", self.i)
        return self.xs[self.i - 1], self.xs[self.i]


def iter_pairs(xs):
    s = 0.0
    for a, b in Pairs(xs):
        s += a * b
    return s


case(iter_pairs, array(5))


def iter_nested(x):
    s = 0.0
    for a in Countdown(3, x):
        for b in Countdown(2, a):
            s += a * b
    return s


case(iter_nested, 1.3)


def bytes_weights(x):
    return sum(b * x**i for i, b in enumerate(b"ab"))


case(bytes_weights, 1.3)


def gb_dict(x):
    d = {k: sum(1 for _ in g) for k, g in itertools.groupby("aabbb")}
    return d["a"] * x + d["b"] * x**2


case(gb_dict, 1.3)


def gb_active(x):
    s = 0.0
    for k, g in itertools.groupby([(1, x), (1, x * x), (2, 3 * x)], key=lambda t: t[0]):
        s += k * math.prod(v for _, v in g)
    return s


case(gb_active, 1.3)


def gb_list(x):
    gs = list(itertools.groupby([1, 1, 2]))
    return x * (1 + len(list(gs[0][1]))) + len(gs)


case(gb_list, 1.3)


def gb_skip(x):
    s = 0.0
    for k, g in itertools.groupby([1, 1, 2, 2, 3]):
        if k == 2:
            continue
        s += x ** len(list(g))
    return s


case(gb_skip, 1.3)


@contextlib.contextmanager
def cm(tag):
    print("in", tag)
    yield tag
    print("out", tag)


def cm_in_loop(x):
    s = 0.0
    for k in range(3):
        with cm(k) as t:
            if t == 1:
                continue
            s += x * t
    return s


case(cm_in_loop, 1.3)


def cm_break(x):
    s = x
    for k in range(3):
        with cm(k):
            s *= x
            if k == 1:
                break
    return s


case(cm_break, 1.3)
