"""Early returns become branches."""

ARGS = (1.5,)


def f(x):
    if x < 0.0:
        return -x
    y = x * x
    if y > 4.0:
        return y
    return y * x


# derivative
