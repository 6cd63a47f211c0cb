"""Means and sums along an axis, kept or dropped."""

import numpy as np

ARGS = (np.array([[0.5, -0.2, 1.0], [0.1, 0.4, 2.0]]),)


def f(x):
    centred = x - np.mean(x, axis=0)
    scaled = centred / np.sum(x * x, axis=1, keepdims=True)
    return np.sum(scaled**2)


# derivative
def f_grad(x, seed=1.0):
    # forward
    centred = x - np.mean(x, axis=0)
    scaled_1 = np.sum(x * x, axis=1, keepdims=True)
    scaled = centred / scaled_1
    # reverse
    bscaled = 2.0 * seed * scaled  # np.sum(scaled**2)
    bcentred = bscaled / scaled_1  # scaled = centred / np.sum(x * x, axis=1, keepdims=True)
    bx = (  # centred = x - np.mean(x, axis=0)
        bcentred
        - 2.0 * np.sum(bscaled * scaled / scaled_1, axis=1, keepdims=True) * x
        - np.sum(bcentred, axis=0) / x.shape[0]
    )
    return bx
