"""A store under a mask zeroes the adjoint there."""

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5, -0.3]), 0.4)


def f(x, c):
    y = x * x
    y[x < 0.0] = c
    return np.sum(y * x)


# derivative
def f_grad(x, c, seed=1.0):
    # forward
    y = x * x
    mask = x < 0.0
    y[mask] = c
    # reverse
    by = seed * x  # np.sum(y * x)
    bx = seed * y
    bc = np.sum(by[mask])  # y[x < 0.0] = c
    by[mask] = 0.0
    bx += np.where(by == 0.0, 0.0, 2.0 * by * x)  # y = x * x
    return bx, bc
