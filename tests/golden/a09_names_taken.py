"""The user's names come first: a clash takes a number."""

ARGS = (1.5, 2.5)


def f(x, bx):
    seed = x * bx
    x_1 = seed * x
    return x_1 * seed


# derivative
