"""Recursion stays recursion: a forward and a reverse function."""

ARGS = (1.5, 4)


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


# derivative
