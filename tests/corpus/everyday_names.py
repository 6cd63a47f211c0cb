"""Names, scopes and control flow as they occur in everyday code: a second set, in other words than the first."""

# ruff: noqa
from __future__ import annotations

import math
import math as m
from math import sin as sine, exp

import numpy
import numpy as np
from numpy import linalg as la

from .case import Table, array, positive

case = Table("names")

RATE = 0.5
CONFIG = {"model": {"scale": 1.5, "layers": [2.0, 3.0]}, "bias": -0.25}
WEIGHTS = np.array([0.5, -1.0, 2.0])
COUNTER = 0


def rebound_through_loop(x):
    y = x
    for y in [y * 2.0, y * 3.0]:
        x = x + y
    return x * y


def swap_in_loop(x, y):
    for _ in range(3):
        x, y = y, x + y
    return x * y


def swap_items_and_names(x, y):
    pair = [x, y]
    pair[0], pair[1] = pair[1], pair[0] * pair[1]
    x, pair[0] = pair[0], x
    return x * pair[0] + pair[1]


def rotate_left(a, b, c, d):
    a, b, c, d = b, c, d, a
    return a + 2.0 * b + 3.0 * c * d


def chained_with_item(x):
    box = [0.0, 0.0]
    a = box[1] = b = x * x
    return a * box[1] + b


def chained_order(x):
    i = 0
    v = [0.0, 0.0, 0.0]
    i = v[i] = 1
    return v[0] * x + v[1] + i * x


def annotated_only(x: float) -> float:
    y: float
    z: "undefined name" = x * 2.0
    y = z * x
    return y


def annotated_attribute(x):
    class_like = {"v": x}
    w: dict = class_like
    w["v"] = w["v"] ** 2
    return class_like["v"]


def deleted_then_bound(x):
    y = x * 2.0
    del y
    y = x * 3.0
    return y


def deleted_item(x):
    parts = {"a": x, "b": x * x}
    del parts["a"]
    return sum(parts.values())


def deleted_slice(x):
    v = [x, 2.0 * x, 3.0 * x, 4.0 * x]
    del v[1:3]
    return v[0] * v[-1]


def walrus_condition(x):
    return y * y if (y := x - 1.0) > 0 else -y


def walrus_filter(xs):
    return sum(y * 2.0 for x in xs if (y := x * x) > 0.5)


def walrus_list_filter(xs):
    kept = [r for x in xs if (r := math.sin(x)) > -0.5]
    return sum(kept) * r


def walrus_argument(x):
    return math.pow((b := x * x), 2.0) + b


def walrus_in_index(xs):
    k = 0
    s = 0.0
    while (k := k + 1) < len(xs):
        s += xs[k] * xs[k - 1]
    return s + k


def walrus_nested(x):
    if (a := x + 1.0) and (b := a * 2.0) > 1.0:
        return a * b
    return a


def walrus_in_and(x):
    ok = x > 0 and (y := math.log(x)) < 5.0
    return y * x if ok else x


def walrus_tuple(x):
    (a := x * 2.0, b := a * x)
    return a + b


def walrus_slice(xs):
    return np.sum(xs[(n := 1) :]) * n + xs[n]


def shadowed_print(x):
    print = math.exp
    return print(x)


def shadowed_list(x):
    list = [x, x * x]
    return list[0] * list[1]


def shadowed_range(x):
    range = (1.0, 2.0, 3.0)
    s = 0.0
    for r in range:
        s += r * x
    return s


def shadowed_input_and_id(x):
    id, input, type = x, 2.0 * x, 3.0
    return id * input + type * x


def shadowed_math(x):
    math = m.sin(x)
    return math * x


def shadowed_np_argument(np, x):
    return np * x + x * x


def shadowed_in_inner(x):
    def sum(a, b):
        return a * b

    return sum(x, x + 1.0)


def shadow_of_self(x):
    shadow_of_self = x * x
    return shadow_of_self * 2.0


def locals_like_generated(x):
    dx = x * 2.0
    bx = dx * x
    seed = bx + dx
    tape = [seed, bx]
    gradscribe = tape[0] * tape[1]
    result = gradscribe + dx
    return result


def locals_like_tapes(x):
    x_tape, bs_tape, trips, took = x, x * 2.0, 3, x > 0
    s = 0.0
    for t in range(trips):
        x_tape = math.sin(x_tape) * bs_tape
        s += x_tape
    return s if took else -s


def argument_named_seed(seed, np, math):
    return seed * np + math * seed**2


def argument_named_like_adjoint(x, bx, dx):
    return x * bx * dx


def local_named_unbroadcast(x, y):
    unbroadcast = x[:, None] * y
    zeros = unbroadcast.sum()
    return zeros * x[0]


def numbered_names(x):
    x_1 = x * 2.0
    x_2 = x_1 * x
    x_10 = x_2 + x_1
    x = x_10 * x_2
    return x


def greek(α, β):
    Δ = α - β
    σ = math.exp(-Δ * Δ)
    return σ * Δ


def unicode_composed(ﬁ, é):
    return fi * é + fi


def chinese(速度, 时间):
    距离 = 速度 * 时间
    return 距离 * 时间


def cyrillic_loop(х):
    сумма = 0.0
    for к in range(3):
        сумма += х**к * к
    return сумма


class Vault:
    __secret = 3.0

    def __init__(self, x):
        self.__x = x

    def __double(self):
        return self.__x * 2.0

    def open(self):
        __local = self.__double() * self.__secret
        return __local


def mangled_methods(x):
    return Vault(x).open()


def mangled_from_outside(x):
    return Vault(x)._Vault__x * Vault._Vault__secret


class Outer:
    class Inner:
        __k = 4.0

        def scale(self, x):
            return x * self.__k


def mangled_nested(x):
    return Outer.Inner().scale(x) * x


def nested_constants(x):
    return x * CONFIG["model"]["scale"] + CONFIG["model"]["layers"][1] * x * x + CONFIG["bias"]


def nested_constants_loop(x):
    for w in CONFIG["model"]["layers"]:
        x = math.tanh(w * x)
    return x


def constants_by_name(x, name):
    return x * CONFIG["model"][name]


def constants_get(x):
    return x * CONFIG.get("missing", CONFIG.get("bias")) * x


def global_array_read(x):
    return np.sum(WEIGHTS * x) + WEIGHTS[-1] * x[0] + len(WEIGHTS) * x[1]


def global_through_helper(x):
    def rate():
        return RATE

    return x * rate() * x


def global_declared(x):
    global RATE
    return x * RATE


def global_counted(x):
    global COUNTER
    COUNTER += 1
    return x * x


def nonlocal_written(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * v

    add(x)
    add(2.0 * x)
    return total


def nonlocal_two_deep(x):
    level = x

    def outer():
        def inner():
            nonlocal level
            level = level * 2.0

        inner()
        inner()

    outer()
    return level * x


def nonlocal_in_loop(xs):
    best = -1e9

    def consider(v):
        nonlocal best
        if v > best:
            best = v

    for v in xs:
        consider(v * v)
    return best


def nonlocal_swapped(x, y):
    def swap():
        nonlocal x, y
        x, y = y, x

    swap()
    return x * x + y


def nonlocal_conditional(x):
    state = None

    def once():
        nonlocal state
        if state is None:
            state = x * x
        return state

    return once() + once()


def nonlocal_list_state(x):
    calls = []

    def record(v):
        calls.append(v)
        return v * len(calls)

    return record(x) + record(x * x)


def imports_renamed(x):
    return sine(x) * exp(x) + m.cos(x) + numpy.sin(x)


def imported_inside(x):
    from math import tanh as squash
    import math as mm

    return squash(x) * mm.sqrt(x)


def linalg_alias(a):
    return la.norm(a) + la.det(a)


def star_middle(x, y):
    first, *middle, last = x, y, x * y, x - y
    return first * last + sum(middle)


def star_of_array(xs):
    head, *tail = xs
    return head * sum(tail)


def nested_unpacking(x):
    (a, (b, c)), d = (x, (x * 2.0, x * x)), 3.0
    return a * b + c * d


def unpack_in_for(pairs):
    s = 0.0
    for k, (a, b) in enumerate(pairs):
        s += k * a * b + a
    return s


def unpack_dict_keys(d):
    a, b = d
    return d[a] * d[b]


def ignored_underscores(xs):
    _, second, *_ = xs
    return second * second + _[0]


def path_defined(x):
    if x > 0:
        scale = x * 2.0
    else:
        offset = x
    return scale if x > 0 else offset


def path_defined_flag(x, flag):
    if flag:
        k = x * x
    if flag:
        return k
    return x


def path_defined_in_loop(xs):
    found = False
    for v in xs:
        if v > 0.5:
            hit = v
            found = True
    return hit * 2.0 if found else 0.0 * xs[0]


def type_changes(x):
    x = [x, x]
    x = np.array(x)
    x = x.sum()
    x = {"v": x}
    x = x["v"] * 2.0
    return x


def conditional_expression_targets(x, y):
    a, b = (x, y) if x > y else (y, x)
    return a - b * a


def ellipsis_and_none(x):
    nothing = None
    dots = ...
    return x * x if nothing is None and dots is Ellipsis else x


def operators_augmented(x):
    y = x
    y += 1.0
    y -= x * x
    y *= 2.0
    y /= x
    y **= 2
    y //= 1000.0
    return y + x % 0.7


def string_constant_docs(x):
    "doc"
    "another"
    1 + 1
    x
    ...
    return x * 3.0


case(rebound_through_loop, 1.3)
case(swap_in_loop, 1.3, 0.4)
case(swap_items_and_names, 1.3, 0.4)
case(rotate_left, 1.3, 0.4, 0.7, -0.6)
for _f in (
    chained_with_item, chained_order, annotated_only, annotated_attribute, deleted_then_bound, deleted_item, deleted_slice,
    walrus_condition, walrus_argument, walrus_nested, walrus_in_and, walrus_tuple, shadowed_print, shadowed_list,
    shadowed_range, shadowed_input_and_id, shadowed_math, shadowed_in_inner, shadow_of_self, locals_like_generated,
    locals_like_tapes, numbered_names, cyrillic_loop, mangled_methods, mangled_from_outside, mangled_nested,
    nested_constants, nested_constants_loop, constants_get, global_through_helper, global_declared, global_counted,
    nonlocal_written, nonlocal_two_deep, nonlocal_conditional, nonlocal_list_state, imports_renamed, imported_inside,
    nested_unpacking, path_defined, type_changes, ellipsis_and_none, operators_augmented, string_constant_docs,
):  # fmt: skip
    case(_f, 1.3)
for _f in (
    walrus_filter,
    walrus_list_filter,
    walrus_in_index,
    nonlocal_in_loop,
    star_of_array,
    ignored_underscores,
    path_defined_in_loop,
):
    case(_f, array(4))
case(walrus_slice, array(4))
case(shadowed_np_argument, 1.3, 0.4)
case(argument_named_seed, 1.3, 0.4, 0.7)
case(argument_named_like_adjoint, 1.3, 0.4, 0.7)
case(local_named_unbroadcast, array(3), array(2))
case(greek, 1.3, 0.4)
case(unicode_composed, 1.3, 0.4)
case(chinese, 1.3, 0.4)
case(constants_by_name, 1.3, "scale")
case(global_array_read, array(3))
case(nonlocal_swapped, 1.3, 0.4)
case(linalg_alias, array(3, 3))
case(star_middle, 1.3, 0.4)
case(unpack_in_for, [(1.3, 0.4), (0.7, -0.6)])
case(unpack_dict_keys, {"a": 1.3, "b": 0.4})
case(path_defined_flag, 1.3, True)
case(conditional_expression_targets, 1.3, 0.4)
