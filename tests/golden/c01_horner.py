"""One append a trip: the value that the product reads."""

import numpy as np

ARGS = (0.5, np.array([1.0, -2.0, 3.0]))
ARGNUMS = (0,)


def horner(x, cs):
    s = 0.0
    for c in cs:
        s = s * x + c
    return s


# derivative
def horner_grad(x, cs, seed=1.0):
    # forward
    s_tape = []
    s = 0.0
    for c in cs:
        s_tape.append(s)
        s = s * x + c
    # reverse
    bs, bx = seed, 0.0
    for i in range(len(cs) - 1, -1, -1):
        s = s_tape.pop()
        bx += bs * s  # s = s * x + c
        bs = bs * x
    return bx
