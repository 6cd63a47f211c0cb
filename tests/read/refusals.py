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


@refused("`try` is not supported", "try:", 1.5)
def tried(x):
    try:
        return math.log(x)
    except ValueError:
        return 0.0


@refused("is a generator", "generator(x)", 1.5)
def calls_generator(x):
    return sum(generator(x))


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


@refused("the keys of a dict must be constants", "", np.ones(3))
def data_keys(xs):
    d = {}
    for k in range(len(xs)):
        d[k] = xs[k]
    return d[0]


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
