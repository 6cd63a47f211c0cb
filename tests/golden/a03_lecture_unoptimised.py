"""The lecture's translation: one primitive a line."""

import math

ARGS = (2.0, 3.0)
OPTIMIZE = False


def f(x1, x2):
    return x1 * x2 + math.sin(x1)


# derivative
def f_grad(x1, x2, seed=1.0):
    # forward
    t = x1 * x2
    t_1 = math.sin(x1)
    result = t + t_1
    # reverse
    t_2 = math.cos(x1)
    bx1 = seed * t_2
    t_3 = seed * x2
    bx1 += t_3
    bx2 = seed * x1
    return bx1, bx2
