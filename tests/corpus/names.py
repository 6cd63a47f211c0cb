"""Names and scopes: how a value gets a name, loses it, and which value a name means."""

# ruff: noqa
from __future__ import annotations

import math
import math as m
from math import cos
from math import sin as sine

import numpy
import numpy as np
import numpy as xp
from numpy import exp

from .case import Table, array

case = Table("names")

GAIN = 1.75
SETTINGS = {"scale": 2.5, "model": {"order": 2, "decay": [0.5, 0.25]}}
TABLE = np.array([0.5, -1.5, 2.0])
_hidden = 3.0


def rebinding(x):
    y = x * 2.0
    y = y * x
    x = y + x
    return x * y


def swap(a, b):
    a, b = b, a
    return a * a - 3.0 * b


def rotate_three(a, b, c):
    a, b, c = c, a, b
    a, b, c = c, a, b
    return a + 2.0 * b + 3.0 * c * a


def chained_assignment(x):
    a = b = c = x * x
    a = a + 1.0
    return a * b - c


def chained_targets(x, y):
    (a, b), c = t = (x * y, y), x
    return a * b + c * t[0][1]


def annotated(x: float) -> float:
    y: float = x * x
    z: float
    z = y + 1.0
    return z * x


def deleted(x):
    y = x * x
    z = y + x
    del y
    y = 2.0
    return z * y


def delete_several(x, y):
    a, b = x * y, x + y
    c = a * b
    del a, b
    return c * c


def walrus_in_expression(x):
    return (y := x * x) + y * (z := y + 1.0) - z


def walrus_in_if(x):
    if (s := math.sin(x)) > 0.5:
        return s * s
    return s


def walrus_in_while(x):
    total = 0.0
    while (x := x * 0.5) > 0.1:
        total += x * x
    return total


def walrus_in_comprehension(x):
    last = 0.0
    parts = [last := last * 0.5 + x * k for k in range(4)]
    return sum(parts) * last


def walrus_in_call(x):
    return math.exp(y := x * 0.5) * y


def shadowed_builtin_sum(x):
    sum = x * x
    return sum + x


def shadowed_builtin_max(x, max):
    return x * max + max**2


def shadowed_len_and_range(x):
    len = 3.0
    range = x * len
    return range * range


def shadowed_module(x):
    math = x * 3.0
    return math * math


def shadowed_numpy(np):
    return np * np + 2.0 * np


def shadowed_function_name(x):
    shadowed_function_name = x**3
    return shadowed_function_name + x


def local_import(x):
    import math as mm
    from numpy import tanh

    return mm.cos(x) * tanh(x)


def names_dx_bx(x, y):
    dx = x * y
    bx = dx + y
    by, dy = bx * dx, bx + 1.0
    return by * dy


def name_seed(seed):
    x = seed * seed
    return x + seed


def name_tape(x):
    tape = [x]
    x_tape = x * 2.0
    for x_old in range(3):
        tape.append(tape[-1] * x_tape)
    return tape[-1] + x_old


def name_gradscribe(gradscribe, grad):
    runtime = gradscribe * grad
    return runtime * runtime + grad


def names_with_numbers(x):
    x_1 = x * 2.0
    x_2 = x_1 * x
    x_1_1 = x_2 + x_1
    return x_1 * x_2 * x_1_1


def names_like_temporaries(t, _t, t_1):
    _rv = t * _t
    _done = _rv + t_1
    end = _done * t
    return end * _rv


def names_trips_took(x, n):
    trips = 0.0
    took = x > 0.0
    for exit in range(n):
        if took:
            trips += x * exit
    return trips


def non_ascii(α, β):
    δ = α * β
    Σ = δ + α**2
    return Σ * δ


def underscore(x):
    _ = x * x
    __ = _ + x
    return _ * __


def unused_results(x, y):
    _, a, _ = x, x * y, y
    return a * a


class Mangler:
    __factor = 2.0

    def value(self, __x):
        __y = __x * self.__factor
        return __y * __x


def mangled(x):
    return Mangler().value(x)


def global_scalar(x):
    return GAIN * x * x


def global_nested_dict(x):
    return SETTINGS["scale"] * x ** SETTINGS["model"]["order"] + x * SETTINGS["model"]["decay"][1]


def global_array(x):
    return float(np.sum(TABLE * x) + TABLE[-1] * x * x)


def global_statement_read(x):
    global GAIN
    return x * GAIN


def global_private(x):
    return _hidden * x


def module_alias(x):
    return m.exp(x) * m.pi + math.e * x


def imported_names(x):
    return cos(x) * sine(x) + exp(-x)


def numpy_three_ways(x):
    return np.sum(x * x) + xp.mean(x) + numpy.max(x)


def module_in_a_name(x):
    lib = math
    return lib.sqrt(x) + lib.log(x)


def function_in_a_name(x):
    f = math.tanh if x > 0.0 else math.sin
    return f(x) * x


def constants_folded(x):
    n = 2 + 3
    h = 1.0 / n
    return x * h + x ** (n - 3)


def defined_on_one_path(x):
    if x > 0.0:
        y = x * x
    if x > 0.0:
        return y + 1.0
    return x


def unbound_not_reached(x):
    for k in range(0):
        never = x
    try_it = x > 100.0
    return never if try_it else x * 3.0


def tuple_then_scalar(x):
    v = (x, x * x)
    v = v[0] + v[1]
    return v * v


def scalar_then_array(x):
    v = x * 2.0
    v = v * np.ones(3)
    v = np.sum(v * v)
    return v


def parameter_rebound_in_branch(x, y):
    if x < y:
        x = y * 2.0
    else:
        y = x
    return x * y


def augmented_all(x, y):
    s = x
    s += y
    s -= 0.5 * x
    s *= y
    s /= x
    s **= 2
    return s


def augmented_ints(x):
    k = 7
    k //= 2
    k %= 2
    k <<= 2
    k |= 1
    return x * k


def star_targets(x, y, z):
    first, *rest = x, y, z
    *front, last = rest
    return first * last + sum(front) * first


def nested_targets(x, y):
    [a, (b, [c, d])] = x, (y, [x * y, 2.0])
    return a * b + c * d


def docstring_and_comments(x):
    """Squares `x`.

    def not_code(x): return 0
    """
    # return x
    return x * x  # not x


def semicolons(x):
    a = x * x; b = a + x  # fmt: skip # noqa: E702
    return a * b


def long_expression(x):
    return (
        (x + 1.0) * (x + 2.0) * (x + 3.0) / (1.0 + x * x)
        - (x - 1.0) * (x**3 - 2.0 * x + 1.0)
        + math.sin(x) * math.cos(x)
    )


def unary_operators(x):
    return -x * +x - (-(-x)) ** 3 + (not x) * x + ~3 * x


def power_forms(x, y):
    return x**2 + 2**x + x**y + x**-1 + x**0.5 + pow(x, 3) + math.pow(x, y)


def divisions(x, y):
    return x / y + (7 // 2) * x + x // 10.0 + x % 0.75 + 17 % 5 * y


def int_argument(x, n):
    return x * n + n**2


def bool_in_arithmetic(x):
    positive = x > 0.0
    return x * positive - (1 - positive) * x * x + True * x


case(rebinding, 1.3)
case(swap, 1.3, -0.7)
case(rotate_three, 1.3, -0.7, 0.4)
case(chained_assignment, 1.3)
case(chained_targets, 1.3, 0.6)
case(annotated, 1.3)
case(deleted, 1.3)
case(delete_several, 1.3, 0.4)
case(walrus_in_expression, 1.3)
case(walrus_in_if, 1.3)
case(walrus_in_if, 0.2)
case(walrus_in_while, 1.3)
case(walrus_in_comprehension, 1.3)
case(walrus_in_call, 1.3)
case(shadowed_builtin_sum, 1.3)
case(shadowed_builtin_max, 1.3, 0.4)
case(shadowed_len_and_range, 1.3)
case(shadowed_module, 1.3)
case(shadowed_numpy, 1.3)
case(shadowed_function_name, 1.3)
case(local_import, 1.3)
case(names_dx_bx, 1.3, 0.4)
case(name_seed, 1.3)
case(name_tape, 1.3)
case(name_gradscribe, 1.3, 0.4)
case(names_with_numbers, 1.3)
case(names_like_temporaries, 1.3, 0.4, -0.8)
case(names_trips_took, 1.3, 4)
case(non_ascii, 1.3, 0.4)
case(underscore, 1.3)
case(unused_results, 1.3, 0.4)
case(mangled, 1.3)
case(global_scalar, 1.3)
case(global_nested_dict, 1.3)
case(global_array, 1.3)
case(global_statement_read, 1.3)
case(global_private, 1.3)
case(module_alias, 1.3)
case(imported_names, 1.3)
case(numpy_three_ways, array(4))
case(module_in_a_name, 1.3)
case(function_in_a_name, 1.3)
case(function_in_a_name, -1.3)
case(constants_folded, 1.3)
case(defined_on_one_path, 1.3)
case(defined_on_one_path, -1.3)
case(unbound_not_reached, 1.3)
case(tuple_then_scalar, 1.3)
case(scalar_then_array, 1.3)
case(parameter_rebound_in_branch, 1.3, 2.4)
case(parameter_rebound_in_branch, 1.3, 0.4)
case(augmented_all, 1.3, 0.4)
case(augmented_ints, 1.3)
case(star_targets, 1.3, 0.4, 2.2)
case(nested_targets, 1.3, 0.4)
case(docstring_and_comments, 1.3)
case(semicolons, 1.3)
case(long_expression, 1.3)
case(unary_operators, 1.3)
case(power_forms, 1.3, 0.4)
case(divisions, 1.3, 0.4)
case(int_argument, 1.3, 3)
case(int_argument, 1.3, 3, argnums=(0, 1))
case(bool_in_arithmetic, 1.3)
case(bool_in_arithmetic, -1.3)
