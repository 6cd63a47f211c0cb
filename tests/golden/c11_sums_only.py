"""A loop that carries only sums."""

import math

import numpy as np

ARGS = (np.array([0.5, -0.2]), np.array([[1.0, 2.0], [-1.0, 0.5]]), np.array([1.0, -1.0]))
ARGNUMS = (0,)


def logistic(w, xs, ys):
    loss = 0.0
    for i in range(len(ys)):
        loss += math.log1p(math.exp(-ys[i] * (xs[i] @ w)))
    return loss


# derivative
