"""Control flow and iteration as they occur in everyday code: a second set, in other words than the first."""

# ruff: noqa
from __future__ import annotations

import functools
import itertools
import math
import operator
from dataclasses import dataclass

import numpy as np

from .case import Table, array, positive

case = Table("control")


def return_three_deep(x):
    for i in range(3):
        for j in range(3):
            for k in range(3):
                x = x * 1.1
                if x > 2.0 and k == 1:
                    return x * (i + j + 1)
    return x


def return_from_while_in_for(xs):
    for v in xs:
        n = 0
        while v < 2.0:
            v = v * v + 0.5
            n += 1
            if n > 5:
                return v
    return v * 2.0


def while_true_two_breaks(x):
    n = 0
    while True:
        x = x * 1.3
        if x > 5.0:
            break
        n += 1
        if n == 3:
            x = x + 1.0
            break
    return x


def while_true_return(x):
    while True:
        if x > 10.0:
            return x
        x = x * x + 0.3


def while_true_continue(x):
    k = 0
    while True:
        k += 1
        if k % 2:
            continue
        x = math.sin(x) + k
        if k > 6:
            break
    return x


def for_else_found(xs):
    for k, v in enumerate(xs):
        if v > 0.9:
            out = v * k
            break
    else:
        out = sum(xs)
    return out


def for_else_not_found(xs):
    for v in xs:
        if v > 99.0:
            out = v
            break
    else:
        out = xs[0] * xs[1]
    return out


def while_else_return(x):
    n = 0
    while n < 4:
        n += 1
        x = x * 1.2
        if x > 50.0:
            break
    else:
        return x * n
    return x


def nested_else_return(xs):
    for a in xs:
        for b in xs:
            if a * b > 1.5:
                break
        else:
            return a * 3.0
    return xs[0]


def loop_variable_shadow(x):
    for x in (x, x * x, x * x * x):
        pass
    return x


def loop_variable_changed(x):
    s = 0.0
    for i in range(4):
        i = i * 2
        s += i * x
    return s * i


def loop_variable_after_break(xs):
    for i in range(len(xs)):
        if xs[i] > 0.5:
            break
    return xs[i] * i + xs[0]


def loop_over_nothing(x):
    for i in range(5, 2):
        x = x * i
    for j in []:
        x = x * j
    while False:
        x = x * 100.0
    return x * 2.0


def loop_zero_trip_data(x, n):
    y = x
    for _ in range(n):
        y = y * x
    return y * 2.0


def zero_step_never_run(x):
    if x > 100.0:
        for i in range(0, 5, 0):
            x = x * i
    return x * x


def chained_three(x, y):
    return x * y if -1.0 < x < 2.0 <= y + 2.0 < 10.0 else x


def chained_with_calls(x):
    def f(v):
        return v * v

    return x if 0.0 < f(x) < 1.0 else f(x) * 2.0


def or_default(x, y):
    y = y or 2.0
    return x * y


def and_value(x, flag):
    return (flag and x * 3.0) or x


def or_chain(x):
    return (None or 0.0 or x) * (x and 2.0)


def short_circuit_log(x):
    if x > 0.0 and math.log(x) > -1.0:
        return math.log(x) * x
    return x


def short_circuit_index(xs, k):
    if k < len(xs) and xs[k] > 0.0:
        return xs[k] ** 2
    return xs[0]


def short_circuit_none(x, table):
    return x * table["k"] if table is not None and "k" in table and table["k"] else x


def not_not(x):
    return x * (not not x) + x * (not x > 5.0)


def match_guard(x):
    match x:
        case v if v > 1.0:
            return v * v
        case v if v < -1.0:
            return -v
        case _:
            return 0.5 * x


def match_or(kind, x):
    match kind:
        case "sin" | "sine":
            return math.sin(x)
        case "cos":
            return math.cos(x)
        case str() as other:
            return x * len(other)
    return x


def match_tuple_star(x):
    match (x, x * 2.0, x * 3.0):
        case (a, *rest) if len(rest) == 2:
            return a * rest[1]
        case _:
            return x


@dataclass
class Circle:
    radius: float


@dataclass
class Box:
    width: float
    height: float

    __match_args__ = ("width", "height")


def match_class(shape):
    match shape:
        case Circle(radius=r):
            return math.pi * r * r
        case Box(w, h):
            return w * h


def match_class_made(x):
    total = 0.0
    for shape in (Circle(x), Box(x, 2.0)):
        match shape:
            case Circle(radius=r) if r > 0:
                total += r**3
            case Box(width=w, height=h):
                total += w * h
    return total


def match_mapping_rest(config, x):
    match config:
        case {"op": "scale", "by": k, **rest}:
            return x * k + len(rest)
        case {"op": "shift"}:
            return x + 1.0


def match_nested(x):
    match {"point": (x, [x * x, 2.0])}:
        case {"point": (a, [b, c])}:
            return a * b + c * a
    return x


def match_none(x, y):
    match y:
        case None:
            return x * 2.0
        case float():
            return x * y


def match_in_loop(x, program):
    for step in program:
        match step:
            case ("mul", k):
                x = x * k
            case ("add", k):
                x = x + k
            case ["sin"]:
                x = math.sin(x)
            case "neg":
                x = -x
    return x


def trip_count_from_data(x):
    n = int(abs(x) * 3.0) + 1
    for _ in range(n):
        x = x * 1.1
    return x


def trip_count_from_array(x):
    k = int(np.sum(x > 0))
    y = x[0]
    for i in range(k):
        y = y * x[i] + 0.5
    return y


def sqrt_babylonian(a):
    x = a
    while abs(x * x - a) > 1e-13:
        x = 0.5 * (x + a / x)
    return x


def kepler(e):
    M = 1.0
    E = M
    for _ in range(100):
        step = (E - e * math.sin(E) - M) / (1.0 - e * math.cos(E))
        E -= step
        if abs(step) < 1e-14:
            break
    else:
        raise RuntimeError("no convergence")
    return E


def power_iteration(a):
    v = np.ones(len(a))
    trips = 0
    while True:
        w = a @ v
        norm = np.sqrt(w @ w)
        v = w / norm
        trips += 1
        if trips >= 60:
            return norm


def agm(a, b):
    while abs(a - b) > 1e-14:
        a, b = (a + b) / 2.0, math.sqrt(a * b)
    return a


def ternary_chain(x):
    return x * 3.0 if x > 2.0 else x * 2.0 if x > 1.0 else x if x > 0 else -x


def if_in_else_in_loop(xs):
    s, p = 0.0, 1.0
    for v in xs:
        if v > 1.0:
            s += v
        else:
            if v > 0.0:
                p *= v
                continue
            elif v < -1.0:
                break
            s -= v * p
        s *= 1.1
    return s + p


def state_machine(xs):
    state = "start"
    total = 0.0
    for v in xs:
        if state == "start":
            if v > 0:
                state = "up"
            total += v
        elif state == "up":
            total *= v
            if v < 0:
                state = "down"
        else:
            total -= v
            state = "start"
    return total


def early_continue_chain(xs):
    s = 0.0
    for i, v in enumerate(xs):
        if i == 0:
            continue
        if v < 0.0:
            s -= v
            continue
        s += v * i
    return s


# iteration ------------------------------------------------------------------------------------------------------------


def enumerate_from(xs):
    return sum(k * v for k, v in enumerate(xs, start=-2))


def enumerate_reversed_list(xs):
    s = 0.0
    for k, v in enumerate(reversed(list(xs))):
        s += v * k
    return s


def zip_strict_fine(xs, ys):
    return sum(a * b for a, b in zip(xs, ys, strict=True))


def zip_of_three(xs, ys):
    s = 0.0
    for a, b, k in zip(xs, ys, range(10)):
        s += a * b * k
    return s


def zip_longer_second(xs, ys):
    return sum([a - b * a for a, b in zip(xs[:2], ys)])


def zip_star_transposed(rows):
    return sum(max(column) for column in zip(*rows))


def zip_dict(d):
    names = ["a", "b"]
    return sum(d[n] * w for n, w in zip(names, (1.0, 2.0)))


def reversed_zip(xs, ys):
    s = 0.0
    for a, b in reversed(list(zip(xs, ys))):
        s = s * a + b
    return s


def reversed_dict(d):
    s = 0.0
    for k, name in enumerate(reversed(d)):
        s += (k + 1) * d[name]
    return s


def sorted_descending(xs):
    return sum(v * k for k, v in enumerate(sorted(xs, reverse=True)))


def sorted_by_other(x):
    rows = [(x, 3), (x * x, 1), (2.0 * x, 2)]
    ordered = sorted(rows, key=lambda r: r[1])
    return ordered[0][0] * 1.0 + ordered[1][0] * 2.0 + ordered[2][0] * 3.0


def sorted_by_abs(xs):
    smallest, *_, largest = sorted(xs, key=abs)
    return smallest * largest


def sorted_dict_items(d):
    return sum(k * v for k, (_, v) in enumerate(sorted(d.items())))


def sort_method_key(xs):
    v = list(xs)
    v.sort(key=lambda t: -t)
    return v[0] * v[1] - v[-1]


def median_by_sorting(xs):
    s = sorted(xs)
    n = len(s)
    return s[n // 2] if n % 2 else 0.5 * (s[n // 2 - 1] + s[n // 2])


def dict_items_filtered(d):
    return sum(v * v for k, v in d.items() if not k.startswith("_"))


def dict_items_sorted_by_value(d):
    (_, low), *_ = sorted(d.items(), key=lambda kv: kv[1])
    return low * 3.0


def dict_keys_loop(d):
    s = 1.0
    for k in d:
        s *= d[k]
    for k in d.keys():
        s += d[k]
    return s


def array_rows_unpacked(a):
    s = 0.0
    for u, v in a:
        s += u * v
    return s


def array_rows_enumerated(a):
    s = 0.0
    for i, row in enumerate(a):
        for j, v in enumerate(row):
            s += v * v * (i - j)
    return s


def array_of_rows_norms(a):
    return sum(math.sqrt(row @ row) for row in a)


def range_negative(xs):
    s = 0.0
    for i in range(len(xs) - 1, -1, -2):
        s = s * 0.5 + xs[i]
    return s


def range_computed_step(x, n):
    s = 0.0
    for i in range(n, 3 * n + 1, n):
        s += x**i
    return s


def product_of_ranges(xs):
    s = 0.0
    for i, j in itertools.product(range(2), repeat=2):
        s += xs[i] * xs[j]
    return s


def combinations_of_list(xs):
    return sum(a * b for a, b in itertools.combinations(xs, 2))


def permutations_of_three(xs):
    return sum(a - b * c for a, b, c in itertools.permutations(list(xs)[:3]))


def accumulate_product(xs):
    return sum(itertools.accumulate(xs, operator.mul))


def accumulate_initial(xs):
    *_, last = itertools.accumulate(xs, lambda a, b: a * 0.5 + b, initial=1.0)
    return last


def chain_from_iterable(rows):
    return sum(v * v for v in itertools.chain.from_iterable(rows))


def chain_of_lists(xs, ys):
    s = 1.0
    for v in itertools.chain(xs, [2.0], ys):
        s += s * v * 0.1
    return s


def cycle_islice(xs):
    return sum(v * k for k, v in enumerate(itertools.islice(itertools.cycle(list(xs)), 7)))


def groupby_sign(xs):
    total = 0.0
    for positive_, group in itertools.groupby(xs, key=lambda v: v > 0):
        part = sum(group)
        total += part * part if positive_ else part
    return total


def dropwhile_small(xs):
    return sum(itertools.dropwhile(lambda v: v < 0.5, xs))


def compress_mask(xs):
    return sum(itertools.compress(xs, [1, 0, 1, 1]))


def tee_pairs(xs):
    a, b = itertools.tee(xs)
    next(b)
    return sum(u * v for u, v in zip(a, b))


def count_zip(xs):
    return sum(v * k for v, k in zip(xs, itertools.count(1)))


def comprehension_three_fors(xs):
    return sum([a * b * c for a in xs for b in xs if b > 0 for c in (1.0, a)])


def comprehension_in_comprehension(a):
    columns = [[row[j] for row in a] for j in range(2)]
    return sum(max(c) * min(c) for c in columns)


def comprehension_conditional_value(xs):
    return sum([v if v > 0 else -0.5 * v for v in xs])


def comprehension_calls(xs):
    return sum([f(v) for f, v in zip([math.sin, math.cos, math.exp], xs)])


def dict_comprehension_swap(d):
    squared = {k: v * v for k, v in d.items() if v > 0}
    return sum(squared.values())


def dict_comprehension_of_range(x):
    table = {k: x**k for k in range(4)}
    return table[3] - table[1] * table[2]


def set_of_constants(x):
    return sum(x * k for k in {1, 2, 3})


def generator_any_active(xs):
    return xs[0] * 2.0 if any(v > 0.9 for v in xs) else xs[1]


def generator_all(xs):
    return xs[0] if all(v > -5.0 for v in xs) else xs[1]


def generator_max_key(xs):
    return max((v for v in xs), key=lambda v: v * v) * 2.0


def generator_min_default(xs):
    return min((v for v in xs if v > 100.0), default=xs[0] * 2.0)


def generator_consumed_by_parts(xs):
    squares = (v * v for v in xs)
    first = next(squares)
    return first + 2.0 * sum(squares)


def generator_join_product(xs):
    return math.prod(v + 2.0 for v in xs)


def map_several(xs, ys):
    return sum(map(lambda a, b: a * b + a, xs, ys))


def map_method(xs):
    return sum(map(float, xs)) * max(map(abs, xs))


def map_filter_chain(xs):
    return sum(map(math.exp, filter(lambda v: v < 1.0, xs)))


def filter_none(xs):
    return sum(filter(None, [0.0, xs[0], 0.0, xs[1]]))


def reduce_lambda_dict(d):
    return functools.reduce(lambda acc, kv: acc * kv[1] + len(kv[0]), d.items(), 1.0)


def reduce_max(xs):
    return functools.reduce(lambda a, b: a if a > b else b, xs)


def reduce_operator_add(xs):
    return functools.reduce(operator.add, [v * v for v in xs], 0.0)


def reduce_horner(x):
    return functools.reduce(lambda acc, c: acc * x + c, [1.0, -2.0, 0.5, 3.0])


def reduce_compose(x):
    pipeline = [math.sin, math.exp, lambda v: v * v]
    return functools.reduce(lambda v, f: f(v), pipeline, x)


def max_of_dict_values(d):
    best = max(d, key=lambda k: d[k])
    return d[best] ** 2


def max_items_key(d):
    name, value = max(d.items(), key=lambda kv: kv[1])
    return value * len(name)


def min_of_tuple_keys(xs):
    return min(xs, key=lambda v: (v > 0, v)) * 3.0


def sum_of_lists(x):
    return sum(sum([[x, x * x], [2.0 * x]], []))


def iter_sentinel_free(xs):
    it = iter(xs)
    s = next(it)
    for v in it:
        s = s * 0.5 + v
    return s


def pairwise_differences(xs):
    return sum((b - a) ** 2 for a, b in itertools.pairwise(xs))


def batched_by_slices(xs):
    return sum(max(xs[i : i + 2]) for i in range(0, len(xs), 2))


for _f in (
    return_three_deep, while_true_two_breaks, while_true_return, while_true_continue, while_else_return,
    loop_variable_shadow, loop_variable_changed, loop_over_nothing, zero_step_never_run, chained_with_calls, or_chain,
    short_circuit_log, not_not, match_guard, match_tuple_star, match_class_made, match_nested, trip_count_from_data,
    ternary_chain, sorted_by_other, dict_comprehension_of_range, set_of_constants, reduce_horner, reduce_compose,
    sum_of_lists,
):  # fmt: skip
    case(_f, 1.3)
case(sqrt_babylonian, 1.3)
case(kepler, 0.3)
for _f in (
    return_from_while_in_for, for_else_found, for_else_not_found, nested_else_return, loop_variable_after_break,
    trip_count_from_array, if_in_else_in_loop, state_machine, early_continue_chain, enumerate_from,
    enumerate_reversed_list, sorted_descending, sorted_by_abs, sort_method_key, median_by_sorting, range_negative,
    product_of_ranges, combinations_of_list, permutations_of_three, accumulate_product, accumulate_initial,
    cycle_islice, groupby_sign, dropwhile_small, compress_mask, tee_pairs, count_zip, comprehension_three_fors,
    comprehension_conditional_value, comprehension_calls, generator_any_active, generator_all, generator_max_key,
    generator_min_default, generator_consumed_by_parts, generator_join_product, map_method, map_filter_chain,
    filter_none, reduce_max, reduce_operator_add, min_of_tuple_keys, iter_sentinel_free, pairwise_differences,
    batched_by_slices,
):  # fmt: skip
    case(_f, array(4))
for _f in (
    zip_dict, reversed_dict, sorted_dict_items, dict_items_filtered, dict_items_sorted_by_value, dict_keys_loop,
    dict_comprehension_swap, reduce_lambda_dict, max_of_dict_values, max_items_key,
):  # fmt: skip
    case(_f, {"a": 1.3, "b": 0.4})
case(loop_zero_trip_data, 1.3, 0)
case(chained_three, 1.3, 0.4)
case(or_default, 1.3, 0.0)
case(and_value, 1.3, False)
case(short_circuit_index, array(4), 9)
case(short_circuit_none, 1.3, None)
case(match_or, "sine", 1.3)
case(match_or, "other", 1.3)
case(match_class, Circle(1.3))
case(match_class, Box(1.3, 0.4))
case(match_mapping_rest, {"op": "scale", "by": 2.0, "x": 1}, 1.3, argnums=(1,))
case(match_none, 1.3, None)
case(match_none, 1.3, 0.4)
case(match_in_loop, 1.3, [("mul", 2.0), "neg", ("add", 1.0), ["sin"]], argnums=(0,))
case(power_iteration, np.array([[2.0, 0.5], [0.5, 1.0]]))
case(agm, 1.3, 0.4)
case(zip_strict_fine, array(3), array(3, seed=1))
case(zip_of_three, array(3), array(3, seed=1))
case(zip_longer_second, array(3), array(3, seed=1))
case(zip_star_transposed, [[1.3, 0.4], [0.7, 0.6]])
case(reversed_zip, array(3), array(3, seed=1))
case(array_rows_unpacked, array(3, 2))
case(array_rows_enumerated, array(3, 2))
case(array_of_rows_norms, array(3, 2))
case(range_computed_step, 1.3, 2)
case(chain_from_iterable, [[1.3, 0.4], [0.7]])
case(chain_of_lists, array(3), array(2, seed=1))
case(comprehension_in_comprehension, array(3, 2))
case(map_several, array(3), array(3, seed=1))
