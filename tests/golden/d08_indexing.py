"""Reads by index and slice."""

import numpy as np

ARGS = (np.array([0.5, -0.2, 1.0, 0.7]),)


def f(x):
    return x[0] * x[-1] + np.sum(x[1:] * x[:-1])


# derivative
def f_grad(x, seed=1.0):
    bx = np.zeros_like(x)
    bx[:-1] += seed * x[1:]  # x[0] * x[-1] + np.sum(x[1:] * x[:-1])
    bx[1:] += seed * x[:-1]
    bx[-1] += seed * x[0]
    bx[0] += seed * x[-1]
    return bx
