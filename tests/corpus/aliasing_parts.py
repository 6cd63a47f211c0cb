"""Views and aliases that need care: parts of arrays and numbers, arrays in nested containers, several results of one
call, all written."""

# ruff: noqa
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .case import Table, positive

case = Table("parts")


@dataclass
class State:
    u: np.ndarray
    v: np.ndarray
    t: float = 0.0


@dataclass
class Outer:
    s: State
    w: np.ndarray


class Grid:
    def __init__(self, n):
        self.u = np.zeros(n)
        self.views = []

    def fill(self, x):
        self.u[:] = x
        self.edge = self.u[1:-1]

    def step(self, c):
        self.edge[:] = self.edge + c * (self.u[2:] - 2 * self.u[1:-1] + self.u[:-2])


def helper(s):
    s.u[0] = s.v[1] ** 2
    s.v *= s.u


def split_written(x):
    w = x.copy()
    l, r = np.split(w, 2)
    l[0] = r[1] ** 2
    r[:] = l * 2.0
    return np.sum(w**3)


def split_at_run_time_loop(x):
    w = x.copy()
    parts = np.array_split(w, 4)
    for p in parts:
        p[0] *= w[0]
    return np.sum(w**3)


def split_by_columns_and_rows(x):
    w = x.copy()
    l, r = np.hsplit(w, [1])
    l[0] = r[1, 0] ** 2
    r[:] = l * 2.0
    t, u = np.vsplit(w, 2)
    t[0] *= u[1]
    return np.sum(w**3)


def split_of_unequal_parts(x):
    w = x.copy()
    parts = np.split(w, [2, 3])
    parts[0][1] = parts[1][0] * parts[2][1]
    return np.sum(w**3)


def einsum_diagonal_written(x):
    w = x.copy()
    d = np.einsum("ii->i", w)
    d[:] = d * d + w[0]
    return np.sum(w**3)


def real_and_imaginary_items(z):
    w = z.copy()
    w.real[0] = w.imag[1] * w.real[2]
    w.imag[1:3] = w.real[2:4] ** 2
    return np.sum(np.abs(w) ** 2)


def real_and_imaginary_attributes(z):
    w = z.copy()
    w.imag = w.real**2
    w.real *= 3.0
    return np.sum(np.abs(w) ** 2) + np.sum(w.real * w.imag)


def imaginary_part_of_zeros(x):
    w = np.zeros(6, complex)
    w.real = x
    w.imag[:] = x**2
    re = w.real
    re[0] = x[1]
    return np.sum(np.abs(w) ** 2) + np.sum(re**3)


def imaginary_part_augmented(z):
    w = z.copy()
    im = np.imag(w)
    im += 1.0
    re = np.real(w)
    re[0] *= im[1]
    return np.sum((w * w).real)


def diagonal_filled(x):
    w = x.copy()
    np.fill_diagonal(w, x[0, 0] * x[1, 1])
    return np.sum(w**2)


def put_in_matrix(x):
    w = x.copy()
    np.put(w, [0, 5, 5], [x[0, 1], x[0, 2], 3.0 * x[1, 1]])
    w.put([2, 3], x[1, :2])
    return np.sum(w**2)


def place_putmask_copyto(x):
    w = x.copy()
    np.place(w, x > 1.0, x[0] ** 2)
    np.putmask(w, x < 0.5, 3.0 * x)
    np.copyto(w, x**2, where=w > 1.2)
    return np.sum(w**2)


def sorted_twice(x):
    w = x.copy()
    w.sort()
    w.sort(axis=0)
    return np.sum(w**2 * np.arange(12).reshape(4, 3))


def sorted_views(x):
    w = x.copy()
    w[1:5].sort()
    w[::-1].sort()
    return np.sum(w**2 * np.arange(6))


def out_of_ufuncs(x, y):
    w = np.empty(6)
    np.multiply(x, y, out=w)
    np.add(w, 1.0, out=w)
    np.sqrt(w, w)
    np.exp(w[:3], out=w[3:])
    t = np.add(w, x, out=w, where=x > 1.0)
    return np.sum(w**2) + t[0]


def out_of_reductions(x):
    w = np.zeros(3)
    np.sum(x**2, axis=0, out=w)
    v = np.zeros(4)
    (x * x).sum(1, out=v)
    np.max(x, axis=1, out=v[:])
    u = np.zeros(())
    np.cumsum(x[0], out=w)
    m = np.zeros((4, 4))
    np.matmul(x, x.T, out=m)
    np.dot(x.T, x)
    q = np.empty((3, 3))
    np.dot(x.T, x, out=q)
    np.clip(q, 0.2, 3.0, out=q)
    np.mean(x, axis=0, out=w)
    return np.sum(w**2) + np.sum(v**2) + np.sum(m) + np.sum(q * q)


def add_subtract_multiply_at(x, y):
    w = x.copy()
    idx = np.array([0, 1, 1, 3])
    np.add.at(w, idx, y[:4])
    np.subtract.at(w, [2, 2], y[0])
    np.multiply.at(w, idx, y[1:5])
    return np.sum(w**2)


def maximum_minimum_divide_at(x, y):
    w = x.copy()
    idx = np.array([0, 1, 1, 3])
    np.maximum.at(w, idx, y[:4])
    np.minimum.at(w, [4, 4], y[2:4])
    np.divide.at(w, idx, y[1:5])
    return np.sum(w**2)


def matrix_augmented(a, b):
    a = a.copy()
    a @= b
    a **= 2
    a **= b
    a //= 2.0
    a %= 1.5
    return np.sum(a * b)


def overlapping_slices(x):
    y = x.copy()
    y[1:] += y[:-1]
    y[:] = y[::-1]
    y[:-1] -= y[1:] * y[:-1]
    y[::2], y[1::2] = y[1::2], y[::2].copy()
    y[::-1] *= y
    return np.sum(y * x)


def fields_swapped_in_loop(x):
    s = State(x.copy(), x * 2)
    for i in range(3):
        s.u, s.v = s.v, s.u
        s.u[i] = s.v[i + 1] * s.v[i]
        s.v *= 1.1
    return np.sum(s.u * s.v)


def object_holds_view_of_itself(x):
    g = Grid(6)
    g.fill(x)
    for _ in range(3):
        g.step(0.1)
    return np.sum(g.u**2)


def views_kept_in_a_list(x):
    a = x.copy()
    hist = []
    for i in range(3):
        a[i] *= a[i + 1]
        hist.append(a[i : i + 2])
    hist[0][0] = 3.0 * x[4]
    return np.sum(a * a) + np.sum(hist[1])


def dict_arrays_written(p):
    p["a"][1] = p["b"][0] * p["b"][1]
    p["a"] *= p["b"]
    return np.sum(p["a"] ** 2)


def dataclass_arrays_written(s):
    s.u[1] = s.v[0] * s.v[1]
    s.u[2:] *= s.v[2:]
    return np.sum(s.u**2)


def rows_kept_in_a_list(x):
    buf = np.zeros((3, 6))
    rows = [buf[i] for i in range(3)]
    for i, r in enumerate(rows):
        r[:] = x * (i + 1)
    for r in buf:
        r[0] *= r[1]
    for i in range(1, 3):
        rows[i] += rows[i - 1] ** 2
    return np.sum(buf**2)


def buffers_swapped_by_index(x):
    a = np.zeros((2, 6))
    cur, nxt = 0, 1
    a[cur] = x
    for i in range(4):
        a[nxt, 1:-1] = a[cur, :-2] * a[cur, 2:]
        a[nxt, 0] = a[cur, 0]
        a[nxt, -1] = a[cur, -1]
        cur, nxt = nxt, cur
    return np.sum(a[cur] ** 2)


def dataclass_array_written_twice(s):
    s.u[1] = s.v[0] * s.v[1]
    s.u[2] += s.u[1]
    return np.sum(s.u**2)


def dataclass_in_dataclass(o):
    o.s.u[1] = o.s.v[0] * o.w[1]
    o.s.u *= o.w
    o.w[2:] = o.s.u[2:] ** 2
    return np.sum(o.s.u**2) + np.sum(o.w)


def dict_in_dict(p):
    q = p["a"]
    q["b"][1] = q["c"][0][0] * q["c"][1][1]
    q["c"][0][2:] *= q["b"][:-2]
    return np.sum(q["b"] ** 2) + np.sum(p["a"]["c"][0] ** 2)


def tuple_in_tuple(t):
    a, (b, d) = t
    a *= b
    b *= d
    d[:] = a * b
    return np.sum(d) + np.sum(a * t[1][0])


def helper_writes_fields(s):
    helper(s)
    helper(s)
    return np.sum(s.u * s.v)


def list_of_arguments_written(xs):
    for k in range(1, 3):
        xs[k] *= xs[k - 1]
    for x in xs:
        x[1:] += x[:-1] ** 2
    return sum(np.sum(x) for x in xs)


def fields_in_a_loop(s, n):
    for i in range(n):
        u = s.u
        u[i] = s.v[i] * u[i + 1]
        if u[i] > 0.5:
            s.v[i] = u[i] ** 2
    return np.sum(s.u * s.v)


def histogram_written_in_loop(x):
    t = np.histogram(np.arange(6.0), bins=3, weights=x)
    for i in range(3):
        t[0][i] *= t[0][i - 1]
        if i > 0:
            t[0][0] += t[0][i] ** 2
    return np.sum(t[0])


def decomposition_written(x):
    w, v = np.linalg.eigh(x)
    w[0] *= 2.0
    v[:, 0] *= w[1]
    u, s, vt = np.linalg.svd(x + 1)
    s[s > 1.0] *= w[0]
    return np.sum(v * v * w) + np.sum(s)


X, Y, M, N = positive(6), positive(6, seed=1), positive(4, 3), positive(3, 3)
C6 = positive(6) + 1j * positive(6, seed=3)
case(split_written, X)
case(split_at_run_time_loop, X)
case(split_by_columns_and_rows, M)
case(split_of_unequal_parts, X)
case(einsum_diagonal_written, N)
case(real_and_imaginary_items, C6)
case(real_and_imaginary_attributes, C6)
case(imaginary_part_of_zeros, X)
case(imaginary_part_augmented, C6)
case(diagonal_filled, M)
case(put_in_matrix, M)
case(place_putmask_copyto, M)
case(sorted_twice, M)
case(sorted_views, X)
case(out_of_ufuncs, X, Y)
case(out_of_reductions, M)
case(add_subtract_multiply_at, X, Y)
case(maximum_minimum_divide_at, X, Y)
case(matrix_augmented, N, N + 0.3)
case(overlapping_slices, X)
case(fields_swapped_in_loop, X)
case(object_holds_view_of_itself, X)
case(views_kept_in_a_list, X)
case(dict_arrays_written, {"a": X, "b": Y})
case(dataclass_arrays_written, State(X, Y))
case(rows_kept_in_a_list, X)
case(buffers_swapped_by_index, X)
case(dataclass_array_written_twice, State(X, Y))
case(dataclass_in_dataclass, Outer(State(X, Y), X + 1))
case(dict_in_dict, {"a": {"b": X, "c": [Y, X + 2]}})
case(tuple_in_tuple, (X, [Y, X * 2]))
case(helper_writes_fields, State(X, Y))
case(list_of_arguments_written, [X, Y, X + Y])
case(fields_in_a_loop, State(X, Y), 3)
case(histogram_written_in_loop, X)
case(decomposition_written, np.array([[2.0, 1], [1, 3]]))
