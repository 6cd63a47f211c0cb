"""A selection: the branch that is not taken never leaks."""

import numpy as np

ARGS = (np.array([0.5, -0.2, 1.0]),)


def f(x):
    return np.sum(np.where(x > 0.0, np.sqrt(np.abs(x)), x * x))


# derivative
