"""The rules of `**` and `/` with constant and active operands."""

ARGS = (1.5, 0.5)


def f(x, y):
    return x**2 / y + x**y + 2.0**y


# derivative
