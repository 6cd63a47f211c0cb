"""Functions that the views are tested on."""

import math
from dataclasses import dataclass

import numpy as np


def quadratic(x1, x2):
    y = x1**2
    z = x1 * x2
    f = y + z
    return f


def wave(t):
    return math.sin(t) * t**2 + math.sin(t) ** 2


def growth(x, n):
    s = 1.0
    for i in range(n):
        if s > 3.0:
            s = s * x
        else:
            s = s + math.sin(x) * i
    return s


def newton(a):
    r = a
    while True:
        new = 0.5 * (r + a / r)
        if abs(new - r) < 1e-6:
            break
        r = new
    return new


def nested(x, n):
    total = 0.0
    for i in range(n):
        part = x
        for j in range(i):
            part = part * x
        for j in range(2):
            part = part + x * j
        total = total + part
    return total


def in_place(x, c):
    x = x.copy()
    for i in range(1, len(x)):
        x[i] += c * x[i - 1] ** 2
    return np.sum(x * x)


def helper(z):
    w = z * z
    return w + 1.0


def outer(x):
    a = helper(x)
    if a > 2:
        b = helper(a)
    else:
        b = a
    return b * x


def matrix(x, v, w):
    hidden = np.tanh(v * x)
    return np.sum((w @ hidden - x) ** 2)


def parts(p):
    return p["a"] * np.sum(p["b"])


@dataclass
class Point:
    x: float
    y: float


def of_point(p: Point):
    return p.x * math.exp(p.y)


def factorial(x, n):
    if n <= 0:
        return 1.0
    return x * factorial(x, n - 1)


def loud(x):
    print("loud")
    return x * x


def several(x):
    return x * x, math.sin(x)


EVERY = [
    (quadratic, (3.0, 4.0)),
    (wave, (1.5,)),
    (growth, (1.5, 6)),
    (newton, (2.0,)),
    (nested, (1.1, 4)),
    (in_place, (np.array([1.0, 2.0, 3.0]), 0.3)),
    (outer, (3.0,)),
    (matrix, (np.arange(3.0), np.ones(3), np.eye(3))),
    (parts, ({"a": 2.0, "b": np.arange(3.0)},)),
    (of_point, (Point(2.0, 0.5),)),
    (factorial, (1.5, 4)),
]
