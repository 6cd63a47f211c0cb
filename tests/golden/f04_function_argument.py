"""A function passed as an argument is part of what is compiled for."""


def square(x):
    return x * x


def twice(g, x):
    return g(g(x))


ARGS = (square, 1.5)


# derivative
def twice_grad_x(g, x, seed=1.0):
    bx = 4.0 * seed * (x * x) * x  # x * x
    return bx
