"""What the user prints and asserts happens once, in the forward sweep."""

import math

ARGS = (1.5,)


def f(x):
    assert x > 0.0, "x must be positive"
    y = math.log(x)
    print("y =", y)
    return y * x


# derivative
def f_grad(x, seed=1.0):
    # forward
    assert x > 0.0, "x must be positive"
    y = math.log(x)
    print("y =", y)
    # reverse
    bx = seed * y + seed * x / x  # y = math.log(x)
    return bx
