"""Functions: helpers, closures, recursion, functions as values, methods, and the ways to pass arguments."""

# ruff: noqa
from __future__ import annotations

import functools
import math
from functools import lru_cache, partial, wraps

import numpy as np

from .case import Table, array

case = Table("functions")


def square(x):
    return x * x


def weighted(x, w=2.0, *, shift=0.0):
    return w * x + shift


def helper_call(x):
    return square(x) + 3.0 * square(x + 1.0)


def helper_of_helper(x):
    return quartic(x) * x


def quartic(x):
    return square(square(x))


def keyword_call(x):
    return weighted(x, shift=x * x) + weighted(w=x, x=2.0)


def two_results(x, y):
    s, d = sum_and_difference(x, y)
    return s * d


def sum_and_difference(a, b):
    return a + b, a - b


def result_unused(x, y):
    sum_and_difference(x, y)
    first, _ = sum_and_difference(y, x)
    return first * x


def helper_returns_early(x):
    return clipped(x) * clipped(x * 3.0) + clipped(-x)


def clipped(x):
    if x < 0.0:
        return 0.1 * x
    if x > 2.0:
        return 2.0 + 0.1 * x * x
    return x


def helper_with_loop(x):
    return taylor(x, 6) - taylor(x * 0.5, 3)


def taylor(x, n):
    term = total = 1.0
    for k in range(1, n):
        term = term * x / k
        total += term
    return total


def helper_in_loop(x):
    for k in range(4):
        x = clipped(x * 1.2) + k * 0.1
    return x


def helper_in_expression(x, y):
    return square(x) if square(y) > square(x) else square(y) + clipped(x) * square(square(y))


def nested_function(x, y):
    def mix(a):
        return a * y + square(a)

    return mix(x) + mix(y)


def closure_late_binding(x):
    scale = 1.0

    def apply(v):
        return v * scale

    first = apply(x)
    scale = x
    return first + apply(x)


def closure_loop_cell(x):
    functions = []
    for k in range(3):
        functions.append(lambda v: v * k + x)
    return functions[0](x) + functions[2](2.0)


def closure_loop_default(x):
    functions = [lambda v, k=k: v**k for k in range(4)]
    return sum(f(x) for f in functions)


def make_polynomial(a, b):
    def polynomial(t):
        return a * t + b * t * t

    return polynomial


def closure_factory(a, b):
    p = make_polynomial(a, b)
    return p(2.0) * p(a)


captured = make_polynomial(1.5, -0.5)


def closure_of_module(x):
    return captured(x) * 2.0


def make_adder(n):
    def outer(x):
        def inner(y):
            return x * y + n

        return inner

    return outer


def closure_three_deep(x, y):
    return make_adder(2.0)(x)(y) * make_adder(x)(y)(1.0)


def nonlocal_counter(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * v
        return total

    add(x)
    add(x + 1.0)
    return total * add(2.0)


def nonlocal_read_only(x):
    k = 3

    def f():
        return x * k

    return f() + f()


def lambda_simple(x):
    f = lambda v: v * v + 1.0
    return f(x) * f(2.0 * x)


def lambda_two_on_a_line(x, y):
    f, g = (lambda v: v * 2.0), (lambda v: v * v)
    return f(x) * g(y)


def lambda_default(x):
    f = lambda v, w=3.0: v * w
    return f(x) + f(x, x)


def lambda_called_at_once(x):
    return (lambda a, b: a * b + a)(x, x * x)


def lambda_conditional(x):
    step = (lambda v: v * v) if x > 0.0 else (lambda v: -v)
    return step(x)


def function_as_argument(x):
    return apply_twice(square, x) + apply_twice(math.sin, x) + apply_twice(lambda v: v * 0.5, x)


def apply_twice(f, x):
    return f(f(x))


def integrate(f, a, b, n):
    h = (b - a) / n
    return h * sum(f(a + (k + 0.5) * h) for k in range(n))


def function_argument_closure(a, b):
    return integrate(lambda t: math.exp(-a * t * t), 0.0, b, 5)


def compose(*functions):
    def composed(x):
        for f in functions:
            x = f(x)
        return x

    return composed


def composed_functions(x):
    return compose(math.sin, square, lambda v: v + 1.0)(x)


OPERATIONS = {"square": square, "double": lambda v: 2.0 * v, "sin": math.sin}


def dispatch_constant_key(x):
    return OPERATIONS["square"](x) * OPERATIONS["sin"](x)


def dispatch_argument_key(x, name):
    return OPERATIONS[name](x) + x


def dispatch_list(x, k):
    steps = [square, clipped, math.tanh]
    return steps[k](x) * steps[-1](x)


def dispatch_loop(x):
    for f in (square, math.sin, clipped):
        x = f(x) + 0.1
    return x


def partial_positional(x):
    f = partial(weighted, x)
    return f() + f(w=x)


def partial_keyword(x):
    f = functools.partial(weighted, w=x, shift=1.0)
    return f(x) * f(2.0)


half = partial(pow, 0.5)


def partial_global(x):
    return half(x) * x


def logged(f):
    @wraps(f)
    def wrapper(*args, **kwargs):
        return 2.0 * f(*args, **kwargs) + 1.0

    return wrapper


@logged
def decorated(x, power=2):
    return x**power


def decorated_helper(x):
    return decorated(x) * decorated(x, power=3)


def scaled_by(k):
    def decorate(f):
        def wrapper(x):
            return k * f(k * x)

        return wrapper

    return decorate


@scaled_by(3.0)
@scaled_by(0.5)
def doubly_decorated(x):
    return x * x


def decorated_twice(x):
    return doubly_decorated(x) + x


@logged
def decorated_itself(x):
    return x * math.sin(x)


@lru_cache
def coefficient(n):
    return 1.0 / math.factorial(n)


def cached_constants(x):
    return sum(coefficient(n) * x**n for n in range(5))


def star_args(x, y):
    return total(x, y, x * y) + total()


def total(*values):
    s = 0.5
    for v in values:
        s += v * v
    return s


def star_kwargs(x):
    return weighted_sum(a=x, b=x * x, c=2.0)


def weighted_sum(**parts):
    return sum(len(name) * value for name, value in parts.items()) * parts["b"]


def star_call(x, y):
    arguments = (x, y)
    options = {"shift": x}
    return weighted(*arguments, **options) + math.hypot(*arguments)


def star_both(x):
    def f(a, *rest, scale=1.0, **more):
        return a * scale + sum(rest) * more.get("extra", 1.0)

    return f(x, x * x, 2.0, scale=x, extra=3.0)


def positional_only(x, y):
    def f(a, b, /, c=2.0, *, d):
        return a * b + c * d

    return f(x, y, d=x) + f(y, x, c=x, d=1.0)


def default_mutable(x, memo=[0.0, 2.0]):
    return x * memo[1]


def default_evaluated_once(x):
    def f(v, k=x * 2.0):
        return v * k

    x = x + 1.0
    return f(x)


def factorial_power(x, n):
    if n == 0:
        return 1.0
    return x * factorial_power(x, n - 1) + n


def recursion(x):
    return factorial_power(x, 5)


def recursion_itself(x, n):
    return x if n <= 0 else math.sin(recursion_itself(x, n - 1)) + x * n


def tree_recursion(x):
    return fibonacci(x, 6)


def fibonacci(x, n):
    if n < 2:
        return x * n + 1.0
    return fibonacci(x, n - 1) + 0.5 * fibonacci(x, n - 2)


def even(x, n):
    return x if n == 0 else odd(x * 1.1, n - 1)


def odd(x, n):
    return x * x if n == 0 else even(x + 0.5, n - 1)


def mutual_recursion(x):
    return even(x, 5) + odd(x, 3)


def divide_and_conquer(xs):
    if len(xs) == 1:
        return xs[0] ** 2
    middle = len(xs) // 2
    return divide_and_conquer(xs[:middle]) * 0.5 + divide_and_conquer(xs[middle:])


def recursion_data(x):
    if x > 10.0:
        return x
    return recursion_data(x * x + 0.5) * 0.5


def tree_depth(tree):
    if isinstance(tree, tuple):
        left, right = tree
        return tree_depth(left) * tree_depth(right) + 1.0
    return tree


def local_recursion(x):
    def power(n):
        return 1.0 if n == 0 else x * power(n - 1)

    return power(4)


def tail_recursion(x, n, acc=1.0):
    if n == 0:
        return acc
    return tail_recursion(x, n - 1, acc * x + n)


class Spring:
    def __init__(self, k, length=1.0):
        self.k = k
        self.length = length

    def energy(self, x):
        return 0.5 * self.k * (x - self.length) ** 2

    def force(self, x):
        return -self.k * (x - self.length)


spring = Spring(2.0)


def method_of_global(x):
    return spring.energy(x) * 2.0


def bound_method_value(x):
    f = spring.force
    return f(x) * f(2.0 * x)


def bound_method_argument(x):
    return apply_twice(spring.force, x)


def unbound_method(x):
    return Spring.energy(spring, x)


def object_argument(x, s):
    return s.energy(x) + s.force(x)


def higher_order_derivative(x):
    def difference(f, h=0.5):
        return lambda v: (f(v + h) - f(v - h)) / (2.0 * h)

    return difference(difference(lambda v: v**4))(x)


def newton_with_functions(a):
    def newton(f, fprime, x):
        for _ in range(6):
            x = x - f(x) / fprime(x)
        return x

    return newton(lambda x: x**3 - a, lambda x: 3.0 * x * x, 1.5)


def array_helpers(x):
    def center(v):
        return v - np.mean(v)

    c = center(x)
    return np.sum(c**2) / center(x * x)[0]


def returns_function_result(x):
    def build(flag):
        if flag:
            return square
        return clipped

    return build(x > 1.0)(x) * build(False)(x)


def yields_nothing(x):
    def note(v):
        pass

    note(x)
    return x * x if note(x) is None else x


def function_attribute(x):
    return function_attribute_helper.scale * function_attribute_helper(x)


def function_attribute_helper(x):
    return x * x


function_attribute_helper.scale = 2.5

for _f in (helper_call, helper_of_helper, keyword_call):
    case(_f, 1.3)
case(two_results, 1.3, 0.4)
case(result_unused, 1.3, 0.4)
case(helper_returns_early, 1.3)
case(helper_returns_early, -1.3)
case(helper_with_loop, 1.3)
case(helper_in_loop, 1.3)
case(helper_in_expression, 1.3, 0.4)
case(helper_in_expression, 1.3, 1.4)
case(nested_function, 1.3, 0.4)
for _f in (closure_late_binding, closure_loop_cell, closure_loop_default):
    case(_f, 1.3)
case(closure_factory, 1.3, 0.4)
case(captured, 1.3)
case(closure_of_module, 1.3)
case(closure_three_deep, 1.3, 0.4)
for _f in (
    nonlocal_counter,
    nonlocal_read_only,
    lambda_simple,
    lambda_default,
    lambda_called_at_once,
    lambda_conditional,
):
    case(_f, 1.3)
case(lambda_two_on_a_line, 1.3, 0.4)
case(function_as_argument, 1.3)
case(function_argument_closure, 1.3, 0.4)
case(apply_twice, square, 1.3)
case(composed_functions, 1.3)
case(dispatch_constant_key, 1.3)
case(dispatch_argument_key, 1.3, "square")
case(dispatch_argument_key, 1.3, "double")
case(dispatch_list, 1.3, 0)
case(dispatch_list, 1.3, 1)
for _f in (dispatch_loop, partial_positional, partial_keyword, partial_global, decorated_helper, decorated_twice):
    case(_f, 1.3)
case(partial(weighted, w=3.0).func, 1.3)
case(decorated_itself, 1.3)
case(cached_constants, 1.3)
case(star_args, 1.3, 0.4)
case(star_kwargs, 1.3)
case(star_call, 1.3, 0.4)
case(star_both, 1.3)
case(total, 1.3, 0.4, 0.9)
case(positional_only, 1.3, 0.4)
case(default_mutable, 1.3)
case(default_evaluated_once, 1.3)
case(recursion, 1.3)
case(recursion_itself, 1.3, 3)
case(tree_recursion, 1.3)
case(mutual_recursion, 1.3)
case(divide_and_conquer, array(5))
case(recursion_data, 1.3)
case(tree_depth, ((1.3, 0.4), (0.9, (0.2, 2.0))))
case(local_recursion, 1.3)
case(tail_recursion, 1.3, 4)
case(spring.energy, 1.3)
case(method_of_global, 1.3)
case(bound_method_value, 1.3)
case(bound_method_argument, 1.3)
case(unbound_method, 1.3)
case(object_argument, 1.3, spring)
case(higher_order_derivative, 1.3)
case(newton_with_functions, 2.3)
case(array_helpers, array(4))
case(returns_function_result, 1.3)
case(returns_function_result, 0.3)
case(yields_nothing, 1.3)
case(function_attribute, 1.3)
