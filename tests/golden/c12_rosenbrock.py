"""Neighbouring entries in a Python loop."""

import numpy as np

ARGS = (np.array([0.5, 1.2, -0.7, 0.3]),)


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


# derivative
def rosenbrock_grad(x, seed=1.0):
    # reverse
    bx = np.zeros_like(x)
    for i in range(len(x) - 2, -1, -1):
        btotal = 200.0 * seed * (x[i + 1] - x[i] ** 2)  # total += 100.0 * (x[i + 1] - x[i] ** 2)...
        bx[i] += -2.0 * seed * (1.0 - x[i]) - 2.0 * btotal * x[i]
        bx[i + 1] += btotal
    return bx
