"""A parallel assignment mirrors to a parallel assignment."""

ARGS = (1.5, -0.5)


def f(a, b):
    a, b = b, a * b
    a, b = b, a * b
    return a * b


# derivative
