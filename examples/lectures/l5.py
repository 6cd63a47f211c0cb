"""Lecture 5: three kinds of differentiation, two modes, and what they cost."""

import math
from timeit import timeit

import numpy as np
import overloading
from tables import table, title

from gradscribe import derive, grad, jvp, value_and_grad, vjp

# 1. Numerical differentiation: n + 1 evaluations, and the test of everything else -----------------------------------


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def numerical_cost(n=20, step=1e-7):
    """(evaluations of f for a numerical gradient, its largest error against the generated gradient)."""
    evaluations = 0

    def counted(x):
        nonlocal evaluations
        evaluations += 1
        return rosenbrock(x)

    x = np.linspace(0.5, 1.5, n)
    base = counted(x)
    slopes = np.array([(counted(x + step * unit) - base) / step for unit in np.eye(n)])
    exact = grad(rosenbrock)(x)
    return evaluations, np.max(np.abs(slopes - exact) / np.maximum(1.0, np.abs(exact)))


# 2. The lecture's function; several outputs share one forward pass --------------------------------------------------


def f(x1, x2):
    return x1 * x2 + math.sin(x1)


def f1_f2(x1, x2):
    product = x1 * x2
    return product + math.sin(x1), product + math.cos(x2)


def jacobian_by_columns(x1=2.0, x2=3.0):
    """One forward pass an input gives that column for both outputs."""
    columns = [jvp(f1_f2, (x1, x2), direction)[1] for direction in ((1.0, 0.0), (0.0, 1.0))]
    return np.array(columns).T


# 3. A loop, and the graph that it unrolls to ------------------------------------------------------------------------


def ten_increments(x):
    for _ in range(10):
        x = x + 1.0
    return x


def unrolled_nodes():
    """The number of additions that a recording of the run holds."""
    node, count = ten_increments(overloading.Reverse(0.0)), 0
    while node.operands:
        node, count = node.operands[0][0], count + 1
    return count


# 4. A two-layer network ---------------------------------------------------------------------------------------------


def relu_loss(params, inputs, targets):
    hidden = np.maximum(inputs @ params["w1"] + params["b1"], 0.0)
    error = hidden @ params["w2"] + params["b2"] - targets
    return np.mean(error**2)


def relu_problem(seed=0):
    random = np.random.default_rng(seed)
    params = {
        "w1": random.normal(size=(3, 8)),
        "b1": random.normal(size=8),
        "w2": random.normal(size=(8, 2)),
        "b2": np.zeros(2),
    }
    return params, random.normal(size=(16, 3)), random.normal(size=(16, 2))


# 5. The cost of a chain of Jacobians --------------------------------------------------------------------------------


def chain_costs(n, m, o, p, q):
    """Multiplications for n -> m -> o -> p -> q, inputs first: forward, reverse, and the best order."""
    forward = (q * p + p * o + o * m) * n
    reverse = q * (p * o + o * m + m * n)
    best, order = best_order([n, m, o, p, q])
    return forward, reverse, best, order


def best_order(sizes):
    """The cheapest order of multiplying a chain of Jacobians, by dynamic programming: cost and brackets.

    Factor k has `sizes[k + 1]` rows and `sizes[k]` columns; `J1` belongs to the first function that is applied.
    """
    count = len(sizes) - 1
    cost = {(k, k): 0 for k in range(count)}
    text = {(k, k): f"J{k + 1}" for k in range(count)}
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            options = [
                (cost[first, k] + cost[k + 1, last] + sizes[first] * sizes[k + 1] * sizes[last + 1], k)
                for k in range(first, last)
            ]
            cost[first, last], k = min(options)
            text[first, last] = f"({text[k + 1, last]} {text[first, k]})"
    return cost[0, count - 1], text[0, count - 1]


# 6. Overloading as a baseline ---------------------------------------------------------------------------------------


def scalar_program(x1, x2):
    y = x1 * x2 + overloading.sin(x1)
    z = overloading.exp(y / (x1**2 + 1.0)) - overloading.log(x2)
    return y * z - overloading.cos(x2)


def scalar_program_plain(x1, x2):
    y = x1 * x2 + math.sin(x1)
    z = math.exp(y / (x1**2 + 1.0)) - math.log(x2)
    return y * z - math.cos(x2)


def baselines(x1=0.7, x2=1.9):
    """For each way the gradient and the microseconds that it takes."""
    generated = grad(scalar_program_plain, argnums=(0, 1))
    ways = {
        "overloading, forward": lambda: overloading.forward_gradient(scalar_program, x1, x2),
        "overloading, reverse": lambda: overloading.reverse_gradient(scalar_program, x1, x2),
        "generated": lambda: generated(x1, x2),
    }
    return {name: (way(), 1e6 * min(timeit(way, number=500) for _ in range(3)) / 500) for name, way in ways.items()}


def what_overloading_cannot_do(x1=0.7, x2=1.9):
    """The error when a number that knows its derivative meets a function which wants a float."""
    try:
        overloading.forward_gradient(scalar_program_plain, x1, x2)
    except TypeError as error:
        return str(error)
    return ""


# 7. Vector-Jacobian products ----------------------------------------------------------------------------------------


def add(a, b):
    return a + b


def scale(alpha, x):
    return alpha * x


def apply(matrix, x):
    return matrix @ x


def form(matrix, x):
    return x @ matrix @ x


def inner(b, x):
    return b @ x


def products(seed=0):
    """(name, largest distance of the pullback from the lecture's formula) for each product."""
    random = np.random.default_rng(seed)
    a, b, x, g = random.normal(size=(4, 3))
    alpha, matrix, s = 1.7, random.normal(size=(3, 3)), 0.6
    rows = [
        ("a + b", add, (a, b), g, (g, g)),
        ("alpha x", scale, (alpha, x), g, (g @ x, alpha * g)),
        ("A x", apply, (matrix, x), g, (np.outer(g, x), matrix.T @ g)),
        ("x'A x", form, (matrix, x), s, (s * np.outer(x, x), s * (matrix + matrix.T) @ x)),
        ("b'x", inner, (b, x), s, (s * x, s * b)),
    ]
    return [(name, _distance(function, primals, seed, want)) for name, function, primals, seed, want in rows]


def _distance(function, primals, seed, want):
    _, pullback = vjp(function, *primals)
    return max(float(np.max(np.abs(have - w))) for have, w in zip(pullback(seed), want, strict=True))


# --------------------------------------------------------------------------------------------------------------------


def main():
    title("Numerical gradient of the Rosenbrock function in 20 variables")
    evaluations, error = numerical_cost()
    print(f"  {evaluations} evaluations, relative error {error:.1e}; the generated gradient: one sweep there and back")

    title("f = x1*x2 + sin(x1)")
    print(derive(f, argnums=(0, 1)).source)
    title("f1 = x1*x2 + sin(x1), f2 = x1*x2 + cos(x2): both tangents from one pass")
    print(derive(f1_f2, mode="forward", argnums=(0, 1)).source)
    print(f"  Jacobian at (2, 3):\n{jacobian_by_columns()}")

    title("Ten increments")
    print(derive(ten_increments).source)
    print(f"  a recording unrolls the loop to {unrolled_nodes()} nodes; derivative {grad(ten_increments)(1.0):g}")

    title("Two-layer ReLU network")
    params, inputs, targets = relu_problem()
    print(value_and_grad(relu_loss).source_for(params, inputs, targets))

    title("A chain of functions between spaces of sizes n, m, o, p, q: multiplications")
    sizes = [(100, 50, 50, 50, 1), (1, 50, 50, 50, 100), (50, 40, 2, 40, 50)]
    table(["sizes", "forward", "reverse", "best", "best order"], [(str(s), *chain_costs(*s)) for s in sizes])

    title("Overloaded numbers against generated code")
    table(["way", "df/dx1", "df/dx2", "us"], [(name, *g, t) for name, (g, t) in baselines().items()])
    print(f"  and with math.sin in the program, overloading fails: {what_overloading_cannot_do()}")

    title("Vector-Jacobian products: distance from the formulas")
    table(["product", "distance"], products())


if __name__ == "__main__":
    main()
