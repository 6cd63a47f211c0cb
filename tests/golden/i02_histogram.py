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
def f_grad(w, r, bins, seed=1.0):
    # forward
    sums = np.zeros(bins)
    sums_tape = []
    for k in range(len(w)):
        sums_1 = int(r[k])
        sums_tape.append(sums_1)
        sums[sums_1] += w[k] * w[k]
    # reverse
    bsums = 2.0 * seed * sums  # np.sum(sums**2)
    bw = np.zeros_like(w)
    for k in range(len(w) - 1, -1, -1):
        bw[k] += 2.0 * bsums[sums_tape.pop()] * w[k]  # sums[int(r[k])] += w[k] * w[k]
    return bw
