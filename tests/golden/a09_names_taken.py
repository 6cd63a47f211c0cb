"""The user's names come first: a clash takes a number."""

ARGS = (1.5, 2.5)


def f(x, bx):
    seed = x * bx
    x_1 = seed * x
    return x_1 * seed


# derivative
def f_grad(x, bx, seed=1.0):
    # forward
    seed_1 = x * bx
    x_1 = seed_1 * x
    # reverse
    bx_1 = seed * seed_1  # x_1 * seed
    bseed = seed * x_1 + bx_1 * x  # x_1 = seed * x
    bx = seed_1 * bx_1 + bseed * bx  # seed = x * bx
    bbx = bseed * x
    return bx, bbx
