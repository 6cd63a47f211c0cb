"""A sweep that reads what it has just written."""

import numpy as np

ARGS = (np.array([[1.0, 2.0, 0.5], [0.3, 0.7, 1.5], [0.2, 0.4, 0.6]]), 2)


def seidel(a, steps):
    a = a.copy()
    n, m = a.shape
    for t in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                a[i, j] = (a[i - 1, j] + a[i, j - 1] + a[i, j] + a[i, j + 1] + a[i + 1, j]) / 5.0
    return np.sum(a * a)


# derivative
