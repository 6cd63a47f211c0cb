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
def f_grad(y, k, seed=1.0):
    # forward
    y_tape = []
    for i in range(4):
        y_tape.append(y)
        k1 = -k * y * y
        k2 = -k * (y + 0.1 * k1) ** 2
        y = y + 0.5 * 0.1 * (k1 + k2)
    # reverse
    by, bk = seed, 0.0
    for i in range(3, -1, -1):
        y = y_tape.pop()
        k1 = k * y  # k1 = -k * y * y
        k2 = y - 0.1 * k1 * y  # k2 = -k * (y + h * k1) ** 2
        by_1 = 0.05 * by  # y = y + 0.5 * h * (k1 + k2)
        bk2 = by_1 * k2**2  # k2 = -k * (y + h * k1) ** 2
        bk2_1 = by_1 * k * k2
        by -= 2.0 * bk2_1
        bk1 = by_1 - 0.2 * bk2_1
        bk -= bk2
        bk1_1 = bk1 * y  # k1 = -k * y * y
        by = by - bk1 * k1 - bk1_1 * k
        bk -= bk1_1 * y
    return by, bk
