"""Containers, classes and arguments as they occur in everyday code: a second set, in other words than the first."""

# ruff: noqa
from __future__ import annotations

import collections
import copy
import dataclasses
import functools
import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .case import Table, array, positive

case = Table("containers")


def list_append_pop(x):
    stack = [x]
    for k in range(3):
        stack.append(stack[-1] * x + k)
    top = stack.pop()
    return top * stack.pop() + len(stack)


def list_insert_front(x):
    v = []
    for k in range(4):
        v.insert(0, x * k)
    return v[0] * v[-2] + v[1]


def list_extend_generator(xs):
    v = [1.0]
    v.extend(t * t for t in xs)
    v += [xs[0]]
    return sum(v) * v[-1]


def list_concat_slices(x):
    v = [x, x * 2.0, x * 3.0, x * 4.0]
    w = v[1:] + v[:1] + v[::-2]
    w[1:3] = [x * x]
    return sum(a * k for k, a in enumerate(w))


def list_write_through_alias(x):
    v = [x, x]
    w = v
    w[0] = x * x
    w.append(x)
    return v[0] * len(v) + v[-1]


def list_row_twice(x):
    row = [x, 1.0]
    grid = [row, row]
    grid[0][1] = x * x
    return grid[1][1] + grid[0][0]


def list_multiplied_shares(x):
    grid = [[x] * 2] * 3
    grid[0][1] = x * x
    return sum(sum(r) for r in grid)


def list_copy_modes(x):
    v = [[x], [x * 2.0]]
    shallow = v[:]
    deep = copy.deepcopy(v)
    v[0][0] = x * x
    return shallow[0][0] + deep[0][0]


def list_remove_count(x):
    ops = ["a", "b", "a"]
    values = [x, x * x, 2.0 * x]
    ops.remove("a")
    return values[ops.index("a")] * ops.count("a")


def list_nested_writes(x):
    m = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(i + 1):
            m[i][j] = x ** (i + j)
    return sum(m[i][i] for i in range(3)) + m[2][0]


def matrix_product_of_lists(a, b):
    n = len(a)
    c = [[sum(a[i][k] * b[k][j] for k in range(n)) for j in range(n)] for i in range(n)]
    return sum(c[i][j] * (i + 1) for i in range(n) for j in range(n))


def queue_of_work(x):
    queue = [(x, 0)]
    total = 0.0
    while queue:
        value, depth = queue.pop(0)
        total += value * (depth + 1)
        if depth < 2:
            queue.append((value * 0.5, depth + 1))
            queue.append((math.sin(value), depth + 1))
    return total


def dynamic_programming(xs):
    best = [0.0] * (len(xs) + 1)
    for i in range(1, len(xs) + 1):
        take = xs[i - 1] + (best[i - 2] if i > 1 else 0.0)
        best[i] = max(best[i - 1], take)
    return best[-1] + best[1] * 0.5


def edit_table(xs, ys):
    table = {}
    for i in range(len(xs)):
        for j in range(len(ys)):
            cost = (xs[i] - ys[j]) ** 2
            if i and j:
                cost += min(table[i - 1, j], table[i, j - 1], table[i - 1, j - 1])
            elif i:
                cost += table[i - 1, j]
            elif j:
                cost += table[i, j - 1]
            table[i, j] = cost
    return table[len(xs) - 1, len(ys) - 1]


def dict_update_ways(x):
    d = {"a": x}
    d.update(b=x * x)
    d.update({"c": 3.0, "a": d["a"] * 2.0})
    d |= {"e": x}
    d["f"] = d.pop("b") + d.get("zz", 1.0)
    return sum(d.values()) * d.setdefault("g", x)


def dict_merged(x):
    base = {"lr": x, "k": 2.0}
    over = {"k": x * x}
    both = {**base, **over, "z": 1.0}
    return both["lr"] * both["k"] + (base | over)["k"]


def dict_grouped(xs):
    groups = {"neg": [], "pos": []}
    for v in xs:
        groups["pos" if v > 0 else "neg"].append(v)
    return sum(groups["pos"]) * 2.0 - sum(v * v for v in groups["neg"])


def dict_default_factory(xs):
    totals = collections.defaultdict(float)
    for k, v in enumerate(xs):
        totals[k % 2] += v * v
    return totals[0] - totals[1]


def dict_counter_weights(x):
    counts = collections.Counter("abracadabra")
    return sum(n * x for n in counts.values()) + counts["a"] * x * x


def dict_nested_writes(x):
    state = {"m": {"w": 0.0, "b": x}, "step": 0}
    for _ in range(3):
        state["m"]["w"] += state["m"]["b"] * x
        state["step"] += 1
    return state["m"]["w"] * state["step"]


def dict_of_functions_and_values(x):
    layer = {"w": x, "act": math.tanh, "n": 2}
    for _ in range(layer["n"]):
        x = layer["act"](layer["w"] * x)
    return x


def tuples_as_records(x):
    points = [(x, 1.0), (x * x, 2.0)]
    points = [(a + b, b) for a, b in points]
    (a, _), (b, _) = points
    return a * b


def tuple_plus_and_index(x):
    t = (x,) + (x * x, 2.0) * 2
    return t[0] * t[-2] + t[3] + len(t)


def starred_call_and_display(xs):
    first, *rest = list(xs[:3])
    return sum([*rest, first, *xs[1:3]]) * max(*rest, first)


class Point(NamedTuple):
    x: float
    y: float = 2.0

    def dot(self, other):
        return self.x * other.x + self.y * other.y


def named_tuple_methods(x):
    p = Point(x)
    q = p._replace(y=x * x)
    a, b = q
    return p.dot(q) + a * b + q[1] + q._asdict()["x"]


def named_tuple_in_loop(x):
    p = Point(x, 0.5)
    for _ in range(3):
        p = Point(p.y * p.x, math.sin(p.x))
    return p.x + p.y


@dataclass
class Adam:
    rate: float = 0.1
    momentum: float = 0.9
    velocity: float = 0.0
    history: list = field(default_factory=list)

    def step(self, value, gradient):
        self.velocity = self.momentum * self.velocity + gradient
        self.history.append(value)
        return value - self.rate * self.velocity


def dataclass_optimiser(x):
    opt = Adam(rate=0.05)
    for _ in range(4):
        x = opt.step(x, 2.0 * x + 1.0)
    return x + sum(opt.history)


@dataclass
class Rectangle:
    width: float
    height: float
    area: float = field(init=False)

    def __post_init__(self):
        self.area = self.width * self.height

    @property
    def diagonal(self):
        return math.hypot(self.width, self.height)

    @classmethod
    def square(cls, side):
        return cls(side, side)

    @staticmethod
    def unit():
        return Rectangle(1.0, 1.0)


def dataclass_post_init(x):
    r = Rectangle(x, x * x)
    return r.area + r.diagonal + Rectangle.square(x).area * Rectangle.unit().diagonal


def dataclass_replace(x):
    r = dataclasses.replace(Rectangle(x, 2.0), height=x * x)
    return r.area + dataclasses.asdict(r)["width"]


@dataclass(frozen=True, slots=True)
class Params:
    a: float
    b: float = 1.0

    def __add__(self, other):
        return Params(self.a + other.a, self.b + other.b)

    def __mul__(self, k):
        return Params(self.a * k, self.b * k)

    __rmul__ = __mul__


def dataclass_operators(x):
    p = Params(x) + 2.0 * Params(x * x, x) * 0.5
    return p.a * p.b


@dataclass(order=True)
class Ranked:
    key: int
    value: float = field(compare=False)


def dataclass_sorted(x):
    items = sorted([Ranked(3, x), Ranked(1, x * x), Ranked(2, 5.0)])
    return items[0].value * 2.0 + items[2].value


class Temperature:
    def __init__(self, celsius):
        self._celsius = celsius

    @property
    def fahrenheit(self):
        return self._celsius * 9.0 / 5.0 + 32.0

    @fahrenheit.setter
    def fahrenheit(self, value):
        self._celsius = (value - 32.0) * 5.0 / 9.0


def property_setter(x):
    t = Temperature(x)
    t.fahrenheit = t.fahrenheit * x
    t.fahrenheit += 1.0
    return t._celsius * t.fahrenheit


class Module:
    scale = 2.0

    def __init__(self, w):
        self.w = w
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return self.forward(x) * self.scale

    def forward(self, x):
        return self.w * x


class Tanh(Module):
    def __init__(self, w, b):
        super().__init__(w)
        self.b = b

    def forward(self, x):
        return math.tanh(super().forward(x) + self.b)


class Chain:
    def __init__(self, *parts):
        self.parts = parts

    def __call__(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def __len__(self):
        return len(self.parts)

    def __getitem__(self, k):
        return self.parts[k]

    def __iter__(self):
        return iter(self.parts)

    def __contains__(self, part):
        return part in self.parts


def modules_chained(x):
    net = Chain(Module(x), Tanh(x, 0.5), Module(0.3))
    return net(x) + len(net) * net[0].w + sum(p.w for p in net)


def module_counts_calls(x):
    f = Module(x)
    return f(x) + f(2.0) * f.calls


class Dual:
    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    __radd__ = __add__

    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)

    __rmul__ = __mul__

    def __neg__(self):
        return Dual(-self.value, -self.slope)

    def __sub__(self, other):
        return self + -other

    def __pow__(self, n):
        return Dual(self.value**n, n * self.value ** (n - 1) * self.slope)

    def __truediv__(self, k):
        return Dual(self.value / k, self.slope / k)

    def __lt__(self, other):
        return self.value < other

    def __abs__(self):
        return -self if self < 0 else self

    def __float__(self):
        return self.value


def dual_numbers(x):
    d = Dual(x, 1.0)
    y = 3.0 * d * d + d**3 - d / 2.0 + 1.0
    return y.slope + abs(-d).value


def dual_in_place(x):
    d = Dual(x, 1.0)
    d += 2.0
    d *= d
    return d.slope * d.value


class Polynomial:
    def __init__(self, *c):
        self.c = list(c)

    def __call__(self, x):
        out = 0.0
        for c in reversed(self.c):
            out = out * x + c
        return out

    def __matmul__(self, other):
        n = len(self.c) + len(other.c) - 1
        out = [0.0] * n
        for i, a in enumerate(self.c):
            for j, b in enumerate(other.c):
                out[i + j] += a * b
        return Polynomial(*out)

    def __eq__(self, other):
        return self.c == other.c

    def __bool__(self):
        return len(self.c) > 0

    def __setitem__(self, k, v):
        self.c[k] = v

    def __getitem__(self, k):
        return self.c[k]


def polynomial_product(x):
    p = Polynomial(x, 1.0) @ Polynomial(2.0, x, 1.0)
    p[0] = p[1] * 2.0
    return p(x) if p else x


class Grid:
    def __init__(self, values):
        self.values = values

    def __getitem__(self, key):
        i, j = key
        return self.values[i, j]

    def __setitem__(self, key, value):
        self.values[key] = value


def grid_items(a):
    g = Grid(a.copy())
    g[0, 1] = g[1, 0] * g[1, 1]
    g[1, 0] += 2.0
    return np.sum(g.values**2)


class Base:
    registry = {}

    def __init_subclass__(cls, **kw):
        Base.registry[cls.__name__] = cls

    def value(self, x):
        return x

    def twice(self, x):
        return self.value(self.value(x))


class Square(Base):
    def value(self, x):
        return super().value(x) * x


class Mixed(Square):
    k = 3.0

    def value(self, x):
        return super().value(x) + self.k


def subclass_registry(x):
    return Base.registry["Mixed"]().twice(x) + Base.registry["Square"]().value(x)


class Lazy:
    def __init__(self, x):
        self.x = x

    @functools.cached_property
    def heavy(self):
        return self.x**3

    def __getattr__(self, name):
        if name == "double":
            return self.x * 2.0
        raise AttributeError(name)


def cached_property_used(x):
    o = Lazy(x)
    return o.heavy + o.heavy * x


def getattr_dunder(x):
    return Lazy(x).double * x


class Node:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right

    def total(self):
        below = sum(child.total() for child in (self.left, self.right) if child is not None)
        return self.value + 0.5 * below


def tree_of_objects(x):
    tree = Node(x, Node(x * x, Node(2.0 * x)), Node(3.0))
    return tree.total() * tree.left.value


def linked_list(x):
    head = None
    for k in range(3):
        head = (x * (k + 1), head)
    total = 0.0
    while head is not None:
        value, head = head
        total = total * 0.5 + value
    return total


class Simulation:
    def __init__(self, k, dt=0.1):
        self.k, self.dt = k, dt
        self.q, self.p = 1.0, 0.0
        self.log = []

    def force(self):
        return -self.k * self.q

    def run(self, n):
        for _ in range(n):
            self.p += self.dt * self.force()
            self.q += self.dt * self.p
            self.log.append(0.5 * self.p**2 + 0.5 * self.k * self.q**2)
        return self


def simulation_fluent(k):
    sim = Simulation(k).run(5)
    return sim.q + sum(sim.log) / len(sim.log)


def objects_in_dict(x):
    objects = {"a": Module(x), "b": Tanh(x, 1.0)}
    for name, o in objects.items():
        x = o(x) if name == "a" else o.forward(x)
    objects["a"].w = x
    return objects["a"](x)


def setattr_loop(x):
    o = Module(0.0)
    for name, k in (("w", 2.0), ("scale", 3.0)):
        setattr(o, name, getattr(o, name) + k * x)
    return o(x)


def bound_methods_in_list(x):
    o = Tanh(x, 0.1)
    total = 0.0
    for f in [o.forward, o, Module(2.0).forward]:
        total += f(x)
    return total


def instance_of_checks(x):
    total = 0.0
    for v in (x, [x, x * x], {"k": x}, (1.0, x), None, "s"):
        if isinstance(v, (list, tuple)):
            total += sum(v)
        elif isinstance(v, dict):
            total += v["k"] ** 2
        elif isinstance(v, float):
            total += v * 3.0
    return total


# arguments as structures ----------------------------------------------------------------------------------------------


def params_nested(params, x):
    h = x
    for layer in params["layers"]:
        h = np.tanh(layer["w"] @ h + layer["b"])
    return np.sum(h) * params["scale"]


def params_tree_norm(params):
    def norm(node):
        if isinstance(node, dict):
            return sum(norm(v) for v in node.values())
        if isinstance(node, (list, tuple)):
            return sum(norm(v) for v in node)
        return np.sum(node**2) if node is not None and not isinstance(node, (str, int)) else 0.0

    return norm(params)


def params_with_constants(config):
    y = config["x"] ** config["power"]
    return y * 2.0 if config["mode"] == "double" and config["extra"] is None else y


def params_point(p, q):
    return p.dot(q) + p.x * q.y


def params_dataclass(r):
    return r.width * r.height + r.width**2


def params_list_updated(ws):
    ws = [w * 2.0 for w in ws]
    ws[0] = ws[0] * ws[1]
    return sum(ws)


def params_tuple_of_tuples(t):
    (a, b), (c, *rest) = t
    return a * b + c * sum(rest)


def params_used_many_times(p):
    s = 0.0
    for _ in range(3):
        s = s * p["a"] + p["a"] + p["b"]
    return s + p["a"]


def params_items_by_order(p):
    return sum(k * v for k, v in enumerate(p.values(), 1))


def params_get_default(p):
    return p.get("a", 1.0) * p.get("zz", 2.0) + len(p) * p["b"]


def params_unused(p, q):
    return p["a"] * 2.0


def params_zip_layers(ws, bs):
    h = 1.0
    for w, b in zip(ws, bs):
        h = math.tanh(w * h + b)
    return h


def params_object_method(m):
    return m(2.0) + m.w


_W = {
    "layers": [{"w": array(3, 3), "b": array(3, seed=1)}, {"w": array(2, 3, seed=2), "b": array(2, seed=3)}],
    "scale": 0.7,
}

for _f in (
    list_append_pop, list_insert_front, list_concat_slices, list_write_through_alias, list_row_twice,
    list_multiplied_shares, list_copy_modes, list_remove_count, list_nested_writes, queue_of_work, dict_update_ways,
    dict_merged, dict_counter_weights, dict_nested_writes, dict_of_functions_and_values, tuples_as_records,
    tuple_plus_and_index, named_tuple_methods, named_tuple_in_loop, dataclass_optimiser, dataclass_post_init,
    dataclass_replace, dataclass_operators, dataclass_sorted, property_setter, modules_chained, module_counts_calls,
    dual_numbers, dual_in_place, polynomial_product, subclass_registry, cached_property_used, getattr_dunder,
    tree_of_objects, linked_list, simulation_fluent, objects_in_dict, setattr_loop, bound_methods_in_list,
    instance_of_checks,
):  # fmt: skip
    case(_f, 1.3)
for _f in (list_extend_generator, dynamic_programming, dict_grouped, dict_default_factory, starred_call_and_display):
    case(_f, array(4))
case(matrix_product_of_lists, [[1.3, 0.4], [0.7, -0.6]], [[0.5, 1.4], [1.7, 0.2]])
case(edit_table, array(3), array(3, seed=1))
case(grid_items, array(2, 2))
case(params_nested, _W, array(3, seed=5))
case(params_tree_norm, {"a": array(2), "b": [1.3, (0.4, None)], "c": {"d": array(2, 2), "name": "n", "k": 3}})
case(params_with_constants, {"x": 1.3, "power": 3, "mode": "double", "extra": None})
case(params_point, Point(1.3, 0.4), Point(0.7, -0.6))
case(params_list_updated, [1.3, 0.4, 0.7])
case(params_tuple_of_tuples, ((1.3, 0.4), (0.7, -0.6, 0.2)))
case(params_used_many_times, {"b": 1.3, "a": 0.4})
case(params_items_by_order, {"b": 1.3, "a": 0.4})
case(params_get_default, {"b": 1.3, "a": 0.4})
case(params_unused, {"b": 1.3, "a": 0.4}, {"z": array(2)})
case(params_zip_layers, [1.3, 0.4], [0.7, -0.6])
