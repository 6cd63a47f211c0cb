"""A convergence loop: the forward sweep keeps `break`, the reverse sweep needs the trip count alone."""

ARGS = (2.5,)


def newton_sqrt(a):
    r = a
    while True:
        new = 0.5 * (r + a / r)
        if abs(new - r) < 1e-12:
            break
        r = new
    return new


# derivative
