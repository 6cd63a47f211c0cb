"""The `else` of a loop runs where no `break` did."""

import numpy as np

ARGS = (np.array([0.5, 1.2]), 1.0)


def f(xs, limit):
    s = 0.0
    for x in xs:
        s = s + x * x
        if s > limit:
            break
    else:
        s = s * 10.0
    return s


# derivative
