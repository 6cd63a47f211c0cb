"""A comprehension with a filter."""

import math

import numpy as np

ARGS = (np.array([1.0, -2.0, 0.5]),)


def f(xs):
    return sum(math.sqrt(x) for x in xs if x > 0.0)


# derivative
def f_grad(xs, seed=1.0):
    # forward
    result_tape, result_tape_1 = [], []
    for x in xs:
        result = x > 0.0
        result_tape.append(result)
        if result:
            result_tape_1.append(math.sqrt(x))
    # reverse
    bxs = np.zeros_like(xs)
    for i in range(len(xs) - 1, -1, -1):
        if result_tape.pop():
            bx = 0.5 * seed / result_tape_1.pop()  # sum(math.sqrt(x) for x in xs if x > 0.0)
        else:
            bx = 0.0
        bxs[i] += bx
    return bxs
