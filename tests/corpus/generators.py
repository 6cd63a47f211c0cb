"""Generator functions as helpers, and iterators that have a name."""

# ruff: noqa
from __future__ import annotations

import heapq
import itertools
import math
import operator
import random

import numpy as np

from .case import Table

case = Table("generators")


def sq(xs):
    for v in xs:
        yield (v * v)


def nat(x):
    k = 0
    while True:
        yield (x * k)
        k += 1


def updown(x):
    print("a")
    yield x
    print("b")
    yield (2 * x)
    print("c")


def interleaved_prints(x):
    s = 0.0
    for v in updown(x):
        print("got")
        s += v * v
    return s


def break_stops_the_generator(x):
    s = 0.0
    for v in updown(x):
        print("got")
        s += v * v
        if s > 1:
            break
    return s


def generator_not_used(x):
    updown(x)
    return x * x


def enumerated_endless(x):
    s = 0.0
    for k, v in enumerate(nat(x)):
        if k > 4:
            break
        s += v * v
    return s


def zipped_with_endless(x):
    s = 0.0
    for a, b in zip([1.0, 2.0, 3.0], nat(x)):
        s += a * b
    return s


def returned_from_endless(x):
    for v in nat(x):
        if v > 3:
            return v * v
    return x


def generators_nested(x):
    for v in nat(x):
        if v > 100:
            break
        for w in sq([v, x]):
            if w > 9:
                return w * v
    else:
        return x
    return 3 * x


def list_grows_meanwhile(x):
    xs = [x, 2 * x]
    s = 0.0
    for v in sq(xs):
        if len(xs) < 4:
            xs.append(v)
        s += v
    return s


def nonlocal_in_generator(x):
    total = 0.0

    def gen():
        nonlocal total
        for k in range(3):
            total += k * x
            yield total

    s = 0.0
    for v in gen():
        s += v * total
    return s


def walk(t):
    if isinstance(t, tuple):
        for c in t:
            yield from walk(c)
    else:
        yield t


def generator_of_a_tree(x):
    return sum((v * v for v in walk((x, (2.0, (x * x,)), x))))


def cnt(n, x):
    if n > 0:
        yield x
        yield from cnt(n - 1, x * 0.5)


def generator_recursion(x):
    return sum(cnt(3, x))


def next_then_loop(x):
    it = sq([x, 2 * x, 3 * x])
    a = next(it)
    s = 0.0
    for v in it:
        s += v * a
    return s


def count_by_next(x):
    it = itertools.count(2)
    return x ** next(it) + x ** next(it)


class T:
    def __init__(s, x):
        s.x = x

    def items(self, n):
        for k in range(n):
            yield (self.x * k)

    def __iter__(self):
        return self.items(3)


def generator_methods(x):
    return sum(T(x)) + max(T(x).items(4)) + sum((v * k for k, v in enumerate(T(x))))


def array_yielded_and_written(x):
    a = np.array([x, 2 * x, 3 * x])

    def rows():
        for i in range(3):
            a[i] *= 2
            yield a

    s = 0.0
    for r in rows():
        s += r.sum()
    return s


def generator_of_generator(x):
    s = 0.0
    for v in sq(sq([x, 2 * x])):
        s += v
    return s


def mapped_and_filtered(x):
    return sum(map(math.sin, sq([x, 2 * x]))) + sum(filter(lambda v: v > 1, sq([x, x / 2])))


def generator_starred(x):
    a, *b = sq([x, 2 * x, 3 * x])
    return a * sum(b)


def f26(*a):
    return sum(a) * a[0]


def generator_spread(x):
    return f26(*sq([x, 2 * x]))


def generator_in_display(x):
    return [*sq([x, 2 * x]), x][1] * x


def any_of_generator(x):
    if any((v > 1 for v in sq([x, 2 * x]))):
        return x * x
    return x


def array_of_generator(x):
    return np.sum(np.array(list(sq([x, 2 * x]))) ** 2)


def fsum_and_prod(x):
    return math.fsum(sq([x, 2 * x])) * math.prod(sq([x, 2.0]))


def two_generators_zipped(x):
    s = 0.0
    for i, (a, b) in enumerate(zip(sq([x, 2 * x]), sq([3 * x, x]))):
        if i:
            continue
        s += a * b
    return s


def generator_in_generator(x):

    def outer():
        for i in range(2):

            def inner():
                for j in range(2):
                    yield (i * x + j)

            yield sum(inner())

    return sum((v * v for v in outer()))


def islice_of_endless(x):
    return sum(itertools.islice(nat(x), 4))


def takewhile_of_endless(x):
    return sum(itertools.takewhile(lambda v: v < 5, nat(x)))


def primes():
    n = 2
    while True:
        if all((n % k for k in range(2, n))):
            yield n
        n += 1


def generator_of_integers(x):
    s = 0.0
    for p in primes():
        if p > 12:
            break
        s += x**p / math.factorial(p)
    return s


def lines(n):
    for i in range(n):
        yield (i, float(i * i))


def generator_of_constants(x):
    return sum((x**i * c for i, c in lines(4)))


def zip_used_twice(x):
    z = zip([x, 2 * x], [1.0, 2.0])
    l = list(z)
    return sum((a * b for a, b in l)) + len(list(z)) * x


def map_used_twice(x):
    m = map(lambda v: v * v, [x, 2 * x])
    s = 0.0
    for v in m:
        s += v
    for v in m:
        s += 100 * v
    return s


def reversed_by_next(x):
    r = reversed([x, 2 * x, 3 * x])
    a = next(r)
    return a * sum(r)


def enumerate_by_next(x):
    e = enumerate([x, 2 * x, 3 * x])
    next(e)
    s = 0.0
    for k, v in e:
        s += k * v
    return s


def generator_binds_late(x):
    k = 2.0
    g = (k * v for v in [x, 2 * x])
    k = 5.0
    return sum(g)


def next_below_a_generator(x):
    g = (v for v in [x, 2 * x, 3 * x])
    h = (a * 2 for a in g)
    next(g)
    return sum(h)


def combinations_used_twice(x):
    c = itertools.combinations([x, 2 * x, 3 * x], 2)
    s = sum((a * b for a, b in c))
    return s + sum((a * b for a, b in c))


def order_of_a_set(x):
    s = {3, 1, 2, 10, 7}
    for k in s:
        x = math.sin(x) * k
    return x


def accumulate_by_next(x):
    a = itertools.accumulate([x, 2 * x, 3 * x])
    next(a)
    return next(a) * x


def list_shuffled(x):
    o = [1, 2, 3]
    random.Random(3).shuffle(o)
    return x ** o[0]


def list_heapified(x):
    o = [3, 1, 2]
    heapq.heapify(o)
    return x ** o[0]


def heap_of_constants(x):
    o = []
    heapq.heappush(o, 3)
    heapq.heappush(o, 2)
    return x ** heapq.heappop(o)


def list_shuffled_by_generator(x):
    o = [1, 2, 3]
    np.random.default_rng(3).shuffle(o)
    return x ** o[0]


def set_discarded(x):
    s = {1, 2, 3}
    s.discard(2)
    return sum((x**k for k in s))


def set_updated(x):
    s = {1, 2}
    s.update([5])
    return sum((x**k for k in s))


def dict_cleared(x):
    d = {"a": 1, "b": 2}
    d.clear()
    return x ** len(d) * 3 * x


def dict_popitem(x):
    d = {"a": x, "b": 2.0}
    k, v = d.popitem()
    return x * v * len(d)


def list_iadd_by_operator(x):
    o = [1, 2]
    operator.iadd(o, [3])
    return x * len(o)


def append_by_class(x):
    o = [1, 2]
    list.append(o, 3)
    return x * len(o)


def array_sorted(x):
    a = np.array([3, 1, 2])
    a.sort()
    return x * a[0]


def array_shuffled(x):
    a = np.array([3, 1, 2])
    np.random.default_rng(0).shuffle(a)
    return x * a[0]


def list_removed(x):
    o = [1, 2, 3]
    del o[0]
    o.remove(3)
    return x * o[0] * len(o)


def list_in_list_sorted(x):
    o = [[2, 1], [3]]
    o[0].sort()
    p = o[0]
    p.append(7)
    return x * o[0][0] * len(o[0])


def lists_in_dict(x):
    d = {"k": [1]}
    d["k"].append(2)
    d.setdefault("z", []).append(9)
    return x * len(d["k"]) * d["z"][0]


def iterator_of_constants(x):
    it = iter([1, 2, 3])
    next(it)
    return x * sum(it)


def iterator_by_next(x):
    it = iter([x, 2 * x, 3 * x])
    next(it)
    return sum(it)


def iterator_then_generator(x):
    it = iter([x, 2 * x, 3 * x])
    a = next(it)
    return sum((v for v in it)) * a


def zip_by_next(x):
    z = zip([x, 2 * x, x * x], [1.0, 2.0, 3.0])
    a, _ = next(z)
    return a * sum((p * q for p, q in z))


def generator_summed_twice(x):
    g = (v * v for v in [x, 2 * x, 3 * x])
    return sum(g) + sum(g)


def map_listed_twice(x):
    m = map(lambda v: v * v, [x, 2 * x])
    a = list(m)
    b = list(m)
    return sum(a) + len(b) * x


def reversed_twice(x):
    r = reversed([x, 2 * x, 3 * x])
    next(r)
    return next(r) * x


def filter_by_next(x):
    f = filter(lambda v: v > 0, [x, 2 * x, 3 * x])
    return next(f) * 2 + sum(f)


def view_is_live(x):
    d = {"a": x, "b": 2 * x}
    v = d.values()
    d["c"] = x * x
    return sum(v)


def generator_sees_append(x):
    xs = [x, 2 * x]
    g = (v for v in xs)
    xs.append(x * x)
    return sum(g)


def iterator_with_sentinel(x):
    it = iter([x, 2 * x, 3 * x])
    while True:
        v = next(it, None)
        if v is None:
            break
        x = x + v
    return x


def generator_as_argument(x):

    def use(g):
        return next(g)

    g = (v for v in [x, 2 * x, 3 * x])
    return use(g) + use(g) * x


for _f in (
    interleaved_prints, break_stops_the_generator, generator_not_used, enumerated_endless, zipped_with_endless, returned_from_endless, generators_nested, list_grows_meanwhile, nonlocal_in_generator, generator_of_a_tree, generator_recursion, next_then_loop, count_by_next, generator_methods, array_yielded_and_written, generator_of_generator, mapped_and_filtered, generator_starred, generator_spread, generator_in_display, any_of_generator, array_of_generator, fsum_and_prod, two_generators_zipped, generator_in_generator, islice_of_endless, takewhile_of_endless, generator_of_integers, generator_of_constants, zip_used_twice, map_used_twice, reversed_by_next, enumerate_by_next, generator_binds_late, next_below_a_generator, combinations_used_twice, order_of_a_set, accumulate_by_next, list_shuffled, list_heapified, heap_of_constants, list_shuffled_by_generator, set_discarded, set_updated, dict_cleared, dict_popitem, list_iadd_by_operator, append_by_class, array_sorted, array_shuffled, list_removed, list_in_list_sorted, lists_in_dict, iterator_of_constants, iterator_by_next, iterator_then_generator, zip_by_next, generator_summed_twice, map_listed_twice, reversed_twice, filter_by_next, view_is_live, generator_sees_append, iterator_with_sentinel, generator_as_argument,
):  # fmt: skip
    case(_f, 1.3)
