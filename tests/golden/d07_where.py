"""A selection: the branch that is not taken never leaks."""

import numpy as np

ARGS = (np.array([0.5, -0.2, 1.0]),)


def f(x):
    return np.sum(np.where(x > 0.0, np.sqrt(np.abs(x)), x * x))


# derivative
def f_grad(x, seed=1.0):
    # forward
    result = x > 0.0
    # reverse
    bresult = np.where(result, seed, 0.0)  # np.sum(np.where(x > 0.0, np.sqrt(np.abs(x)), x * x))
    bresult_1 = np.where(result, 0.0, seed)
    bresult = np.where(bresult == 0.0, 0.0, 0.5 * bresult / np.sqrt(np.absolute(x)))
    bx = (
        np.where(bresult_1 == 0.0, 0.0, 2.0 * bresult_1 * x)
        + np.where(bresult == 0.0, 0.0, bresult * np.sign(x))
    )
    return bx
