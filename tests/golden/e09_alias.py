"""Two names for one array, and an in-place product seen by both."""

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5]),)


def f(x):
    a = x.copy()
    b = a
    b *= x
    return np.sum(a * a)


# derivative
def f_grad(x, seed=1.0):
    # forward
    a = x.copy()
    a_old = a.copy()
    a *= x
    # reverse
    ba = 2.0 * seed * a  # np.sum(a * a)
    a[...] = a_old  # b *= x
    bx = ba * a
    ba *= x
    bx += ba  # a = x.copy()
    return bx
