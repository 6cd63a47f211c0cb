"""A `while` loop counts its trips."""

ARGS = (1.5,)


def f(x):
    while x < 50.0:
        x = x * x + 0.5
    return x


# derivative
def f_grad(x, seed=1.0):
    # forward
    x_tape = []
    trips = 0
    while x < 50.0:
        x_tape.append(x)
        x = x * x + 0.5
        trips += 1
    # reverse
    bx = seed
    for trip in range(trips - 1, -1, -1):
        x = x_tape.pop()
        bx = 2.0 * bx * x  # x = x * x + 0.5
    return bx
