"""Value and tangent line by line."""

import math

ARGS = (2.0, 3.0)
MODE = 'forward'


def f(x1, x2):
    return x1 * x2 + math.sin(x1)


# derivative
def f_jvp(x1, x2, dx1, dx2):
    result = x1 * x2 + math.sin(x1)
    dresult = dx1 * x2 + dx2 * x1 + dx1 * math.cos(x1)
    return result, dresult
