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
def logistic_grad(w, xs, ys, seed=1.0):
    bw = np.zeros_like(w)
    for i in range(len(ys)):
        loss = math.exp(-ys[i] * (xs[i] @ w))  # loss += math.log1p(math.exp(-ys[i] * (xs[i] @ w)))
        bw -= seed / (1.0 + loss) * loss * ys[i] * xs[i]
    return bw
