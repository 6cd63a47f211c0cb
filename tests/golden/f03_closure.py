"""A closure over an active value."""

ARGS = (1.5, 0.5)


def f(x, y):
    def mix(a):
        return a * y + x

    return mix(x) * mix(y)


# derivative
def f_grad(x, y, seed=1.0):
    # forward
    result = x * y + x
    result_1 = y * y + x
    # reverse
    bresult = seed * result_1  # mix(x) * mix(y)
    bresult_1 = seed * result
    bx = bresult_1 + bresult + bresult * y  # a * y + x
    by = 2.0 * bresult_1 * y + bresult * x
    return bx, by
