"""Reshape, transpose, concatenate and stack are undone."""

import numpy as np

ARGS = (np.array([0.5, -0.2, 1.0, 0.7, 0.1, 0.9]),)


def f(x):
    m = x.reshape(2, 3)
    n = np.concatenate([m.T, np.stack([m[0], m[1]]).T], axis=1)
    return np.sum(n * n * np.arange(12.0).reshape(3, 4))


# derivative
def f_grad(x, seed=1.0):
    # forward
    m = x.reshape((2, 3))
    n = np.concatenate([m.T, np.stack([m[0], m[1]]).T], axis=1)
    # reverse
    bn = 2.0 * seed * np.arange(12.0).reshape((3, 4)) * n  # np.sum(n * n * np.arange(12.0).resha...
    bn_1 = bn[:, 2:].T  # n = np.concatenate([m.T, np.stack([m[0], m[1]]).T], axis=1)
    bm = np.zeros_like(m)
    bm[1] += bn_1[1]
    bm[0] += bn_1[0]
    bm += bn[:, :2].T
    bx = np.reshape(bm, x.shape)  # m = x.reshape(2, 3)
    return bx
