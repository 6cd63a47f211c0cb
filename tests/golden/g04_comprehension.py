"""A comprehension with a filter."""

import math

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5]),)


def f(xs):
    return sum(math.sqrt(x) for x in xs if x > 0.0)


# derivative
