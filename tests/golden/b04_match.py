"""`match` on a constant argument."""

ARGS = (1.5, "cube")


def f(x, kind):
    match kind:
        case "square":
            return x * x
        case "cube":
            return x * x * x
        case _:
            return x


# derivative
def f_grad(x, kind, seed=1.0):
    bx = seed * (x * x) + 2.0 * seed * x * x  # x * x * x
    return bx
