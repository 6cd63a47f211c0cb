"""Complex arithmetic."""

import numpy as np

ARGS = (np.array([0.5 + 0.2j, -0.3 + 1.0j]),)


def f(z):
    w = np.exp(0.5j) * z[0] + z[1] * z[1]
    return np.abs(w) ** 2


# derivative
