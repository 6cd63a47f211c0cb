"""Complex arithmetic."""

import numpy as np

ARGS = (np.array([0.5 + 0.2j, -0.3 + 1.0j]),)


def f(z):
    w = np.exp(0.5j) * z[0] + z[1] * z[1]
    return np.abs(w) ** 2


# derivative
def f_grad(z, seed=1.0):
    # forward
    w_1 = np.exp(0.5j)
    w = w_1 * z[0] + z[1] * z[1]
    result = np.absolute(w)
    # reverse
    bw = (  # np.abs(w) ** 2
        2.0
        * (seed * result * (np.conjugate(w) / np.where(result == 0.0, 1.0, result)))
    )
    bw_1 = bw * z[1]  # w = np.exp(0.5j) * z[0] + z[1] * z[1]
    bz = np.zeros_like(z)
    bz[1] += bw_1
    bz[1] += bw_1
    bz[0] += bw * w_1
    return bz
