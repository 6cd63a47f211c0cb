"""Forward substitution in place."""

import numpy as np

ARGS = (np.array([[2.0, 0.0, 0.0], [0.5, 3.0, 0.0], [0.3, -0.7, 1.5]]), np.array([1.0, 2.0, -1.0]))


def solve(l, b):
    x = np.zeros(len(b))
    for i in range(len(b)):
        x[i] = (b[i] - l[i, :i] @ x[:i]) / l[i, i]
    return np.sum(x * x)


# derivative
