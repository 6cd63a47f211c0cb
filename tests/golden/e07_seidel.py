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
def seidel_grad(a, steps, seed=1.0):
    # forward
    a = a.copy()
    n = a.shape[0]
    m = a.shape[1]
    for t in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                a[i, j] = (
                    (a[i - 1, j] + a[i, j - 1] + a[i, j] + a[i, j + 1] + a[i + 1, j])
                    / 5.0
                )
    # reverse
    ba = 2.0 * seed * a  # np.sum(a * a)
    for t in range(steps - 1, -1, -1):
        for i in range(n - 2, 0, -1):
            for j in range(m - 2, 0, -1):
                ba_1 = ba[i, j] / 5.0  # a[i, j] = (a[i - 1, j] + a[i, j - 1] + a[i, j] + a[i, j...
                ba[i, j] = 0.0
                ba[i + 1, j] += ba_1
                ba[i, j + 1] += ba_1
                ba[i, j] += ba_1
                ba[i, j - 1] += ba_1
                ba[i - 1, j] += ba_1
    return ba
