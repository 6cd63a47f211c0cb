"""Forward substitution in place."""

import numpy as np

ARGS = (np.array([[2.0, 0.0, 0.0], [0.5, 3.0, 0.0], [0.3, -0.7, 1.5]]), np.array([1.0, 2.0, -1.0]))


def solve(l, b):
    x = np.zeros(len(b))
    for i in range(len(b)):
        x[i] = (b[i] - l[i, :i] @ x[:i]) / l[i, i]
    return np.sum(x * x)


# derivative
def solve_grad(l, b, seed=1.0):
    # forward
    x = np.zeros(len(b))
    for i in range(len(b)):
        x[i] = (b[i] - l[i, :i] @ x[:i]) / l[i, i]
    # reverse
    bx = 2.0 * seed * x  # np.sum(x * x)
    bb = np.zeros_like(b)
    bl = np.zeros_like(l)
    for i in range(len(b) - 1, -1, -1):
        bx_1 = bx[i] / l[i, i]  # x[i] = (b[i] - l[i, :i] @ x[:i]) / l[i, i]
        bl[i, i] -= bx[i] * x[i] / l[i, i]
        bx[i] = 0.0
        bx[:i] -= bx_1 * l[i, :i]
        bl[i, :i] -= bx_1 * x[:i]
        bb[i] += bx_1
    return bl, bb
