"""Two statements for the two partial derivatives; nothing of the forward sweep is left."""

import math

ARGS = (2.0, 3.0)


def f(x1, x2):
    return x1 * x2 + math.sin(x1)


# derivative
