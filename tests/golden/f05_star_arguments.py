"""`*args`, keyword arguments and defaults."""

ARGS = (1.5, 0.5)


def total(*values, scale=1.0):
    s = 0.0
    for v in values:
        s = s + scale * v * v
    return s


def f(x, y):
    return total(x, y, x * y, scale=x)


# derivative
