"""A small function is differentiated in place of its call."""

import math

ARGS = (1.5,)


def square(x):
    return x * x


def f(x):
    return square(x) + square(math.sin(x))


# derivative
def f_grad(x, seed=1.0):
    bx = 2.0 * seed * (math.sin(x) * math.cos(x) + x)  # x * x
    return bx
