"""Nested loops: tapes of the inner loop hold the trips of all outer ones."""

import math

ARGS = (1.5, 3)


def f(x, n):
    s = x
    for i in range(n):
        for j in range(i):
            s = math.sin(s) * x
    return s


# derivative
def f_grad(x, n, seed=1.0):
    # forward
    s_tape, s_tape_1 = [], []
    s = x
    for i in range(n):
        for j in range(i):
            s_tape.append(s)
            s = math.sin(s)
            s_tape_1.append(s)
            s = s * x
    # reverse
    bs, bx = seed, 0.0
    for i in range(n - 1, -1, -1):
        for j in range(i - 1, -1, -1):
            s = s_tape.pop()
            bx += bs * s_tape_1.pop()  # s = math.sin(s) * x
            bs = bs * x * math.cos(s)
    bx += bs
    return bx
