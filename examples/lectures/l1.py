"""Lecture 1: graphs, forward and reverse accumulation, dual numbers, a first network."""

import math
from dataclasses import dataclass
from timeit import timeit

import numpy as np
from tables import run_lines, show_rows, table, title, values_of

from gradscribe import derive, grad, jvp, value_and_grad

# 1. Three ways to a derivative --------------------------------------------------------------------------------------


def wave(t):
    return math.sin(t) * t**2 + math.sin(t) ** 2


def wave_symbolic(t):
    """What a person or a computer algebra derives from the formula."""
    return math.cos(t) * t**2 + 2 * t * math.sin(t) + 2 * math.sin(t) * math.cos(t)


def wave_numerical(t, step=1e-5):
    return (wave(t + step) - wave(t - step)) / (2 * step)


def three_ways(t=1.5):
    """For each way its derivative, its distance from the symbolic one, and its time in microseconds."""
    exact = wave_symbolic(t)
    ways = {"symbolic": wave_symbolic, "numerical": wave_numerical, "automatic": grad(wave)}
    rows = []
    for name, derivative in ways.items():
        value = derivative(t)
        seconds = timeit(lambda derivative=derivative: derivative(t), number=2000) / 2000
        rows.append((name, value, abs(value - exact), 1e6 * seconds))
    return rows


# 2. Forward and reverse accumulation, line by line ------------------------------------------------------------------


def quadratic(x1, x2):
    y = x1**2
    z = x1 * x2
    f = y + z
    return f


def forward_table(x1=3.0, x2=4.0, dx1=1.0, dx2=0.0):
    """Each line of the tangent program with the value that it computes."""
    program = derive(quadratic, mode="forward", argnums=(0, 1), optimize=False)
    return run_lines(program.source, x1, x2, dx1, dx2)


def reverse_table(x1=3.0, x2=4.0):
    """Each line of the adjoint program with the value that it computes; first the adjoints of the result and of the two
    terms of the sum, which hands on the seed as it is."""
    program = derive(quadratic, mode="reverse", argnums=(0, 1), optimize=False)
    rows, gradient = run_lines(program.source, x1, x2)
    return [(f"{name} = seed", name, 1.0) for name in ("bf", "by", "bz")] + rows, gradient


# 3. The chain rule over several intermediate variables --------------------------------------------------------------


def along_a_path(t):
    x = math.sin(t)
    y = t**2
    return x * y + x**2


def along_a_path_by_hand(t):
    x, y = math.sin(t), t**2
    return (y + 2 * x) * math.cos(t) + x * 2 * t


# 4. A computation graph: sin(t) is shared ---------------------------------------------------------------------------


def graph(t):
    a = math.sin(t)
    b = t**2
    c = a * b
    d = a**2
    f = c + d
    return f


def graph_nodes(t=1.5):
    """(node, value, tangent, adjoint) for each node of the graph."""
    forward, _ = run_lines(derive(graph, mode="forward", optimize=False).source, t, 1.0)
    reverse, slope = run_lines(derive(graph, mode="reverse", optimize=False).source, t)
    values = values_of(forward)
    adjoints = {"bf": 1.0, "bc": 1.0, "bd": 1.0, **values_of(reverse)}  # the sum c + d hands on the seed as it is
    nodes = [("t", t, 1.0, slope)]
    return nodes + [(n, values[n], values[f"d{n}"], adjoints[f"b{n}"]) for n in "abcdf"]


# 5. Dual numbers are the tangent program ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Dual:
    """a + e b with e*e = 0."""

    a: float
    b: float = 0.0

    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.a + other.a, self.b + other.b)

    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.a * other.a, self.a * other.b + self.b * other.a)

    __radd__, __rmul__ = __add__, __mul__


A, B, C = 2.0, -3.0, 5.0


def polynomial(x):
    return A * x * x + B * x + C


# 6. A network with seven parameters ---------------------------------------------------------------------------------


def network(p, x):
    return p["w1"] * np.tanh(p["v1"] * x + p["b1"]) + p["w2"] * np.tanh(p["v2"] * x + p["b2"]) + p["c"]


def relu_network(p, x):
    first = np.maximum(p["v1"] * x + p["b1"], 0.0)
    second = np.maximum(p["v2"] * x + p["b2"], 0.0)
    return p["w1"] * first + p["w2"] * second + p["c"]


def tanh_error(p, x, y):
    return np.sum((y - network(p, x)) ** 2)


def relu_error(p, x, y):
    return np.sum((y - relu_network(p, x)) ** 2)


SAMPLE_X = np.linspace(-2.0, 2.0, 41)
SAMPLE_Y = np.sin(1.5 * SAMPLE_X)
START = {"w1": 1.0, "v1": 1.0, "b1": 0.5, "w2": -0.5, "v2": 0.7, "b2": -0.5, "c": 0.1}


def descend(error, steps=2000, rate=2e-3):
    """Gradient descent over all seven parameters: the errors on the way, and the parameters."""
    error_and_gradient = value_and_grad(error)
    p, errors = dict(START), []
    for _ in range(steps):
        e, slope = error_and_gradient(p, SAMPLE_X, SAMPLE_Y)
        errors.append(e)
        p = {name: p[name] - rate * slope[name] for name in p}
    return errors, p


# --------------------------------------------------------------------------------------------------------------------


def main():
    title("Three ways to the derivative of sin(t)*t**2 + sin(t)**2 at t = 1.5")
    table(["way", "derivative", "error", "microseconds"], three_ways())

    title("f = x1**2 + x1*x2 at (3, 4), forward from x1")
    rows, (_, df) = forward_table()
    show_rows(rows)
    print(f"  df = {df:g}")
    title("... and in reverse")
    rows, gradient = reverse_table()
    show_rows(rows)
    print(f"  gradient = {gradient}")

    title("z = x*y + x**2 with x = sin t, y = t**2, at t = 0.7")
    print(f"  automatic {grad(along_a_path)(0.7):.15g}   (y + 2x) cos t + 2xt = {along_a_path_by_hand(0.7):.15g}")

    title("The graph of sin(t)*t**2 + sin(t)**2 at t = 1.5: sin(t) has two users, its adjoint is a sum")
    table(["node", "value", "tangent", "adjoint"], graph_nodes())

    title("Dual numbers: the tangent program is their arithmetic")
    print(derive(polynomial, mode="forward", optimize=False).source)
    dual = polynomial(Dual(1.5, 1.0))
    print(f"  with dual numbers {dual.a:g} + e {dual.b:g}; with the program {jvp(polynomial, (1.5,), (1.0,))}")

    title("Two-layer network, seven parameters, gradient descent")
    for name, error in [("tanh", tanh_error), ("ReLU", relu_error)]:
        errors, _ = descend(error)
        print(f"  {name}: error {errors[0]:.4f} -> {errors[-1]:.4f} in {len(errors)} steps")


if __name__ == "__main__":
    main()
