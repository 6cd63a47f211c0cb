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
def f_grad(x, y, seed=1.0):
    # forward
    v = x * y
    # reverse
    bs = seed * v  # s = s + scale * v * v
    bv = seed * (x * v) + bs * x
    bs_1 = seed * y
    bx = bs * v + bs_1 * y + seed * (x * x) + 2.0 * seed * x * x
    bx += bv * y  # total(x, y, x * y, scale=x)
    by = bs + bs_1 * x + bv * x
    return bx, by
