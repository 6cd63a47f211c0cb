"""A closure over an active value."""

ARGS = (1.5, 0.5)


def f(x, y):
    def mix(a):
        return a * y + x

    return mix(x) * mix(y)


# derivative
