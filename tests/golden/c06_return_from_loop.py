"""Which exit was taken is noted once, behind the loop."""

import numpy as np

ARGS = (np.array([0.5, 1.2, 0.7]), 1.5)


def first_above(xs, level):
    total = 0.0
    for x in xs:
        total = total + x * x
        if total > level:
            return total / level
    return total


# derivative
