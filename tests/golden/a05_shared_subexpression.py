"""A value that is used twice has one adjoint, a sum of two."""

import math

ARGS = (1.5,)


def f(x):
    a = x * x
    b = math.exp(a)
    return math.sqrt(a + b) + math.cos(a + b)


# derivative
