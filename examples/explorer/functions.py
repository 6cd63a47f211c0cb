"""Functions to look at: `python -m gradscribe explorer examples/explorer/functions.py -o out.html`."""

import math

import numpy as np


def lecture(x1, x2):
    return x1 * x2 + math.sin(x1)


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
        if abs(new - r) < 1e-12:
            break
        r = new
    return new


def softplus(z):
    return math.log(1.0 + math.exp(z))


def chain(x, w, b):
    hidden = softplus(w * x + b)
    return softplus(w * hidden + b)


def network(x, v, w):
    hidden = np.tanh(v * x)
    return np.sum((w @ hidden - x) ** 2)


def smooth(x: np.ndarray, c: float):
    x = x.copy()
    for i in range(1, len(x)):
        x[i] += c * x[i - 1] ** 2
    return np.sum(x * x)
