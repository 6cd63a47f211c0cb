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
def first_above_grad(xs, level, seed=1.0):
    # forward
    returned, trips = False, 0
    total = 0.0
    for x in xs:
        trips += 1
        total = total + x * x
        if total > level:
            returned = True
            break
    # reverse
    if returned:
        btotal = seed / level  # total / level
        blevel = -seed * (total / level) / level
    else:
        btotal, blevel = seed, 0.0
    bxs = np.zeros_like(xs)
    for i in range(trips - 1, -1, -1):
        x = xs[i]
        bxs[i] += 2.0 * btotal * x
    return bxs, blevel
