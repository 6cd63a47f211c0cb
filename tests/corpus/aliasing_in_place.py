"""Arrays that are changed in place while another name, container or function may hold them."""

# ruff: noqa
from __future__ import annotations

import numpy as np

from .case import Table, positive

case = Table("arrays changed in place")


def name_of_this_trip(A):
    s = 0.0
    h = A[0] * 1.0
    for k in range(3):
        h = A @ h
        g = h
        h *= 0.5
        s += g.sum()
    return s + h.sum()


def appended_first(A):
    h = A[0] * 1.0
    keep = []
    for k in range(3):
        h = A @ h
        keep.append(h)
        h *= 0.5
    return sum(v.sum() * v[0] for v in keep)


def view_of_it(A):
    h = A[0] * 1.0
    t = 0.0
    for k in range(3):
        h = A @ h
        v = h[1:]
        h *= 0.5
        t += v @ v
    return t


def read_by_closure(A):
    h = A[0] * 1.0
    t = 0.0
    for k in range(3):
        h = A @ h

        def get():
            return h.sum()

        h *= 0.5
        t += get()
    return t


def held_by_default(A):
    h = A[0] * 1.0
    t = 0.0
    for k in range(3):
        h = A @ h
        get = lambda h=h: h.sum()
        h *= 0.5
        t += get()
    return t


def written_by_closure(A):
    h = A @ A[0]

    def upd():
        nonlocal h
        h *= 2.0
        return 3.0

    x = h * upd()
    return x.sum() + h.sum()


def held_by_dict(A):
    t = 0.0
    for k in range(3):
        h = A @ A[k]
        d = {"h": h}
        h *= h.sum()
        t += d["h"].sum()
    return t


def held_by_zip(A):
    t = 0.0
    for k in range(3):
        h = A @ A[k]
        z = zip(h, A[0])
        h *= h.sum()
        t += sum(p * q for p, q in z)
    return t


def written_by_callee(A):
    t = 0.0

    def f(q):
        q *= q.sum()
        return q.sum()

    for k in range(3):
        h = A @ A[k]
        t += f(h) + h.sum()
    return t


def iterated_over(A):
    t = 0.0
    for k in range(3):
        h = A @ A[k]
        for v in h:
            h *= 1.1
            t += v
    return t


def in_a_branch(A):
    t = 0.0
    for k in range(3):
        h = A @ A[k]
        if h[0] > 0:
            h *= 1.1
        t += h.sum()
    return t


def entries_written_too(A):
    h = A @ A[0]
    for k in range(3):
        h /= h.sum()
        h[0] = 3.0 * h[1]
    return h @ h


def entries_written_in_loop(A):
    t = 0.0
    for k in range(3):
        h = A @ A[k]
        h /= h.sum()
        h[0] = 3.0 * h[1]
        h **= 2
        t += h.sum()
    return t


def second_name(A):
    h = A @ A[0]
    h2 = h
    h *= h.sum()
    return h2 @ h


def by_itself(A):
    h = A @ A[0]
    h *= h
    h /= h + 1
    h **= 3
    return h.sum()


def transposed(A):
    h = (A @ A).T
    h *= h[0].sum()
    return (h[0] * h[:, 1]).sum()


def row_of_it(A):
    B = A @ A
    h = B[0]
    h *= h.sum()
    return (B**2).sum()


def reshaped(A):
    h = (A @ A).reshape(-1)
    g = h.reshape(3, 3)
    h *= h.sum()
    return (g**2).sum()


def single_precision(A):
    h = np.float32(1) * A[0]
    h *= A[1]
    return h.sum()


def layer(A):
    t = 0.0
    for k in range(3):
        h = np.tanh(A @ A[k])
        h += A[0]
        h -= 0.1
        t = t + h @ h
    return t


def held_by_unpacking(A):
    h = A[0] * 2
    a, b = h, A[1]
    h *= h[0]
    return a @ b


def stacked_before(A):
    h = A[0] * 2
    y = np.stack([h, h])
    h *= h[0]
    return y.sum() * h.sum()


def chosen_by_condition(A):
    h = A[0] * 2
    w = h if A[0, 0] > -100 else A[1] * 1
    h *= h[0]
    return w.sum() * h.sum()


def in_try(A):
    h = A[0] * 2
    try:
        h *= h[0]
    except ValueError:
        h = A[1]
    return h.sum()


def sum_outside(A):
    out = np.zeros(3)
    for k in range(3):
        h = A @ A[k]
        h *= h.sum()
        out += h
        out *= 1.01
    return out @ out


def asarray_of_it(A):
    h = np.asarray(A[0] * 3)
    g = np.asarray(h)
    h *= h.sum()
    return g.sum()


def held_by_generator(A):
    h = A[0] * 3
    it = (v * 2 for v in h)
    h *= h.sum()
    return sum(it)


def held_by_list(A):
    h = A[0] * 3
    k = [h][0]
    h *= h.sum()
    return k.sum()


def held_by_max(A):
    h = A[0] * 3
    k = max([h, A[1]], key=lambda v: v[0])
    h *= h.sum()
    return k.sum()


def unknown_rank_chosen(A, k=0):
    y = np.sum(A * A, axis=k)
    w = y if A[0, 0] > -1 else A[0]
    y *= 2
    return w.sum() + y[0]


def unknown_rank_chosen_in_loop(A, k=0):
    y = np.sum(A * A, axis=k)
    t = 0.0
    for i in range(3):
        w = y if A[0, 0] > -1 else A[0]
        y = y * 1.0 if i == 5 else y
        y += 2 * A[0]
        t += w.sum()
    return t


def unknown_rank_second_name(A, k=0):
    y = np.sum(A * A, axis=k)
    w = y
    for i in range(3):
        y *= 1.5
    return w.sum()


def unknown_rank_from_loop(A, k=0):
    y = np.sum(A * A, axis=k)
    w = A[0]
    for i in range(3):
        w = y
    y *= 2
    return w.sum()


def from_loop(A):
    y = A[0] * 2
    w = A[1] * 1
    for i in range(3):
        w = y
    y *= y[0]
    return w.sum()


def chosen_by_index(A, n=1):
    h = A[0] * 2
    w = [A[1] * 1, h][n]
    h *= h[0]
    return w.sum()


def chosen_in_tuple(A, n=1):
    h = A[0] * 2
    w = (h if n else A[1], 1)[0]
    h *= h[0]
    return w.sum()


def chosen_by_or(A, n=1):
    h = A[0] * 2
    w = h or 3 if n > 5 else h
    h *= h[0]
    return w.sum()


def chosen_dict(A, n=1):
    h = A[0] * 2
    d = dict(a=A[1]) if n > 5 else dict(a=h)
    h *= h[0]
    return d["a"].sum()


def dict_bound_in_loop(A, n=2):
    h = A[0] * 2
    d = {"a": A[1] * 1}
    for _ in range(n):
        d = {"a": h}
    h *= h[0]
    return d["a"].sum()


case(name_of_this_trip, positive(3, 3))
case(appended_first, positive(3, 3))
case(view_of_it, positive(3, 3))
case(read_by_closure, positive(3, 3))
case(held_by_default, positive(3, 3))
case(written_by_closure, positive(3, 3))
case(held_by_dict, positive(3, 3))
case(held_by_zip, positive(3, 3))
case(written_by_callee, positive(3, 3))
case(iterated_over, positive(3, 3))
case(in_a_branch, positive(3, 3))
case(entries_written_too, positive(3, 3))
case(entries_written_in_loop, positive(3, 3))
case(second_name, positive(3, 3))
case(by_itself, positive(3, 3))
case(transposed, positive(3, 3))
case(row_of_it, positive(3, 3))
case(reshaped, positive(3, 3))
case(single_precision, positive(3, 3))
case(layer, positive(3, 3))
case(held_by_unpacking, positive(3, 3))
case(stacked_before, positive(3, 3))
case(chosen_by_condition, positive(3, 3))
case(in_try, positive(3, 3))
case(sum_outside, positive(3, 3))
case(asarray_of_it, positive(3, 3))
case(held_by_generator, positive(3, 3))
case(held_by_list, positive(3, 3))
case(held_by_max, positive(3, 3))
case(unknown_rank_chosen, positive(3, 3))
case(unknown_rank_chosen_in_loop, positive(3, 3))
case(unknown_rank_second_name, positive(3, 3))
case(unknown_rank_from_loop, positive(3, 3))
case(from_loop, positive(3, 3))
case(chosen_by_index, positive(3, 3))
case(chosen_in_tuple, positive(3, 3))
case(chosen_by_or, positive(3, 3))
case(chosen_dict, positive(3, 3))
case(dict_bound_in_loop, positive(3, 3))
