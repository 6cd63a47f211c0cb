"""The lecture's translation: one primitive a line."""

import math

ARGS = (2.0, 3.0)
OPTIMIZE = False


def f(x1, x2):
    return x1 * x2 + math.sin(x1)


# derivative
