"""Control flow: branches, loops, and every way out of them."""

# ruff: noqa
from __future__ import annotations

import math

import numpy as np

from .case import Table, array

case = Table("control")


def if_else(x):
    if x > 1.0:
        y = x * x
    else:
        y = 2.0 - x
    return y * x


def elif_chain(x):
    if x < -1.0:
        y = -x
    elif x < 0.0:
        y = x * x
    elif x < 1.0:
        y = math.sin(x)
    else:
        y = math.log(x)
    return y + x


def nested_if(x, y):
    r = x
    if x > 0.0:
        if y > 0.0:
            r = x * y
        elif y < -1.0:
            r = x - y
    else:
        if y > 0.0:
            r = y * y
    return r * r


def ternaries(x, y):
    return (x if x > y else y) * (x * y if x * y > 0.0 else -1.0 if x < 0.0 else x)


def early_returns(x):
    if x > 2.0:
        return x * 3.0
    if x > 1.0:
        y = x * x
        if y > 2.0:
            return y * x
        x = y
    return x + 1.0


def return_in_both(x):
    if x > 0.0:
        return x * x
    else:
        return -x


def chained_comparison(x, y):
    if 0.0 < x < y <= 2.0:
        return x * y
    return x - y


def and_or_values(x, y):
    a = x and y
    b = (x - x) or y * y
    c = x or 1.0
    return a + b * c


def short_circuit_guard(x, y):
    if x > 0.0 and math.log(x) > -1.0 or y == 0.0:
        return x * y
    return y


def guarded_division(x, y):
    return (y != 0.0 and x / y) + x


def not_conditions(x, flag):
    if not flag and not x < 0.0:
        return x**3
    return x


def is_none(x, w):
    if w is None:
        w = x * 2.0
    return w * x


def is_not_none(x, w):
    return x * w if w is not None else x


def string_switch(x, kind):
    if kind == "tanh":
        return math.tanh(x)
    elif kind in ("sin", "sine"):
        return math.sin(x)
    return x


def for_range(x, n):
    s = 0.0
    for i in range(n):
        s = s * x + i
    return s


def for_range_start_stop(x):
    s = 1.0
    for i in range(2, 6):
        s += x**i / i
    return s


def for_range_negative_step(x, n):
    s = x
    for i in range(n, 0, -2):
        s = s * 0.5 + math.sin(s * i)
    return s


def zero_trips(x, n):
    s = x
    for i in range(n):
        s = s * s * i
    return s * x


def loop_variable_after(x, n):
    for i in range(n):
        x = x * 1.1
    return x * i


def loop_variable_rebound(x, n):
    s = 0.0
    for i in range(n):
        i = i * x
        s += i * i
    return s + i


def nested_loops(x, n):
    s = 0.0
    for i in range(n):
        for j in range(i + 1):
            s = s * 0.9 + x * (i - j)
    return s


def triangular_loops(a):
    s = 0.0
    for i in range(len(a)):
        for j in range(i):
            s += a[i] * a[j] / (i - j)
    return s


def while_counter(x):
    k = 0
    while k < 5:
        x = math.sin(x) + k
        k += 1
    return x


def while_data(x):
    while x < 20.0:
        x = x * x + 0.5
    return x


def while_two_conditions(x, tol):
    k = 0
    while x > tol and k < 10:
        x = 0.5 * x * x
        k += 1
    return x * k


def newton_converged(a):
    r = a
    while abs(r * r - a) > 1e-10:
        r = 0.5 * (r + a / r)
    return r


def while_true_break(a):
    r = a
    while True:
        new = 0.5 * (r + a / r)
        if abs(new - r) < 1e-12:
            break
        r = new
    return new


def fixed_point_with_limit(x):
    y = x
    for k in range(50):
        last = y
        y = math.cos(y * x)
        if abs(y - last) < 1e-9:
            break
    return y * k * 0.1 + last


def break_first(x):
    s = 0.0
    for i in range(10):
        if i == 3:
            break
        s += x**i
    return s


def break_data(xs):
    total = 0.0
    for x in xs:
        if x < 0.0:
            break
        total += x * x
    return total


def break_after_update(x):
    s = 1.0
    for i in range(20):
        s = s * x
        if s > 10.0:
            break
        s = s + i
    return s


def continue_odd(x, n):
    s = 0.0
    for i in range(n):
        if i % 2:
            continue
        s = s * x + i
    return s


def continue_and_break(xs):
    s = 0.0
    for k, x in enumerate(xs):
        if x < 0.0:
            s -= x
            continue
        if s > 2.0:
            s = s * x
            break
        s += k * x
    return s


def continue_in_while(x):
    k = 0
    s = x
    while k < 8:
        k += 1
        if k % 3 == 0:
            s = s * 0.5
            continue
        s = s + x / k
    return s


def for_else(xs, limit):
    s = 0.0
    for x in xs:
        s += x * x
        if s > limit:
            break
    else:
        s = s * 10.0
    return s


def while_else(x):
    k = 0
    while k < 4:
        x = x * 1.3
        if x > 100.0:
            break
        k += 1
    else:
        x = x - 1.0
    return x * x


def return_from_loop(xs, limit):
    total = 0.0
    for x in xs:
        total += x * x
        if total > limit:
            return total / limit
    return total


def return_from_nested_loops(a, limit):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j] ** 2
            if s > limit:
                return s * a[i, j]
        s = s * 0.9
    return -s


def return_or_break(x):
    for i in range(5):
        for j in range(5):
            x = x * 1.1
            if x > 4.0:
                return x * i
            if j > i:
                break
        else:
            x = x - 0.1
    return x


def return_in_while_true(x):
    n = 0
    while True:
        n += 1
        x = x / 2.0 + 1.0 / x
        if n > 3:
            return x * n


def return_in_loop_else(xs):
    s = 0.0
    for x in xs:
        if x > 100.0:
            break
        s += math.sin(x)
    else:
        return s * 2.0
    return s


def break_out_of_two(a, limit):
    s = 0.0
    found = False
    for row in a:
        for value in row:
            s += value * value
            if s > limit:
                found = True
                break
        if found:
            break
        s *= 0.5
    return s


def break_in_else_branch(x):
    for i in range(6):
        if x < 5.0:
            x = x * 1.5
        else:
            x = x - i
            break
    return x


def nested_else_continue(x):
    s = 0.0
    for i in range(4):
        for j in range(4):
            if (i + j) % 3 == 0:
                continue
            s += x * j
            if s > 12.0:
                break
        else:
            continue
        s = s * 0.5
    return s


def pass_branches(x):
    if x > 0.0:
        pass
    else:
        x = -x
    for i in range(3):
        pass
    return x * i


def conditional_definition(x, flag):
    if flag:
        scale = x * 2.0
    else:
        scale = 1.0
        offset = x
    if not flag:
        scale += offset
    return scale * x


def match_literal(x, kind):
    match kind:
        case 0:
            return x
        case 1 | 2:
            return x * x * kind
        case "cube":
            return x**3
        case _:
            return -x


def match_sequence(p):
    match p:
        case [x]:
            return x * x
        case [x, y] if y > 0.0:
            return x * y
        case [x, y, *rest]:
            return x - y + sum(rest)
    return 0.0


def match_mapping(p):
    match p:
        case {"kind": "line", "a": a, "b": b}:
            return a * 2.0 + b
        case {"kind": "square", "a": a}:
            return a * a
    return 0.0


def collatz_like(x, n):
    while n != 1:
        if n % 2 == 0:
            x = x * 0.5
            n = n // 2
        else:
            x = math.sin(x) + 1.0
            n = 3 * n + 1
    return x


def bisection(c):
    low, high = 0.0, 2.0
    for _ in range(40):
        mid = 0.5 * (low + high)
        if mid**3 > 2.0:
            high = mid
        else:
            low = mid
    return mid * c + low * c * c


def secant(a):
    x0, x1 = 1.0, 2.0
    f0, f1 = x0**2 - a, x1**2 - a
    while abs(f1) > 1e-9:
        x0, x1 = x1, x1 - f1 * (x1 - x0) / (f1 - f0)
        f0, f1 = f1, x1**2 - a
    return x1


def runge_kutta(y, k):
    t, h = 0.0, 0.25
    while t < 1.0:
        k1 = -k * y
        k2 = -k * (y + 0.5 * h * k1)
        k3 = -k * (y + 0.5 * h * k2)
        k4 = -k * (y + h * k3)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        t += h
    return y


def adaptive_step(y):
    t, h = 0.0, 0.5
    while t < 1.0:
        whole = y + h * math.sin(y)
        half = y + 0.5 * h * math.sin(y)
        half = half + 0.5 * h * math.sin(half)
        if abs(whole - half) > 0.05:
            h = h * 0.5
            continue
        y = half
        t = t + h
    return y


def maximum_by_hand(xs):
    best = xs[0]
    where = 0
    for i in range(1, len(xs)):
        if xs[i] > best:
            best, where = xs[i], i
    return best * where


def horner_break(cs, x):
    s = 0.0
    for i in range(len(cs) - 1, -1, -1):
        s = s * x + cs[i]
        if abs(s) > 50.0:
            break
    return s


def flags(x):
    done = False
    k = 0
    while not done:
        x = x * 0.7
        k += 1
        done = x < 0.3 or k > 10
    return x * k


def index_minus_one(a):
    s = 0.0
    for i in range(len(a)):
        s += a[i] * a[i - 1]
    return s


def count_trips(x):
    n = 0
    y = x
    while y > 1.0:
        y /= 1.7
        n += 1
    return y**2 * n + x / (n + 1)


case(if_else, 1.3)
case(if_else, 0.3)
for _x in (-1.3, -0.3, 0.3, 1.3):
    case(elif_chain, _x)
for _x, _y in ((1.3, 0.4), (1.3, -2.4), (1.3, -0.4), (-1.3, 0.4), (-1.3, -0.4)):
    case(nested_if, _x, _y)
case(ternaries, 1.3, 0.4)
case(ternaries, -1.3, 0.4)
for _x in (2.3, 1.8, 1.2, 0.3):
    case(early_returns, _x)
case(return_in_both, 1.3)
case(return_in_both, -1.3)
case(chained_comparison, 1.3, 1.4)
case(chained_comparison, 1.3, 0.4)
case(and_or_values, 1.3, 0.4)
case(short_circuit_guard, 1.3, 0.4)
case(short_circuit_guard, -1.3, 0.4)
case(guarded_division, 1.3, 0.4)
case(not_conditions, 1.3, False)
case(not_conditions, 1.3, True)
case(is_none, 1.3, None)
case(is_none, 1.3, 0.4)
case(is_not_none, 1.3, None)
case(is_not_none, 1.3, 0.4)
case(string_switch, 1.3, "sine")
case(string_switch, 1.3, "none")
case(for_range, 1.3, 5)
case(for_range_start_stop, 1.3)
case(for_range_negative_step, 1.3, 7)
case(zero_trips, 1.3, 0)
case(zero_trips, 1.3, 2)
case(loop_variable_after, 1.3, 4)
case(loop_variable_rebound, 1.3, 4)
case(nested_loops, 1.3, 4)
case(nested_loops, 1.3, 0)
case(triangular_loops, array(5))
case(while_counter, 1.3)
case(while_data, 1.3)
case(while_data, 30.0)
case(while_two_conditions, 1.3, 0.01)
case(newton_converged, 1.3)
case(while_true_break, 1.3)
case(fixed_point_with_limit, 0.8)
case(break_first, 1.3)
case(break_data, np.array([1.3, 0.4, -0.2, 3.0]))
case(break_data, np.array([1.3, 0.4]))
case(break_after_update, 1.3)
case(continue_odd, 1.3, 6)
case(continue_and_break, np.array([1.3, -0.4, 0.2, 3.0, 0.7]))
case(continue_and_break, np.array([0.3, -0.4, 0.2]))
case(continue_in_while, 1.3)
case(for_else, np.array([1.3, 0.4, 0.2]), 1.7)
case(for_else, np.array([1.3, 0.4, 0.2]), 17.0)
case(while_else, 1.3)
case(while_else, 80.0)
case(return_from_loop, np.array([1.3, 0.4, 0.2]), 1.75)
case(return_from_loop, np.array([1.3, 0.4, 0.2]), 17.0)
case(return_from_nested_loops, array(3, 3), 4.0)
case(return_from_nested_loops, array(3, 3), 400.0)
case(return_or_break, 1.3)
case(return_or_break, 0.1)
case(return_in_while_true, 1.3)
case(return_in_loop_else, np.array([1.3, 0.4]))
case(return_in_loop_else, np.array([1.3, 101.0]))
case(break_out_of_two, array(3, 3), 3.0)
case(break_in_else_branch, 1.3)
case(nested_else_continue, 1.3)
case(nested_else_continue, 2.9)
case(pass_branches, 1.3)
case(conditional_definition, 1.3, True)
case(conditional_definition, 1.3, False)
for _kind in (0, 2, "cube", None):
    case(match_literal, 1.3, _kind)
case(match_sequence, [1.3])
case(match_sequence, [1.3, 0.4])
case(match_sequence, [1.3, -0.4, 2.0])
case(match_mapping, {"kind": "line", "a": 1.3, "b": 0.4})
case(match_mapping, {"kind": "square", "a": 1.3})
case(collatz_like, 1.3, 6)
case(bisection, 1.3)
case(secant, 1.3)
case(runge_kutta, 1.3, 0.4)
case(adaptive_step, 1.3)
case(maximum_by_hand, np.array([1.3, 0.4, 2.2, 0.7]))
case(horner_break, np.array([1.3, 0.4, 2.2, 0.7]), 1.3)
case(flags, 1.3)
case(index_minus_one, array(5))
case(count_trips, 5.3)
