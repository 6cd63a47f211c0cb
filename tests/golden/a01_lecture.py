"""Two statements for the two partial derivatives; nothing of the forward sweep is left."""

import math

ARGS = (2.0, 3.0)


def f(x1, x2):
    return x1 * x2 + math.sin(x1)


# derivative
def f_grad(x1, x2, seed=1.0):
    bx1 = seed * (math.cos(x1) + x2)  # x1 * x2 + math.sin(x1)
    bx2 = seed * x1
    return bx1, bx2
