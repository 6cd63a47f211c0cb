"""Only what was asked for is computed."""

import math

ARGS = (2.0, 3.0)
ARGNUMS = (0,)


def f(x, y):
    a = x * y
    return a * math.exp(y)


# derivative
def f_grad(x, y, seed=1.0):
    bx = seed * math.exp(y) * y  # a = x * y
    return bx
