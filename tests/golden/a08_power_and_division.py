"""The rules of `**` and `/` with constant and active operands."""

ARGS = (1.5, 0.5)


def f(x, y):
    return x**2 / y + x**y + 2.0**y


# derivative
import math
import numpy as np


def f_grad(x, y, seed=1.0):
    # forward
    result = x**2 / y
    # reverse
    by = (  # x**2 / y + x**y + 2.0**y
        0.6931471805599453 * seed * 2.0**y
        + seed * math.pow(x, y) * np.log(np.where(x == 0, 1.0, x))
        - seed * result / y
    )
    bx = seed * y * x ** np.where(y == 0, 1, y - 1) + 2.0 * seed / y * x
    return bx, by
