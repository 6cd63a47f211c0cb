"""A decision is taken once, in the forward sweep."""

import math

ARGS = (1.5, 0.5)


def f(x, y):
    if x > y:
        z = x * y
    else:
        z = math.sin(y)
    return z * z


# derivative
