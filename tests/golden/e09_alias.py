"""Two names for one array, and an in-place product seen by both."""

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5]),)


def f(x):
    a = x.copy()
    b = a
    b *= x
    return np.sum(a * a)


# derivative
