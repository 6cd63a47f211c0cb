"""A parallel assignment mirrors to a parallel assignment."""

ARGS = (1.5, -0.5)


def f(a, b):
    a, b = b, a * b
    a, b = b, a * b
    return a * b


# derivative
def f_grad(a, b, seed=1.0):
    # forward
    b_1 = a * b
    b_2 = b * b_1
    # reverse
    bb = seed * b_1  # a * b
    bb_1 = bb * b_1  # a, b = b, a * b
    bb = seed * b_2 + bb * b
    ba = bb * b  # a, b = b, a * b
    bb = bb_1 + bb * a
    return ba, bb
