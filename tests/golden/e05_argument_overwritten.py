"""The gradient is with respect to the value passed in; the argument is left as the function leaves it."""

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5]),)


def f(x):
    x *= 2.0
    x[0] = x[1] * x[2]
    return np.sum(x * x)


# derivative
from gradscribe.runtime import check_apart


def f_grad(x, seed=1.0):
    # forward
    check_apart(x)
    x *= 2.0
    x_1 = x[1]
    x_2 = x[2]
    x[0] = x_1 * x_2
    # reverse
    bx = 2.0 * seed * x  # np.sum(x * x)
    bx_1 = bx[0]  # x[0] = x[1] * x[2]
    bx[0] = 0.0
    bx[2] += bx_1 * x_1
    bx[1] += bx_1 * x_2
    bx *= 2.0  # x *= 2.0
    return bx
