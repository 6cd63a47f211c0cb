"""An integrator: the stage values are recorded, not the stages' parts."""

ARGS = (1.5, 0.5)


def f(y, k):
    h = 0.1
    for i in range(4):
        k1 = -k * y * y
        k2 = -k * (y + h * k1) ** 2
        y = y + 0.5 * h * (k1 + k2)
    return y


# derivative
