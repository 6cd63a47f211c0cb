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
def f_grad(x, seed=1.0):
    # forward
    took = x < 0.0
    if not took:
        y = x * x
        took_1 = y > 4.0
    # reverse
    if took:
        return -seed
    y = x * x
    if took_1:
        by, bx = seed, 0.0
    else:
        by = seed * x  # y * x
        bx = seed * y
    bx += 2.0 * by * x  # y = x * x
    return bx
