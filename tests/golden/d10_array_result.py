"""An array as result: the seed is an array."""

import numpy as np

ARGS = (np.array([0.5, -0.2, 1.0]), 2.0)


def f(x, c):
    return np.sin(c * x)


# derivative
def f_grad(x, c, seed):
    bresult = seed * np.cos(c * x)  # np.sin(c * x)
    bc = bresult @ x
    bx = bresult * c
    return bx, bc
