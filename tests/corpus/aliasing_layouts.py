"""Views that may be copies: `reshape`, `ravel` and the like of arrays in every order, written through both names."""

# ruff: noqa
from __future__ import annotations

import numpy as np

from .case import Table, positive

case = Table("layouts")


def reshape_of_transposed_copies(x):
    y = x * 2.0
    z = y.T
    w = z.reshape(-1)
    w[0] = 5.0
    return np.sum(y * y) + np.sum(w * w * w)


def reshape_both_written(x):
    y = x.copy()
    w = y.reshape(2, 6)
    w[0] *= 3.0
    y[0, 0] = x[1, 1] ** 2
    return np.sum(y * y) + np.sum(w[1] ** 3)


def ravel_strided_write(x):
    y = x.copy()
    w = np.ravel(y)
    w[::2] = 0.5
    return np.sum(y * y)


def flatten_reshaped_back(x):
    y = x.copy()
    w = y.flatten()
    w[::2] = w[1::2] ** 2
    return np.sum(y * w.reshape(4, 3))


def columns_reshaped_copy(x):
    y = x * 1.5
    w = y[:, 1:].reshape(-1)
    w[0] = w[1] * w[2]
    return np.sum(y**3) + np.sum(w * w)


def rows_reshaped_view(x):
    y = x * 1.5
    w = y[1:, :].reshape(-1)
    w[0] = w[1] * w[2]
    return np.sum(y**3) + np.sum(w * w)


def column_reshaped_in_loop(x):
    y = x * 1.5
    for k in range(3):
        w = y[:, k].reshape(2, 2)
        w[0, 0] = w[1, 1] * w[0, 1]
    return np.sum(y**3)


def transposed_ravel_copies(x):
    y = x.copy().T
    w = y.ravel()
    w[1] = 3.0 * w[2]
    return np.sum(y**3) + np.sum(w)


def transposed_ravel_in_fortran_order(x):
    y = x.copy().T
    w = y.ravel(order="F")
    w[1] = 3.0 * w[2]
    return np.sum(y**3) + np.sum(w)


def layout_by_flag_true(x, flag):
    y = x.copy()
    z = y.T if flag else y
    w = z.reshape(-1)
    w[3] = w[5] * w[2]
    return np.sum(y**3) + np.sum(w * w)


def layout_by_flag_false(x, flag):
    y = x.copy()
    z = y.T if flag else y
    w = z.reshape(-1)
    w[3] = w[5] * w[2]
    return np.sum(y**3) + np.sum(w * w)


def reshape_transpose_reshape(x):
    y = x.copy()
    w = y.reshape(2, 2, 4)
    v = w.transpose(1, 0, 2)
    u = v.reshape(4, 4)
    u[0] = u[1] * u[2]
    w[0, 0, 0] = 4.0
    return np.sum(y**3) + np.sum(u * u)


def argument_reshaped_and_written(x):
    x.reshape(-1)[3] = x[0, 0] * x[1, 1]
    return np.sum(x * x)


def fortran_order_reshaped(x):
    y = np.asfortranarray(x * 1.0)
    w = y.reshape(-1)
    w[0] = w[1] * w[2]
    return np.sum(y**2) + np.sum(w**3)


def strided_slice_reshaped(x):
    y = x.copy()
    w = y[::2].reshape(3, 1)
    w[1] = 2.0 * y[0]
    return np.sum(y**2)


def axes_added_and_written(x):
    y = x.copy()
    w = np.squeeze(y.reshape(1, 6))
    w[1] = 2.0 * y[0]
    v = np.expand_dims(y, 0)
    v[0, 2] = y[1] * y[3]
    u = np.atleast_2d(y)
    u[0, 3] *= y[4]
    t = y[None, :, None]
    t[0, 5, 0] = y[2] ** 2
    return np.sum(y**2)


def ravelled_recurrence(x):
    y = x.copy()
    w = y.ravel()
    s = 0.0
    for i in range(w.size):
        w[i] = w[i] * w[i - 1]
        s += w[i] ** 2
    return s + y[0, 0]


def buffer_seen_in_two_shapes(x):
    out = np.zeros(6)
    y = out.reshape(2, 3)
    y[0] = x[:3] * x[3:]
    y[1] = y[0] ** 2
    return np.sum(out * x)


def flat_recurrence_in_matrix(x):
    out = np.zeros((2, 3))
    y = out.reshape(-1)
    for i in range(6):
        y[i] = x[i] * y[i - 1] + x[5 - i]
    return np.sum(out**2)


_m, _s, _x = positive(4, 3), positive(4, 4), positive(6)
_f = np.asfortranarray
case(reshape_of_transposed_copies, _m)
case(reshape_of_transposed_copies, _f(_m))
case(reshape_both_written, _m)
case(reshape_both_written, _f(_m))
case(ravel_strided_write, _m)
case(ravel_strided_write, _f(_m))
case(flatten_reshaped_back, _m)
case(flatten_reshaped_back, _f(_m))
case(columns_reshaped_copy, _m)
case(columns_reshaped_copy, _f(_m))
case(rows_reshaped_view, _m)
case(rows_reshaped_view, _f(_m))
case(column_reshaped_in_loop, _m)
case(column_reshaped_in_loop, _f(_m))
case(transposed_ravel_copies, _s)
case(transposed_ravel_copies, _f(_s))
case(transposed_ravel_in_fortran_order, _s)
case(transposed_ravel_in_fortran_order, _f(_s))
case(layout_by_flag_true, _s, True)
case(layout_by_flag_true, _f(_s), True)
case(layout_by_flag_false, _s, False)
case(layout_by_flag_false, _f(_s), False)
case(reshape_transpose_reshape, _s)
case(reshape_transpose_reshape, _f(_s))
case(argument_reshaped_and_written, _s)
case(argument_reshaped_and_written, _f(_s))
case(fortran_order_reshaped, _s)
case(fortran_order_reshaped, _f(_s))
case(strided_slice_reshaped, _x)
case(axes_added_and_written, _x)
case(ravelled_recurrence, _m)
case(ravelled_recurrence, _f(_m))
case(buffer_seen_in_two_shapes, _x)
case(flat_recurrence_in_matrix, _x)
