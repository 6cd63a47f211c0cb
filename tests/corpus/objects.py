"""Dicts, lists and instances that a name stands for in turn, bound anew in a loop or on one path, with other names that stand
for the same object; and values that may be None."""

# ruff: noqa
from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from .case import Table

case = Table("objects bound anew")


@dataclass
class State:
    p: float
    v: float


class Particle:
    k = 2.0

    def __init__(self, p):
        self.p = p


class Moving:
    def __init__(self, p, v):
        self.p, self.v = p, v

    def step(self, h):
        return Moving(self.p + h * self.v, self.v - h * np.sin(self.p))


def first_alias(x):
    s = State(x, x * x)
    first = s
    for _ in range(3):
        s.v = s.v * x  # trip one writes first too
        s = State(s.v, s.p + 1)
    return first.v + s.p


def first_alias_read(x):
    s = State(x, x * x)
    first = s
    for _ in range(3):
        s = State(s.v * x, s.p + 1)
    return first.v + s.p


def first_alias_write_after(x):
    s = State(x, x * x)
    first = s
    for _ in range(3):
        s = State(s.v * x, s.p + 1)
    first.v = 3.0 * x
    return first.v + s.p


def zero_trip_alias(x, n=0):
    s = State(x, x * x)
    first = s
    for _ in range(n):
        s = State(s.v * x, s.p + 1)
    s.v = 5.0 * x
    return first.v + s.p


def swap(x):
    a = {"u": x}
    b = {"u": x * x}
    for _ in range(3):
        a, b = b, a
        a["u"] = a["u"] * x
    return a["u"] - 2 * b["u"]


def swap_named(x):
    a = {"u": x}
    b = {"u": x * x}
    keep = a
    for _ in range(3):
        a, b = b, a
        a["u"] = a["u"] * x
    return a["u"] - 2 * b["u"] + keep["u"]


def write_then_rebind(x):
    s = State(x, x * x)
    for _ in range(3):
        s.v = s.v * x
        s = replace(s, p=s.p + s.v)
    return s.p * s.v


def rebind_then_write(x):
    s = State(x, x * x)
    for _ in range(3):
        s = replace(s, p=s.p + s.v)
        s.v = s.v * x
    return s.p * s.v


def prev(x):
    s = State(x, x * x)
    prev = s
    tot = 0.0
    for _ in range(4):
        tot += prev.v * s.p
        prev = s
        s = State(s.v * 0.5, s.p + x)
    return tot + prev.p


def prev_write(x):
    s = State(x, x * x)
    prev = s
    tot = 0.0
    for _ in range(4):
        prev = s
        s = State(s.v * 0.5, s.p + x)
        prev.v = prev.v * 3
        tot += prev.v * s.p
    return tot + prev.p


def prev_same_write(x):
    s = State(x, x * x)
    prev = s
    tot = 0.0
    for i in range(4):
        s = State(s.v * 0.5, s.p + x)
        prev = s
        s.v = s.v * 3
        tot += prev.v * s.p
    return tot + prev.p


def cond_rebind_write(x):
    s = State(x, x * x)
    t = s
    if x > 0.1:
        s = State(x * 3, x)
    s.v = s.v + 7 * x
    return t.v * s.v


def cond_rebind_write_ok(x):
    s = State(x, x * x)
    if x > 0.1:
        s = State(x * 3, x)
    s.v = s.v + 7 * x
    return s.p * s.v


def cond_alias(x):
    a = {"u": x}
    b = {"u": 2 * x}
    c = a if x > 0.1 else b
    c["u"] = c["u"] * 5
    return a["u"] + 10 * b["u"]


def cond_alias_read(x):
    a = {"u": x}
    b = {"u": 2 * x}
    c = a if x > 0.1 else b
    return a["u"] + 10 * b["u"] * c["u"]


def cond_alias_write_source(x):
    a = {"u": x}
    b = {"u": 2 * x}
    c = a if x > 0.1 else b
    a["u"] = x**3
    return c["u"]


def identity(x):
    a = State(x, 1.0)
    b = State(2 * x, 1.0)
    c = a if x > 0.1 else b
    return c.p if c is a else c.p * 100


def in_dict(x):
    box = {"s": State(x, x)}
    for _ in range(3):
        box["s"] = State(box["s"].p * x, box["s"].v + 1)
    return box["s"].p + box["s"].v


def in_dict_alias(x):
    s = State(x, x)
    box = {"s": s}
    for _ in range(3):
        box["s"] = State(box["s"].p * x, box["s"].v + 1)
        s.v = s.v * 2
    return box["s"].p + box["s"].v + s.v


def in_dict_alias2(x):
    s = State(x, x)
    box = {"s": s}
    for _ in range(3):
        s.v = s.v * 2
        box["s"] = State(s.v * x, box["s"].v + 1)
    return box["s"].p + box["s"].v + s.v


def in_dict_alias3(x):
    s = State(x, x)
    box = {"s": s}
    for _ in range(3):
        box["s"].v = box["s"].v * 2
        s = State(s.v * x, s.v + 1)
    return box["s"].p + box["s"].v + s.v


def in_list(x):
    L = [State(x, x), State(2 * x, x)]
    for _ in range(3):
        L[0] = State(L[0].p * L[1].p, x)
        L[0], L[1] = L[1], L[0]
    return L[0].p + 3 * L[1].p


def hist_write(x):
    s = State(x, x * x)
    h = []
    for _ in range(3):
        h.append(s)
        s = State(s.v, s.p * x)
        s.v += 1
    return sum(q.p * q.v for q in h)


def hist_write2(x):
    s = State(x, x * x)
    h = []
    for _ in range(3):
        h.append(s)
        s.v *= 2
        s = State(s.v, s.p * x)
    return sum(q.p * q.v for q in h)


def hist_dict_pop(x):
    h = []
    d = {"a": x, "b": x * x}
    for _ in range(3):
        h.append(d)
        d = {"a": d["b"] * x, "b": d["a"]}
        d.update(a=d["a"] + 1)
    return sum(q["a"] * q["b"] for q in h)


def hist_update_after(x):
    h = []
    for k in range(3):
        d = {"a": x * k}
        h.append(d)
        d.update(a=d["a"] + x * x)
    return sum(q["a"] for q in h)


def hist_del_after(x):
    h = []
    for k in range(3):
        d = {"a": x * k, "b": x}
        h.append(d)
        del d["b"]
    return sum(q["a"] * len(q) for q in h)


def hist_pop_after(x):
    h = []
    for k in range(3):
        d = {"a": x * k, "b": x}
        h.append(d)
        d.pop("b")
    return sum(q["a"] * len(q) for q in h)


def class_attr(x):
    c = Particle(x)
    for _ in range(3):
        c.k = c.k * x
        c = Particle(c.p * c.k)
    return c.k * c.p


def class_attr_branch(x):
    c = Particle(x)
    if x > 0:
        c = Particle(2 * x)
    else:
        c.k = 3.0
    return c.k * c.p


def read_by_closure(x):
    s = State(x, x * x)

    def get():
        return s.v

    for _ in range(3):
        s = State(get() * x, s.p)
        s.v += 1
    return get()


def closure_default(x):
    s = State(x, x * x)

    def get(o=s):
        return o.v

    for _ in range(3):
        s.v = s.v + x
        s = State(get() * x, s.p)
    return get() + s.p


def helper_mut(x):
    def upd(s):
        s.v = s.v * x
        return State(s.v, s.p)

    s = State(x, x * x)
    t = State(x, x)
    for _ in range(3):
        s = upd(s)
        u = upd(t)
    return s.v + t.v + u.p


def caller_keeps(x):
    def run(s):
        for _ in range(3):
            s.v = s.v * x
            s = State(s.v, s.p)
        return s.p

    s = State(x, x * x)
    return run(s) + s.v


def caller_keeps2(x):
    def run(s):
        for _ in range(3):
            s = State(s.v * x, s.p)
        s.v = 100 * x
        return s.p

    s = State(x, x * x)
    return run(s) + s.v


def nested(x):
    p = {"l1": {"w": x, "b": 1.0}, "l2": {"w": x * x, "b": 0.5}}
    for _ in range(4):
        g = {k: {n: 0.1 * v * v for n, v in d.items()} for k, d in p.items()}
        p = {k: {n: v - g[k][n] for n, v in d.items()} for k, d in p.items()}
    return sum(v for d in p.values() for v in d.values())


def nested_keep(x):
    inner = {"w": x}
    p = {"l": inner, "t": x}
    for _ in range(3):
        p = {"l": p["l"], "t": p["t"] * p["l"]["w"]}
        inner["w"] = inner["w"] + 1
    return p["t"] + p["l"]["w"]


def while_cond(x):
    s = {"a": x, "n": 0}
    while s["n"] < 4:
        s = {"a": s["a"] * 1.5 if s["a"] < 2 else s["a"] - 1, "n": s["n"] + 1}
    return s["a"]


def best_of(x):
    best = None
    for k in range(4):
        c = State(x * k, (x - k) ** 2)
        if best is None or c.v < best.v:
            best = c
    return best.p + best.v


def after_only(x):
    for k in range(3):
        s = State(x * k, x + k)
    return s.p * s.v


def inner_loops(x):
    s = State(x, 1.0)
    for i in range(3):
        for j in range(2):
            s = State(s.p + 0.1 * s.v * x, s.v)
        if i % 2:
            s = State(s.p, s.v * x)
    return s.p * s.v


def while_break(x):
    s = State(x, 1.0)
    while True:
        s = State(s.p * 1.3, s.v + x)
        if s.p > 3:
            break
    return s.v * s.p


def early(x):
    s = State(x, 1.0)
    for i in range(5):
        s = State(s.p * 1.3, s.v + x)
        if s.p > 1.5:
            return s.v * s.p
    return s.p


def with_default(x):
    d = defaultdict(float)
    d["a"] = x
    for i in range(3):
        e = defaultdict(float)
        e["a"] = d["a"] * x + d["b"]
        e["b"] = d["a"]
        d = e
    return d["a"]


def arrays(x):
    st = {"x": np.array([x, 2 * x]), "v": np.zeros(2)}
    first = st["x"]
    for _ in range(3):
        st = {"x": st["x"] + 0.1 * st["v"], "v": st["v"] - st["x"]}
        st["x"][0] *= 1.1
    return st["x"] @ st["v"] + first[0]


def arrays_alias(x):
    a = np.array([x, 2 * x])
    st = {"x": a, "v": np.ones(2)}
    for _ in range(3):
        st = {"x": st["x"], "v": st["v"] * st["x"]}
        st["x"][0] *= 1.1
        a[1] += st["v"][0]
    return st["v"].sum() + a.sum()


def in_try(x):
    s = State(x, 1.0)
    for i in range(3):
        try:
            s = State(s.p / (i - 1), s.v + x)
        except ZeroDivisionError:
            s = State(s.p * 7, s.v)
    return s.p + s.v


def copied(x):
    s = State(x, x * x)
    o = s
    for i in range(3):
        s = copy.copy(s)
        s.v *= x
    return o.v + s.v


def mix_kinds(x):
    s = State(x, x)
    for i in range(3):
        s = {"p": x} if i == 1 else State(x * i, x)
    return s.p


def diff_keys(x):
    d = {"a": x}
    for i in range(3):
        d = {**d, f"k": d["a"] * 2}
    return d["k"] + len(d)


def order_keys(x):
    d = {"a": x, "b": 2 * x}
    for i in range(3):
        d = {"b": d["b"], "a": d["a"] * x}
    return list(d.values())[0]


def two_names_end(x):
    s = State(x, 1.0)
    t = State(x, 2.0)
    for i in range(3):
        s = State(s.p * x + t.p, s.v)
        t = s
    return s.p + t.p


def two_names_write(x):
    s = State(x, 1.0)
    t = State(x, 2.0)
    for i in range(3):
        t.v = t.v + 1
        s = State(s.p * x + t.v, s.v)
        t = s
    return s.p + t.v + s.v


def arg_dict(p, n=3):
    for _ in range(n):
        p = {k: v - 0.1 * v * v for k, v in p.items()}
    return sum(p.values())


def arg_dict_cond(p):
    if p["a"] > 0:
        p = {"a": p["a"] * 2, "b": p["b"]}
    return p["a"] * p["b"]


def arg_two(p, q):
    for _ in range(3):
        p, q = q, {"a": p["a"] * q["b"], "b": q["b"] + 1}
    return p["a"] + q["a"]


def arg_rec(s):
    for _ in range(3):
        s = State(s.p * s.v, s.v + 1)
    return s.p


def arg_rec_write(s):
    t = s
    for _ in range(3):
        s = State(s.p * s.v, s.v + 1)
        s.v *= 2
    return s.p + t.v


def arg_list(ps):
    for _ in range(3):
        ps = [(W * 0.9, b - W) for W, b in ps]
    return sum(W * b for W, b in ps)


def arg_nested(p):
    for _ in range(3):
        p = {k: {n: v * 0.9 - v * v for n, v in d.items()} for k, d in p.items()}
    return p["u"]["a"] * p["w"]["b"]


def arg_dict_list(p):
    for _ in range(3):
        p = {"ls": [v * 0.9 for v in p["ls"]], "c": p["c"] * p["ls"][0]}
    return sum(p["ls"]) * p["c"]


def arg_write_through(p):
    p["a"] = p["a"] * 2
    q = p
    for _ in range(3):
        q = {"a": q["a"] * p["a"]}
    p["a"] = p["a"] + q["a"]
    return p["a"]


def loop_dict(x):
    d = {"a": x, "b": x * 2}
    for _ in range(3):
        d = {"a": d["a"] * d["b"], "b": d["b"] + 1.0}
    return d["a"]


def loop_dictcomp(x):
    d = {"a": x, "b": x * 2}
    for _ in range(3):
        d = {k: v * v + 1 for k, v in d.items()}
    return d["a"] * d["b"]


def loop_list(x):
    d = [x, x * 2]
    for _ in range(3):
        d = [d[0] * d[1], d[1] + 1]
    return d[0]


def loop_listcomp(x):
    d = [x, x * 2]
    for _ in range(3):
        d = [v * v + 1 for v in d]
    return d[0] * d[1]


def loop_cls(x):
    s = Moving(np.array([x, 2 * x]), np.ones(2))
    for _ in range(4):
        s = s.step(0.1)
    return s.p.sum()


def branch_cls(x):
    s = Moving(np.array([x, 2 * x]), np.ones(2))
    if x > 0:
        s = s.step(0.1)
    return s.p.sum()


def branch_dict(x):
    d = {"a": x}
    if x > 0:
        d = {"a": x * 3}
    return d["a"]


def while_cls(x):
    s = Moving(x, 1.0)
    while s.p < 3:
        s = Moving(s.p * 2, s.v * s.p)
    return s.v * s.p


def callee(x):
    def step(s):
        return State(s.p + 0.1 * s.v, s.v - 0.1 * np.sin(s.p))

    s = State(np.array([x, x]), np.ones(2))
    for _ in range(3):
        s = step(s)
    return s.p @ s.v


def loop_ys(x, ys=np.arange(3.0)):
    s = State(x, x * x)
    out = []
    for y in ys:
        s = State(s.p * y + x, s.v * s.p)
        out.append(s.v)
    return sum(out)


def kept_in_a_list(x):
    s = State(x, x * x)
    h = [s]
    for _ in range(3):
        s = State(s.p + 0.1 * s.v, s.v * s.p)
        h.append(s)
    return sum(q.p * q.v for q in h)


def optional_none_then_object(x):
    c = None
    if x > 0:
        c = State(x, x)
    if c is not None:
        return c.p
    return x


def optional_best_by_elif(x):
    best = None
    for k in range(4):
        c = State(x * k, (x - k) ** 2)
        if best is None:
            best = c
        elif c.v < best.v:
            best = c
    return best.p + best.v


def optional_best_by_or(x):
    best = None
    for k in range(4):
        c = State(x * k, (x - k) ** 2)
        if best is None or c.v < best.v:
            best = c
    return best.p + best.v


def optional_best_pair(x):
    best = None
    for k in range(4):
        c = (x * k, (x - k) ** 2)
        if best is None or c[1] < best[1]:
            best = c
    return best[0] + best[1]


def optional_best_entry(x):
    best, bv = None, 1e9
    for k in range(4):
        c = {"p": x * k, "v": (x - k) ** 2}
        if c["v"] < bv:
            best, bv = c, c["v"]
    return best["p"] + best["v"]


def optional_previous_or_none(x):
    prev = None
    t = 0.0
    for k in range(4):
        s = State(x * k, x + k)
        if prev is not None:
            t += prev.v * s.p
        prev = s
    return t


def tuple_bound_anew(t):
    for _ in range(3):
        (a, b), c = t
        t = ((a * 0.9, b - a), c)
    return a * b


class Circle:
    def __init__(self, r):
        self.r = r
        self.n = 0.0

    def area(self):
        return 3.0 * self.r**2

    def grow(self, k):
        self.r = self.r * k
        return self


class Square:
    side = 1.0

    def __init__(self, a):
        self.a = a
        self.n = 1.0

    def area(self):
        return self.a**2

    def grow(self, k):
        self.a += k
        return self


def one_of_two_classes(x):
    s = Circle(x) if x > 0.1 else Square(x)
    return s.area() * s.n + s.area()


def one_of_two_classes_written(x):
    if x > 0.1:
        s = Circle(x)
    else:
        s = Square(x)
    s.grow(2.0)
    s.n = x
    return s.area() * s.n


def one_of_two_classes_other_names(x):
    a, b = Circle(x), Square(x)
    s = a if x > 0.1 else b
    s.n = 5 * x
    s.grow(3.0)
    return a.area() + 10 * b.area() + a.n * b.n


def one_of_two_classes_identity(x):
    a, b = Circle(x), Square(x)
    s = a if x > 0.1 else b
    return x if s is a else x * x


def class_changes_in_loop(x):
    s = Circle(x)
    for k in range(3):
        if k == 1:
            s = Square(s.area())
        s.grow(1.5)
    return s.area()


def one_of_two_classes_tested(x):
    s = Circle(x) if x > 0.1 else Square(x)
    return s.r if isinstance(s, Circle) else s.a * 3


def one_of_two_classes_in_loop(x):
    out = []
    for k in range(3):
        s = Circle(x * k) if k % 2 else Square(x + k)
        out.append(s.area())
    return sum(out)


def class_or_none(x):
    s = Circle(x) if x > 0.1 else (Square(x) if x > -5 else None)
    return s.area() if s is not None else x


def object_or_number(x):
    s = Circle(x) if x > 0.1 else 3.0
    return s.area() if isinstance(s, Circle) else s * x


def one_of_two_classes_second_name(x):
    s = Circle(x) if x > 0.1 else Square(x)
    t = s
    t.n = 7 * x
    return s.n * t.area()


def one_of_two_classes_asked(x):
    s = Circle(x) if x > 0.1 else Square(x)
    return getattr(s, "a", 2.0) * x + (1 if hasattr(s, "r") else 2) * x


def one_of_two_classes_in_list(x):
    s = Circle(x) if x > 0.1 else Square(x)
    return sum(v.area() for v in [s, Circle(2 * x), s])


def class_chosen_again(x):
    s = Circle(x) if x > 0.1 else Square(x)
    s = Square(s.area()) if x > 0.5 else s
    return s.area()


@dataclass
class Nested:
    a: dict
    v: float


def inner_of_two_names_no_trips(x):
    s = {"p": x, "in": {"q": 0.5}}
    t = s
    for i in range(0):
        s = {"p": s["p"], "in": {**s["in"], "q": x}}
    s["in"]["q"] = x * 3
    return t["in"]["q"] + s["p"]


def inner_written_after_append(x):
    h = []
    for k in range(3):
        d = {"in": {"q": x * k}}
        h.append(d)
        d["in"]["q"] = x * x
    return sum(e["in"]["q"] for e in h)


def inner_written_in_loop(x):
    s = {"in": {"q": x}}
    for i in range(3):
        s = {"in": {"q": s["in"]["q"] * x}}
        s["in"]["q"] += 1
    return s["in"]["q"]


def inner_with_a_name(x):
    inner = {"q": x}
    s = {"in": inner}
    if x > 0:
        s = {"in": {"q": 2 * x}}
    s["in"]["q"] *= 5
    return inner["q"] + s["in"]["q"]


def inner_kept_by_replace(x):
    s = Nested({"k": x}, x)
    t = s
    if x > 0:
        s = replace(s, v=2 * x)
    s.a["k"] = 7 * x
    return t.a["k"] + s.v


def inner_of_two_names_one_path(x):
    s = Nested({"k": x}, x)
    t = s
    if x > 5:
        s = Nested({"k": x * x}, x)
    s.a["k"] = 7 * x
    return t.a["k"] + s.v


def inner_of_inner_with_a_name(x):
    s = {"d": {"e": {"q": x}}}
    t = s["d"]
    for i in range(2):
        s = {"d": {"e": {"q": s["d"]["e"]["q"] * x}}}
    s["d"]["e"]["q"] = 1.0
    return t["e"]["q"]


def inner_of_object_in_tuple(x):
    s = {"d": {"q": x}}
    t = (s, 1)
    for i in range(0):
        s = {"d": {"q": s["d"]["q"] * x}}
    s["d"]["q"] = 2 * x
    return t[0]["d"]["q"]


case(first_alias, 0.7, refused=True)
case(first_alias_read, 0.7)
case(first_alias_write_after, 0.7, refused=True)
case(zero_trip_alias, 0.7, refused=True)
case(swap, 0.7)
case(swap_named, 0.7, refused=True)
case(write_then_rebind, 0.7)
case(rebind_then_write, 0.7)
case(prev, 0.7)
case(prev_write, 0.7, refused=True)
case(prev_same_write, 0.7)
case(cond_rebind_write, 0.7, refused=True)
case(cond_rebind_write_ok, 0.7)
case(cond_alias, 0.7, refused=True)
case(cond_alias_read, 0.7)
case(cond_alias_write_source, 0.7, refused=True)
case(identity, 0.7, refused=True)
case(in_dict, 0.7)
case(in_dict_alias, 0.7, refused=True)
case(in_dict_alias2, 0.7, refused=True)
case(in_dict_alias3, 0.7, refused=True)
case(in_list, 0.7)
case(hist_write, 0.7)
case(hist_write2, 0.7, refused=True)
case(hist_dict_pop, 0.7)
case(hist_update_after, 0.7, refused=True)
case(hist_del_after, 0.7, refused=True)
case(hist_pop_after, 0.7, refused=True)
case(class_attr, 0.7, refused=True)
case(class_attr_branch, 0.7, refused=True)
case(read_by_closure, 0.7)
case(closure_default, 0.7, refused=True)
case(helper_mut, 0.7)
case(caller_keeps, 0.7, refused=True)
case(caller_keeps2, 0.7, refused=True)
case(nested, 0.7)
case(nested_keep, 0.7)
case(while_cond, 0.7)
case(best_of, 0.7)
case(after_only, 0.7)
case(inner_loops, 0.7)
case(while_break, 0.7)
case(early, 0.7)
case(with_default, 0.7, refused=True)
case(arrays, 0.7)
case(arrays_alias, 0.7)
case(in_try, 0.7)
case(copied, 0.7)
case(mix_kinds, 0.7, refused=True)
case(diff_keys, 0.7, refused=True)
case(order_keys, 0.7, refused=True)
case(two_names_end, 0.7)
case(two_names_write, 0.7, refused=True)
case(arg_dict, {"a": 0.3, "b": 0.7})
case(arg_dict_cond, {"a": 0.3, "b": 0.7})
case(arg_two, {"a": 0.3, "b": 0.7}, {"a": 0.4, "b": 1.7})
case(arg_rec, State(0.4, 0.8))
case(arg_rec_write, State(0.4, 0.8), refused=True)
case(arg_list, [(0.3, 0.4), (0.5, 0.6)])
case(arg_nested, {"u": {"a": 0.3, "b": 0.1}, "w": {"a": 0.2, "b": 0.9}})
case(arg_dict_list, {"ls": [0.3, 0.5], "c": 1.3})
case(arg_write_through, {"a": 0.4}, refused=True)
case(loop_dict, 0.7)
case(loop_dictcomp, 0.7)
case(loop_list, 0.7)
case(loop_listcomp, 0.7)
case(loop_cls, 0.7)
case(branch_cls, 0.7)
case(branch_dict, 0.7)
case(while_cls, 0.7)
case(callee, 0.7)
case(loop_ys, 0.7)
case(kept_in_a_list, 0.7)
case(optional_none_then_object, 0.7)
case(optional_best_by_elif, 0.7)
case(optional_best_by_or, 0.7)
case(optional_best_pair, 0.7)
case(optional_best_entry, 0.7)
case(optional_previous_or_none, 0.7)
case(tuple_bound_anew, ((0.3, 0.4), 0.5))
case(one_of_two_classes, 0.7)
case(one_of_two_classes, -0.3)
case(one_of_two_classes_written, 0.7)
case(one_of_two_classes_written, -0.3)
case(one_of_two_classes_other_names, 0.7)
case(one_of_two_classes_other_names, -0.3)
case(one_of_two_classes_identity, 0.7)
case(one_of_two_classes_identity, -0.3)
case(class_changes_in_loop, 0.7, refused=True)
case(class_changes_in_loop, -0.3, refused=True)
case(one_of_two_classes_tested, 0.7)
case(one_of_two_classes_tested, -0.3)
case(one_of_two_classes_in_loop, 0.7)
case(one_of_two_classes_in_loop, -0.3)
case(class_or_none, 0.7, refused=True)
case(class_or_none, -0.3, refused=True)
case(object_or_number, 0.7, refused=True)
case(object_or_number, -0.3, refused=True)
case(one_of_two_classes_second_name, 0.7)
case(one_of_two_classes_second_name, -0.3)
case(one_of_two_classes_asked, 0.7)
case(one_of_two_classes_asked, -0.3)
case(one_of_two_classes_in_list, 0.7)
case(one_of_two_classes_in_list, -0.3)
case(class_chosen_again, 0.7, refused=True)
case(class_chosen_again, -0.3, refused=True)
case(inner_of_two_names_no_trips, 0.7, refused=True)
case(inner_written_after_append, 0.7, refused=True)
case(inner_written_in_loop, 0.7)
case(inner_with_a_name, 0.7, refused=True)
case(inner_kept_by_replace, 0.7)
case(inner_of_two_names_one_path, 0.7, refused=True)
case(inner_of_inner_with_a_name, 0.7, refused=True)
case(inner_of_object_in_tuple, 0.7, refused=True)
