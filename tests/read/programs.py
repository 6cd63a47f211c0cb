"""Small functions that the reader must get exactly right, each with arguments: the traps of abstract interpretation."""

# ruff: noqa
from __future__ import annotations

import functools
import itertools
import math
import operator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

CASES = []


def case(*args, **kwargs):
    def add(function):
        CASES.append((function, args, kwargs))
        return function

    return add


A = np.array([0.5, -1.25, 2.0, 0.75])
M = np.arange(1.0, 7.0).reshape(2, 3) / 3.0


@case(1.5, 2)
@case(1.5, 0)
def swap_in_loop(x, n):
    a, b = x, 2.0 * x
    for _ in range(n):
        a, b = b, a + b
    return a * 10.0 + b


@case(1.5, 3)
@case(1.5, 0)
def index_after_loop(x, n):
    i = -1
    for i in range(n):
        x = x * 1.5
    return x + i


@case(1.5, 3)
def index_rebound(x, n):
    for i in range(n):
        i = i * 10
        x = x + i
    return x * i


@case(1.5, 4)
def first_trip_flag(x, n):
    first = True
    for i in range(n):
        if first:
            previous, first = x, False
        x = x * 0.5 + previous
        previous = x
    return x


@case(1.5, 4)
def read_of_previous_trip(x, n):
    total = 0.0
    for i in range(n):
        if i > 0:
            total += last * i
        last = x * i
    return total


@case(1.5, 5)
def while_else(x, n):
    i = 0
    while i < n:
        x = x * 1.1
        i += 1
        if x > 100.0:
            break
    else:
        x = x + 1000.0
    return x


@case(0.5)
@case(2.5)
@case(9.0)
def returns_in_nested_loops(x):
    for i in range(3):
        for j in range(3):
            x = x + i * j
            if x > 10.0:
                return x * i
            if x > 4.0:
                break
        else:
            x = x + 0.25
    return -x


@case(1.2)
@case(-0.3)
def short_circuit_guards(x):
    return math.log(x) if x > 0.0 and math.log(x) < 5.0 else (x or 3.0)


@case(1.2, 3.4)
@case(0.0, 3.4)
def and_or_values(x, y):
    return (x and y) + (x or y) + (not x) * 2.0


@case(1.0, 2.0)
@case(3.0, 2.0)
def chained_comparison(x, y):
    return x if 0.0 < x < y <= 5.0 else y


@case(1.5)
@case(-1.5)
def list_chosen(x):
    if x > 0.0:
        xs = [x, 2.0 * x]
    else:
        xs = [x * x, 3.0]
    ys = xs
    ys.append(1.0)
    return xs[0] * xs[1] + len(xs) + xs[-1]


@case(1.5)
@case(-1.5)
def list_appended_on_one_path(x):
    xs = [x]
    if x > 0.0:
        xs.append(2.0 * x)
    total = 0.0
    for v in xs:
        total += v * v
    return total + len(xs)


@case(1.5)
def aliased_lists(x):
    xs = [x, x * 2.0]
    ys = xs
    zs = xs[:]
    ys[0] = 5.0
    xs.append(x)
    return xs[0] + ys[2] * zs[0]


@case(1.5)
def row_held_twice(x):
    row = [0.0, x]
    rows = [row, row]
    rows[0][0] = x * x
    return rows[1][0] + rows[1][1]


@case(1.5)
def repeated_rows(x):
    rows = [[0.0] * 2] * 2
    rows[0][1] = x
    return rows[1][1] * x


@case(1.5, 4)
def list_rebuilt_in_loop(x, n):
    v = [x, 1.0]
    for _ in range(n):
        v = [v[1], v[0] + v[1]]
    return v[0] * v[1]


@case(1.5, 4)
def list_item_in_loop(x, n):
    v = [x, 1.0, 0.0]
    for i in range(n):
        v[i % 3] = v[(i + 1) % 3] * x + 1.0
    return v[0] + 2.0 * v[1] + 3.0 * v[2]


@case(1.5, 4)
def stack(x, n):
    s = [x]
    for i in range(n):
        s.append(s[-1] * 0.5 + i)
    total = 0.0
    while s:
        total = total * 0.9 + s.pop()
    return total


@case(A)
def extended_while_iterated(xs):
    work = [xs[0], xs[1]]
    total = 0.0
    for w in work:
        total += w
        if len(work) < 5:
            work.append(w * 0.5)
    return total


@case(A)
def nested_lists(xs):
    table = []
    for x in xs:
        table.append([x, x * x])
    total = 0.0
    for row in table:
        total += row[0] * row[1]
    return total


@case(A)
def pairs_in_list(xs):
    pairs = [(x, k) for k, x in enumerate(xs)]
    total = 0.0
    for x, k in pairs:
        total += x * k
    return total


@case(1.5)
def late_binding(x):
    fs = [lambda v: v * k for k in range(3)]
    return fs[0](x) + fs[1](x)


@case(1.5)
def bound_defaults(x):
    fs = [lambda v, k=k: v * k for k in range(3)]
    return fs[1](x) + fs[2](x)


@case(1.5, 3)
def closure_over_loop_variable(x, n):
    def f(v):
        return v * scale

    total = 0.0
    for i in range(n):
        scale = x + i
        total += f(2.0)
    return total


@case(1.5, 3)
def counter_with_nonlocal(x, n):
    count = 0.0

    def step(v):
        nonlocal count
        count += v
        return count * 2.0

    total = 0.0
    for _ in range(n):
        total += step(x)
    return total + count


@case(1.5)
def function_returned(x):
    def adder(a):
        def add(b):
            return a * b + x

        return add

    return adder(2.0)(x) + adder(x)(3.0)


@case(1.5)
@case(-1.5)
def function_chosen(x):
    f = math.sin if x > 0.0 else (lambda v: v * v)
    return f(x) + f(2.0 * x)


@case(1.5, 3)
def argument_kinds(x, n):
    def f(a, b=2.0, *rest, c, d=4.0, **more):
        return a + 10 * b + 100 * sum(rest) + c * d + sum(more.values())

    return f(x, c=x) + f(x, 1.0, x, n, c=1.0, d=x, e=x, g=2.0)


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def even(x, n):
    return x if n == 0 else odd(x * 1.1, n - 1)


def odd(x, n):
    return -x if n == 0 else even(x + 0.1, n - 1)


def tree(x, depth):
    if depth <= 0 or x > 20.0:
        return x
    return tree(x * 1.5, depth - 1) + tree(x + 0.5, depth - 2)


@case(1.5, 4)
def recursion(x, n):
    return power(x, 3) + power(x, n)


@case(1.5, 4)
def mutual_recursion(x, n):
    return even(x, n) * odd(x, 2)


@case(1.5, 4)
def tree_recursion(x, n):
    return tree(x, n)


@case(1.5, 4)
def local_recursion(x, n):
    scale = x

    def go(v, k):
        return v * scale if k <= 0 else math.sin(go(v * scale, k - 1))

    total = 0.0
    for i in range(n):
        total += go(x, i)
        scale = scale * 1.5
    return total


@case(A)
def unequal_zip(xs):
    return sum(a * b for a, b in zip(xs, xs[1:])) + sum(a * k for a, k in zip(xs, [1.0, 2.0]))


@case(A)
def enumerate_from(xs):
    return sum(i * x for i, x in enumerate(xs, start=3)) + sum(i * v for i, v in enumerate((1.0, 2.0)))


@case(A)
def reversed_things(xs):
    t = 0.0
    for x in reversed(xs):
        t = t * 0.5 + x
    for i in reversed(range(len(xs))):
        t = t * 0.5 + xs[i] * i
    for k, (i, x) in enumerate(reversed(list(enumerate(xs)))):
        t = t + k * i * x
    return t


@case(A, 1)
@case(A, 2)
def range_steps(xs, s):
    t = 0.0
    for i in range(0, len(xs), s):
        t = t * 2.0 + xs[i]
    for i in range(len(xs) - 1, -1, -s):
        t = t * 2.0 + xs[i]
    for i in range(3, 3):
        t = t / 0.0
    return t


@case(M)
def rows_and_columns(m):
    t = 0.0
    for row in m:
        for x in row:
            t = t * 0.5 + x
    for column in m.T:
        t = t + column[0] * column[1]
    return t


@case(M)
def accumulates_rows(m):
    s = 0.0
    for row in m:
        s += row
    s *= 2.0
    return np.sum(s * s)


@case(M)
def rebinding_is_not_writing(m):
    s = m[0]
    s = s + m[1]
    t = s
    t = t * 2.0
    return np.sum(s) + np.sum(m) + np.sum(t)


@case(A)
def writing_through_names(xs):
    a = xs.copy()
    b = a
    c = a[1:]
    b += 1.0
    c *= 2.0
    a[0] -= 3.0
    a[1:3] /= 4.0
    return np.sum(a * b) + np.sum(c)


@case(A)
def writes_in_helper(xs):
    def clear(v, k):
        v[k] = 0.0
        return v

    a = xs.copy()
    b = clear(a, 1)
    b[0] = 9.0
    return np.sum(a * xs)


@case(A)
@case(-A)
def array_chosen(xs):
    a = xs.copy()
    b = xs.copy()
    c = a if xs[0] > 0.0 else b
    c[0] = 7.0
    return np.sum(a) - np.sum(b)


@case(A)
def slices_of_many_kinds(xs):
    n = len(xs)
    m = xs[None, :] * xs[:, None]
    return np.sum(xs[::-1] * xs[1 - 1 : n]) + m[1, ..., 2] + np.sum(m[:, n - 1]) + np.sum(m[1:-1, ::2]) + m[-1][-2]


@case(A)
def index_arrays(xs):
    i = np.array([0, 2, 0])
    return np.sum(xs[i] * xs[[1, 1, 3]]) + np.sum(xs[xs > 0.6])


class Point(NamedTuple):
    x: float
    y: float = 2.0

    def norm(self):
        return self.x * self.x + self.y * self.y


@dataclass
class Body:
    position: float
    velocity: float = 1.0
    history: list = field(default_factory=list)

    def __post_init__(self):
        self.energy = 0.5 * self.velocity**2

    @property
    def momentum(self):
        return self.velocity * 3.0

    def step(self, dt):
        self.history.append(self.position)
        self.position += dt * self.velocity
        return self


class Vector:
    def __init__(self, *items):
        self.items = list(items)

    def __add__(self, other):
        return type(self)(*[a + b for a, b in zip(self.items, other.items)])

    def __rmul__(self, c):
        return Vector(*[c * a for a in self.items])

    def __getitem__(self, k):
        return self.items[k]

    def __len__(self):
        return len(self.items)

    def __call__(self, z):
        return sum(a * z**k for k, a in enumerate(self.items))


class Base:
    scale = 2.0

    def __init__(self, a):
        self.a = a

    def value(self):
        return self.a * self.scale

    @staticmethod
    def twice(v):
        return 2.0 * v

    @classmethod
    def made(cls, a):
        return cls(a)


class Derived(Base):
    def __init__(self, a, b):
        super().__init__(a)
        self.b = b

    def value(self):
        return super().value() + self.b * self.twice(self.a)


@case(1.5)
def named_tuples(x):
    p = Point(x)._replace(y=x * 2.0)
    a, b = p
    return p.norm() + a * b + p[1]


@case(1.5, 3)
def dataclass_in_loop(x, n):
    body = Body(x, velocity=x * 0.5)
    for i in range(n):
        body.step(0.1 * i)
    return body.position * body.momentum + body.energy + len(body.history) + body.history[0]


@case(1.5)
def operator_overloading(x):
    v = 2.0 * (Vector(x, 1.0) + Vector(0.5, x))
    return v[0] * v[1] + len(v) + v(0.5)


@case(1.5)
def inheritance(x):
    return Derived(x, 2.0).value() + Base.made(x).value() + isinstance(Derived(x, x), Base)


@case(1.5)
@case(-1.5)
def instance_on_one_path(x):
    if x > 0.0:
        b = Body(x)
    else:
        b = Body(x * x, 3.0)
    b.position += 1.0
    return b.position * b.velocity


@case({"w": A, "layers": [{"k": 2.0}, {"k": 0.5}], "name": "net", "none": None})
def structured_argument(p):
    total = np.sum(p["w"])
    for layer in p["layers"]:
        total = total * layer["k"]
    if p["name"] == "net" and p["none"] is None:
        total = total + len(p["layers"])
    return total + sum(v for k, v in p["layers"][0].items())


@case([1.0, 2.5, 3.0], (0.5, [2.0, 4.0]))
def unpacked_arguments(xs, t):
    first, *rest = xs
    a, (b, c) = t
    return first * sum(rest) + a * b * c


@case({"a": 2.0, "b": 3.0})
def dict_argument_written(p):
    p["a"] = p["a"] * p["b"]
    return p["a"] * p["a"] + p["b"]


@case(1.5, 2.5)
def dict_operations(x, y):
    d = {"x": x, **{"y": y}}
    d["z"] = d["x"] * d["y"]
    d.update(w=2.0, x=d["z"])
    e = {k: v * 2.0 for k, v in d.items() if k != "y"}
    total = d.get("missing", 10.0) + ("z" in d) * 1.0
    for k in e:
        total += e[k]
    return total + d.pop("w") + len(d)


@case(1.5, "sin")
@case(1.5, "square")
def dispatch(x, name):
    table = {"sin": math.sin, "square": lambda v: v * v}
    return table[name](x)


@case(1.5)
def partials_and_reduce(x):
    f = functools.partial(pow, x)
    g = functools.partial(power, n=2)
    return f(3.0) + g(x) + functools.reduce(operator.mul, [x, 2.0, x]) + functools.reduce(lambda a, b: a * b, [x], 3.0)


@case(A)
def best_of_none(xs):
    best = None
    for x in xs:
        if best is None or x > best:
            best = x
    return best * 2.0 if best is not None else 0.0


@case(A)
def extremes(xs):
    return max(xs) * min(xs) + max(xs[0], xs[1], 0.1) + max(xs, key=lambda v: v * v) + min([x * x for x in xs])


@case(A)
def any_and_all(xs):
    return (any(x > 1.0 for x in xs) + 2 * all(x > -2.0 for x in xs)) * xs[0] + sum(x for x in xs if x > 0.0)


@case(A)
def sorted_values(xs):
    ys = sorted(xs)
    zs = sorted(xs, key=lambda v: -v * v)
    return ys[0] * 3.0 + ys[1] * zs[0] + sorted([3, 1, 2])[0]


@case(A)
def iterators(xs):
    it = iter(xs)
    first = next(it)
    total = first * 10.0
    for x in it:
        total += x
    return total + next((x for x in xs if x > 1.0), 0.5) + next((x for x in xs if x > 9.0), 0.25)


@case(A)
def itertools_mixture(xs):
    t = sum(a * b for a, b in itertools.product(xs, [1.0, 2.0])) + sum(a * b for a, b in itertools.combinations(xs, 2))
    for k, x in zip(itertools.count(1), itertools.islice(xs, 1, 3)):
        t += k * x
    return t + sum(itertools.accumulate([xs[0], xs[1], xs[2]])) + sum(itertools.chain(xs, [1.0]))


@case(1.5, 2)
def walrus(x, n):
    total = 0.0
    while (total := total + x) < 10.0:
        if (half := total / 2.0) > 3.0:
            n += 1
    return total + n + half


@case(("move", 1.5, 2.0))
@case(("stop", 3.0))
def matched(command):
    match command:
        case ("move", a, b) if a < b:
            return a * b
        case ("stop", a):
            return a
        case _:
            return 0.0


@case(1.5)
@case(-1.5)
def matched_values(x):
    match int(x > 0.0):
        case 1:
            y = x
        case 0 | 2:
            y = x * x
        case other:
            y = other * 1.0
    return y


@case(1.5)
@case(0.5)
def asserts_and_raises(x):
    assert x > 0.0, f"{x} is negative"
    if x > 10.0:
        raise ValueError(x)
    y = x * 2.0
    return y


@case(1.5, 3)
def deleted(x, n):
    y = x * 2.0
    x = y + 1.0
    del y
    values = [x, 2.0, 3.0]
    del values[1]
    return x * len(values) * values[1]


@case(A)
def shapes_as_numbers(xs):
    n, *rest = xs.shape
    m = xs.reshape(2, -1)
    rows, columns = m.shape
    return np.sum(m) * n + rows * columns + xs.size + m.ndim + len(rest)


@case(3, 1.5)
def integers(n, x):
    k = n // 2 + n % 2 - (n << 1) + (n & 5) + (-n) ** 2
    return x * k + n / 2 + divmod(n, 2)[0] * x + abs(-n) + round(2.4) + int(x)


@case(1.5, 3, 2)
def starred(x, n, m):
    args = (x, n)
    more = {"c": m}

    def f(a, b, c):
        return a * b - c

    return f(*args, **more) + max(*args) + sum([*args, *range(2)])


@case(1.5)
def text(x):
    label = f"{x:.3f}" + "!" * 2
    return x * len(f"{label}") * ("a" < "b") if label else 0.0


@case(1.5)
def conditional_import(x):
    from math import cos as cosine
    import cmath

    return cosine(x) + cmath.pi * x


@case(1.5, -2.0)
def long_chain(a, b):
    return a + b - a * b + a - b + a * 2.0 - b / 3.0 + a + b + a + b + a


@case(1.5, True)
@case(1.5, False)
def booleans(x, flag):
    if flag is True:
        return x
    return -x if not flag else 0.0


@case(1.5, 0.0)
def nan_comparisons(x, y):
    z = float("nan")
    return x if z != z and not z > y else y


SCALE = 3.0
TABLE = {"a": 2.0, "nested": {"b": [1.0, 4.0]}, "f": math.sin}


@case(1.5)
def from_outside(x):
    return x * SCALE * TABLE["a"] + TABLE["nested"]["b"][1] + TABLE["f"](x) + math.pi


@case(1.5)
def conditional_definition(x):
    if x > 1.0:

        def g(v):
            return v * x

    else:

        def g(v):
            return v + x

    return g(2.0)
