"""The textbook gradient of least squares."""

import numpy as np

ARGS = (np.array([0.5, 1.2]), np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.3]]), np.array([1.0, 0.0, 2.0]))
ARGNUMS = (0,)


def loss(theta, x, y):
    r = x @ theta - y
    return r @ r / len(y)


# derivative
def loss_grad(theta, x, y, seed=1.0):
    # forward
    r = x @ theta - y
    # reverse
    btheta = x.T @ (2.0 * seed / len(y) * r)  # r = x @ theta - y
    return btheta
