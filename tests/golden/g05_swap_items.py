"""Entries of a list exchanged in a loop."""

import numpy as np

ARGS = (np.array([1.0, 0.2, 0.5]),)


def f(xs):
    v = [xs[0], xs[1], xs[2]]
    for i in range(2):
        v[i], v[i + 1] = v[i + 1] * v[i], v[i]
    return v[0] * v[1] + v[2]


# derivative
def f_grad(xs, seed=1.0):
    # forward
    v = xs[0]
    # reverse
    bt = seed * (xs[2] * v)  # v[0] * v[1] + v[2]
    bt_1 = seed * (xs[1] * v)
    bv = seed + bt_1 * xs[2] + bt * xs[1]  # v[i], v[i + 1] = v[i + 1] * v[i], v[i]
    bxs = np.zeros_like(xs)
    bxs[2] += bt_1 * v  # v = [xs[0], xs[1], xs[2]]
    bxs[1] += bt * v
    bxs[0] += bv
    return bxs
