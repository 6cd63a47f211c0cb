"""One name, several values: each has an adjoint of its own."""

ARGS = (1.5, -0.5)


def f(x, y):
    y = x * y
    x = x + y
    y = y * x
    return x * y


# derivative
