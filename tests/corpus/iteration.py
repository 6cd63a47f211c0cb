"""Iteration: what a loop can run over, comprehensions, and the functions that fold a sequence."""

# ruff: noqa
from __future__ import annotations

import functools
import itertools
import math
import operator
from itertools import accumulate, chain, product

import numpy as np

from .case import Table, array, positive

case = Table("iteration")


def over_array(xs):
    s = 0.0
    for x in xs:
        s = s * 0.5 + x * x
    return s


def over_rows(a):
    s = 0.0
    for row in a:
        s += row[0] * np.sum(row)
    return s


def over_rows_and_entries(a):
    s = 1.0
    for row in a:
        for v in row:
            s = s + v * s * 0.1
    return s


def over_transposed(a):
    s = 0.0
    for k, column in enumerate(a.T):
        s += k * np.dot(column, column)
    return s


def over_list_of_floats(x, y):
    s = 1.0
    for v in [x, y, x * y]:
        s = s * v + v
    return s


def over_tuple(x, y):
    s = 0.0
    for v in (x, 2.0, y):
        s += v**2
    return s


def over_constants(x):
    s = 0.0
    for c, p in ((1.0, 1), (-0.5, 2), (0.25, 3)):
        s += c * x**p
    return s


def over_string(x):
    for letter in "abca":
        if letter == "a":
            x = x * 1.5
    return x


def over_list_argument(xs):
    s = 0.0
    for x in xs:
        s += math.sin(x)
    return s


def enumerate_start(xs):
    s = 0.0
    for i, x in enumerate(xs, start=1):
        s += x / i
    return s


def enumerate_positional_start(xs):
    return sum(i * x for i, x in enumerate(xs, 2))


def zip_two(xs, ys):
    s = 0.0
    for x, y in zip(xs, ys):
        s += x * y * y
    return s


def zip_unequal(xs, ys):
    s = 0.0
    for x, y in zip(xs, ys[1:]):
        s = s * x + y
    return s


def zip_strict(xs, ys):
    return sum(x / y for x, y in zip(xs, ys, strict=True))


def zip_with_range(xs):
    s = 0.0
    for k, x in zip(range(10, 0, -3), xs):
        s += k * x * x
    return s


def zip_shifted(xs):
    s = 0.0
    for a, b in zip(xs[:-1], xs[1:]):
        s += (b - a) ** 2
    return s


def enumerate_zip(xs, ys):
    s = 0.0
    for i, (x, y) in enumerate(zip(xs, ys)):
        s += i * x - y * x
    return s


def zip_transposes(points):
    xs, ys = zip(*points)
    return sum(xs) * max(ys)


def over_reversed(xs):
    s = 0.0
    for x in reversed(xs):
        s = s * 0.7 + x
    return s


def reversed_range(x, n):
    s = 0.0
    for i in reversed(range(1, n)):
        s = s * x + i
    return s


def reversed_slice(xs):
    s = 1.0
    for x in xs[::-1]:
        s = math.tanh(s * x)
    return s


def sorted_values(xs):
    s = 0.0
    for k, x in enumerate(sorted(xs)):
        s += k * x * x
    return s


def sorted_key_reverse(xs):
    ordered = sorted(xs, key=lambda v: -abs(v), reverse=True)
    return ordered[0] * 3.0 + ordered[-1] ** 2


def sorted_pairs(x, y):
    pairs = sorted([(2.0, x), (1.0, y)])
    return pairs[0][1] * 2.0 + pairs[1][1] ** 2


def argsort_loop(xs):
    s = 0.0
    for rank, i in enumerate(np.argsort(xs)):
        s += rank * xs[i]
    return s


def dict_items(params):
    s = 0.0
    for name, value in params.items():
        s += len(name) * value**2
    return s


def dict_keys_and_values(params):
    s = 0.0
    for name in params:
        s += params[name]
    for value in params.values():
        s = s * value
    return s


def sorted_keys(params):
    s = 1.0
    for name in sorted(params.keys()):
        s = s * params[name] + 1.0
    return s


def list_comprehension(xs):
    squares = [x * x for x in xs]
    return squares[0] * squares[-1] + sum(squares)


def comprehension_filter(xs):
    kept = [math.sqrt(x) for x in xs if x > 0.0]
    return sum(kept) * len(kept)


def comprehension_two_fors(xs, ys):
    products = [x * y for x in xs for y in ys if x > y]
    return sum(products)


def comprehension_nested(a):
    table = [[v * (i + 1) for v in row] for i, row in enumerate(a)]
    return table[0][1] * table[1][0]


def comprehension_shadow(x):
    values = [x * 2.0 for x in (x, x + 1.0)]
    return x * values[0] * values[1]


def comprehension_conditional(xs):
    return sum([x if x > 0.0 else 0.1 * x * x for x in xs])


def dict_comprehension(x):
    powers = {n: x**n for n in range(4)}
    return powers[3] - powers[1] * powers[2]


def set_comprehension(xs):
    return sum({round(k * 2): 1 for k in range(3)}) * xs[0] + len({k % 2 for k in range(5)}) * xs[1]


def generator_sum(xs):
    return sum(x * x for x in xs)


def generator_sum_start(xs, y):
    return sum((x * y for x in xs), y)


def generator_two_fors(a):
    return sum(a[i, j] * (i + 1) for i in range(a.shape[0]) for j in range(a.shape[1]) if i != j)


def generator_in_a_name(xs):
    squares = (x * x for x in xs)
    return sum(squares)


def min_max_generator(xs):
    return max(x * x for x in xs) - min(math.exp(x) for x in xs)


def max_key(xs):
    return max(xs, key=lambda x: -((x - 1.0) ** 2)) ** 2


def min_key_pairs(x, y):
    best = min([(x * y, x), (x + y, y)], key=lambda p: p[0])
    return best[1] * best[0]


def max_default(xs):
    return max((x for x in xs if x > 50.0), default=1.0) * xs[0]


def max_several(x, y, z):
    return max(x, y * y, z) * min(x, y, z)


def any_all(xs):
    if any(x > 1.0 for x in xs) and all(x > -5.0 for x in xs):
        return sum(xs) * xs[0]
    return xs[1]


def map_lambda(xs):
    return sum(map(lambda x: x * math.sin(x), xs))


def map_two(xs, ys):
    return sum(map(operator.mul, xs, ys))


def map_named(xs):
    def weight(x):
        return x / (1.0 + x * x)

    total = 0.0
    for w in map(weight, xs):
        total += w
    return total


def list_of_map(xs):
    roots = list(map(math.exp, xs))
    return roots[0] * roots[-1]


def filter_positive(xs):
    return sum(filter(lambda x: x > 0.0, xs)) * 2.0


def reduce_product(xs):
    return functools.reduce(lambda a, b: a * b, xs)


def reduce_initial(xs, y):
    return functools.reduce(lambda a, b: a * y + b, xs, 1.0)


def reduce_operator(xs):
    return functools.reduce(operator.mul, [x + 2.0 for x in xs])


def math_prod_fsum(xs):
    return math.prod(xs) + math.fsum([x * x for x in xs])


def itertools_product(xs):
    s = 0.0
    for a, b in product(xs, repeat=2):
        s += a * b * b
    return s


def itertools_combinations(xs):
    return sum(a * b for a, b in itertools.combinations(xs, 2))


def itertools_chain(xs, ys):
    s = 1.0
    for v in chain(xs, ys):
        s = s * 0.5 + v * v
    return s


def itertools_accumulate(xs):
    sums = list(accumulate(xs))
    return sums[1] * sums[-1]


def itertools_accumulate_function(xs):
    last = 0.0
    for last in accumulate(xs, lambda a, b: a * b + 1.0):
        pass
    return last


def itertools_islice_count(x):
    return sum(x / (k + 1) for k in itertools.islice(itertools.count(1), 4))


def itertools_repeat(x):
    y = 1.0
    for v in itertools.repeat(x, 3):
        y = y * v + 1.0
    return y


def itertools_pairwise(xs):
    return sum((b - a) ** 2 for a, b in itertools.pairwise(xs))


def itertools_zip_longest(xs, ys):
    return sum(a * b for a, b in itertools.zip_longest(xs, ys, fillvalue=2.0))


def itertools_starmap(xs, ys):
    return sum(itertools.starmap(lambda a, b: a * b, zip(xs, ys)))


def itertools_takewhile(xs):
    return sum(x * x for x in itertools.takewhile(lambda v: v > 0.0, xs))


def next_of_iterator(xs):
    it = iter(xs)
    first = next(it)
    s = 0.0
    for x in it:
        s += first * x
    return s


def next_default(xs):
    found = next((x for x in xs if x > 1.0), 0.5)
    return found * found


def range_objects(x, n):
    r = range(1, n, 2)
    return sum(x**k for k in r) * len(r) + r[-1] * x


def range_step_over_array(a):
    s = 0.0
    for i in range(0, len(a), 2):
        s += a[i] ** 2
    for i in range(len(a) - 1, -1, -3):
        s += a[i]
    return s


def ndindex_loop(a):
    s = 0.0
    for i, j in np.ndindex(a.shape):
        s += a[i, j] * (i - j)
    return s


def ndenumerate_loop(a):
    s = 0.0
    for (i, j), v in np.ndenumerate(a):
        s += v * v * (i + j)
    return s


def flat_loop(a):
    s = 0.0
    for v in a.flat:
        s = 0.5 * s + v
    return s


def tolist_loop(a):
    return sum(v * v for v in a.tolist())


def modified_while_iterating(x):
    work = [x]
    total = 0.0
    for v in work:
        total += v
        if len(work) < 4:
            work.append(v * 0.5 + 1.0)
    return total * work[-1]


_xs, _ys, _ps = array(4), array(4, seed=1), positive(4)
case(over_array, _xs)
case(over_rows, array(3, 2))
case(over_rows_and_entries, array(2, 3))
case(over_transposed, array(2, 3))
case(over_list_of_floats, 1.3, 0.4)
case(over_tuple, 1.3, 0.4)
case(over_constants, 1.3)
case(over_string, 1.3)
case(over_list_argument, [1.3, 0.4, -0.2])
case(enumerate_start, _xs)
case(enumerate_positional_start, _xs)
case(zip_two, _xs, _ys)
case(zip_unequal, _xs, _ys)
case(zip_strict, _xs, _ys)
case(zip_with_range, _xs)
case(zip_shifted, _xs)
case(enumerate_zip, _xs, _ys)
case(zip_transposes, [(1.3, 0.4), (0.2, -0.9)])
case(over_reversed, _xs)
case(over_reversed, [1.3, 0.4])
case(reversed_range, 1.3, 5)
case(reversed_slice, _xs)
case(sorted_values, _xs)
case(sorted_values, [1.3, 0.4, 0.9])
case(sorted_key_reverse, [1.3, -0.4, 0.9])
case(sorted_pairs, 1.3, 0.4)
case(argsort_loop, _xs)
case(dict_items, {"a": 1.3, "bb": 0.4})
case(dict_keys_and_values, {"a": 1.3, "bb": 0.4})
case(sorted_keys, {"b": 1.3, "a": 0.4})
case(list_comprehension, _xs)
case(comprehension_filter, _xs)
case(comprehension_two_fors, _xs, _ys)
case(comprehension_nested, array(2, 2))
case(comprehension_shadow, 1.3)
case(comprehension_conditional, _xs)
case(dict_comprehension, 1.3)
case(set_comprehension, _xs)
case(generator_sum, _xs)
case(generator_sum_start, _xs, 1.3)
case(generator_two_fors, array(3, 3))
case(generator_in_a_name, _xs)
case(min_max_generator, _xs)
case(max_key, [1.3, 0.4])
case(min_key_pairs, 1.3, 0.4)
case(max_default, _xs)
case(max_several, 1.3, 0.4, 0.9)
case(any_all, _xs)
case(map_lambda, _xs)
case(map_two, _xs, _ys)
case(map_named, _xs)
case(list_of_map, _xs)
case(filter_positive, _xs)
case(reduce_product, _xs)
case(reduce_initial, _xs, 1.3)
case(reduce_operator, [1.3, 0.4])
case(math_prod_fsum, _xs)
case(itertools_product, _xs)
case(itertools_combinations, _xs)
case(itertools_chain, _xs, _ys)
case(itertools_accumulate, _xs)
case(itertools_accumulate_function, _xs)
case(itertools_islice_count, 1.3)
case(itertools_repeat, 1.3)
case(itertools_pairwise, _xs)
case(itertools_zip_longest, _xs, _ys[:2])
case(itertools_starmap, _xs, _ys)
case(itertools_takewhile, _ps)
case(next_of_iterator, _xs)
case(next_default, _xs)
case(range_objects, 1.3, 6)
case(range_step_over_array, array(7))
case(ndindex_loop, array(2, 3))
case(ndenumerate_loop, array(2, 3))
case(flat_loop, array(2, 3))
case(tolist_loop, _xs)
case(modified_while_iterating, 1.3)
