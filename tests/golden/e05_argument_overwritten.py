"""The gradient is with respect to the value passed in; the argument is left as the function leaves it."""

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5]),)


def f(x):
    x *= 2.0
    x[0] = x[1] * x[2]
    return np.sum(x * x)


# derivative
