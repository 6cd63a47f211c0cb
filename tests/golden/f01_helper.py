"""A small function is differentiated in place of its call."""

import math

ARGS = (1.5,)


def square(x):
    return x * x


def f(x):
    return square(x) + square(math.sin(x))


# derivative
