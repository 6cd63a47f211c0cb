"""A row and a column: the adjoint sums over what was repeated."""

import numpy as np

ARGS = (np.array([0.5, 1.2]), np.array([0.3, -0.4, 2.0]))


def f(a, b):
    return np.sum(np.sin(a[:, None] * b))


# derivative
def f_grad(a, b, seed=1.0):
    bresult = seed * np.cos(a[:, None] * b)  # np.sum(np.sin(a[:, None] * b))
    bb = a @ bresult
    ba = bresult @ b
    return ba, bb
