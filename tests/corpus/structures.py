"""Structures as arguments: the gradient has the form of the argument, accumulated over all uses of a leaf."""

# ruff: noqa
from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .case import Table, array


class Bunch:
    def __init__(self, **fields):
        self.__dict__.update(fields)


case = Table("structures")


def dict_of_floats(p):
    return p["a"] * p["b"] ** 2 + p["a"]


def dict_unused_leaf(p):
    return p["a"] ** 3


def dict_of_arrays(params, x):
    h = np.tanh(x @ params["w1"] + params["b1"])
    return np.sum((h @ params["w2"] + params["b2"]) ** 2)


def dict_nested(p):
    return p["outer"]["inner"]["x"] * p["outer"]["y"] + p["z"] * p["outer"]["y"]


def dict_with_constants(p):
    scale = p["scale"] if p["name"] == "plain" else 1.0
    return scale * p["x"] ** p["order"] * (2.0 if p["extra"] is None else 3.0)


def dict_iterated(params):
    return sum(np.sum(v**2) for v in params.values())


def dict_passed_on(p):
    def penalty(q, strength):
        return strength * (q["a"] ** 2 + q["b"] ** 2)

    return penalty(p, 0.5) + p["a"] * p["b"]


def dict_unpacked_call(p):
    def line(a, b):
        return a * 2.0 + b * a

    return line(**p)


def dict_written(p):
    p = dict(p)
    p["a"] = p["a"] * p["b"]
    return p["a"] ** 2


def list_of_floats(xs):
    return xs[0] * xs[1] + xs[-1] ** 2


def list_of_arrays(ws):
    x = np.array([0.5, -0.25])
    for w in ws:
        x = np.tanh(w @ x)
    return np.sum(x)


def list_of_pairs(layers):
    x = np.array([0.5, -0.25])
    for w, b in layers:
        x = np.tanh(w @ x + b)
    return np.sum(x**2)


def list_index_in_loop(xs):
    s = 0.0
    for i in range(1, len(xs)):
        s += xs[i] * xs[i - 1]
    return s


def list_of_dicts(layers):
    x = 0.7
    for layer in layers:
        x = layer["scale"] * math.sin(x) + layer["shift"]
    return x


def list_rows(m):
    return m[0][0] * m[1][1] - m[0][1] * m[1][0]


def list_slice(xs):
    head, tail = xs[0], xs[1:]
    return head * sum(tail) + len(tail)


def tuple_unpacked(p):
    a, (b, c) = p
    return a * b + math.exp(c) * a


def tuple_of_arrays(p):
    w, b = p
    return np.sum(w * b[:, None]) + w[0, 0]


def tuple_default(x, weights=(1.0, 2.0)):
    return weights[0] * x + weights[1] * x * x


class Point(NamedTuple):
    x: float
    y: float
    tag: str = "p"

    def norm2(self):
        return self.x**2 + self.y**2


def named_tuple(p):
    return p.x * p.y + p[0] ** 2


def named_tuple_method(p):
    return p.norm2() * p.x


def named_tuple_list(points):
    s = 0.0
    for p, q in zip(points, points[1:]):
        s += math.hypot(q.x - p.x, q.y - p.y)
    return s


@dataclass
class Params:
    w: Any
    b: float
    activation: str = "tanh"
    steps: int = 3

    def apply(self, x):
        y = np.sum(self.w * x) + self.b
        return math.tanh(y) if self.activation == "tanh" else y

    @property
    def penalty(self):
        return np.sum(self.w**2)


def dataclass_fields(p):
    return np.sum(p.w * p.b) * p.steps


def dataclass_method(p, x):
    return p.apply(x) + 0.1 * p.penalty


def dataclass_loop(p):
    s = 0.0
    for _ in range(p.steps):
        s = s * p.b + p.w[0]
    return s


@dataclass(frozen=True)
class Model:
    first: Params
    second: Params
    gains: tuple[float, float]


def dataclass_nested(m):
    return m.first.b * m.second.b * m.gains[1] + np.sum(m.first.w * m.second.w) * m.gains[0]


def dict_of_everything(state):
    p, q = state["points"]
    layers = state["layers"]
    return p.x * q.y * layers[0]["w"] + layers[1]["w"] * state["n"]


def optional_leaf(p):
    y = p["x"] * 2.0
    if p["bias"] is not None:
        y = y + p["bias"] ** 2
    return y


def leaf_used_often(p):
    return p["x"] * p["x"] + math.sin(p["x"]) * p["y"] + p["x"] ** p["y"]


def leaf_in_branch(p, flag):
    if flag:
        return p["a"] ** 2
    return p["b"] ** 3


def leaf_rebound(p):
    x = p["x"]
    x = x * p["x"]
    return x * x


def structure_returned(p):
    return {"sum": p["a"] + p["b"], "parts": (p["a"] ** 2, [p["b"] * p["a"]])}


def tuple_returned(x, y):
    return x * y, math.sin(x)


def array_returned(x):
    return x**2 + x[::-1]


def named_tuple_returned(x):
    return Point(x * x, 2.0 * x, "r")


def same_array_in_two_places(p):
    return np.sum(p["a"] * p["b"])


def keyword_only(x, *, scale, shift=1.0):
    return scale * x * x + shift * x


def default_arguments(x, n=3, power=2.0):
    return n * x**power


def array_zero_d(x):
    return x * x + np.sin(x)


def array_size_one(x, y):
    return np.sum(x * y)


def array_float32(x):
    return np.sum(x * x)


def array_fortran(x):
    return np.sum(x[:, 0] * x[:, 1]) + np.sum(x.ravel()[:2])


def array_strided(x):
    return np.sum(x[1:] * x[:-1])


def numpy_scalar(x):
    return x * x + math.sin(x)


def complex_scalar(z):
    return abs(z * z + 1.0) ** 2


def complex_array(z):
    return np.sum(np.abs(z) ** 2) + np.sum(z * z).real


def empty_array(x, y):
    return np.sum(x) + y * y


def module_level_params(p):
    return sum(p[name] * weight for name, weight in WEIGHTS.items())


WEIGHTS = {"a": 2.0, "b": -1.0}
_params = Params(array(2), 0.4)

case(dict_of_floats, {"a": 1.3, "b": 0.4})
case(dict_of_floats, {"b": 1.3, "a": 0.4})
case(dict_unused_leaf, {"a": 1.3, "b": 0.4})
case(
    dict_of_arrays,
    {"w1": array(2, 3), "b1": array(3), "w2": array(3, 1), "b2": 0.5},
    np.array([[0.1, 0.2], [0.5, -0.3]]),
    argnums=(0,),
)
case(dict_nested, {"outer": {"inner": {"x": 1.3}, "y": 0.4}, "z": 2.0})
case(dict_with_constants, {"name": "plain", "scale": 1.5, "x": 1.3, "order": 2, "extra": None})
case(dict_iterated, {"w": array(2, 2), "b": array(2), "c": 0.3})
case(dict_passed_on, {"a": 1.3, "b": 0.4})
case(dict_unpacked_call, {"a": 1.3, "b": 0.4})
case(dict_written, {"a": 1.3, "b": 0.4})
case(list_of_floats, [1.3, 0.4, 0.9])
case(list_of_arrays, [array(2, 2), array(2, 2, seed=1)])
case(list_of_pairs, [(array(2, 2), array(2)), (array(2, 2, seed=1), 0.5)])
case(list_of_pairs, [(array(2, 2), array(2)), (array(2, 2, seed=1), array(2, seed=1))])
case(list_index_in_loop, [1.3, 0.4, 0.9])
case(list_of_dicts, [{"scale": 1.3, "shift": 0.4}, {"scale": 0.7, "shift": -0.4}])
case(list_rows, [[1.3, 0.4], [0.9, -0.2]])
case(list_slice, [1.3, 0.4, 0.9])
case(tuple_unpacked, (1.3, (0.4, 0.9)))
case(tuple_of_arrays, (array(2, 3), array(2)))
case(tuple_default, 1.3)
case(tuple_default, 1.3, (0.5, 0.25))
case(named_tuple, Point(1.3, 0.4))
case(named_tuple_method, Point(1.3, 0.4))
case(named_tuple_list, [Point(1.3, 0.4), Point(0.2, 0.9), Point(-0.5, 0.1)])
case(dataclass_fields, _params)
case(dataclass_method, _params, 0.7)
case(dataclass_method, Params(array(2), 0.4, "none"), array(2, seed=1))
case(dataclass_loop, _params)
case(dataclass_nested, Model(_params, Params(array(2, seed=1), 0.9), (1.3, 0.4)))
case(dict_of_everything, {"points": (Point(1.3, 0.4), Point(0.2, 0.9)), "layers": [{"w": 0.7}, {"w": -0.4}], "n": 3})
case(optional_leaf, {"x": 1.3, "bias": None})
case(optional_leaf, {"x": 1.3, "bias": 0.4})
case(leaf_used_often, {"x": 1.3, "y": 0.4})
case(leaf_in_branch, {"a": 1.3, "b": 0.4}, True)
case(leaf_in_branch, {"a": 1.3, "b": 0.4}, False)
case(leaf_rebound, {"x": 1.3})
case(structure_returned, {"a": 1.3, "b": 0.4}, scalar=False)
case(tuple_returned, 1.3, 0.4, scalar=False)
case(array_returned, array(3), scalar=False)
case(named_tuple_returned, 1.3, scalar=False)
case(same_array_in_two_places, dict.fromkeys(("a", "b"), array(3)))
case(keyword_only, 1.3, kwargs={"scale": 2.0})
case(default_arguments, 1.3)
case(default_arguments, 1.3, kwargs={"n": 4})
case(array_zero_d, np.array(1.3))
case(array_size_one, array(1), array(3))
case(array_size_one, array(1, 3), array(2, 1))
case(array_float32, array(3).astype(np.float32))
case(array_fortran, np.asfortranarray(array(3, 2)))
case(array_strided, array(8)[::2])
case(numpy_scalar, np.float64(1.3))
case(complex_scalar, 0.5 + 0.3j)
case(complex_array, array(3) + 1j * array(3, seed=1))
case(empty_array, np.zeros(0), 1.3)
case(module_level_params, {"a": 1.3, "b": 0.4})


def fields_by_dict(x):
    b = Bunch(a=x, c=2.0)
    fields = b.__dict__
    b.a = x * x
    fields["c"] += fields["a"]
    for k in range(2):
        vars(b)[f"d{k}"] = x * k
    return b.a * b.c + b.d1 * len(fields) + sum(fields.values())


case(fields_by_dict, 1.3)


def fields_by_dict_on_one_path(x):
    b = Bunch(a=x)
    if x > 1:
        b.__dict__["a"] = 2 * x
    else:
        b.__dict__["a"] = 3.0
    return b.a * x


case(fields_by_dict_on_one_path, 1.3)
