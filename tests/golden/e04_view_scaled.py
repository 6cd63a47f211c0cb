"""A view that is written: its shadow is the same view of the base's shadow."""

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5, 3.0]), 0.4)


def view_scaled(a, c):
    a = a.copy()
    middle = a[1:-1]
    middle *= c
    return np.sum(a**3)


# derivative
