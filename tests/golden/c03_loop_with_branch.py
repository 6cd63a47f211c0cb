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
def growth_grad(x, n, seed=1.0):
    # forward
    took_tape, s_tape = [], []
    s = 1.0
    for i in range(n):
        took = s > 3.0
        took_tape.append(took)
        if took:
            s_tape.append(s)
            s = s * x
        else:
            s = s + math.sin(x) * i
    # reverse
    bs, bx = seed, 0.0
    for i in range(n - 1, -1, -1):
        if took_tape.pop():
            s = s_tape.pop()
            bx += bs * s  # s = s * x
            bs = bs * x
        else:
            bx += bs * i * math.cos(x)  # s = s + math.sin(x) * i
    return bx
