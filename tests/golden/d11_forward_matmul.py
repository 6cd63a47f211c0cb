"""Forward mode of a matrix product: linear operations are applied to the tangent."""

import numpy as np

ARGS = (np.array([[0.5, -0.2], [0.1, 0.4]]), np.array([1.0, 2.0]))
MODE = 'forward'


def f(a, x):
    return np.sum(np.tanh(a @ x))


# derivative
def f_jvp(a, x, da, dx):
    result = np.tanh(a @ x)
    dresult = (da @ x + a @ dx) @ (1.0 - result**2)
    return np.sum(result), dresult
