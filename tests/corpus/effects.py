"""Statements with effects (printing, errors, contexts, randomness) and calls known only at run time."""

# ruff: noqa
from __future__ import annotations

import contextlib
import logging
import math
import operator
import random
import warnings

import numpy as np

from .case import Table, array

case = Table("effects")
log = logging.getLogger("corpus")
calls = {"count": 0}
trace: list[float] = []


def prints(x):
    y = x * x
    print("y is", y)
    return y * x


def prints_in_loop(x):
    for k in range(3):
        x = x * 1.1
        print(f"step {k}: {x:.3f}", end=";")
    return x


def formats(x, name):
    label = f"{name}={x:.2f}" + "!".join(["a", "b"]) + "%d" % 3 + "{}".format(4)
    return x * len(label)


def asserts(x):
    assert x > 0.0, f"x must be positive, not {x}"
    y = math.log(x)
    assert not math.isnan(y)
    return y * x


def raises_not(x):
    if x < 0.0:
        raise ValueError(f"negative: {x}")
    return math.sqrt(x)


def raises_in_helper(x):
    def checked(v):
        if not np.isfinite(v):
            raise ArithmeticError("overflow")
        return v

    return checked(x * x) * checked(x)


def logs(x):
    log.info("x is %s", x)
    log.debug(f"{x * x}")
    return x * x


def warns(x):
    if x > 100.0:
        warnings.warn("large", stacklevel=2)
    return x**2


def counts_calls(x):
    calls["count"] += 1
    return x * 2.0


def appends_to_global_constants(x):
    trace.append(len(trace))
    return x * x


def with_errstate(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(x > 0.0, 1.0 / x, 0.0)
    return np.sum(y * y)


def with_errstate_return(x):
    with np.errstate(all="ignore"):
        return np.sum(np.sqrt(np.abs(x)))


@contextlib.contextmanager
def noted(label):
    trace.append(1.0)
    try:
        yield len(label)
    finally:
        trace.append(-1.0)


def with_user_manager(x):
    with noted("abc") as k:
        y = x * k
    return y * x


class Scope:
    def __enter__(self):
        self.open = True
        return self

    def __exit__(self, *exc):
        self.open = False
        return False

    def scale(self, x):
        return x * (3.0 if self.open else 1.0)


def with_class_manager(x):
    with Scope() as s, contextlib.nullcontext():
        y = s.scale(x)
    return s.scale(y) * x


def with_suppress(x):
    with contextlib.suppress(ZeroDivisionError):
        x = x * x
    return x


def try_not_raised(x):
    try:
        y = math.log(x)
    except ValueError:
        y = -x
    return y * y


def try_else_finally(x):
    k = 1.0
    try:
        y = math.sqrt(x)
    except ValueError:
        y = x * x
        k = 2.0
    else:
        y = y * 3.0
    finally:
        k += 1.0
    return y * k


def try_key_error(x, options):
    try:
        scale = options["scale"]
    except KeyError:
        scale = 2.0
    return x * scale * x


def try_index_error(xs, k):
    try:
        value = xs[k]
    except IndexError as error:
        value = xs[-1] * len(str(error)) ** 0
    return value**2


def try_raised_by_user(x):
    try:
        if x > 1.0:
            raise StopIteration
        y = x * 2.0
    except StopIteration:
        y = x * x
    return y


def try_in_loop(xs):
    s = 0.0
    for x in xs:
        try:
            s += math.sqrt(x)
        except ValueError:
            continue
    return s


def try_return(x):
    try:
        return x * x
    finally:
        calls["count"] += 1


def try_finally_loop(x):
    for k in range(4):
        try:
            x = x * 1.2
            if x > 1.8:
                break
        finally:
            x = x + 0.1
    return x


def random_constant(x):
    noise = np.random.default_rng(3).normal(size=3)
    return np.sum(x * noise)


def random_global(x):
    random.seed(4)
    np.random.seed(5)
    return x * random.random() + x * x * np.random.rand()


def random_generator_argument(x, rng):
    for _ in range(3):
        x = x + 0.1 * rng.standard_normal() * x
    return x


def dropout(x, seed):
    rng = np.random.default_rng(seed)
    mask = rng.random(x.shape) > 0.5
    return np.sum(np.where(mask, x, 0.0) ** 2)


def stochastic_walk(x, seed):
    rng = random.Random(seed)
    for _ in range(5):
        if rng.random() < 0.5:
            x = x * 1.2
        else:
            x = math.sin(x)
    return x


def callable_from_getattr(x, name):
    return getattr(math, name)(x) * getattr(np, name)(x)


def callable_from_table(x):
    table = {True: math.sin, False: math.cos}
    return table[x > 1.0](x)


def callable_in_loop_by_data(x):
    steps = [math.sin, lambda v: v * v, lambda v: v + 1.0]
    for k in range(5):
        x = steps[(k * 2 + int(x > 1.0)) % 3](x)
    return x


def callable_from_object(x, obj):
    return obj["activation"](x) * obj["scale"]


def callable_chosen(x, kind):
    if kind == "a":
        f = math.exp
    elif kind == "b":

        def f(v):
            return v * v * v
    else:
        f = None
    return f(x) if f is not None else x


def operator_module(x, y):
    return operator.mul(x, y) + operator.pow(x, 2) - operator.neg(operator.sub(y, x))


def operator_itemgetter(x, y):
    get = operator.itemgetter(1)
    return get((x, y)) * x


def builtins_numeric(x, y):
    return abs(-x) + float(x * y) + divmod(7, 2)[0] * x + round(2.6) * y + int(3.7) * x


def builtins_bool(x):
    return bool(x) * x + callable(math.sin) * x * x


def casts(x):
    return float(np.float64(x)) * np.asarray(x).item() + np.float64(x * x)


def detached_by_int(x):
    return x * int(x * 10.0) + math.floor(x * 3.0) * x


def numpy_where_masks(x):
    y = np.where(x > 0.0, x**2, np.exp(x))
    return np.sum(y[x > -1.0])


def numpy_linear_algebra(a, b):
    return np.sum(np.linalg.solve(a @ a.T + 4.0 * np.eye(3), b)) + np.linalg.norm(b)


def numpy_reductions(x):
    return np.sum(x.mean(axis=0) * x.max(axis=0)) + x.sum(axis=1, keepdims=True).min() + np.prod(x[0])


def numpy_shapes(x):
    y = x.reshape(3, 2).T
    z = np.concatenate([y, y[:1]], axis=0)
    return np.sum(np.stack([z[0], z[2]]) * np.arange(3.0)) + np.sum(z[:, ::-1] * z)


def numpy_broadcasting(a, b):
    return np.sum(a[:, None] * b[None, :] + a.mean()) + np.sum((a[:, np.newaxis] - b) ** 2)


def softmax_cross_entropy(w, x, label):
    z = w @ x
    z = z - np.max(z)
    p = np.exp(z) / np.sum(np.exp(z))
    return -np.log(p[label])


def gaussian_likelihood(mu, log_sigma, data):
    sigma = np.exp(log_sigma)
    return np.sum(0.5 * ((data - mu) / sigma) ** 2 + np.log(sigma)) + 0.5 * len(data) * math.log(2 * math.pi)


for _f in (prints, prints_in_loop, asserts, raises_not, raises_in_helper, logs, warns, counts_calls):
    case(_f, 1.3)
case(formats, 1.3, "x")
case(appends_to_global_constants, 1.3)
case(with_errstate, array(4))
case(with_errstate_return, array(4))
for _f in (with_user_manager, with_class_manager, with_suppress, try_not_raised, try_else_finally, try_return):
    case(_f, 1.3)
case(try_not_raised, -1.3)
case(try_else_finally, -1.3)
case(try_key_error, 1.3, {"scale": 3.0}, argnums=(0,))
case(try_key_error, 1.3, {"other": 3.0}, argnums=(0,))
case(try_index_error, array(3), 1)
case(try_index_error, array(3), 7)
case(try_raised_by_user, 1.3)
case(try_raised_by_user, 0.3)
case(try_in_loop, array(5))
case(try_finally_loop, 1.3)
case(random_constant, array(3))
case(random_global, 1.3)
case(random_generator_argument, 1.3, np.random.default_rng(7))
case(dropout, array(5), 3)
case(stochastic_walk, 1.3, 2)
case(callable_from_getattr, 1.3, "sin")
case(callable_from_table, 1.3)
case(callable_in_loop_by_data, 1.3)
case(callable_from_object, 1.3, {"activation": math.tanh, "scale": 2.0})
for _kind in "abc":
    case(callable_chosen, 1.3, _kind)
case(operator_module, 1.3, 0.4)
case(operator_itemgetter, 1.3, 0.4)
case(builtins_numeric, 1.3, 0.4)
case(builtins_bool, 1.3)
case(casts, 1.3)
case(detached_by_int, 1.33)
case(numpy_where_masks, array(5))
case(numpy_linear_algebra, array(3, 3), array(3))
case(numpy_reductions, array(2, 3))
case(numpy_shapes, array(6))
case(numpy_broadcasting, array(2), array(3))
case(softmax_cross_entropy, array(3, 2), array(2), 1)
case(gaussian_likelihood, 0.4, -0.3, array(4), argnums=(0, 1))
