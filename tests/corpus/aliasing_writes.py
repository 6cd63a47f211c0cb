"""In-place writes: what is overwritten, in which order, and what a later read finds."""

# ruff: noqa
from __future__ import annotations

import numpy as np

from .case import Table, array, positive

case = Table("writes")


def item_write(x):
    y = np.zeros(3)
    y[0] = x[0] * x[1]
    y[2] = y[0] * x[2]
    return np.sum(y * y)


def item_overwritten(x):
    y = x.copy()
    y[1] = x[0] * 2.0
    y[1] = y[1] * x[2]
    return np.sum(y**2)


def augmented_items(x):
    y = x.copy()
    y[0] += x[1]
    y[1] -= y[0] * 2.0
    y[2] *= y[1]
    y[3] /= y[0]
    y[0] **= 2
    return np.sum(y * x)


def augmented_slices(x):
    y = x.copy()
    y[1:] += x[:-1] ** 2
    y[::2] *= 3.0
    y[-2:] -= y[:2]
    y[:2] /= x[2:4]
    return np.sum(y**2)


def floor_divide_and_modulo(x):
    y = x * 3.0
    y[0] //= 2.0
    y[1] %= 0.75
    y[2:] %= 1.5
    return np.sum(y * y)


def matmul_in_place(a, b):
    a = a.copy()
    a @= b
    return np.sum(a * a)


def whole_array_slice(x, v):
    y = np.empty_like(x)
    y[:] = v * x
    y[...] = y + v
    return np.sum(y * y)


def whole_array_augmented(x, c):
    y = x.copy()
    y += c
    y *= x
    y -= c * y
    y /= 2.0 + x * x
    return np.sum(y**2)


def augmented_array_by_itself(x):
    y = x.copy()
    y *= y
    y += y
    y -= 0.5 * y * y
    return np.sum(y)


def augmented_rank_grows_not(x, s):
    t = s
    t += 1.0
    y = x + 0.0
    y += t
    return np.sum(y * s)


def scalar_rebinds(s):
    t = s
    t += s * s
    return t * s


def numpy_scalar_rebinds(x):
    t = x[0]
    t *= 3.0
    return t * x[0] + x[1]


def broadcast_store(x, v):
    y = np.zeros((3, 2))
    y[:] = x
    y[1] = v
    y[:, 1] += v * 2.0
    return np.sum(y * y)


def broadcast_row_and_column(a, r, c):
    a = a.copy()
    a += r
    a *= c[:, None]
    a[:, 0] = r[0]
    a[1, :] -= r
    return np.sum(a**2)


def size_one_store(x, v):
    y = x.copy()
    y[1:3] = v
    y[:1] += v
    return np.sum(y * y * x)


def negative_and_strided(x):
    y = x.copy()
    y[-1] = y[0] * 2.0
    y[::-2] *= 1.5
    y[3:0:-1] = x[1:4] ** 2
    return np.sum(y * np.arange(1.0, 6.0))


def ellipsis_and_newaxis(a):
    b = np.zeros((2, 3, 1))
    b[..., 0] = a
    b[0, ...] += a[1][:, None]
    b[None, 1, :, :] *= 2.0
    return np.sum(b * b)


def rows_and_columns(a):
    a = a.copy()
    a[0] = a[1] * a[0]
    a[:, 1] = a[:, 0] + a[:, 1]
    a[1, 2] = a[0, 0] * a[1, 1]
    return np.sum(a * a)


def overlap_shift_add(y):
    y = y.copy()
    y[1:] += y[:-1]
    return np.sum(y * y)


def overlap_shift_assign(y):
    y = y.copy()
    y[1:] = y[:-1]
    y[:-2] = y[2:] * 2.0
    return np.sum(y * np.arange(1.0, 6.0) ** 2 * y)


def overlap_shift_multiply(y):
    y = y.copy()
    y[:-1] *= y[1:]
    return np.sum(y * y)


def reversal_in_place(a):
    a = a.copy()
    a[:] = a[::-1]
    a[0] *= 2.0
    return np.sum(a * np.arange(1.0, 6.0) * a)


def reversal_add(a):
    a = a.copy()
    a += a[::-1]
    a *= a[::-1]
    return np.sum(a * np.arange(1.0, 6.0))


def transpose_in_place(a):
    a = a.copy()
    a += a.T
    a[:] = a.T * a
    return np.sum(a * np.arange(9.0).reshape(3, 3))


def swap_rows(a):
    a = a.copy()
    a[[0, 1]] = a[[1, 0]]
    a[0], a[2] = a[2].copy(), a[0].copy()
    return np.sum(a * np.arange(9.0).reshape(3, 3) * a)


def swap_rows_badly(a):
    a = a.copy()
    a[0], a[1] = a[1], a[0]
    return np.sum(a * np.arange(6.0).reshape(2, 3) * a)


def swap_items(x):
    y = x.copy()
    y[0], y[1] = y[1], y[0] * 2.0
    y[2], y[3] = y[3], y[2]
    return np.sum(y * y * np.arange(1.0, 6.0))


def chained_store(x):
    a, b = np.zeros(5), np.zeros(5)
    a[1:] = b[:-1] = x[1:] * x[:-1]
    a[0] = b[-1] = x[0]
    return np.sum(a * b)


def repeated_indices_add(x, v):
    y = x.copy()
    y[[0, 0, 2]] += v
    return np.sum(y**2)


def repeated_indices_assign(x, v):
    y = x.copy()
    y[[1, 1, 3]] = v
    return np.sum(y**2 * x)


def repeated_indices_read(x):
    i = np.array([0, 2, 2, -1])
    return np.sum(x[i] ** 3 * np.arange(1.0, 5.0))


def repeated_indices_multiply(x, v):
    y = x.copy()
    y[np.array([0, 0, 2])] *= v
    return np.sum(y**2)


def add_at(x, v):
    y = x.copy()
    np.add.at(y, [0, 0, 2], v)
    return np.sum(y**2)


def fancy_pairs(a, v):
    a = a.copy()
    a[[0, 1, 0], [1, 2, 1]] = v
    a[np.array([0, 1]), 0] += v[:2]
    return np.sum(a**2)


def fancy_mixed(a):
    a = a.copy()
    a[:, [0, 2]] = a[:, [1, 1]] * 2.0
    return np.sum(a * a)


def mask_store(x):
    y = x.copy()
    y[y < 0.0] = 0.1
    y[x > 1.0] *= 2.0
    return np.sum(y * y * x)


def mask_store_values(x):
    y = np.zeros_like(x)
    m = x > 0.0
    y[m] = x[m] ** 2
    y[~m] -= x[~m]
    return np.sum(y * x)


def mask_overwritten_after(x):
    m = x > 0.0
    y = x.copy()
    y[m] *= 2.0
    m[:] = True
    y[m] += x
    return np.sum(y * y)


def index_overwritten_after(x):
    i = np.array([0, 1])
    y = x.copy()
    y[i] *= 3.0
    i[:] = 2
    y[i] += 1.0
    return np.sum(y * y * x)


def mask_two_dimensional(a):
    a = a.copy()
    a[a > 0.5] = a[0, 0] * 0.1
    return np.sum(a * a)


def index_computed(x):
    y = x.copy()
    y[np.argmax(x)] = x[0] * x[1]
    y[int(x[0] * 0.0) + 1] += 1.0
    return np.sum(y * y)


def out_keyword(x):
    y = np.empty_like(x)
    np.multiply(x, x, out=y)
    np.add(y, x, out=y)
    np.exp(y * 0.1, out=y)
    return np.sum(y)


def out_reduction(a):
    r = np.zeros(3)
    np.sum(a * a, axis=0, out=r)
    return np.sum(r * r)


def out_slice(x):
    y = np.ones(5)
    np.sin(x[1:], y[:-1])
    return np.sum(y * x)


def copyto(x):
    y = np.zeros_like(x)
    np.copyto(y, x * x)
    np.copyto(y, 2.0, where=x < 0.0)
    return np.sum(y * x)


def fill_and_put(x):
    y = np.empty(5)
    y.fill(x[0])
    np.put(y, [1, 3], x[1:3])
    y[4:].fill(2.0)
    return np.sum(y * y)


def place_and_putmask(x):
    y = x.copy()
    np.place(y, y > 1.0, [x[0] * 3.0])
    np.putmask(y, y < -1.0, x * x)
    return np.sum(y * y)


def sort_in_place(x):
    y = x.copy()
    y.sort()
    return np.sum(y * np.arange(5.0) * y)


def sort_axis(a):
    a = a.copy()
    a.sort(axis=0)
    return np.sum(a * np.arange(6.0).reshape(2, 3))


def fill_diagonal(a, v):
    a = a.copy()
    np.fill_diagonal(a, v)
    return np.sum(a * a)


def integer_store_cuts(x):
    k = np.zeros(5, dtype=int)
    k[:] = x * 10.0
    k[0] += 3
    return np.sum(k * x)


def integer_like_cuts(x):
    y = np.zeros_like(np.arange(5))
    y[2] = x[2] * 4.0
    return np.sum(x * x) + np.sum(y)


def float32_store(x):
    y = np.zeros(5, dtype=np.float32)
    y[:] = x
    return float(np.sum(y * y))


def zero_d_write(x):
    t = np.zeros(())
    t[...] = x[0] * x[1]
    t += x[2]
    return t * t


def zero_d_augmented(x):
    t = np.array(x)
    u = t
    t *= 3.0
    return u * x


def empty_store(x):
    y = x.copy()
    y[5:] = 3.0
    y[2:2] += x[:0]
    return np.sum(y * x)


def read_in_same_expression(x):
    y = x.copy()
    z = y * 2.0
    y[0] = y[0] * y[1] + z[0]
    y[1:] = y[:-1] * y[1:] + np.sum(y)
    return np.sum(y * z)


def read_before_write(x):
    y = x.copy()
    s = np.sum(y * y)
    y[:] = 1.0
    y[0] += s
    return np.sum(y * x) * s


def value_used_after_overwrite(x):
    y = np.sin(x)
    z = y * y
    y *= x
    w = y * z
    y[1:3] = 0.0
    return np.sum(w * y)


def item_kept_then_overwritten(x):
    y = x.copy()
    first = y[0]
    y[0] = first * first
    second = y[0]
    y[0] += second * first
    return y[0] * second * first


def row_kept_then_overwritten(a):
    b = a.copy()
    row = b[0]
    total = np.sum(row)
    b[0, 0] = 5.0 * total
    return np.sum(row * row)


def loop_recurrence(x, c):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] += c * y[i - 1]
    return np.sum(y * y)


def loop_recurrence_wrapped(x):
    y = x.copy()
    for i in range(len(y)):
        y[i] = y[i] * y[i - 1]
    return np.sum(y * np.arange(1.0, 6.0))


def loop_wrapped_reads(x):
    y = x.copy()
    for i in range(3):
        y[i - 2] += y[i - 4] * y[i]
    return np.sum(y**2)


def loop_descending(x):
    y = x.copy()
    for i in range(len(y) - 2, -1, -1):
        y[i] *= y[i + 1]
    return np.sum(y)


def loop_square_in_place(x, n):
    y = x.copy()
    for _ in range(n):
        y *= y * 0.5
        y[0] += 1.0
    return np.sum(y)


def loop_conditional_writes(x):
    y = np.zeros(5)
    for i in range(5):
        if x[i] > 0.0:
            y[i] = x[i] ** 2
        elif i > 0:
            y[i] = y[i - 1] * x[i]
    return np.sum(y * y)


def loop_break_write(x):
    y = x.copy()
    for i in range(4):
        y[i + 1] *= y[i]
        if abs(y[i + 1]) > 1.0:
            y[0] = y[i + 1] ** 2
            break
        y[i] = 0.5
    return np.sum(y * y)


def loop_fresh_buffer(x):
    total = 0.0
    for k in range(3):
        buffer = np.zeros(5)
        buffer[k:] = x[k:] * (k + 1)
        buffer *= buffer
        total += np.sum(buffer * x)
    return total


def loop_reused_buffer(x):
    total = 0.0
    buffer = np.zeros(5)
    for k in range(3):
        buffer[:] = x * (k + 1)
        buffer[k] = 0.0
        total += np.sum(buffer**2)
    return total


def loop_zero_trips(x, n):
    y = x.copy()
    for i in range(n):
        y[i] = 0.0
    return np.sum(y * y)


def loop_while_write(x):
    y = x.copy()
    k = 0
    while np.sum(y * y) > 1.0:
        y[k % 5] *= 0.5
        k += 1
    return np.sum(y) * k


def loop_triangular(a):
    a = a.copy()
    for i in range(3):
        for j in range(i):
            a[i, j] = a[i, j] * a[j, i] - a[j, j]
        a[i, i] += np.sum(a[i, :i])
    return np.sum(a * a)


def loop_rows(a):
    a = a.copy()
    for row in a:
        row *= row[0]
        row[-1] += 1.0
    return np.sum(a * a)


def prefix_sums(x):
    s = np.zeros(6)
    for i in range(5):
        s[i + 1] = s[i] + x[i]
    return np.sum(s * s)


def double_buffer(x, n):
    a, b = x.copy(), np.zeros_like(x)
    for _ in range(n):
        b[1:-1] = a[:-2] * a[2:]
        b[0], b[-1] = a[0], a[-1]
        a, b = b, a
    return np.sum(a * a)


_x, _a = array(5, seed=1), array(2, 3, seed=2)
for _f in (
    item_write, item_overwritten, augmented_items, augmented_slices, floor_divide_and_modulo, augmented_array_by_itself,
    numpy_scalar_rebinds, negative_and_strided, overlap_shift_add, overlap_shift_assign, overlap_shift_multiply,
    reversal_in_place, reversal_add, swap_items, chained_store, repeated_indices_read, mask_store, mask_store_values,
    index_overwritten_after, index_computed, out_keyword, out_slice, copyto, fill_and_put, place_and_putmask,
    sort_in_place, integer_store_cuts, integer_like_cuts, zero_d_write, empty_store,
    read_in_same_expression, read_before_write, value_used_after_overwrite, item_kept_then_overwritten,
    loop_recurrence_wrapped, loop_wrapped_reads, loop_descending, loop_conditional_writes, loop_break_write,
    loop_fresh_buffer, loop_reused_buffer, loop_while_write, prefix_sums, mask_overwritten_after,
):  # fmt: skip
    case(_f, _x)
case(float32_store, _x, single=True)
case(matmul_in_place, array(3, 3), array(3, 3, seed=1))
case(whole_array_slice, _x, 1.3)
case(whole_array_augmented, _x, 1.3)
case(augmented_rank_grows_not, _x, 1.3)
case(scalar_rebinds, 1.3)
case(broadcast_store, array(2), 1.3)
case(broadcast_row_and_column, array(2, 3), array(3), array(2))
case(size_one_store, _x, array(1))
case(size_one_store, _x, 1.3)
case(ellipsis_and_newaxis, _a)
case(rows_and_columns, _a)
case(transpose_in_place, array(3, 3))
case(swap_rows, array(3, 3))
case(swap_rows_badly, _a)
for _f in (repeated_indices_add, repeated_indices_assign, repeated_indices_multiply, add_at):
    case(_f, _x, array(3))
case(repeated_indices_add, _x, 1.3)
case(fancy_pairs, _a, array(3))
case(fancy_mixed, _a)
case(mask_two_dimensional, _a)
case(out_reduction, _a)
case(sort_axis, _a)
case(fill_diagonal, array(3, 3), 1.3)
case(zero_d_augmented, 1.3)
case(row_kept_then_overwritten, _a)
case(loop_recurrence, _x, 0.4)
case(loop_square_in_place, positive(3), 2)
case(loop_zero_trips, _x, 0)
case(loop_zero_trips, _x, 2)
case(loop_triangular, array(3, 3))
case(loop_rows, _a)
case(double_buffer, _x, 3)
