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
