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
