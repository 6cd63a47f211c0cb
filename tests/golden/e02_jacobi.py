"""A linear stencil: no tape, no forward sweep, adjoint arrays updated in place."""

import numpy as np

ARGS = (np.array([0.0, 0.1, 0.4, 0.9, 1.6]), np.array([1.0, 1.2, 1.4, 1.6, 1.8]), 3)
ARGNUMS = (0, 1)


def jacobi(a, b, steps):
    a, b = a.copy(), b.copy()
    for t in range(steps):
        b[1:-1] = (a[:-2] + a[1:-1] + a[2:]) / 3.0
        a[1:-1] = (b[:-2] + b[1:-1] + b[2:]) / 3.0
    return np.sum(a)


# derivative
def jacobi_grad(a, b, steps, seed=1.0):
    # forward
    a = a.copy()
    b = b.copy()
    # reverse
    ba = np.full_like(a, seed)  # np.sum(a)
    bb = np.zeros_like(b)
    for t in range(steps - 1, -1, -1):
        ba_1 = ba[1:-1] / 3.0  # a[1:-1] = (b[:-2] + b[1:-1] + b[2:]) / 3.0
        bb[2:] += ba_1
        bb[:-2] += ba_1
        bb[1:-1] += ba_1
        ba[1:-1] = 0.0
        bb_1 = bb[1:-1] / 3.0  # b[1:-1] = (a[:-2] + a[1:-1] + a[2:]) / 3.0
        ba[2:] += bb_1
        ba[:-2] += bb_1
        ba[1:-1] += bb_1
        bb[1:-1] = 0.0
    return ba, bb
