"""Value and tangent line by line."""

import math

ARGS = (2.0, 3.0)
MODE = 'forward'


def f(x1, x2):
    return x1 * x2 + math.sin(x1)


# derivative
