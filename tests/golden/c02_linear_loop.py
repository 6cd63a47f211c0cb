"""Linear: nothing is recorded and the forward sweep is gone."""

ARGS = (1.5, 4)


def f(x, n):
    s = x
    for i in range(n):
        s = 0.5 * s + i * x
    return s


# derivative
