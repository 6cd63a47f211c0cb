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
def f_grad(x, y, seed=1.0):
    # forward
    took = x > y
    if took:
        z = x * y
    else:
        z = math.sin(y)
    # reverse
    bz = 2.0 * seed * z  # z * z
    if took:
        bx = bz * y  # z = x * y
        by = bz * x
    else:
        by = bz * math.cos(y)  # z = math.sin(y)
        bx = 0.0
    return bx, by
