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
    y_1 = x < 0.0
    y[y_1] = c
    # reverse
    by = seed * x  # np.sum(y * x)
    bx = seed * y
    bc = np.sum(by[y_1])  # y[x < 0.0] = c
    by[y_1] = 0.0
    bx += np.where(by == 0.0, 0.0, 2.0 * by * x)  # y = x * x
    return bx, bc
