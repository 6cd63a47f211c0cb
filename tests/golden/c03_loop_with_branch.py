"""The decision of each trip is recorded, and one value; the index is recomputed."""

import math

ARGS = (1.5, 6)


def growth(x, n):
    s = 1.0
    for i in range(n):
        if s > 3.0:
            s = s * x
        else:
            s = s + math.sin(x) * i
    return s


# derivative
