"""A triangular factorisation in place."""

import numpy as np

ARGS = (np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]]),)


def lu(a):
    a = a.copy()
    n = len(a)
    for i in range(n):
        for j in range(i):
            a[i, j] -= a[i, :j] @ a[:j, j]
            a[i, j] /= a[j, j]
        for j in range(i, n):
            a[i, j] -= a[i, :i] @ a[:i, j]
    return np.sum(a * a)


# derivative
def lu_grad(a, seed=1.0):
    # forward
    a = a.copy()
    n = len(a)
    for i in range(n):
        for j in range(i):
            a[i, j] -= a[i, :j] @ a[:j, j]
            a[i, j] /= a[j, j]
        for j in range(i, n):
            a[i, j] -= a[i, :i] @ a[:i, j]
    # reverse
    ba = 2.0 * seed * a  # np.sum(a * a)
    for i in range(n - 1, -1, -1):
        for j in range(n - 1, i - 1, -1):
            ba_1 = ba[i, j]  # a[i, j] -= a[i, :i] @ a[:i, j]
            ba[i, :i] -= ba_1 * a[:i, j]
            ba[:i, j] -= ba_1 * a[i, :i]
        for j in range(i - 1, -1, -1):
            ba_1 = ba[i, j]  # a[i, j] /= a[j, j]
            ba[i, j] = ba_1 / a[j, j]
            ba[j, j] -= ba_1 * a[i, j] / a[j, j]
            ba_1 = ba[i, j]  # a[i, j] -= a[i, :j] @ a[:j, j]
            ba[i, :j] -= ba_1 * a[:j, j]
            ba[:j, j] -= ba_1 * a[i, :j]
    return ba
