"""Jacobians, Hessians and products with them: values, shapes, structures, modes, side effects."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

import gradscribe as gs
from gradscribe.errors import BadArgument, BadResult

X = np.array([0.3, -0.7, 1.1])


def differences(f, x, h=1e-5):
    """The Jacobian of f at an array, by central differences of fourth order."""
    columns = []
    for k in np.ndindex(x.shape):

        def at(step, k=k):
            moved = x.copy()
            moved[k] += step
            return np.asarray(f(moved))

        columns.append((8 * (at(h) - at(-h)) - at(2 * h) + at(-2 * h)) / (12 * h))
    out = np.moveaxis(np.array(columns), 0, -1)
    return out.reshape(*out.shape[:-1], *x.shape)


def wide(x):
    return np.array([np.sum(x**2), np.prod(np.sin(x))])


def tall(x):
    return np.outer(np.sin(x), x)


def tree(p, y):
    return {"a": np.sin(p["w"]) * y, "b": [np.sum(p["w"]) ** 2 * p["c"], np.exp(y)]}


JACOBIANS = [gs.jacfwd, gs.jacrev, gs.jacobian]


@pytest.mark.parametrize("make", JACOBIANS)
@pytest.mark.parametrize("f", [wide, tall])
def test_value_and_shape(make, f):
    found = make(f)(X)
    assert found.shape == f(X).shape + X.shape
    assert np.allclose(found, differences(f, X), rtol=1e-8)


@pytest.mark.parametrize("make", JACOBIANS)
def test_many_dimensions(make):
    def f(a):
        return np.tanh(a) @ a[0]

    a = np.arange(6.0).reshape(2, 3) / 5
    assert make(f)(a).shape == (2, 2, 3)
    assert np.allclose(make(f)(a), differences(f, a), rtol=1e-8)


@pytest.mark.parametrize("make", JACOBIANS)
def test_structures(make):
    p, y = {"w": X, "c": 2.0}, np.array([1.0, 2.0, -1.0])
    found = make(tree, argnums=(0, 1))(p, y)
    by_p, by_y = found["a"]
    assert np.allclose(by_p["w"], np.diag(np.cos(X) * y)) and np.all(by_p["c"] == 0)
    assert np.allclose(by_y, np.diag(np.sin(X)))
    (by_p, by_y), (by_p_2, by_y_2) = found["b"]
    assert np.allclose(by_p["w"], 4.0 * np.sum(X)) and by_p["c"] == pytest.approx(np.sum(X) ** 2)
    assert np.all(by_y == 0) and np.all(by_p_2["w"] == 0) and by_p_2["c"].shape == (3,)
    assert np.allclose(by_y_2, np.diag(np.exp(y)))


@pytest.mark.parametrize("make", JACOBIANS)
def test_scalars(make):
    assert make(lambda x: math.sin(x))(0.5) == math.cos(0.5)
    assert make(lambda x, y: x * y, argnums=(0, 1))(2, 3) == (3.0, 2.0)
    assert make(lambda x, y: x * y, argnums="y")(2.0, 3.0) == 2.0


@pytest.mark.parametrize("make", [*JACOBIANS])
def test_auxiliary(make):
    def f(x):
        return np.sin(x), {"sum": np.sum(x), "name": "f", "count": 3}

    found, auxiliary = make(f, has_aux=True)(X)
    assert np.allclose(found, np.diag(np.cos(X)))
    assert auxiliary == {"sum": np.sum(X), "name": "f", "count": 3}


def test_mode_is_chosen_and_told():
    thin, fat = gs.jacobian(wide), gs.jacobian(tall)
    assert thin.chosen_mode is None
    thin(X), fat(X)
    assert (thin.chosen_mode, fat.chosen_mode) == ("reverse", "forward")
    assert "last forward" in repr(fat)


def test_mode_where_only_a_run_tells():
    calls = []

    def f(x, n):
        calls.append(n)
        return np.outer(np.arange(n), np.sin(x)).ravel()

    jacobian = gs.jacobian(f)
    for n, mode in ((1, "reverse"), (2, "forward")):
        found = jacobian(X, n)
        assert jacobian.chosen_mode == mode
        assert np.allclose(found, np.concatenate([np.diag(np.cos(X)) * k for k in range(n)]))
    assert calls == [1, 2]


@pytest.mark.parametrize("make", JACOBIANS)
def test_arguments_are_left_as_by_a_plain_call(make):
    def f(x):
        x *= 2.0
        return x * x

    x, plain = X.copy(), X.copy()
    f(plain)
    assert np.allclose(make(f)(x), np.diag(8.0 * X))
    assert np.array_equal(x, plain)


@pytest.mark.parametrize("make", JACOBIANS)
def test_empty_argument(make):
    assert make(lambda x: np.sin(x) * 2.0)(np.zeros(0)).shape == (0, 0)


@pytest.mark.parametrize("make", JACOBIANS)
def test_single_precision(make):
    found = make(lambda x: np.sin(x))(X.astype(np.float32))
    assert found.dtype == np.float32


def test_keywords_and_methods():
    class Model:
        def __init__(self, scale):
            self.scale = scale

        @gs.jacobian
        def by_first(self, x, *, power=2):
            return self.scale * x**power

        @gs.jacfwd(argnums=(1, 2))
        def by_both(self, x, y):
            return self.scale * x * y

    model = Model(3.0)
    assert np.allclose(model.by_first(X, power=3), np.diag(9.0 * X**2))
    by_x, by_y = model.by_both(X, 2.0)
    assert np.allclose(by_x, np.diag(np.full(3, 6.0))) and np.allclose(by_y, 3.0 * X)


def test_method_with_several_arguments():
    class Model:
        @gs.grad(argnums=(1, 2))
        def loss(self, x, y):
            return x * x * y

    assert Model().loss(3.0, 5.0) == (30.0, 9.0)


def test_complex_is_refused_by_reverse():
    assert np.allclose(gs.jacobian(lambda x: np.exp(1j * x))(X), np.diag(1j * np.exp(1j * X)))
    with pytest.raises(BadResult, match="jacfwd"):
        gs.jacrev(lambda x: np.exp(1j * x))(X)
    with pytest.raises(BadArgument, match="complex"):
        gs.jacfwd(lambda x: np.sin(x))(X + 1j)


def test_nothing_to_differentiate():
    with pytest.raises(BadArgument, match="no argument"):
        gs.jacfwd(wide, argnums=3)
    with pytest.raises(BadArgument, match="integer|no derivative|int64"):
        gs.jacfwd(wide)(np.arange(3))
    with pytest.raises(BadResult):
        gs.jacfwd(lambda x: (1, "a"))(2.0)


# ------------------------------------------------------------------ second order


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def loss(p, inputs):
    return np.sum(np.tanh(inputs @ p["w"] + p["b"]) ** 2)


P = {"w": np.arange(6.0).reshape(3, 2) / 7, "b": np.ones(2) / 3}
INPUTS = np.linspace(-1, 1, 12).reshape(4, 3)


def test_hessian():
    found = gs.hessian(rosenbrock)(X)
    assert np.allclose(found, differences(gs.grad(rosenbrock), X), rtol=1e-7)
    assert np.allclose(found, found.T, rtol=1e-13)


def test_hessian_of_structures():
    found = gs.hessian(loss)(P, INPUTS)
    for a in "wb":
        for b in "wb":
            wanted = differences(lambda v: gs.grad(loss)({**P, b: v}, INPUTS)[a], P[b])
            assert found[a][b].shape == P[a].shape + P[b].shape
            assert np.allclose(found[a][b], wanted, rtol=1e-7, atol=1e-9)


def test_hessian_with_auxiliary():
    found, count = gs.hessian(lambda x: (np.sum(x**3), 7), has_aux=True)(X)
    assert np.allclose(found, np.diag(6.0 * X)) and count == 7


def test_hessian_needs_a_scalar():
    with pytest.raises(BadResult):
        gs.hessian(wide)(X)


def test_hvp():
    v = np.array([1.0, 0.5, -2.0])
    assert np.allclose(gs.hvp(rosenbrock)(X, v), gs.hessian(rosenbrock)(X) @ v, rtol=1e-12)


def test_hvp_takes_its_vector_behind_its_argument():
    def f(x, scale, y):
        return scale * np.sum(x**3 * y)

    y, v = np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, -1.0])
    assert np.allclose(gs.hvp(f)(X, v, 2.0, y), 12.0 * X * y * v)
    assert np.allclose(gs.hvp(f, argnums=2)(X, 2.0, y, v), 0.0)
    by_x, by_y = gs.hvp(f, argnums=(0, 2))(X, 2.0, y, (v, v))
    assert np.allclose(by_x, 12.0 * X * y * v + 6.0 * X**2 * v) and np.allclose(by_y, 6.0 * X**2 * v)
    assert np.allclose(gs.hvp(f)(X, v, scale=2.0, y=y), 12.0 * X * y * v)


def test_hvp_of_structures_with_auxiliary():
    direction = {"w": np.ones((3, 2)), "b": np.zeros(2)}
    found, auxiliary = gs.hvp(lambda p, inputs: (loss(p, inputs), "aux"), has_aux=True)(P, direction, INPUTS)
    full = gs.hessian(loss)(P, INPUTS)
    assert auxiliary == "aux"
    assert np.allclose(found["b"], np.sum(full["b"]["w"], axis=(1, 2)))


def test_directions_must_fit():
    with pytest.raises(BadArgument, match="shapes"):
        gs.hvp(rosenbrock)(X, np.ones(2))
    with pytest.raises(BadArgument, match="direction by position"):
        gs.hvp(rosenbrock)(X)
    with pytest.raises(BadArgument, match="directions for"):
        gs.directional(lambda x, y: x * y, argnums=(0, 1))(1.0, 2.0, (1.0,))


def test_directional():
    def f(x, c):
        return np.sin(x) * c

    v = np.array([1.0, 2, 3])
    assert np.allclose(gs.directional(f)(X, v, 3.0), 3.0 * np.cos(X) * v)
    assert np.allclose(gs.directional(f, argnums="c")(X, 3.0, 2), 2.0 * np.sin(X))
    assert "dx" in gs.directional(f).source


def test_elementwise():
    assert np.allclose(gs.elementwise_grad(lambda x: np.tanh(x))(X), 1.0 - np.tanh(X) ** 2)
    by_x, by_y = gs.elementwise_grad(lambda x, y: x * y**2, argnums=(0, 1))(X, 2.0 * X)
    assert np.allclose(by_x, 4.0 * X**2) and np.allclose(by_y, 4.0 * X**2)
    with pytest.raises(BadResult, match="entry by entry"):
        gs.elementwise_grad(lambda x: np.sum(x))(X)


# ------------------------------------------------------------------ linearize


def smooth(x, c):
    s = 0.0
    for i in range(len(x)):
        s = s * x[i] + math.sin(x[i]) * c
    return s * x


def in_place(x, c):
    h = np.tanh(c * x)
    h[1:] *= h[:-1]
    return h * np.sum(h)


@pytest.mark.parametrize("f", [smooth, in_place, lambda x, c: np.linalg.solve(np.diag(x) + c, x)])
def test_linearize(f):
    value, push = gs.linearize(f, X, 0.7)
    assert np.array_equal(value, f(X, 0.7))
    for v, d in ((np.ones(3), 0.0), (np.array([1.0, 0, 2]), 1.0), (None, 2.0)):
        wanted = gs.jvp(f, (X, 0.7), (np.zeros(3) if v is None else v, d))[1]
        for _ in range(2):
            assert np.allclose(push(v, d), wanted, rtol=1e-12)


def test_linearize_runs_the_function_once():
    runs = []

    def f(x):
        runs.append(1)
        return np.sin(x) * x

    _, push = gs.linearize(f, X)
    push(X), push(2.0 * X)
    assert runs == [1]


def test_linearize_keeps_the_point():
    @dataclass
    class Pair:
        a: np.ndarray
        b: float

    point = Pair(X.copy(), 2.0)
    _, push = gs.linearize(lambda p: p.a**2 * p.b, point)
    first = push(Pair(np.ones(3), 0.0))
    with pytest.raises(BadArgument, match="shapes"):
        push(Pair(np.ones(2), 0.0))
    assert np.allclose(first, 4.0 * X)


def test_gradient_with_auxiliary():
    gradient, auxiliary = gs.grad(lambda x: (np.sum(x**3), 7), has_aux=True)(X)
    assert np.allclose(gradient, 3.0 * X**2) and auxiliary == 7
    with pytest.raises(BadResult, match="real scalar"):
        gs.grad(lambda x: (x**3, 7), has_aux=True)(X)


def split_in_place(a):
    for _ in range(3):
        _, right = np.split(a, 2)
        a[::2] -= right
    return np.sum(a * a)


def test_views_on_a_tape_keep_their_tangents():
    gradient = gs.grad(split_in_place)
    full = np.array([gradient(unit) for unit in np.eye(4)])  # of a quadratic form
    v = np.array([1.0, 2.0, 3.0, 4.0])
    assert np.allclose(gs.jvp(gradient, (np.ones(4),), (v,))[1], full @ v)


def sums(x, axis):
    return np.sum(x * x, axis=axis)


@pytest.mark.parametrize("axis", [0, 1])
def test_adjoint_of_a_result_of_unknown_rank(axis):
    x, seed = np.arange(1.0, 10.0).reshape(3, 3), np.array([1.0, 2.0, 3.0])
    _, back = gs.vjp(sums, x, axis)
    assert np.allclose(back(seed)[0], 2.0 * x * np.expand_dims(seed, axis))
    assert np.allclose(gs.jacrev(sums)(x, axis), gs.jacfwd(sums)(x, axis))
