"""What the reader refuses: each function with its argument, a part of the reason, and the text under the carets."""

# ruff: noqa
from __future__ import annotations

import json
import math

import numpy as np

REFUSED = []


def refused(reason, under, *args):
    def add(function):
        REFUSED.append((function, args, reason, under))
        return function

    return add


def generator(x):
    yield x


@refused("`json.dumps` is called with a value that is differentiated", "json.dumps(x)", 1.5)
def no_source(x):
    return float(json.dumps(x))


@refused("the keyword `copy` of", "np.nan_to_num(x * a, copy=False)", 1.5, np.ones(3))
def keyword(x, a):
    return np.nan_to_num(x * a, copy=False)


@refused("an effect inside of `try`", "trace.append(1)", 1.5)
def tried_with_an_effect(x):
    try:
        return math.log(noisy(x))
    except ValueError:
        return 0.0


def noisy(x):
    trace.append(1)
    return x


class Bounded:
    @property
    def value(self):
        return self.kept

    @value.setter
    def value(self, new):
        if new > 3.0:
            raise ValueError("too large")
        self.kept = new


@refused("`assign` inside of `try`, where it may raise", "bounded.value += x", 1.5)
def tried_setter(x):
    bounded = Bounded()
    bounded.value = x
    try:
        bounded.value += x
    except ValueError:
        return x * x
    return bounded.value


@refused("numbers are written in place into an array of another type", "k *= x", 1.5)
def floats_into_integers(x):
    k = np.array([1, 2])
    k *= x
    return np.sum(k) * x


@refused("`augassign` inside of `try`, where it may raise", "xs += map(math", 1.5)
def tried_extension(x):
    xs = [x]
    try:
        xs += map(math.sqrt, [x, -x])
    except ValueError:
        return sum(xs)
    return x


@refused("`match` inside of `try`, where it may raise", "match x", 1.5)
def tried_match_with_guard(x):
    try:
        match x:
            case y if math.sqrt(y - 2.0) > 1.0:
                return y
    except ValueError:
        return x * x
    return x


@refused("a loop inside of `try` over what is computed on the way", "for", 1.5)
def tried_loop(x):
    s = 0.0
    try:
        for v in map(math.log, [x, -x]):
            s += v
    except ValueError:
        s = x
    return s


@refused("`k` may be without a value inside of `try`, which handles that", "k", 1.5, 0)
def tried_name_without_value(x, n):
    try:
        for i in range(n):
            k = i
        j = k
        return x
    except NameError:
        return x * x


@refused("calls itself inside of `try`", "down(x)", 1.5)
def tried_recursion(x):
    def down(v):
        print(v)
        return v if v < 1.0 else v * down(v - 1.0)

    try:
        return down(x)
    except ValueError:
        return x


@refused("`raise` of an exception whose class is known at run time only", "raise", 1.5)
def raised_again_for_an_unknown_handler(x):
    try:
        try:
            return math.log(-x) if x > 1.0 else {}["key"]
        except (ValueError, LookupError):
            raise
    except KeyError:
        return x


@refused("the keyword `where` of", "np.add(x, a, where=a > 0.0)", 1.5, np.ones(3))
def where_without_out(x, a):
    return np.add(x, a, where=a > 0.0)


@refused("`ufunc.at` is called with a value that is differentiated", "np.fmod.at(a, [[0, 0]], x)", 1.5)
def multiplied_at(x):
    a = np.ones(3)
    np.fmod.at(a, [[0, 0]], x)
    return np.sum(a)


@refused("a dict whose keys are known at run time only is used as a whole", "return found", np.ones(3))
def dict_as_result(x):
    found = {}
    for k, a in enumerate(x):
        found[k] = a
    return found


@refused("a key depends on what is differentiated", "found[a]", np.ones(3))
def dict_of_active_keys(x):
    found = {}
    for a in x:
        found[a] = a
    return x[0]


@refused("entries of a list are replaced in steps", "values[::2]", np.ones(3))
def list_stepped_store(x):
    values = []
    for a in x:
        values.append(a)
    values[::2] = [1.0, 2.0]
    return sum(values)


def endless(x):
    while True:
        yield x


@refused("it need not end", "for a, b in zip(endless(x), endless(x)):", 1.5)
def calls_generator(x):
    for a, b in zip(endless(x), endless(x)):
        return a * b
    return x


def answered(x):
    y = yield x
    yield y


@refused("`yield` inside of an expression is not supported", "y = yield x", 1.5)
def calls_generator_that_is_sent_to(x):
    return sum(answered(x))


@refused("an iterator is used again that has been used in part", "sum(entries)", np.ones(3))
def iterator_used_in_part(x):
    entries = iter(x)
    for v in entries:
        if v > 0.5:
            break
    return v * sum(entries)


@refused("`total` is global to the function and is assigned", "total", 1.5)
def writes_global(x):
    global total
    total = x
    return x


total = 0.0
log = {"last": 0.0}
trace = []


@refused("a value that is differentiated is written", "log['last']", 1.5)
def writes_global_entry(x):
    log["last"] = x
    return x


@refused("the method `.append`", "trace.append(x)", 1.5)
def appends_to_global(x):
    trace.append(x)
    return x


@refused("a function made here is used as a value", "", 1.5)
def returns_function(x):
    return lambda v: v * x


@refused("the keys of a dict must be constants", "d[k, 0]", np.ones(3))
def data_keys(xs):
    d = {}
    for k in range(len(xs)):
        d[k, 0] = xs[k]
    return d[0, 0]


@refused("whether this writes into an array or rebinds a number is not known", "s += x", np.ones((3, 2)))
def unknown_in_place(rows):
    s = 0.0
    kept = []
    for x in rows:
        s += x
        kept.append(s)
    return np.sum(s) + np.sum(kept[0])


@refused("values of different kinds", "y", 1.5)
def kinds(x):
    if x > 1.0:
        y = x
    else:
        y = "text"
    return y


@refused("`missing` is not defined", "missing", 1.5)
def undefined_name(x):
    return x * missing


@refused("2 values are unpacked into 3 names", "a, b, c", 1.5)
def wrong_unpacking(x):
    a, b, c = x, x
    return a


@refused("takes 1 positional arguments but 2 were given", "math_of(x, x)", 1.5)
def wrong_arguments(x):
    def math_of(v):
        return v

    return math_of(x, x)


@refused("has no attribute `sine`", "math.sine", 1.5)
def wrong_attribute(x):
    return math.sine(x)


@refused("its length", "", [1.0, 2.0])
def argument_list_grows(xs):
    xs.append(xs[0])
    return xs[-1]


REFUSED[-1] = (argument_list_grows, ([1.0, 2.0],), "the length of a container argument is changed", "xs.append(xs[0])")
