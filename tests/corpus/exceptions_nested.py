"""`try` around loops, other `try`s, stores and calls with effects; iterators that come to their end."""

# ruff: noqa
from __future__ import annotations

import math

import numpy as np

from .case import Table, array

case = Table("exceptions")


def nested_try(x):
    try:
        try:
            y = math.log(x - 2.0)
        except ZeroDivisionError:
            y = 1.0
    except ValueError:
        y = x * x
    return y * x


case(nested_try, 1.3)


def try_loop(x):
    s = 0.0
    try:
        for k in range(5):
            s += math.sqrt(x - k)
    except ValueError:
        s = s * 2.0
    return s


case(try_loop, 2.3)


def try_store(x):
    out = np.zeros(3)
    try:
        for k in range(5):
            out[k] = x**k
    except IndexError:
        out[0] = x * 3
    return np.sum(out**2)


case(try_store, 1.3)


def try_list_append(x):
    out = []
    for v in [x, -x, 2 * x]:
        try:
            out.append(math.sqrt(v))
        except ValueError:
            out.append(v * v)
    return sum(out)


case(try_list_append, 1.3)


def try_dict_item(x):
    d = {"a": x}
    try:
        d["b"] = d["c"] * 2
    except KeyError:
        d["b"] = x * x
    return d["a"] * d["b"]


case(try_dict_item, 1.3)


def try_while(x):
    k = 0
    while True:
        try:
            y = math.log(x - 3 + k)
            break
        except ValueError:
            k += 1
    return y * x


case(try_while, 1.3)


def try_return_in_loop(xs):
    for v in xs:
        try:
            return math.log(v)
        except ValueError:
            continue
    return 0.0


case(try_return_in_loop, array(5))


def try_with_inner_if(x):
    try:
        if x > 0:
            y = 1.0 / (x - x)
        else:
            y = x
    except ZeroDivisionError:
        y = x * x * x
    return y


case(try_with_inner_if, 1.3)


def try_reraise(x):
    try:
        try:
            y = math.log(-x)
        except ValueError:
            raise
    except ValueError:
        y = x * 4
    return y


case(try_reraise, 1.3)


def try_from(x):
    def h(v):
        try:
            return math.log(v)
        except ValueError as e:
            raise RuntimeError("bad") from e

    try:
        return h(-x)
    except RuntimeError:
        return x * 5 * x


case(try_from, 1.3)


def lambda_apply_try(x):
    def safe(f, *a):
        try:
            return f(*a)
        except (ValueError, ZeroDivisionError):
            return x

    return safe(math.log, x) + safe(math.log, -x) + safe(lambda a, b: a / b, x, 0.0)


case(lambda_apply_try, 1.3)


def next_past_end(x):
    it = iter([x, 2 * x])
    a = next(it)
    b = next(it)
    try:
        c = next(it)
    except StopIteration:
        c = x * x
    return a * b * c


case(next_past_end, 1.3)


def next_loop_stop(x):
    it = iter(x)
    total = 0.0
    while True:
        try:
            v = next(it)
        except StopIteration:
            break
        total += v * v
    return total


case(next_loop_stop, array(4))


def next_default_past(x):
    it = iter([x, 2 * x])
    return next(it, 0.0) * next(it, 0.0) + next(it, x**3)


case(next_default_past, 1.3)


def next_gen_past(x):
    def g():
        yield x
        yield x * x

    it = g()
    s = next(it) + next(it)
    return s + next(it, 5.0 * x)


case(next_gen_past, 1.3)


def raiser(v, lim):
    print("raiser", lim)
    if v > lim:
        raise OverflowError("big")
    return v * v


def try_reraise_top(x):
    try:
        y = math.sqrt(x)
    except ValueError:
        print("bad")
        raise
    return y * y * x


case(try_reraise_top, 1.3)


def try_nested_finally(x):
    s = x
    try:
        try:
            s = s + math.log(x - 5)
        finally:
            s = s * 2
            print("inner", s)
    except ValueError:
        s = s * x
    finally:
        print("outer")
    return s


case(try_nested_finally, 1.3)


def try_nested_else(x):
    try:
        try:
            y = x * 2
        except ValueError:
            y = x
        else:
            y = math.log(-y)
    except ValueError as e:
        y = x * 5
        print(e)
    return y * x


case(try_nested_else, 1.3)


def try_handler_raises(x):
    try:
        try:
            y = math.log(-x)
        except ValueError:
            print("h")
            y = 1.0 / (x - x)
    except ZeroDivisionError:
        y = x**3
    return y


case(try_handler_raises, 1.3)


def try_loop_helper(x):
    s = 0.0
    for lim in (0.5, 1.0, 2.0, 3.0):
        try:
            s += raiser(x, lim)
        except OverflowError as e:
            print("caught", e)
            s += 0.1 * x
        else:
            s *= 1.1
        finally:
            s += 0.01
    return s


case(try_loop_helper, 1.3)


def try_break_in_try_loop(x):
    s = 0.0
    try:
        for k in range(10):
            if k == 4:
                break
            s += x / (3 - k)
        else:
            s += 100.0
    except ZeroDivisionError:
        s *= x
    return s


case(try_break_in_try_loop, 1.3)


def try_while_inside(x):
    y = x
    n = 0
    try:
        while True:
            y = math.sqrt(y - 0.3)
            n += 1
    except ValueError:
        y = y * x + n
    return y


case(try_while_inside, 2.3)


def try_while_inside2(x):
    y = x
    n = 0
    try:
        while n < 100:
            y = y - math.sqrt(y)
            n += 1
            if y > 50:
                return y
    except ValueError as e:
        print(e)
    return y * x + n


case(try_while_inside2, 2.3)


def store_index(x):
    out = [0.0, 0.0, 0.0]
    try:
        for k, v in enumerate(x):
            out[k] = v * v
    except IndexError:
        out[0] += 3.0 * x[0]
    return sum(out)


case(store_index, array(5))


def return_in_try_loop(x):
    def find(xs):
        try:
            for v in xs:
                if math.log(v) > 0.0:
                    return v * 2
        except ValueError:
            return xs[0] * 3
        return xs[-1]

    return find(x) + find(np.abs(x))


case(return_in_try_loop, array(5))


def effects_order(x):
    log = []

    def f(v):
        log.append("f")
        if v < 0:
            raise ValueError("neg")
        return v * 2

    try:
        y = f(x) + f(-x)
    except ValueError:
        y = x * len(log)
    print(log)
    return y


case(effects_order, 1.3)


def write_hazard(x):
    a = np.array([x, x])

    def bump(v):
        a[0] = a[0] * v
        if v > 100:
            raise ValueError
        return a[1] * v

    try:
        y = a[0] + bump(3.0) + a[0]
    except ValueError:
        y = 0.0
    return y


case(write_hazard, 1.3)


def dict_in_try_loop(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    for k in ["a", "c", "b"]:
        try:
            s += d[k]
        except KeyError as e:
            print("missing", e)
            s += 0.5 * x
    return s


case(dict_in_try_loop, 1.3)


def try_retry(x):
    step = 4.0
    for attempt in range(10):
        try:
            y = math.sqrt(x - step)
        except ValueError:
            step *= 0.5
            continue
        break
    else:
        return x
    return y * step


case(try_retry, 1.3)


def try_assert(x):
    try:
        for k in range(5):
            assert x * k < 3.0, "too big"
            last = x * k
    except AssertionError as e:
        print(e)
        return last * x
    return x


case(try_assert, 1.3)


def try_tuple_names(x):
    try:
        a, b = math.sqrt(x), math.sqrt(-x)
    except ValueError:
        a, b = x, 2 * x
    return a * b


case(try_tuple_names, 1.3)


def nested_three(x):
    s = 0.0
    for k in range(3):
        try:
            try:
                try:
                    if k == 0:
                        raise KeyError("k")
                    if k == 1:
                        raise ValueError("v")
                    raise TypeError("t")
                except KeyError:
                    s += x
            except ValueError:
                s += x * x
        except Exception:
            s += x**3
    return s


case(nested_three, 1.3)


def try_linalg(A):
    try:
        L = np.linalg.cholesky(A)
        return np.sum(L)
    except np.linalg.LinAlgError:
        return np.sum(A**2)


case(try_linalg, array(3, 3))


def try_array_op(x):
    try:
        y = x @ np.ones(7)
    except ValueError:
        y = np.sum(x**2)
    return y


case(try_array_op, array(4))


def partial_effects(x):
    out = []
    try:
        out.append(x)
        out.append(math.log(-x))
        out.append(x * x)
    except ValueError:
        pass
    return sum(out) * len(out)


case(partial_effects, 1.3)


def partial_writes(x):
    a = np.zeros(4)
    try:
        for k in range(4):
            a[k] = x * k
            if k == 2:
                raise StopIteration
            a[k] += 1.0
    except StopIteration:
        a[3] = 7 * x
    return a[0] + 2 * a[1] + 3 * a[2] + 4 * a[3]


case(partial_writes, 1.3)


def helper_partial(x):
    a = [x, 0.0]

    def f(v):
        a[0] = a[0] * v
        if v > 2:
            raise ValueError("x")
        a[1] = v
        return v

    s = 0.0
    for v in (1.5, 3.0):
        try:
            s += f(v) * x
        except ValueError:
            s -= 1
    return s + a[0] * a[1]


case(helper_partial, 1.3)


def helper_return_mid(x):
    def f(v):
        for k in range(5):
            if v * k > 3:
                return k * v
            if k == 4:
                raise KeyError("no")
        return 0.0

    t = 0.0
    for v in (x, 0.1 * x):
        try:
            t += f(v)
        except KeyError:
            t += 10 * x
    return t


case(helper_return_mid, 1.3)


def finally_on_error(x):
    def f(v):
        try:
            return math.log(v)
        finally:
            print("fin", v > 0)

    try:
        return f(-x)
    except ValueError:
        return x * f(x)


case(finally_on_error, 1.3)


def try_else_return(x):
    try:
        y = math.sqrt(x)
    except ValueError:
        return 0.0
    else:
        y += 1
    finally:
        print("f")
    return y * x


case(try_else_return, 1.3)


def next_in_expr(x):
    it = iter([x, x * x])
    try:
        y = next(it) + next(it) + next(it)
    except StopIteration:
        y = x * 9 * x
    return y


case(next_in_expr, 1.3)


def call_of_name_from_this_trip(x):
    s = 0.0
    try:
        for e in [x, 2 * x]:
            k = 0
            n = abs(k) + float(k)
            s += e * (n + 1) / x
    except ValueError:
        pass
    return s * x


case(call_of_name_from_this_trip, 1.3)


def attribute_of_name_from_last_trip(x):
    y = 0.0
    try:
        for i in range(2):
            if i:
                y += b.real / 2.0
            b = x * 3.0
    except ValueError:
        y = x * x
    return y


case(attribute_of_name_from_last_trip, 1.3)


def augmented_from_last_trip(x):
    y = 0.0
    try:
        for i in range(3):
            if i > 0:
                k += 1
            else:
                k = 3
            y += x / k
    except ZeroDivisionError:
        y = x * x
    return y


case(augmented_from_last_trip, 1.3)


def unbound_on_every_path(x):
    try:
        y = float(k) * x
        k = 2.0
    except UnboundLocalError:
        y = x * x
    return y


case(unbound_on_every_path, 1.3)
