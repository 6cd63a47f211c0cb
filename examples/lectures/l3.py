"""Lecture 3: models and identities, operator overloading, Jacobians from both sides."""

import math

import numpy as np
import overloading
from tables import run_lines, show_rows, table, title

from gradscribe import derive, grad, jacfwd, jacrev, jvp, vjp

# 1. Linear regression -----------------------------------------------------------------------------------------------


def regression_loss(theta, inputs, targets):
    residual = inputs @ theta - targets
    return residual @ residual / len(targets)


def regression(seed=0):
    """Distances: of the gradient from (2/N)(X'X theta - X'y), and of the gradient from zero at the minimiser."""
    random = np.random.default_rng(seed)
    inputs, targets, theta = random.normal(size=(50, 4)), random.normal(size=50), random.normal(size=4)
    formula = 2.0 / 50 * (inputs.T @ inputs @ theta - inputs.T @ targets)
    minimiser = np.linalg.solve(inputs.T @ inputs, inputs.T @ targets)
    gradient = grad(regression_loss)
    there = gradient(theta, inputs, targets) - formula
    return np.max(np.abs(there)), np.max(np.abs(gradient(minimiser, inputs, targets)))


# 2. Identities ------------------------------------------------------------------------------------------------------


def linear_form(theta, c):
    return c @ theta


def quadratic_form(theta, matrix):
    return theta @ matrix @ theta


def identities(seed=0):
    """Distances from d(c'theta) = c' and d(theta'A theta) = (A + A') theta."""
    random = np.random.default_rng(seed)
    theta, c, matrix = random.normal(size=3), random.normal(size=3), random.normal(size=(3, 3))
    first = grad(linear_form)(theta, c) - c
    second = grad(quadratic_form)(theta, matrix) - (matrix + matrix.T) @ theta
    return np.max(np.abs(first)), np.max(np.abs(second))


# 3. Expression swell ------------------------------------------------------------------------------------------------


def softplus_twice(x, w1, b1, w2, b2):
    y = math.log(1.0 + math.exp(w1 * x + b1))
    z = math.log(1.0 + math.exp(w2 * y + b2))
    return z


SWOLLEN = (  # d/dw1 by the rules of calculus, nothing shared
    "w2 * (exp(w1 * x + b1) * x / (1 + exp(w1 * x + b1))) * exp(w2 * log(1 + exp(w1 * x + b1)) + b2)"
    " / (1 + exp(w2 * log(1 + exp(w1 * x + b1)) + b2))"
)


def swell(at=(0.5, 1.5, -0.2, 0.8, 0.1)):
    """The derivative by the swollen formula and by the tool, and how often each takes an exponential."""
    names = dict(zip(("x", "w1", "b1", "w2", "b2"), at, strict=True), exp=math.exp, log=math.log)
    source = derive(softplus_twice, argnums="w1").source
    return eval(SWOLLEN, names), grad(softplus_twice, argnums="w1")(*at), SWOLLEN.count("exp("), source.count("exp(")


# 4. A network, line by line -----------------------------------------------------------------------------------------


def small_network(x, w0, w1, y):
    x1 = w0 * x
    x2 = math.tanh(x1)
    x3 = w1 * x2
    x4 = x3 - y
    x5 = x4**2
    return x5


def network_table(x=1.0, w0=2.0, w1=1.2, y=2.0):
    """The tangent program with respect to x, run line by line with dx = 1."""
    return run_lines(derive(small_network, mode="forward", argnums="x", optimize=False).source, x, w0, w1, y, 1.0)


# 5. Jacobians from both sides ---------------------------------------------------------------------------------------


def layer(x, weights):
    return np.tanh(weights @ x)


def jacobians(seed=0):
    """The Jacobian of a layer by columns (forward), by rows (reverse), and by its formula."""
    random = np.random.default_rng(seed)
    x, weights = random.normal(size=4), random.normal(size=(3, 4))

    columns = [jvp(layer, (x, weights), (unit, np.zeros_like(weights)))[1] for unit in np.eye(4)]
    _, pullback = vjp(layer, x, weights)
    rows = [pullback(unit)[0] for unit in np.eye(3)]
    formula = (1.0 - np.tanh(weights @ x) ** 2)[:, None] * weights
    assert np.allclose(jacfwd(layer)(x, weights), formula) and np.allclose(jacrev(layer)(x, weights), formula)
    return np.array(columns).T, np.array(rows), formula


# 6. A graph with shared nodes ---------------------------------------------------------------------------------------


def shared(x):
    a = x**2
    b = math.exp(a)
    c = a + b
    return math.sqrt(c) + math.cos(c)


def shared_overloaded(x):
    a = x**2
    c = a + overloading.exp(a)
    return c**0.5 + overloading.cos(c)


# --------------------------------------------------------------------------------------------------------------------


def main():
    title("Linear regression")
    formula, minimum = regression()
    print(f"  gradient - (2/N)(X'X theta - X'y): {formula:.1e}; gradient at the minimiser: {minimum:.1e}")
    print(derive(regression_loss, argnums="theta").source)

    title("Identities")
    print("  d(c'theta) - c' = {:.1e}, d(theta'A theta) - (A + A')theta = {:.1e}".format(*identities()))

    title("Softplus of softplus: d/dw1 as one formula, and as a program")
    formula, automatic, many, few = swell()
    print(f"  {SWOLLEN}")
    print(f"  = {formula:.12g}, {many} exponentials; the program: {automatic:.12g}, {few} exponentials")
    print(derive(softplus_twice, argnums="w1").source)

    title("x = 1, w0 = 2, w1 = 1.2, y = 2: values and tangents")
    rows, (_, slope) = network_table()
    show_rows(rows)
    print(f"  dloss/dx = {slope:.10g}")

    title("The Jacobian of tanh(W x): columns by forward mode, rows by reverse mode")
    by_columns, by_rows, formula = jacobians()
    print(
        f"  distance from the formula: {np.max(np.abs(by_columns - formula)):.1e}, "
        f"{np.max(np.abs(by_rows - formula)):.1e}"
    )

    title("sqrt(x**2 + exp(x**2)) + cos(x**2 + exp(x**2)) at 1")
    (overloaded,) = overloading.forward_gradient(shared_overloaded, 1.0)
    table(["value", "derivative", "by overloading"], [(shared(1.0), grad(shared)(1.0), overloaded)])
    print()
    print(derive(shared).source)


if __name__ == "__main__":
    main()
