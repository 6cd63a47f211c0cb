"""Chains of functions: the order of multiplication, and fixed points, whose iterations are a chain that is not run."""

import numpy as np
import pytest

import gradscribe as gs
from gradscribe.errors import BadArgument, BadResult
from gradscribe.family.chains import accumulation, best_order

RANDOM = np.random.default_rng(0)
W = [RANDOM.normal(size=(m, n)) for n, m in ((6, 5), (5, 2), (2, 5), (5, 4))]


def f1(x):
    return np.tanh(W[0] @ x)


def f2(x):
    return W[1] @ x**2


def f3(x):
    return np.sin(W[2] @ x)


def f4(x):
    return W[3] @ x


@pytest.mark.parametrize(
    "sizes, costs",
    [
        ((100, 50, 50, 50, 1), (505000, 10000, 10000)),
        ((1, 50, 50, 50, 100), (10000, 505000, 10000)),
        ((50, 40, 2, 40, 50), (108000, 108000, 13000)),
    ],
)
def test_costs_of_the_lecture(sizes, costs):
    found = accumulation(sizes, "abcd")
    assert (found.forward, found.reverse, found.optimal) == costs


def test_best_order_is_the_best():
    def every(first, last):
        if first == last:
            yield 0
        for cut in range(first, last):
            for low in every(first, cut):
                for high in every(cut + 1, last):
                    yield low + high + sizes[last + 1] * sizes[cut + 1] * sizes[first]

    for _ in range(20):
        sizes = [int(n) for n in RANDOM.integers(1, 9, size=6)]
        assert best_order(sizes)[0] == min(every(0, 4))


@pytest.mark.parametrize("order", ["optimal", "forward", "reverse"])
def test_chain(order):
    x = RANDOM.normal(size=6)
    jacobian = gs.jacobian((f1, f2, f3, f4), order=order)
    assert np.allclose(jacobian(x), gs.jacfwd(lambda x: f4(f3(f2(f1(x)))))(x), rtol=1e-12)
    assert jacobian.report.order == "((f4 f3) (f2 f1))"
    assert "optimal" in str(jacobian.report)


def test_shapes():
    found = gs.jacobian((lambda x: np.outer(x, x), np_sum_of_rows), order="optimal")(np.ones(3))
    assert found.shape == (3, 3)
    assert gs.jacobian((lambda x: np.outer(x, x),), order="optimal")(np.ones(3)).shape == (3, 3, 3)


def np_sum_of_rows(m):
    return np.sum(m, axis=1)


def test_what_is_no_chain():
    with pytest.raises(BadArgument, match="sequence of functions"):
        gs.jacobian((1, 2), order="optimal")
    with pytest.raises(BadArgument, match="order is"):
        gs.jacobian((f1,), order="best")
    with pytest.raises(BadArgument, match="nothing else"):
        gs.jacobian((f1,), order="optimal", has_aux=True)


# ------------------------------------------------------------------ fixed points


def babylonian(a):
    return gs.fixed_point(lambda x: 0.5 * (x + a / x), 1.0)


def test_fixed_point():
    assert babylonian(2.7) == pytest.approx(np.sqrt(2.7))
    assert gs.grad(babylonian)(2.7) == pytest.approx(0.5 * 2.7**-0.5)
    assert gs.grad(gs.grad(babylonian))(2.7) == pytest.approx(-0.25 * 2.7**-1.5)


def equilibrium(w, b):
    return np.sum(gs.fixed_point(lambda x, w, b: np.tanh(w @ x + b), np.zeros(3), args=(w, b)) ** 2)


def test_fixed_point_of_arrays():
    w, b = 0.3 * RANDOM.normal(size=(3, 3)), np.array([0.1, 0.2, -0.3])
    assert gs.check_grads(equilibrium, (w, b)).right


def test_no_fixed_point():
    with pytest.raises(BadResult, match="no fixed point"):
        gs.fixed_point(lambda x: 2.0 * x + 1.0, 1.0, maxiter=20)


# ------------------------------------------------------------------ higher orders and nested gradients


def test_third_order():
    third = gs.grad(gs.grad(gs.grad(lambda x: x**4 + np.sin(x))))
    assert third(0.7) == pytest.approx(24 * 0.7 - np.cos(0.7))


def test_orders_of_modes():
    def cube(x):
        return x**3

    assert gs.grad(gs.grad(cube))(2.0) == 12.0
    assert gs.jvp(gs.grad(cube), (2.0,), (1.0,))[1] == 12.0
    assert gs.hvp(cube)(2.0, 1.0) == 12.0
    assert gs.jacrev(gs.grad(cube))(2.0) == 12.0


def quartic(x, c):
    return c * x**4


def test_forward_over_forward():
    first = gs.directional(quartic)
    second = gs.directional(first)
    assert first(2.0, 1.0, 3.0) == 96.0
    assert second(2.0, 1.0, 1.0, 3.0) == 144.0
    assert gs.directional(second)(2.0, 1.0, 1.0, 1.0, 3.0) == 144.0


def test_reverse_over_forward():
    assert gs.grad(gs.directional(quartic), argnums=(0, 1, 2))(2.0, 1.0, 3.0) == (144.0, 96.0, 32.0)


def powers(x):
    return np.sum(x**4)


def curvature(x):
    return np.sum(gs.hvp(powers)(x, x) * x)


def test_products_inside():
    x = np.array([1.0, 2.0])
    assert np.allclose(gs.grad(curvature)(x), 48.0 * x**3)
    assert np.allclose(gs.hessian(curvature)(x), np.diag(144.0 * x**2))


def by_first(y, x):
    return x * y


def test_no_confusion_of_perturbations():
    def outer(x):
        return x * gs.grad(by_first)(1.0, x)  # x * x, and not 2 x

    assert outer(3.0) == 9.0
    assert gs.grad(outer)(3.0) == 6.0
    assert gs.grad(gs.grad(outer))(3.0) == 2.0


def inner_loss(w, penalty):
    return (w - 3.0) ** 2 + penalty * w**2


def trained(penalty):
    """The loss of a few steps of descent, whose gradient is taken inside."""
    w = 0.0
    for _ in range(200):
        w = w - 0.1 * gs.grad(inner_loss)(w, penalty)
    return (w - 1.0) ** 2


def test_gradient_inside():
    w = 3.0 / 1.5
    assert gs.grad(trained)(0.5) == pytest.approx(2.0 * (w - 1.0) * -3.0 / 1.5**2, rel=1e-9)
