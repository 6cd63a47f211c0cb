"""Containers: lists, dicts, tuples, and objects made and changed inside the function."""

# ruff: noqa
from __future__ import annotations

import collections
import copy
import dataclasses
import math
from collections import deque, namedtuple
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .case import Table, array

case = Table("containers")


def tuple_index(x, y):
    t = (x * y, x + y, 2.0)
    return t[0] * t[-1] + t[1] ** 2


def tuple_slices(x, y):
    t = (x, y, x * y, 3.0)
    a, b = t[1:3]
    return a * b + sum(t[::2])


def tuple_concatenation(x, y):
    t = (x,) + (y, x * y) * 2
    return t[0] * t[2] + t[4] * len(t)


def tuple_membership(x):
    return x * 2.0 if 3 in (1, 2, 3) else x


def nested_lists(x, y):
    m = [[x, y], [y * y, x * x]]
    return m[0][0] * m[1][1] - m[0][1] * m[1][0]


def list_append(x, n):
    values = []
    for i in range(n):
        values.append(x**i)
    return sum(values)


def list_append_read_back(x, n):
    states = [x]
    for _ in range(n):
        states.append(math.sin(states[-1]) * x)
    return states[0] * states[-1] + states[n // 2]


def list_append_in_branch(xs):
    kept = []
    for x in xs:
        if x > 0.0:
            kept.append(x)
    return kept[0] * kept[-1] * len(kept)


def list_insert_pop(x, y):
    values = [x, y]
    values.insert(1, x * y)
    last = values.pop()
    first = values.pop(0)
    return last * first + values[0] * len(values)


def list_stack(x):
    stack = [x, x * 2.0, 3.0]
    while len(stack) > 1:
        a = stack.pop()
        b = stack.pop()
        stack.append(a * b + 1.0)
    return stack[0]


def list_extend(x, y):
    values = [x]
    values.extend([y, x * y])
    values += [2.0 * x]
    return values[1] * values[2] + values[3]


def list_concatenation(x, y):
    values = [x] + [y] * 3 + [x * y]
    return sum(values) * values[-1] * values[2]


def list_slices(xs):
    values = [x * x for x in xs]
    return sum(values[1:]) * values[:2][-1] + values[::-1][0]


def list_item_write(x, y):
    values = [x, y, 0.0]
    values[2] = values[0] * values[1]
    values[0] = values[2] * 2.0
    values[1] += values[0]
    return values[0] * values[1] + values[-1]


def list_item_write_in_loop(x, n):
    fib = [1.0] * n
    fib[1] = x
    for i in range(2, n):
        fib[i] = fib[i - 1] + x * fib[i - 2]
    return fib[n - 1]


def list_augmented_items(xs):
    bins = [0.0, 0.0]
    for k, x in enumerate(xs):
        bins[k % 2] += x * x
    return bins[0] * bins[1]


def list_two_names(x):
    a = [x, 1.0]
    b = a
    b[1] = x * x
    a.append(2.0)
    return a[1] * b[0] * len(b)


def row_held_twice(x):
    row = [x, 0.0]
    grid = [row, row]
    grid[0][1] = x * 3.0
    return grid[1][1] * grid[1][0]


def repeated_rows(x, n):
    grid = [[0.0] * n] * 2
    grid[0][1] = x
    return grid[1][1] * x


def separate_rows(x, n):
    grid = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            grid[i][j] = x * i + j
    return grid[1][0] * grid[n - 1][n - 2]


def list_copy_is_separate(x):
    a = [x, x * 2.0]
    b = a.copy()
    c = list(a)
    d = a[:]
    b[0] = 1.0
    c[0] = x * x
    d[1] = 0.0
    return a[0] * b[1] + c[0] + d[0]


def list_reverse_sort(x, y):
    values = [x, y, x * y]
    values.reverse()
    first = values[0]
    values.sort()
    return first * values[0] + values[-1] ** 2


def list_delete(x, y):
    values = [x, y, x * y]
    del values[1]
    return values[1] * values[0]


def list_index_count(x):
    names = ["a", "b", "c"]
    return x ** names.index("c") * names.count("a")


def list_swap_items(x, y):
    v = [x, y]
    v[0], v[1] = v[1], v[0] * 2.0
    return v[0] ** 2 * v[1]


def bubble_sort(xs):
    v = list(xs)
    for i in range(len(v)):
        for j in range(len(v) - 1 - i):
            if v[j] > v[j + 1]:
                v[j], v[j + 1] = v[j + 1], v[j]
    return v[0] * 3.0 + v[1] * v[2]


def star_in_displays(xs, y):
    values = [*xs, y, *(y, 1.0)]
    return values[0] * values[-2] + values[3]


def star_unpack_in_loop(rows):
    s = 0.0
    for first, *others in rows:
        s += first * sum(others)
    return s


def dict_reads(x, y):
    d = {"a": x, "b": y}
    return d["a"] * d["b"] + d.get("a") + d.get("c", 2.0) * x


def dict_writes(x, y):
    d = {"a": x}
    d["b"] = y * d["a"]
    d["a"] = d["b"] * 2.0
    d["b"] += x
    return d["a"] * d["b"]


def dict_update(x, y):
    d = {"a": x, "b": 1.0}
    d.update(b=y, c=x * y)
    d.update({"a": y})
    return d["a"] * d["b"] * d["c"]


def dict_merge(x, y):
    d = {**{"a": x, "b": y}, "a": x * y}
    e = d | {"b": x}
    f = dict(e, c=2.0)
    return e["a"] * e["b"] + f["c"] * f["a"]


def dict_pop_setdefault(x, y):
    d = {"a": x, "b": y}
    p = d.pop("a")
    q = d.setdefault("c", x * y)
    return p * q * len(d) + d.setdefault("b", 1.0)


def dict_membership(x, y):
    d = {"a": x}
    if "b" not in d:
        d["b"] = y
    return d["a"] * d["b"] if "a" in d else y


def dict_int_keys(x):
    memo = {0: 1.0, 1: x}
    for n in range(2, 6):
        memo[n] = memo[n - 1] * x + memo[n - 2]
    return memo[5]


def dict_tuple_keys(x, y):
    table = {(0, 0): x, (0, 1): y}
    table[1, 1] = table[0, 0] * table[0, 1]
    return table[1, 1] * x


def dict_of_lists(x):
    groups = {"odd": [], "even": []}
    for k in range(5):
        groups["odd" if k % 2 else "even"].append(x * k)
    return sum(groups["odd"]) * groups["even"][-1]


def dict_accumulate_data_keys(xs):
    totals = {}
    for k, x in enumerate(xs):
        totals[k % 3] = totals.get(k % 3, 0.0) + x * x
    return totals[0] * totals[1]


def default_dict(xs):
    totals = collections.defaultdict(float)
    for k, x in enumerate(xs):
        totals[k % 2] += x
    return totals[0] * totals[1]


def ordered_pairs_to_dict(x, y):
    d = dict(zip(["a", "b"], [x, y]))
    return d["a"] ** 2 * d["b"]


def deque_window(xs):
    window = deque(maxlen=2)
    s = 0.0
    for x in xs:
        window.append(x)
        s += window[0] * window[-1]
    return s


def set_of_indices(xs):
    seen = set()
    s = 0.0
    for k in (0, 1, 0, 2):
        if k not in seen:
            seen.add(k)
            s += xs[k] ** 2
    return s


class State(NamedTuple):
    position: float
    velocity: float = 1.0


def named_tuple(x, v):
    s = State(x, v)
    for _ in range(3):
        s = State(s.position + 0.1 * s.velocity, s.velocity - 0.1 * s.position)
    return s.position * s[1]


def named_tuple_replace(x):
    s = State(x)
    s = s._replace(velocity=s.position * 2.0)
    position, velocity = s
    return position * velocity


Pair = namedtuple("Pair", "left right")


def named_tuple_factory(x, y):
    p = Pair(left=x, right=x * y)
    return p.left * p.right + len(p)


@dataclass
class Particle:
    x: float
    v: float = 0.0
    history: list = field(default_factory=list)

    def kinetic(self):
        return 0.5 * self.v**2

    @property
    def energy(self):
        return self.kinetic() + self.x**2

    def kick(self, dt):
        self.v -= dt * self.x
        self.x += dt * self.v
        self.history.append(self.energy)


def dataclass_methods(x, v):
    p = Particle(x, v)
    for _ in range(3):
        p.kick(0.1)
    return p.energy + p.history[0] * p.history[-1]


def dataclass_attribute_writes(x):
    p = Particle(x)
    p.v = x * 2.0
    p.x *= p.v
    return p.energy


@dataclass(frozen=True)
class Line:
    slope: float
    offset: float = 1.0

    def __call__(self, t):
        return self.slope * t + self.offset


def dataclass_frozen(a, t):
    line = Line(a)
    moved = dataclasses.replace(line, offset=a * a)
    return line(t) * moved(line(t))


@dataclass
class Derived:
    side: float
    area: float = field(init=False)

    def __post_init__(self):
        self.area = self.side**2


def dataclass_post_init(x):
    return Derived(x).area * 2.0


class Counter:
    scale = 2.0

    def __init__(self, start):
        self.total = start
        self.count = 0

    def add(self, x):
        self.total = self.total + self.scale * x
        self.count += 1
        return self

    @staticmethod
    def square(x):
        return x * x

    @classmethod
    def scaled(cls, x):
        return cls(x * cls.scale)

    def mean(self):
        return self.total / self.count


def class_with_state(xs):
    c = Counter(0.5)
    for x in xs:
        c.add(Counter.square(x))
    return c.mean()


def method_chaining(x, y):
    return Counter.scaled(x).add(y).add(x).mean()


class Slow(Counter):
    scale = 0.5

    def add(self, x):
        super().add(x * 2.0)
        self.total *= 0.9
        return self


def inherited(x, y):
    return Slow(x).add(y).mean() * Slow.scaled(y).total


class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __neg__(self):
        return -1.0 * self

    def __getitem__(self, k):
        return (self.x, self.y)[k]

    def __len__(self):
        return 2

    def __abs__(self):
        return math.sqrt(self @ self)


def operator_overloading(x, y):
    v = Vector(x, y)
    w = 2.0 * v + -v * x
    return (v @ w) * abs(w) + w[0] * len(w)


class Grid:
    def __init__(self, n):
        self.cells = [0.0] * n

    def __getitem__(self, k):
        return self.cells[k]

    def __setitem__(self, k, value):
        self.cells[k] = value


def set_item_method(x):
    g = Grid(3)
    g[0] = x
    g[1] = g[0] * x
    g[2] += g[1] * 2.0
    return g[2] * g[0]


class Layer:
    def __init__(self, w, b):
        self.w = w
        self.b = b

    def __call__(self, x):
        return np.tanh(self.w @ x + self.b)


class Chain:
    def __init__(self, *layers):
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def objects_in_objects(w, b):
    net = Chain(Layer(w, b), Layer(w.T, b * 2.0))
    return np.sum(net.forward(np.array([0.5, -0.3])))


def object_aliases(x):
    a = Counter(x)
    b = a
    b.total *= x
    return a.total


def set_attr_by_name(x):
    c = Counter(x)
    setattr(c, "extra", x * x)  # noqa: B010
    return getattr(c, "extra") * getattr(c, "nothing", 2.0)  # noqa: B009


def copied_object(x):
    a = Counter(x)
    b = copy.copy(a)
    b.total = x * x
    return a.total * b.total


def list_of_arrays(a):
    parts = [a[0], a[1] * 2.0]
    parts.append(parts[0] * parts[1])
    return np.sum(np.stack(parts)) + np.sum(parts[-1])


def array_of_list(x, y):
    v = np.array([x, y, x * y])
    m = np.array([[x, 1.0], [y, x]])
    return np.sum(v**2) + m[0, 0] * m[1, 0]


def isinstance_and_len(xs):
    total = 0.0
    if isinstance(xs, (list, tuple)):
        for x in xs:
            total += x if isinstance(x, float) else sum(x) * len(x)
    return total**2


case(tuple_index, 1.3, 0.4)
case(tuple_slices, 1.3, 0.4)
case(tuple_concatenation, 1.3, 0.4)
case(tuple_membership, 1.3)
case(nested_lists, 1.3, 0.4)
case(list_append, 1.3, 4)
case(list_append_read_back, 1.3, 4)
case(list_append_in_branch, np.array([1.3, -0.4, 0.9, 2.0]))
case(list_insert_pop, 1.3, 0.4)
case(list_stack, 1.3)
case(list_extend, 1.3, 0.4)
case(list_concatenation, 1.3, 0.4)
case(list_slices, array(4))
case(list_item_write, 1.3, 0.4)
case(list_item_write_in_loop, 1.3, 6)
case(list_augmented_items, array(5))
case(list_two_names, 1.3)
case(row_held_twice, 1.3)
case(repeated_rows, 1.3, 3)
case(separate_rows, 1.3, 3)
case(list_copy_is_separate, 1.3)
case(list_reverse_sort, 1.3, 0.4)
case(list_delete, 1.3, 0.4)
case(list_index_count, 1.3)
case(list_swap_items, 1.3, 0.4)
case(bubble_sort, np.array([1.3, 0.4, 0.9]))
case(star_in_displays, [1.3, 0.2, 0.7], 0.4)
case(star_unpack_in_loop, [(1.3, 0.4, 2.0), (0.5, 0.7, -0.3)])
case(dict_reads, 1.3, 0.4)
case(dict_writes, 1.3, 0.4)
case(dict_update, 1.3, 0.4)
case(dict_merge, 1.3, 0.4)
case(dict_pop_setdefault, 1.3, 0.4)
case(dict_membership, 1.3, 0.4)
case(dict_int_keys, 1.3)
case(dict_tuple_keys, 1.3, 0.4)
case(dict_of_lists, 1.3)
case(dict_accumulate_data_keys, array(5))
case(default_dict, array(5))
case(ordered_pairs_to_dict, 1.3, 0.4)
case(deque_window, array(4))
case(set_of_indices, array(4))
case(named_tuple, 1.3, 0.4)
case(named_tuple_replace, 1.3)
case(named_tuple_factory, 1.3, 0.4)
case(dataclass_methods, 1.3, 0.4)
case(dataclass_attribute_writes, 1.3)
case(dataclass_frozen, 1.3, 0.4)
case(dataclass_post_init, 1.3)
case(class_with_state, array(3))
case(method_chaining, 1.3, 0.4)
case(inherited, 1.3, 0.4)
case(operator_overloading, 1.3, 0.4)
case(set_item_method, 1.3)
case(objects_in_objects, array(2, 2), array(2, seed=1))
case(object_aliases, 1.3)
case(set_attr_by_name, 1.3)
case(copied_object, 1.3)
case(list_of_arrays, array(2, 3))
case(array_of_list, 1.3, 0.4)
case(isinstance_and_len, [1.3, [0.4, 0.9]])
