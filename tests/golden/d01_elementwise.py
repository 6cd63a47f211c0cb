"""Array code: no broadcasting, nothing to sum back."""

import numpy as np

ARGS = (np.array([0.5, 1.2, -0.7]),)


def f(x):
    return np.sum(np.tanh(x) * x)


# derivative
def f_grad(x, seed=1.0):
    # forward
    result = np.tanh(x)
    # reverse
    bx = seed * (result + x * (1.0 - result**2))  # np.sum(np.tanh(x) * x)
    return bx
