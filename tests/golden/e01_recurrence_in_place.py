"""`x[i] += c * x[i - 1]`: what is read is still there, so there is no tape."""

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5, 3.0]), 0.4)


def smooth_in_place(x, c):
    x = x.copy()
    for i in range(1, len(x)):
        x[i] += c * x[i - 1]
    return np.sum(x * x)


# derivative
