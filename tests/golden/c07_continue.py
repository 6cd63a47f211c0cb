"""`continue` guards the rest of the trip."""

ARGS = (1.5, 6)


def f(x, n):
    s = 0.0
    for i in range(n):
        if i % 2 == 0:
            continue
        s = s * x + i
    return s


# derivative
def f_grad(x, n, seed=1.0):
    # forward
    s_tape = []
    s = 0.0
    for i in range(n):
        if i % 2 != 0:
            s_tape.append(s)
            s = s * x + i
    # reverse
    bs, bx = seed, 0.0
    for i in range(n - 1, -1, -1):
        if i % 2 != 0:
            s = s_tape.pop()
            bx += bs * s  # s = s * x + i
            bs = bs * x
    return bx
