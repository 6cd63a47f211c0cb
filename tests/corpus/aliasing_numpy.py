"""NumPy functions that write into an argument, and indices of every kind."""

# ruff: noqa
from __future__ import annotations

import itertools

import numpy as np

from .case import Table

case = Table("numpy writes")


def put_simple(x):
    y = np.zeros(5)
    y.fill(x[0])
    np.put(y, [1, 3], x[1:3])
    y[4:].fill(2.0)
    return np.sum(y * y * x)


def put_cycle(x):
    y = x * 1.0
    np.put(y, [0, 1, 2, -1], x[:2] ** 2)
    return np.sum(y * y)


def put_trunc(x):
    y = x * 1.0
    np.put(y, [0, -2], x**2)
    return np.sum(y * y)


def put_two_dimensional(x):
    y = np.outer(x, x)
    np.put(y, [3, -1, 7], x[:3])
    return np.sum(y * y)


def put_scalar(x):
    y = np.outer(x, x)
    y.put([3, -1, 7], x[0])
    y.put(2, x[1:])
    return np.sum(y * y)


def put_repeat(x):
    y = x * 2
    np.put(y, [1, 1, 2], x[:3])
    return np.sum(y * y)


def place_cycle(x):
    y = x * 2
    np.place(y, y < 1, x[3:])
    return np.sum(y**3)


def place_list(x):
    y = x * 2
    np.place(y, y < 1, [x[0], x[1]])
    return np.sum(y**3)


def putmask_cycle(x):
    y = x * 2
    np.putmask(y, y < 1, x[:2])
    return np.sum(y**3)


def putmask_2d(m):
    y = m * 2
    np.putmask(y, y < 1, m[0])
    return np.sum(y**3)


def copyto_broadcast(m):
    y = np.zeros((4, 3))
    np.copyto(y, m[0], where=m > 0.3)
    np.copyto(y, m[:, :1], where=np.array([True, False, True]))
    return np.sum(y**3)


def copyto_number(m):
    y = m * 1.0
    np.copyto(y, m[0, 0] * 2, where=m > 0.3)
    return np.sum(y**3)


def copyto_overlap(x):
    y = x * 1.0
    np.copyto(y[1:], y[:-1])
    return np.sum(y**3 * x)


def fill_diagonal_by_number(m):
    y = m * 1.0
    np.fill_diagonal(y, m[0, 0] ** 2)
    return np.sum(y**3)


def fill_diagonal_by_row(m):
    y = m * 1.0
    np.fill_diagonal(y, m[3] ** 2)
    return np.sum(y**3)


def fill_diagonal_by_list(m):
    y = m * 1.0
    np.fill_diagonal(y, [m[3, 0], m[2, 1]])
    return np.sum(y**3)


def divide_where(x):
    b = np.array([1.0, 0.0, 2.0, 0.0, 4.0])
    y = np.divide(x, b, out=np.zeros_like(x), where=b != 0)
    return np.sum(y**2)


def log_where(x):
    y = np.log(x, out=np.zeros_like(x), where=x > 0)
    return np.sum(y**2)


def add_where_out(x):
    y = x * 2
    np.add(y, x[0], out=y, where=x > 0)
    np.multiply(y[1:], y[:-1], out=y[1:], where=y[1:] > 0)
    return np.sum(y**2)


def out_by_position(x):
    y = np.zeros(5)
    np.sin(x[1:], y[:-1])
    np.add(x[:2], x[1:3], y[3:])
    return np.sum(y**2)


def out_by_keyword(x):
    y = np.zeros((2, 5))
    np.exp(x, out=y[1])
    np.cumsum(x, out=y[0])
    s = np.empty(2)
    np.sum(y, axis=1, out=s)
    return np.sum(s * s)


def out_dot(m):
    o = np.empty((4, 4))
    np.dot(m, m.T, out=o)
    p = np.empty((3, 3))
    np.matmul(m.T, m, out=p)
    return np.sum(o**2) + np.sum(p)


def out_maximum(x):
    y = np.empty_like(x)
    np.maximum(x, 0.0, out=y)
    y2 = np.clip(x, -1, 1, out=np.empty(5))
    return np.sum(y * y2)


def flat_read_and_written(m):
    a = m * 1.0
    a.flat[2] = a.flat[0] * a.flat[1]
    a.flat[[4, 5]] = m[0, 0]
    a.flat[::4] *= 2.0
    return np.sum(a**2) + a.flat[3] ** 2


def flat_of_transposed(m):
    a = m * 1.0
    b = a.T
    return b.flat[1] ** 2 * np.sum(b.flat[2:5])


def flat_loop(m):
    a = m * 1.0
    s = 0.0
    for v in a.flat:
        s += v**2
    a.flat = m[0]
    return s + np.sum(a**2)


def ndarray_is_empty(x):
    a = np.ndarray((2, len(x)), dtype=np.float64)
    a[0] = x
    a[1] = x * x
    b = np.ndarray(3)
    b[:] = x[:3]
    return np.sum(a**2) + np.sum(b)


def histogram_of_weights(x):
    h = np.histogram(np.array([0.1, 0.5, 0.5, 0.9, 1.0]), 3, weights=x)[0]
    return np.sum(h**2)


def histogram_in_a_range(x):
    h, e = np.histogram(np.array([0.1, 0.5, 0.5, 0.9, 1.3]), bins=4, range=(0, 1), weights=x)
    return np.sum(h**2) * e[1]


def histogram_with_edges(x):
    h, e = np.histogram(np.array([0.1, 0.5, 0.5, 0.9, 1.3]), bins=[0, 0.5, 0.7, 1.3], weights=x)
    return np.sum(h**2) * e[1]


def bincount_of_weights(x):
    return np.sum(np.bincount(np.array([0, 1, 1, 3, 0]), weights=x, minlength=6) ** 2)


def subtract_and_add_at(x):
    y = np.zeros(3)
    np.subtract.at(y, [0, 0, 1], x[:3])
    np.add.at(y, np.array([2, 2, 2, 1, 0]), x**2)
    return np.sum(y**3)


def outer_of_ufuncs(x):
    return (
        np.sum(np.add.outer(x, x[:2]) ** 2)
        + np.sum(np.minimum.outer(x, x[1:3]))
        + np.sum(np.multiply.outer(x, x))
        + np.sum(np.subtract.outer(x, x[0]) ** 2)
    )


def rows_swapped(m):
    a = m * 1.0
    a[[0, 1]] = a[[1, 0]]
    a[:, [0, 2]] = a[:, [2, 0]] * 2
    return np.sum(a * m * m)


def indices_mixed(m):
    a = m * 1.0
    a[[0, 2], 1:] *= 2.0
    a[1:3, [0, 2]] += m[0, 0]
    i = np.array([0, 3])
    a[i, :2] = m[:2, :2] ** 2
    a[i, [0, 1]] = 3 * m[1, 1]
    a[np.ix_([0, 1], [1, 2])] *= m[3, 0]
    return np.sum(a**2)


def fancy_bool(m):
    a = m * 1.0
    k = a[:, 0] > 0.4
    a[k] *= 2
    a[k, 1] = m[0, 0]
    a[~k] += 1
    return np.sum(a**3)


def fancy_loop(m):
    a = m * 1.0
    p = [2, 0, 1, 3]
    for i in range(4):
        j = p[i]
        a[[i, j]] = a[[j, i]]
        a[i, [0, 1]] += m[j, 1]
    return np.sum(a * m**2)


def argsort_swap(m):
    a = m * 1.0
    for k in range(3):
        p = k + np.argmax(np.abs(a[k:, k]))
        a[[k, p]] = a[[p, k]]
        a[k + 1 :] -= np.outer(a[k + 1 :, k] / a[k, k], a[k])
    return np.sum(a**2)


def sort_of_view(x):
    y = x * 1.0
    y.sort()
    y[1:3].sort()
    return np.sum(y * np.arange(5.0) ** 2)


def sort_along_axis(m):
    y = m * 1.0
    y.sort(axis=0)
    y[0][::-1].sort()
    return np.sum(y * np.arange(12.0).reshape(4, 3))


def zip_longest_sum(x):
    return sum((a * b for a, b in itertools.zip_longest(x, x[:2], fillvalue=2.0)))


def zip_longest_of_three(x):
    s = 0.0
    for a, b, c in itertools.zip_longest([x[0], x[1]], x, [1.0], fillvalue=x[2]):
        s += a * b * c
    return s


def zip_longest_without_fill(x):
    s = 0.0
    for a, b in itertools.zip_longest(x, x[:2]):
        s += a if b is None else a * b
    return s


_x = np.array([0.7, -1.2, 0.4, 1.9, -0.35])
_m = np.array([[0.55, -1.1, 0.25], [1.2, 0.8, -0.6], [0.9, 0.2, 1.5], [0.1, -0.4, 0.35]])
for _f in (
    put_simple, put_cycle, put_trunc, put_two_dimensional, put_scalar, put_repeat, place_cycle, place_list, putmask_cycle,
    copyto_overlap, divide_where, log_where, add_where_out, out_by_position, out_by_keyword, out_maximum, ndarray_is_empty, histogram_of_weights, histogram_in_a_range, histogram_with_edges,
    bincount_of_weights, subtract_and_add_at, outer_of_ufuncs, sort_of_view, zip_longest_sum, zip_longest_of_three, zip_longest_without_fill,
):  # fmt: skip
    case(_f, _x)
for _f in (
    putmask_2d, copyto_broadcast, copyto_number, fill_diagonal_by_number, fill_diagonal_by_row, fill_diagonal_by_list, out_dot, flat_read_and_written, flat_of_transposed, flat_loop, rows_swapped,
    indices_mixed, fancy_bool, fancy_loop, argsort_swap, sort_along_axis,
):  # fmt: skip
    case(_f, _m)
for _f in (flat_read_and_written, flat_of_transposed, flat_loop):
    case(_f, np.asfortranarray(_m))
