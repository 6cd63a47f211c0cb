"""Views and aliases: two names for one memory, by indexing, by calls, in containers, and chosen at run time."""

# ruff: noqa
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .case import Table, array

case = Table("aliases")


def alias_augmented(x):
    a = x.copy()
    b = a
    b *= 3.0
    return np.sum(a * x)


def alias_then_rebound(x):
    a = x.copy()
    b = a
    b = b * 3.0
    b[0] = 1.0
    return np.sum(a * b)


def view_written(x, c):
    a = x.copy()
    middle = a[1:-1]
    middle *= c
    return np.sum(a**3)


def base_written_view_read(x):
    a = x.copy()
    v = a[1:4]
    a[2] = x[0] * x[1]
    return np.sum(v * v)


def view_of_view(x):
    a = x.copy()
    v = a[1:]
    w = v[::2]
    w[0] = w[1] * 2.0
    v += 1.0
    return np.sum(a * a) + w[0]


def view_of_copy_is_no_view(x):
    a = x.copy()
    v = a[1:4].copy()
    v *= 10.0
    return np.sum(a * a) + np.sum(v)


def fancy_is_copy(x):
    a = x.copy()
    v = a[[0, 1]]
    v *= 10.0
    a[0] = v[1]
    return np.sum(a * a) + np.sum(v * v)


def mask_is_copy(x):
    a = x.copy()
    v = a[a > 0.0]
    v[0] = 7.0
    return np.sum(a * a) + np.sum(v)


def row_views(a):
    a = a.copy()
    first, second = a
    first += second
    second *= first
    return np.sum(a * a)


def column_view(a):
    a = a.copy()
    c = a[:, 1]
    c[:] = a[:, 0] * c
    return np.sum(a**2)


def transposed_view(a):
    a = a.copy()
    t = a.T
    t[0] = t[1] * 2.0
    t[2, 1] += a[0, 0]
    return np.sum(a * a)


def reshape_view(a):
    a = a.copy()
    flat = a.reshape(-1)
    flat[::2] *= 3.0
    flat[1] = a[1, 1]
    return np.sum(a * a)


def reshape_of_transposed_is_copy(a):
    a = a.copy()
    flat = a.T.reshape(-1)
    flat[0] = 100.0 * a[0, 1]
    return np.sum(a * a) + np.sum(flat)


def ravel_view_or_copy(a):
    v = a.ravel()
    w = v * 1.0
    w[0] = a[1, 1]
    return np.sum(w * w)


def ravel_of_copy(a):
    a = a.copy()
    a.ravel()[1] = a[1, 0] ** 2
    return np.sum(a * a)


def ravel_unknown_layout(a, b):
    c = a * b
    r = c.ravel()
    r[0] = 5.0 * b[1, 1]
    return np.sum(c * c)


def flatten_is_copy(a):
    a = a.copy()
    a.flatten()[0] = 100.0
    f = a.flatten()
    f *= 2.0
    return np.sum(a * a) + f[1]


def squeeze_view(x):
    a = x.copy()[:, None]
    s = a.squeeze()
    s[1] = s[0] * 2.0
    return np.sum(a * a)


def expand_dims_view(x):
    a = x.copy()
    e = np.expand_dims(a, 0)
    e[0, 2] *= x[0]
    e += 0.5
    return np.sum(a * a)


def at_least_one_d(s):
    v = np.atleast_1d(s)
    w = v * s
    w[0] += s
    return w[0] * v[0]


def at_least_one_d_view(x):
    a = x.copy()
    v = np.atleast_1d(a)
    v[0] = a[1] * a[2]
    return np.sum(a * a)


def as_array_is_alias(x):
    a = x.copy()
    b = np.asarray(a)
    b[0] = a[1] ** 2
    return np.sum(a * a)


def array_is_copy(x):
    a = x.copy()
    b = np.array(a)
    b[0] = 3.0
    return np.sum(a * b)


def astype_is_copy(x):
    a = x.copy()
    b = a.astype(float)
    c = a.astype(float, copy=False)
    b[0] = 3.0
    c[1] = a[2] * 2.0
    return np.sum(a * b) + c[0]


def diagonal_view(a):
    a = a.copy()
    np.einsum("ii->i", a)[:] *= 2.0
    return np.sum(a * a)


def diagonal_by_stride(a):
    a = a.copy()
    a.flat[:: a.shape[1] + 1] += a[0]
    return np.sum(a * a)


def flat_write(a):
    a = a.copy()
    a.flat[2] = a.flat[0] * a.flat[1]
    return np.sum(a * a)


def swapaxes_view(a):
    a = a.copy()
    s = np.swapaxes(a, 0, 1)
    s[1] *= s[0]
    return np.sum(a * a)


def split_views(x):
    a = x.copy()
    left, right = np.split(a, 2)
    left += right
    right *= left
    return np.sum(a * a)


def real_imag_views(z):
    w = z.copy()
    w.real[0] = w.imag[1] * 2.0
    w.imag *= 3.0
    return np.sum(np.abs(w) ** 2)


def reversed_view(x):
    a = x.copy()
    r = a[::-1]
    r[0] = r[1] * 5.0
    r += a
    return np.sum(a * a)


def broadcast_read_only(x):
    a = x.copy()
    b = np.broadcast_to(a, (2, 5))
    a[0] = 4.0 * x[1]
    return np.sum(b * b)


def alias_chosen(x, copy):
    a = x.copy()
    b = a.copy() if copy else a
    b[0] = x[1] * 3.0
    return np.sum(a * a) + b[0]


def alias_chosen_by_data(x):
    a = x.copy()
    c = x * 2.0
    b = a if x[0] > 0.0 else c
    b[1] = x[2] ** 2
    return np.sum(a * a * c)


def alias_chosen_index(x, k):
    a, b = x.copy(), x * 2.0
    chosen = [a, b][k]
    chosen *= x
    return np.sum(a * b)


def view_chosen(x, k):
    a = x.copy()
    v = a[:2] if k == 0 else a[2:4]
    v[:] = v[::-1] * 2.0
    return np.sum(a * a * np.arange(1.0, 6.0))


def view_moves_in_loop(x):
    a = x.copy()
    for k in range(3):
        v = a[k : k + 3]
        v += v[0] * 0.5
    return np.sum(a * a)


def alias_moves_in_loop(x):
    a, b = x.copy(), x * 0.5
    for _ in range(3):
        c = a
        c[0] += b[1]
        a, b = b, c
    return np.sum(a * b)


def view_outlives_rebinding(x):
    a = x.copy()
    v = a[1:3]
    a = a * 2.0
    v *= 5.0
    return np.sum(a * a) + np.sum(v)


def list_of_aliases(x):
    a = x.copy()
    parts = [a, a[1:3], x * 2.0]
    parts[1][0] = 5.0 * x[0]
    parts[0][3] *= 2.0
    parts[2] += a
    return np.sum(parts[2] * a)


def list_augmented_array(x):
    parts = [x.copy(), x * 2.0]
    keep = parts[0]
    parts[0] += parts[1]
    parts[1] = parts[1] + 1.0
    return np.sum(keep * parts[1])


def dict_of_aliases(x):
    d = {"u": x.copy()}
    u = d["u"]
    d["u"] *= 2.0
    u[0] = x[1]
    d["v"] = u
    d["v"][2] = 0.5
    return np.sum(d["u"] ** 2)


@dataclass
class Field:
    values: np.ndarray
    scale: float = 1.0

    def smooth(self):
        self.values[1:-1] = 0.5 * (self.values[2:] + self.values[:-2])

    def inner(self):
        return self.values[1:-1]


def dataclass_array(x):
    f = Field(x.copy())
    g = f
    f.smooth()
    g.inner()[0] *= 3.0
    f.values += f.scale
    return np.sum(g.values**2)


def closure_writes(x):
    a = x.copy()

    def bump(k):
        a[k] *= a[k - 1]

    for k in range(5):
        bump(k)
    return np.sum(a)


def tuple_of_views(x):
    a = x.copy()
    pair = (a[:2], a[2:])
    for part in pair:
        part *= part[0]
    return np.sum(a * a)


def scale_in_place(v, c):
    v *= c


def callee_writes(x, c):
    a = x.copy()
    scale_in_place(a, c)
    scale_in_place(a[1:3], c)
    return np.sum(a * a)


def normalise(v):
    v /= np.sum(v * v)
    return v


def callee_returns_argument(x):
    a = x.copy()
    b = normalise(a)
    b[0] = 1.0
    return np.sum(a * x)


def inner_part(v):
    return v[1:-1]


def callee_returns_view(x):
    a = x.copy()
    inner_part(a)[:] = 2.0 * x[:3]
    inner_part(a)[0] += a[0]
    return np.sum(a * a)


def maybe_copy(v, flag):
    if flag:
        return v
    return v.copy()


def callee_returns_either(x, flag):
    a = x.copy()
    b = maybe_copy(a, flag)
    b *= 2.0
    return np.sum(a * x)


def callee_rebinds_parameter(x):
    def shifted(v):
        v = v + 1.0
        v *= 2.0
        return v

    a = x.copy()
    b = shifted(a)
    return np.sum(a * b)


def axpy(a, u, v):
    v += a * u


def same_array_twice(x, c):
    a = x.copy()
    axpy(c, a, a)
    return np.sum(a * a)


def overlapping_arguments(x, c):
    a = x.copy()
    axpy(c, a[:-1], a[1:])
    return np.sum(a * a)


def recursive_writes(x):
    a = x.copy()
    halve(a)
    return np.sum(a * a)


def halve(v):
    if len(v) > 1:
        m = len(v) // 2
        halve(v[:m])
        halve(v[m:])
        v[0] *= v[-1]


def helper_fills(x):
    out = np.empty(5)
    fill_squares(x, out)
    fill_squares(out, out)
    return np.sum(out)


def fill_squares(src, dst):
    for k in range(len(src)):
        dst[k] = src[k] ** 2


def swap_in_helper(x):
    def swap(v, i, j):
        v[i], v[j] = v[j], v[i]

    a = x.copy()
    swap(a, 0, 3)
    a[0] *= 2.0
    swap(a, 0, 1)
    return np.sum(a * a * np.arange(1.0, 6.0))


def argument_overwritten(x):
    x *= 2.0
    x[0] = x[1] * x[2]
    return np.sum(x * x)


def argument_row_overwritten(a):
    row = a[0]
    row += a[1]
    a[1] = row * row
    return np.sum(a)


def argument_overwritten_twice(x, n):
    for _ in range(n):
        x[1:] = x[:-1] * x[1:]
    return np.sum(x)


def argument_list_written(xs):
    xs[0] = xs[0] * xs[1]
    xs.append(xs[0])
    return xs[-1] ** 2 + xs[1]


def argument_dict_array_written(p):
    p["w"] *= p["s"]
    p["w"][0] += 1.0
    return np.sum(p["w"] ** 2)


def argument_view_result(x):
    y = x[1:]
    return y[0] * y[1]


def two_arguments_written(u, v):
    u += v
    v *= u
    return np.sum(u * v)


def result_is_argument(x):
    x[0] = x[1] * 2.0
    return x


def argument_twice(u, v):
    return np.sum(u * v * v)


def accumulate_ownership(x):
    a = x * 2.0
    b = a
    c = a + b
    d = np.sum(a * c) * b
    d += c
    return np.sum(d * b)


def ownership_through_branch(x):
    a = x * x
    b = a if x[0] > 0.0 else x
    c = b + a
    c[0] = b[1]
    return np.sum(c * b) + np.sum(a)


def ownership_through_loop(x):
    a = x * 2.0
    b = x
    for _ in range(3):
        a, b = b + a, a
    return np.sum(a * b)


def sum_of_same(x):
    y = x + x
    y += x
    z = y + y
    z -= x
    return np.sum(z * y)


_x, _a, _s = array(5, seed=1), array(2, 3, seed=2), array(3, 3, seed=2)
for _f in (
    alias_augmented, alias_then_rebound, base_written_view_read, view_of_view, view_of_copy_is_no_view, fancy_is_copy,
    mask_is_copy, squeeze_view, expand_dims_view, at_least_one_d_view, as_array_is_alias, array_is_copy, astype_is_copy,
    reversed_view, broadcast_read_only, alias_chosen_by_data, view_moves_in_loop, alias_moves_in_loop,
    view_outlives_rebinding, list_of_aliases, list_augmented_array, dict_of_aliases, dataclass_array, closure_writes,
    tuple_of_views, callee_returns_argument, callee_returns_view, callee_rebinds_parameter, recursive_writes,
    helper_fills, swap_in_helper, argument_overwritten, argument_view_result, accumulate_ownership,
    ownership_through_branch, ownership_through_loop, sum_of_same,
):  # fmt: skip
    case(_f, _x)
for _f in (row_views, column_view, transposed_view, reshape_view, reshape_of_transposed_is_copy, ravel_of_copy,
           flatten_is_copy, flat_write, swapaxes_view, argument_row_overwritten):  # fmt: skip
    case(_f, _a)
for _f in (view_written, callee_writes, same_array_twice, overlapping_arguments):
    case(_f, _x, 1.3)
case(ravel_view_or_copy, _a)
case(ravel_view_or_copy, np.asfortranarray(_a))
case(ravel_unknown_layout, _a, array(2, 3, seed=1))
case(ravel_unknown_layout, np.asfortranarray(_a), np.asfortranarray(array(2, 3, seed=1)))
case(at_least_one_d, 1.3)
case(diagonal_view, _s)
case(diagonal_by_stride, _s)
case(split_views, array(4))
case(real_imag_views, array(3) + 1j * array(3, seed=1))
case(alias_chosen, _x, True)
case(alias_chosen, _x, False)
case(alias_chosen_index, _x, 0)
case(alias_chosen_index, _x, 1)
case(view_chosen, _x, 0)
case(view_chosen, _x, 1)
case(callee_returns_either, _x, True)
case(callee_returns_either, _x, False)
case(argument_overwritten_twice, _x, 3)
case(argument_list_written, [1.3, 0.4])
case(argument_dict_array_written, {"w": array(3), "s": 1.3})
case(two_arguments_written, _x, array(5, seed=1))
case(result_is_argument, _x, scalar=False)
case(argument_twice, _x, _x)
case(two_arguments_written, _x, _x, refused=True)
