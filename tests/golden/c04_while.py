"""A `while` loop counts its trips."""

ARGS = (1.5,)


def f(x):
    while x < 50.0:
        x = x * x + 0.5
    return x


# derivative
