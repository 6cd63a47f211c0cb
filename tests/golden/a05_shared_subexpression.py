"""A value that is used twice has one adjoint, a sum of two."""

import math

ARGS = (1.5,)


def f(x):
    a = x * x
    b = math.exp(a)
    return math.sqrt(a + b) + math.cos(a + b)


# derivative
def f_grad(x, seed=1.0):
    # forward
    a = x * x
    b = math.exp(a)
    result = a + b
    # reverse
    ba = 0.5 * seed / math.sqrt(result) - seed * math.sin(result)  # math.sqrt(a + b) + math.cos(...
    ba += ba * b  # b = math.exp(a)
    bx = 2.0 * ba * x  # a = x * x
    return bx
