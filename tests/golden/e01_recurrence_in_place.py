"""`x[i] += c * x[i - 1]`: what is read is still there, so there is no tape."""

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5, 3.0]), 0.4)


def smooth_in_place(x, c):
    x = x.copy()
    for i in range(1, len(x)):
        x[i] += c * x[i - 1]
    return np.sum(x * x)


# derivative
def smooth_in_place_grad(x, c, seed=1.0):
    # forward
    x = x.copy()
    for i in range(1, len(x)):
        x[i] += c * x[i - 1]
    # reverse
    bx = 2.0 * seed * x  # np.sum(x * x)
    bc = 0.0
    for i in range(len(x) - 1, 0, -1):
        bc += bx[i] * x[i - 1]  # x[i] += c * x[i - 1]
        bx[i - 1] += bx[i] * c
    return bx, bc
