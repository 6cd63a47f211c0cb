"""Deques, with and without a greatest length."""

# ruff: noqa
from __future__ import annotations

from collections import deque

import numpy as np

from .case import Table

case = Table("containers")


def window_of_deque(x):
    q = deque(maxlen=3)
    s = 0.0
    for a in x:
        q.append(a * a)
        s += sum(q) / len(q) * q[0]
    return s


def queue_of_deque(x):
    q = deque([1.0])
    for a in x:
        q.appendleft(a)
        q.append(a * a)
    s = 0.0
    while q:
        s = s * 0.5 + q.popleft()
        if q:
            s -= q.pop() * 0.25
    return s


def static_of_deque(x):
    q = deque([x[0], x[1]], maxlen=2)
    q.append(x[2] * 2)
    q.appendleft(x[3])
    q.extend([x[4], x[0]])
    return q[0] * q[1] + q[-1] * len(q)


def history_of_deque(x):
    h = deque([0.0, 0.0], maxlen=2)
    y = []
    for a in x:
        v = a - 0.5 * h[0] + 0.25 * h[1]
        h.appendleft(v)
        y.append(v)
    return sum(y) * y[-1]


def bfs_of_deque(x):
    todo = deque([0])
    seen = {0}
    s = 0.0
    while todo:
        k = todo.popleft()
        s += x[k] * (k + 1)
        for j in (2 * k + 1, 2 * k + 2):
            if j < 5:
                todo.append(j)
    return s * s


def array_of_deque(x):
    q = deque(maxlen=2)
    for a in x:
        q.append(np.array([a, a * a]))
    return np.sum(q[0] * q[1]) + np.sum(np.array(q) ** 2)


_x = np.array([0.7, -1.2, 0.4, 1.9, -0.3])
for _f in (window_of_deque, queue_of_deque, static_of_deque, history_of_deque, bfs_of_deque, array_of_deque):
    case(_f, _x)
