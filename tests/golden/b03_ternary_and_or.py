"""Conditional expressions, and `or` used for its value."""

ARGS = (1.5, 0.5)


def f(x, y):
    a = x if x > y else y
    b = (x > 2.0 and x) or y
    return a * b


# derivative
def f_grad(x, y, seed=1.0):
    # forward
    a_1 = x > y
    a = x if a_1 else y
    b_1 = x > 2.0
    b_2 = b_1 and x
    b = b_2 or y
    # reverse
    ba = seed * b  # a * b
    bb = seed * a
    if b_2:
        by = 0.0
    else:
        by = bb
        bb = 0.0
    bx = bb if b_1 else 0.0  # b = (x > 2.0 and x) or y
    if a_1:
        bx += ba  # a = x if x > y else y
    else:
        by += ba
    return bx, by
