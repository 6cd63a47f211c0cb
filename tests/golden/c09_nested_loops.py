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
