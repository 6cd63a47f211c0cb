"""One name, several values: each has an adjoint of its own."""

ARGS = (1.5, -0.5)


def f(x, y):
    y = x * y
    x = x + y
    y = y * x
    return x * y


# derivative
def f_grad(x, y, seed=1.0):
    # forward
    y_1 = x * y
    x_1 = x + y_1
    y_2 = y_1 * x_1
    # reverse
    by = seed * x_1  # x * y
    bx = seed * y_2 + by * y_1  # y = y * x
    by = by * x_1 + bx  # x = x + y
    bx += by * y  # y = x * y
    by = by * x
    return bx, by
