"""Entries of a list exchanged in a loop."""

import numpy as np

ARGS = (np.array([1.0, 0.2, 0.5]),)


def f(xs):
    v = [xs[0], xs[1], xs[2]]
    for i in range(2):
        v[i], v[i + 1] = v[i + 1] * v[i], v[i]
    return v[0] * v[1] + v[2]


# derivative
