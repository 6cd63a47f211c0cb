"""Lists that grow while the function runs: cut, joined, reordered, and used as arrays."""

# ruff: noqa
from __future__ import annotations

import math

import numpy as np

from .case import Table

case = Table("lists")


def grow(x):
    v = []
    for a in x:
        v.append(a * a)
    return v


def list_slice(x):
    v = grow(x)
    return sum(v[1:]) * v[:2][-1] + v[::-1][0] * v[-3:-1][0]


def list_slice_var(x):
    v = grow(x)
    s = 0.0
    for k in range(len(v)):
        s += sum(v[k:]) * sum(v[: k + 1]) + sum(v[k::2])
    return s


def list_slice_indep(x):
    v = grow(x)
    w = v[1:]
    w[0] = x[0]
    v[2] = x[1] * 3
    return sum(v) * sum(w)


def list_reverse(x):
    v = grow(x)
    v.reverse()
    return sum(((i + 1) * a for i, a in enumerate(v)))


def list_insert(x):
    v = grow(x)
    v.insert(1, x[0])
    v.insert(0, x[1])
    v.insert(-1, x[2])
    v.insert(100, x[3])
    return sum(((i + 1) ** 2 * a for i, a in enumerate(v)))


def list_pop(x):
    v = grow(x)
    a = v.pop(0)
    b = v.pop()
    c = v.pop(1)
    d = v.pop(-2)
    return a + 2 * b + 3 * c + 4 * d + 5 * sum(v)


def list_del(x):
    v = grow(x)
    del v[0]
    del v[-1]
    return sum(((i + 1) ** 2 * a for i, a in enumerate(v)))


def list_extend(x):
    v = grow(x)
    v.extend([x[0], 2.0])
    v.extend(v)
    v.extend(x[:2])
    v += [x[1]]
    return sum(((i + 1) ** 2 * a for i, a in enumerate(v)))


def list_concat(x):
    v = grow(x)
    w = v + [x[0]]
    u = [x[1]] + v
    z = v + v
    return sum(((i + 1) ** 2 * a for i, a in enumerate(w + u + z)))


def list_times(x):
    v = grow(x)
    w = v * 2
    return sum(((i + 1) ** 2 * a for i, a in enumerate(w)))


def list_sort(x):
    v = grow(x)
    v.sort()
    return sum(((i + 1) ** 2 * a for i, a in enumerate(v)))


def list_sort_rev(x):
    v = grow(x)
    v.sort(key=lambda t: -t, reverse=True)
    return sum(((i + 1) ** 2 * a for i, a in enumerate(v)))


def list_array(x):
    v = grow(x)
    return np.sum(np.array(v) ** 3)


def list_array2(x):
    v = []
    for a in x:
        v.append(np.array([a, a * a]))
    return np.sum(np.array(v) ** 3 * np.arange(10.0).reshape(5, 2))


def list_stack(x):
    v = []
    for a in x:
        v.append(np.array([a, a * a]))
    return np.sum(np.stack(v, axis=1) ** 3 * np.arange(10.0).reshape(2, 5))


def list_concatenate(x):
    v = []
    for a in x:
        v.append(np.array([a, a * a]))
    return np.sum(np.concatenate(v) ** 3 * np.arange(10.0))


def list_vstack(x):
    v = []
    for a in x:
        v.append(x * a)
    return np.sum(np.vstack(v) ** 3) + np.sum(np.mean(v, axis=0) ** 2)


def list_mean(x):
    v = grow(x)
    return np.mean(v) * np.sum(v) + np.max(v) + np.dot(v, x)


def list_fsum(x):
    v = grow(x)
    return math.fsum(v) * math.prod(v) + max(v) * min(v)


def list_fsum2(x):
    return math.prod(x) + math.fsum([a * a for a in x])


def list_nested(x):
    rows = []
    for a in x:
        row = []
        for b in x:
            row.append(a * b)
        rows.append(row)
    return sum((sum(r) * r[0] for r in rows)) + rows[1][2] ** 2


def list_nested_array(x):
    rows = [[a * b for b in x] for a in x]
    return np.sum(np.array(rows) ** 2)


def list_2d_index(x):
    n = len(x)
    g = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            g[i][j] = x[i] * x[j] * (i + 1)
    return sum((g[i][n - 1 - i] for i in range(n)))


def list_in_loop_reset(x):
    s = 0.0
    for i in range(3):
        v = []
        for a in x:
            v.append(a * (i + 1))
        s += sum(v) * v[-1]
    return s


def list_tuple_items(x):
    v = []
    for i, a in enumerate(x):
        v.append((i, a * a))
    return sum((i * a for i, a in v))


def list_copy(x):
    v = grow(x)
    w = v.copy()
    u = list(v)
    w[0] = x[0]
    u.append(x[1])
    return sum(v) * sum(w) * sum(u)


def list_zip(x):
    v = grow(x)
    return sum((a * b for a, b in zip(v, v[1:])))


def list_slice_store(x):
    v = grow(x)
    v[1:3] = [x[0], x[1]]
    return sum(((i + 1) ** 2 * a for i, a in enumerate(v)))


def list_slice_store_grow(x):
    v = grow(x)
    v[1:2] = [x[0], x[1], x[2]]
    return sum(((i + 1) ** 2 * a for i, a in enumerate(v)))


def list_clear(x):
    v = grow(x)
    s = sum(v)
    v.clear()
    v.append(x[0])
    return s * sum(v)


def list_stack_machine(x):
    st = []
    for a in x:
        st.append(a)
        if len(st) >= 3:
            b = st.pop()
            c = st.pop()
            st.append(b * c + 1)
    return sum(st)


def list_queue(x):
    q = []
    s = 0.0
    for a in x:
        q.append(a)
        if len(q) > 2:
            s += q.pop(0) * sum(q)
    return s


def list_in(x):
    v = grow(x)
    return x[0] if 0.49 in v else x[1]


def list_return_list(x):
    v = grow(x)
    w = v[::2]
    return w[0] + w[-1]


def list_empty_slice(x):
    v = grow(x)
    return sum(v[10:]) + sum(v[3:1]) + x[0] + sum(v[-100:2])


def list_concat_ragged(x):
    v = []
    for i in range(len(x)):
        v.append(x[: i + 1] * x[i])
    return np.sum(np.concatenate(v) ** 3 * np.arange(15.0)) + np.sum(np.hstack(v))


def list_array_written(x):
    v = []
    for i in range(len(x)):
        row = np.zeros(3)
        row[0] = x[i]
        row[1:] = x[i] ** 2
        v.append(row)
    v[1][2] = x[0] * 4
    a = np.array(v)
    v[0][0] = 100.0
    return np.sum(a**3)


def list_poly(x):
    v = grow(x)
    return np.polyval(v, 0.7) + np.linalg.norm(v) + np.interp(0.3, [0, 1, 2, 3, 4], v)


def list_item_later(x):
    v = grow(x)
    s = np.sum(v)
    v[0] = x[1]
    s = s * np.sum(v)
    v.append(x[2])
    return s + np.prod(v)


_x = np.array([0.7, -1.2, 0.4, 1.9, -0.3])
for _f in [f for name, f in dict(globals()).items() if name.startswith("list_")]:
    case(_f, _x)
