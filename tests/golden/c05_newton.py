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
def newton_sqrt_grad(a, seed=1.0):
    # forward
    r_tape = []
    r = a
    trips = 0
    while True:
        trips += 1
        r_tape.append(r)
        new = 0.5 * (r + a / r)
        if abs(new - r) < 1e-12:
            break
        r = new
    # reverse
    bnew, br, ba = seed, 0.0, 0.0
    for trip in range(trips - 1, -1, -1):
        r = r_tape.pop()
        if trip != trips - 1:
            bnew += br
            br = 0.0
        bnew = 0.5 * bnew  # new = 0.5 * (r + a / r)
        ba += bnew / r
        br = br + bnew - bnew * (a / r) / r
        bnew = 0.0
    ba += br
    return ba
