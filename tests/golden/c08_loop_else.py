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
def f_grad(xs, limit, seed=1.0):
    # forward
    broke, trips = False, 0
    s = 0.0
    for x in xs:
        trips += 1
        s = s + x * x
        if s > limit:
            broke = True
            break
    # reverse
    if not broke:
        bs = 10.0 * seed  # s = s * 10.0
    else:
        bs = seed
    bxs = np.zeros_like(xs)
    for i in range(trips - 1, -1, -1):
        x = xs[i]
        bxs[i] += 2.0 * bs * x
    return bxs, 0.0
