"""Linear: nothing is recorded and the forward sweep is gone."""

ARGS = (1.5, 4)


def f(x, n):
    s = x
    for i in range(n):
        s = 0.5 * s + i * x
    return s


# derivative
def f_grad(x, n, seed=1.0):
    bs, bx = seed, 0.0
    for i in range(n - 1, -1, -1):
        bx += bs * i  # s = 0.5 * s + i * x
        bs = 0.5 * bs
    bx += bs
    return bx
