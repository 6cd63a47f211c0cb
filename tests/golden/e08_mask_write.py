"""A store under a mask zeroes the adjoint there."""

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5, -0.3]), 0.4)


def f(x, c):
    y = x * x
    y[x < 0.0] = c
    return np.sum(y * x)


# derivative
