"""A non-linear update: the part that is overwritten is recorded and put back."""

import numpy as np

ARGS = (np.array([0.0, 0.3, 0.6, 0.8, 0.9, 1.0]), 0.1, 3)


def burgers(u, nu, steps):
    u = u.copy()
    for t in range(steps):
        u[1:-1] = u[1:-1] - u[1:-1] * (u[1:-1] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


# derivative
def burgers_grad(u, nu, steps, seed=1.0):
    # forward
    u = u.copy()
    u_tape = np.empty((max(steps, 0),) + u[1:-1].shape)
    for t in range(steps):
        u_tape[t] = u[1:-1]
        u[1:-1] = (
            u[1:-1]
            - u[1:-1] * (u[1:-1] - u[:-2])
            + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        )
    # reverse
    bu = 2.0 * seed * u  # np.sum(u * u)
    bnu = 0.0
    for t in range(steps - 1, -1, -1):
        u[1:-1] = u_tape[t]  # u[1:-1] = u[1:-1] - u[1:-1] * (u[1:-1] - u[:-2]) + nu * (u[2:] - 2...
        bu_1 = bu[1:-1].copy()
        bnu += bu_1 @ (u[2:] - 2.0 * u[1:-1] + u[:-2])
        bu_2 = bu_1 * nu
        bu[2:] += bu_2
        bu_3 = bu_1 * u[1:-1]
        bu[1:-1] += -2.0 * bu_2 - bu_1 * (u[1:-1] - u[:-2]) - bu_3
        bu[:-2] += bu_2 + bu_3
    return bu, bnu
