"""Conditional expressions, and `or` used for its value."""

ARGS = (1.5, 0.5)


def f(x, y):
    a = x if x > y else y
    b = (x > 2.0 and x) or y
    return a * b


# derivative
