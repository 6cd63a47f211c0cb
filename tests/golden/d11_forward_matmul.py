"""Forward mode of a matrix product: linear operations are applied to the tangent."""

import numpy as np

ARGS = (np.array([[0.5, -0.2], [0.1, 0.4]]), np.array([1.0, 2.0]))
MODE = 'forward'


def f(a, x):
    return np.sum(np.tanh(a @ x))


# derivative
