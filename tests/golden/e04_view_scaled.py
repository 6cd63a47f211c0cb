"""A view that is written: its shadow is the same view of the base's shadow."""

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5, 3.0]), 0.4)


def view_scaled(a, c):
    a = a.copy()
    middle = a[1:-1]
    middle *= c
    return np.sum(a**3)


# derivative
def view_scaled_grad(a, c, seed=1.0):
    # forward
    a = a.copy()
    middle = a[1:-1]
    middle_old = middle.copy()
    middle *= c
    # reverse
    ba = 3 * seed * a**2  # np.sum(a**3)
    middle[...] = middle_old  # middle *= c
    bc = ba[1:-1] @ middle
    ba[1:-1] *= c
    return ba, bc
