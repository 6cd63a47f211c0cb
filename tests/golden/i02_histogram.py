"""A histogram with weights: counts are constant, sums are not."""

import numpy as np

ARGS = (np.array([0.5, 1.2, 0.7]), np.array([0.1, 1.9, 1.2]), 2)
ARGNUMS = (0,)


def f(w, r, bins):
    sums = np.zeros(bins)
    for k in range(len(w)):
        sums[int(r[k])] += w[k] * w[k]
    return np.sum(sums**2)


# derivative
