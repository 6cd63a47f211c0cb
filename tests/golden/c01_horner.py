"""One append a trip: the value that the product reads."""

import numpy as np

ARGS = (0.5, np.array([1.0, -2.0, 3.0]))
ARGNUMS = (0,)


def horner(x, cs):
    s = 0.0
    for c in cs:
        s = s * x + c
    return s


# derivative
