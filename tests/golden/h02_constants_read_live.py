"""Globals are read by the emitted code when it runs."""

ARGS = (1.5,)


SCALE = {"gain": 2.5}


def f(x):
    return SCALE["gain"] * x * x


# derivative
def f_grad(x, seed=1.0):
    bx = 2.0 * seed * (SCALE["gain"] * x)  # SCALE["gain"] * x * x
    return bx
