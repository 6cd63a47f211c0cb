"""Functions, generators and effects as they occur in everyday code: a second set, in other words than the first."""

# ruff: noqa
from __future__ import annotations

import contextlib
import functools
import logging
import math
import operator
import random
import sys
import warnings

import numpy as np

from .case import Table, array, positive

case = Table("functions")
log = logging.getLogger("corpus.everyday")


def closure_in_list(x):
    fs = [lambda v, k=k: v * k + x for k in range(3)]
    return sum(f(x) for f in fs)


def closure_late_in_loop(x):
    fs = []
    for k in range(3):
        fs.append(lambda v: v * k)
    return sum(f(x) for f in fs)


def closure_changed_between_calls(x):
    k = 2.0

    def f(v):
        return v * k

    a = f(x)
    k = x * 3.0
    return a + f(x)


def closure_over_closure(x):
    def outer(a):
        b = a * 2.0

        def inner(c):
            return a * b * c + x

        return inner

    return outer(x)(2.0) + outer(2.0)(x)


def closure_returned_pair(x):
    def make(v):
        def get():
            return v

        def scaled(k):
            return get() * k

        return get, scaled

    get, scaled = make(x * x)
    return get() + scaled(x)


def closure_accumulator(x):
    def accumulator(start):
        total = start

        def add(v):
            nonlocal total
            total += v
            return total

        return add

    acc = accumulator(x)
    acc(x * x)
    return acc(2.0 * x) * acc(1.0)


def lambda_default_captures(x):
    f = lambda a, b=x * 2.0: a * b
    x = x + 1.0
    return f(x) + f(x, 3.0)


def lambdas_on_one_line(x):
    f, g, h = (lambda v: v * 2.0), (lambda v: v**2), (lambda v, w: v - w)
    return h(f(x), g(x))


def lambda_of_lambda(x):
    return (lambda f: lambda v: f(f(v)))(lambda t: t * t + 0.1)(x)


def lambda_star(x):
    f = lambda *a, **k: sum(a) * k["s"]
    return f(x, x * x, s=x)


def lambda_in_dict(x):
    ops = {"sq": lambda v: v * v, "cube": lambda v: v**3}
    return ops["sq"](x) + ops["cube"](x)


def function_table(name, x):
    table = {"sin": math.sin, "exp": np.exp, "own": lambda v: v * v}
    return table[name](x) * x


def function_list_by_data(x):
    choices = [math.sin, math.cos, lambda v: v * v]
    return choices[int(x * 10.0) % 3](x)


def function_chosen_by_comparison(x):
    f = math.sin if x > 1.0 else math.cos
    return f(x) * f(2.0 * x)


def functions_in_loop(x):
    for f in (math.sin, lambda v: v * v, abs, np.tanh):
        x = f(x) + 0.1
    return x


def partial_of_partial(x):
    def f(a, b, c, d=1.0):
        return a * b + c * d

    g = functools.partial(functools.partial(f, x), 2.0)
    return g(x * x, d=x)


def partial_positional_and_keyword(x):
    power = functools.partial(pow, x)
    scaled = functools.partial(lambda v, *, k: v * k, k=x)
    return power(2) + scaled(3.0)


def partial_in_map(xs):
    return sum(map(functools.partial(operator.mul, xs[0]), xs))


def partial_of_method(x):
    parts = []
    add = functools.partial(parts.append)
    add(x)
    add(x * x)
    return sum(parts)


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        log.info("calling %s", function.__name__)
        return function(*args, **kwargs) * 1.5

    return wrapper


def repeat(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(x):
            for _ in range(times):
                x = function(x)
            return x

        return wrapper

    return decorate


@timed
def timed_square(x):
    return x * x


@repeat(3)
def thrice(x):
    return math.sin(x) + 1.0


@repeat(times=2)
@timed
def both(x):
    return x * 0.7


class Memo:
    def __init__(self, function):
        self.function = function
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return self.function(x) * 2.0


@Memo
def memoised(x):
    return x * x


def decorated_three_ways(x):
    return timed_square(x) + thrice(x) * both(x)


def decorated_by_class(x):
    return memoised(x) + x


def decorated_locally(x):
    def doubled(f):
        def g(*a):
            return 2.0 * f(*a)

        return g

    @doubled
    def area(r):
        return math.pi * r * r

    return area(x)


def star_forwarding(x):
    def inner(a, b, *rest, k=1.0, **more):
        return a * b * k + sum(rest) + sum(more.values())

    def outer(*args, **kwargs):
        return inner(*args, **kwargs)

    return outer(x, 2.0, x * x, k=x, z=3.0 * x)


def star_list_call(x):
    def f(a, b, c):
        return a * b - c

    parts = [x, x * 2.0, x**2]
    return f(*parts) + f(*parts[::-1]) + f(*parts[:2], c=1.0)


def star_dict_call(x):
    def f(*, a, b=2.0):
        return a * b

    options = {"a": x}
    return f(**options) + f(**options, b=x) + f(**{"a": 1.0, "b": x})


def keyword_only_argument(x, *, scale=2.0, shift):
    return x * scale + shift


def positional_only_argument(x, y, /, z=1.0):
    return x * y * z


def defaults_of_helpers(x):
    def f(a, b=x, c=lambda v: v * 2.0, *, d=(1.0, 2.0)):
        return c(a) * b + d[1] * a

    return f(x) + f(x, 1.0, d=(0.0, x))


def is_even(n, x):
    return x if n == 0 else is_odd(n - 1, x * 0.9)


def is_odd(n, x):
    return -x if n == 0 else is_even(n - 1, math.sin(x))


def mutual_recursion_by_count(x, n):
    return is_even(n, x)


def power_by_squaring(x, n):
    if n == 0:
        return 1.0
    half = power_by_squaring(x, n // 2)
    return half * half * x if n % 2 else half * half


def recursion_on_tree(x):
    tree = ("+", ("*", "x", "x"), ("sin", ("+", "x", 2.0)))

    def value(node):
        if node == "x":
            return x
        if isinstance(node, float):
            return node
        op, *parts = node
        if op == "+":
            return value(parts[0]) + value(parts[1])
        if op == "*":
            return value(parts[0]) * value(parts[1])
        return math.sin(value(parts[0]))

    return value(tree)


def recursion_on_list(xs):
    def total(v):
        if not v:
            return 0.0
        return v[0] ** 2 + total(v[1:])

    return total(list(xs))


def recursion_over_nested_dict(tree):
    def total(node):
        if isinstance(node, dict):
            return sum(total(v) for v in node.values())
        return node * node

    return total(tree)


def simpson(f, a, b):
    c = 0.5 * (a + b)
    return (b - a) / 6.0 * (f(a) + 4.0 * f(c) + f(b))


def adaptive(f, a, b, whole, depth):
    c = 0.5 * (a + b)
    left, right = simpson(f, a, c), simpson(f, c, b)
    if depth == 0 or abs(left + right - whole) < 1e-9:
        return left + right
    return adaptive(f, a, c, left, depth - 1) + adaptive(f, c, b, right, depth - 1)


def adaptive_quadrature(x):
    f = lambda t: math.exp(-x * t * t)
    return adaptive(f, 0.0, 1.0, simpson(f, 0.0, 1.0), 6)


def fib(n, x):
    return x if n < 2 else fib(n - 1, x) + fib(n - 2, x) * x


def fibonacci_polynomial(x):
    return fib(7, x)


def collatz(x, n):
    if n == 1:
        return x
    if n % 2:
        return collatz(x * 0.9 + 0.1, 3 * n + 1)
    return collatz(math.sin(x), n // 2)


def recursion_collatz(x):
    return collatz(x, 7)


@functools.lru_cache(maxsize=None)
def binomial(n, k):
    return 1 if k in (0, n) else binomial(n - 1, k - 1) + binomial(n - 1, k)


def cached_binomials(x):
    return sum(binomial(5, k) * x**k for k in range(6))


@functools.cache
def stencil(order):
    return tuple((-1.0) ** k / (k + 1) for k in range(order))


def cached_coefficients(xs):
    return sum(c * v for c, v in zip(stencil(len(xs)), xs))


# generators as helpers ------------------------------------------------------------------------------------------------


def squares_of(xs):
    for v in xs:
        yield v * v


def generator_helper_loop(xs):
    s = 0.0
    for q in squares_of(xs):
        s = s * 0.5 + q
    return s


def generator_helper_sum(xs):
    return sum(squares_of(xs)) * max(squares_of(xs))


def generator_helper_list(xs):
    v = list(squares_of(xs))
    return v[0] * v[-1] + len(v)


def running(xs, decay):
    state = 0.0
    for v in xs:
        state = decay * state + v
        if state > 0.2:
            yield state
    yield state * 2.0


def generator_with_state(xs):
    return sum(k * v for k, v in enumerate(running(xs, 0.5)))


def powers(x, n):
    p = 1.0
    for _ in range(n):
        yield p
        p = p * x


def generator_taylor(x):
    return sum(p / math.factorial(k) for k, p in enumerate(powers(x, 6)))


def three(x):
    yield x
    yield x * x
    yield math.sin(x)


def generator_unpacked(x):
    a, b, c = three(x)
    return a * b - c


def generator_zipped(x):
    return sum(a * b for a, b in zip(three(x), three(2.0 * x)))


def delegating(x):
    yield 1.0
    yield from three(x)
    yield x


def generator_delegates(x):
    return sum(v * v for v in delegating(x))


def generator_local(x):
    def pairs(n):
        for i in range(n):
            for j in range(i):
                yield i, j * x

    return sum(i * v for i, v in pairs(4))


def generator_early_return(xs):
    def until_large(values):
        for v in values:
            if v > 1.0:
                return
            yield v

    return sum(until_large(xs)) + xs[0]


def generator_break(xs):
    for k, v in enumerate(squares_of(xs)):
        if k == 2:
            break
    return v * 3.0


def infinite(x):
    while True:
        yield x
        x = 0.5 * x


def generator_infinite(x):
    s = 0.0
    for v in infinite(x):
        if v < 0.1:
            break
        s += v * v
    return s


def newton_steps(x, a):
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
        yield x


def generator_last(a):
    x = a
    for x in newton_steps(a, a):
        pass
    return x


def generator_next(xs):
    g = squares_of(xs)
    first = next(g)
    second = next(g)
    return first * 2.0 + second


def generator_dict(xs):
    return sum({k: v for k, v in enumerate(squares_of(xs))}.values())


def generator_sorted(xs):
    return sorted(squares_of(xs))[0] * 3.0


def windows(xs, n):
    for i in range(len(xs) - n + 1):
        yield xs[i : i + n]


def generator_windows(xs):
    return sum(np.sum(w) ** 2 for w in windows(xs, 2))


class Layers:
    def __init__(self, weights):
        self.weights = weights

    def __iter__(self):
        for w in self.weights:
            yield w * 2.0


def generator_dunder_iter(xs):
    s = 1.0
    for w in Layers(xs):
        s = math.tanh(s * w)
    return s


# effects --------------------------------------------------------------------------------------------------------------


def prints_formats(x):
    print(f"{x:.3f} {x!r:>10} {x * 2 = }", end="")
    print("%g %s" % (x, x), "{:e}".format(x), sep="|")
    return x * x


def prints_list_and_dict(x):
    v = [x, 2.0 * x]
    print(v, {"x": x})
    return v[0] * v[1]


def prints_in_branches(xs):
    s = 0.0
    for v in xs:
        if v > 0:
            print("up", round(v, 3))
            s += v
        else:
            print("down")
            s -= v * v
    return s


def fstring_label(x):
    label = f"v{int(x)}_{x > 1.0}"
    return x * len(label)


def asserts_shapes(a, b):
    assert a.shape == b.shape, "shapes differ"
    assert a.ndim == 1 and len(a) > 1
    return np.sum(a * b)


def raises_never(x):
    if not isinstance(x, float):
        raise TypeError("float needed")
    if math.isnan(x):
        raise ValueError(f"nan at {x}")
    return x * x


def raises_chained(x):
    try:
        if x > 0:
            raise KeyError("k")
        return x
    except KeyError as error:
        y = x * len(error.args)
    return y * x


def raises_own(x):
    class_of = ArithmeticError
    try:
        if x * x > 1.0:
            raise class_of("too large")
        y = x
    except ArithmeticError:
        y = x * 0.5
    return y


def logs_levels(x):
    for level in (logging.DEBUG, logging.WARNING):
        log.log(level, "level %d x %.2f", level, x)
    if log.isEnabledFor(logging.ERROR):
        log.error("e")
    return x * 3.0


HISTORY = {"calls": 0, "names": []}


def counts_in_dict(x):
    HISTORY["calls"] += 1
    HISTORY["names"].append("f")
    return x * x


def with_errstate_nested(xs):
    with np.errstate(divide="ignore"), np.errstate(invalid="ignore"):
        y = np.log(np.abs(xs))
        with np.errstate(over="ignore"):
            z = np.exp(y)
    return np.sum(z * y)


class Timer:
    def __enter__(self):
        self.ticks = 0
        return self

    def __exit__(self, kind, value, trace):
        self.ticks += 1
        return None


def with_timer(x):
    timer = Timer()
    with timer as t:
        y = x * x
        t.ticks += 1
    with timer:
        y = y * x
    return y


@contextlib.contextmanager
def scaled_context(k):
    yield k * 2.0


def with_active_context(x):
    with scaled_context(x) as k:
        y = k * x
    return y


class Doubling:
    def __init__(self, x):
        self.x = x

    def __enter__(self):
        return self.x * 2.0

    def __exit__(self, *details):
        return False


def with_active_object(x):
    with Doubling(x) as d:
        y = d * x
    return y


def with_return_inside(x):
    with contextlib.nullcontext(3.0) as k:
        if x > 0:
            return x * k
    return x


def with_in_loop(xs):
    s = 0.0
    for v in xs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            s += v * v
    return s


def try_except_else_finally(x):
    trace = 0.0
    try:
        y = math.sqrt(x - 5.0)
    except (ValueError, TypeError) as error:
        y = x * x
        trace += 1.0
    else:
        y = y * 2.0
    finally:
        trace += 2.0
    return y * trace


def try_zero_division(x):
    out = 0.0
    for d in (0.0, 2.0):
        try:
            out += x / d
        except ZeroDivisionError:
            out += x * x
    return out


def try_dict_default(x):
    cache = {}
    try:
        y = cache["k"]
    except KeyError:
        y = cache["k"] = x * x
    return y + cache["k"]


def try_return_each(x):
    try:
        return math.log(x - 10.0)
    except ValueError:
        return x * 3.0


def try_nested(x):
    try:
        try:
            y = math.log(-x)
        except TypeError:
            y = 0.0
    except ValueError:
        y = x * x
    return y


def try_finally_return(x):
    done = []
    try:
        return x * x
    finally:
        done.append(1)


def random_noise_by_seed(x):
    rng = random.Random(7)
    return sum(x * rng.gauss(0.0, 1.0) for _ in range(3))


def random_mask(xs):
    rng = np.random.default_rng(11)
    keep = rng.uniform(size=xs.shape) < 0.6
    return np.sum(xs[keep] ** 2) + np.sum(xs * rng.standard_normal(len(xs)))


def random_choice_of_function(x):
    rng = random.Random(3)
    f = rng.choice([math.sin, math.cos])
    return f(x) * rng.randint(1, 5)


def random_shuffled(xs):
    order = np.random.default_rng(5).permutation(len(xs))
    s = 0.0
    for k, i in enumerate(order):
        s += k * xs[i]
    return s


def random_metropolis(x):
    rng = np.random.default_rng(0)
    energy = x * x
    for _ in range(5):
        trial = energy * (0.8 + 0.4 * rng.random())
        if rng.random() < math.exp(min(0.0, energy - trial)):
            energy = trial
    return energy


def helper_a(v):
    return v * 2.0


def helper_b(v):
    return v * v


REGISTRY = {"a": helper_a, "b": helper_b}


def register(name):
    def add(function):
        REGISTRY[name] = function
        return function

    return add


@register("c")
def helper_c(v):
    return math.sin(v)


def dispatched(x, names):
    for name in names:
        x = REGISTRY[name](x)
    return x


def getattr_dispatch(x, op):
    return getattr(np, op)(x) + getattr(operator, "mul")(x, x)


def callable_argument(f, x):
    return f(f(x)) if callable(f) else x


def callable_or_none(x, activation=None):
    y = x * x
    return activation(y) if activation else y


for _f in (
    closure_in_list, closure_late_in_loop, closure_changed_between_calls, closure_over_closure, closure_returned_pair,
    closure_accumulator, lambda_default_captures, lambdas_on_one_line, lambda_of_lambda, lambda_star, lambda_in_dict,
    function_list_by_data, function_chosen_by_comparison, functions_in_loop, partial_of_partial,
    partial_positional_and_keyword, partial_of_method, timed_square, thrice, both, decorated_three_ways,
    decorated_by_class, decorated_locally, star_forwarding, star_list_call, star_dict_call, defaults_of_helpers,
    recursion_on_tree, adaptive_quadrature, fibonacci_polynomial, recursion_collatz, cached_binomials,
    generator_taylor, generator_unpacked, generator_zipped, generator_delegates, generator_local, generator_infinite,
    generator_last, prints_formats, prints_list_and_dict, fstring_label, raises_never, raises_chained, raises_own,
    logs_levels, counts_in_dict, with_timer, with_active_context, with_active_object, with_return_inside,
    try_except_else_finally, try_zero_division, try_dict_default, try_return_each, try_nested, try_finally_return,
    random_noise_by_seed, random_choice_of_function, random_metropolis, callable_or_none,
):  # fmt: skip
    case(_f, 1.3)
for _f in (
    partial_in_map, recursion_on_list, cached_coefficients, generator_helper_loop, generator_helper_sum,
    generator_helper_list, generator_with_state, generator_early_return, generator_break, generator_next,
    generator_dict, generator_sorted, generator_windows, generator_dunder_iter, prints_in_branches,
    with_errstate_nested, with_in_loop, random_mask, random_shuffled,
):  # fmt: skip
    case(_f, array(4))
case(function_table, "exp", 1.3)
case(function_table, "own", 1.3)
case(keyword_only_argument, 1.3, kwargs={"shift": 0.5})
case(positional_only_argument, 1.3, 0.4)
case(mutual_recursion_by_count, 1.3, 5)
case(power_by_squaring, 1.3, 11)
case(recursion_over_nested_dict, {"a": 1.3, "b": {"c": 0.4, "d": {"e": 0.7}}})
case(asserts_shapes, array(3), array(3, seed=1))
case(dispatched, 1.3, ("a", "b", "c"))
case(getattr_dispatch, 1.3, "cos")
case(callable_argument, math.sin, 1.3, argnums=(1,))
case(callable_or_none, 1.3, math.tanh, argnums=(0,))
