"""A non-linear update: the part that is overwritten is recorded and put back."""

import numpy as np

ARGS = (np.array([0.0, 0.3, 0.6, 0.8, 0.9, 1.0]), 0.1, 3)


def burgers(u, nu, steps):
    u = u.copy()
    for t in range(steps):
        u[1:-1] = u[1:-1] - u[1:-1] * (u[1:-1] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


# derivative
