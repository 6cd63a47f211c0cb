"""Adjoints of slices that NumPy may have repeated are summed at the operand, and nothing is kept for its shape."""

import numpy as np
import pytest

from gradscribe import check_grads, grad

SHAPES = [
    [(4, 3), (4, 3), (4, 3)], [(1, 3), (4, 3), (4, 1)], [(1, 1), (4, 1), (1, 3)], [(1, 1), (1, 1), (1, 3)],
]  # fmt: skip
RANDOM = np.random.default_rng(3)


def quotient(x, y, w, n):
    z = np.empty((5, 4))
    total = 0.0
    for k in range(n):
        z[:4, :3] = (0.5 * x[:, :3] * w[:, :3] - y[:, :3]) / (2.0 + y[:, :3] * y[:, :3]) + k * w[:, :3]
        total = total + np.sum(z[:4, :3] ** 2)
    return total


def chosen(x, y, w, n):
    z = np.zeros((5, 4))
    for _ in range(n):
        z[:4, :3] = np.where(x[:, :3] > 0.3, np.sqrt(np.abs(x[:, :3])) * y[:, :3], np.exp(w[:, :3]) - z[1:, 1:])
    return np.sum(z * z)


def twice(x, y, w, n):
    """What is in between is used twice, so that its adjoint is a sum."""
    z = np.zeros((5, 4))
    for _ in range(n):
        inner = x[:, :3] * y[:, :3]
        z[:4, :3] = inner / w[:, :3] + inner * w[:, :3]
        z[1:, 1:] = np.tanh(z[:4, :3] + x[:, :3]) * (x[:, :3] + x[:, :3])
    return np.sum(z**3)


def passed_on(x, y, w, n):
    """A sum of operands that go on being changed, in one statement."""
    z = np.zeros((5, 4))
    for _ in range(n):
        z[:4, :3] += -((x[:, :3] + y[:, :3]) + (w[:, :3] - x[:, :3] * 2.0)) + np.sin(z[:4, :3] * 0.5)
    return np.sum(z * z)


def powers(x, y, w, n):
    z = np.ones((5, 4))
    for _ in range(n):
        z[:4, :3] *= np.maximum(x[:, :3] ** 2, 0.3) ** (0.5 * y[:, :3]) + np.abs(w[:, :3])
    return np.sum(z)


def overwritten(x, y, w, n):
    """The operands are written as well."""
    x = x.copy()
    for _ in range(n):
        x[:, :3] = 0.5 * x[:, :3] * (x[:, :3] - y[:, :3] / w[:, :3])
    return np.sum(x * x)


PROGRAMS = [quotient, chosen, twice, passed_on, powers]


def operands(*shapes, dtype=float):
    return tuple((0.5 + RANDOM.random(shape)).astype(dtype) for shape in shapes)


@pytest.mark.parametrize("f", PROGRAMS)
def test_repeated_operands(f):
    for shapes in SHAPES:
        check_grads(f, (*operands(*shapes), 2), argnums=(0, 1, 2))


@pytest.mark.parametrize("f", [*PROGRAMS, overwritten])
def test_no_trips_and_single_precision(f):
    for n in (0, 1):
        check_grads(f, (*operands((4, 3), (4, 3), (4, 3)), n), argnums=(0, 1, 2))
    args = operands((4, 3), (1, 3), (4, 1))
    narrow = tuple(a.astype(np.float32) for a in args)
    for one, other in zip(grad(f, argnums=(0, 1, 2))(*args, 2), grad(f, argnums=(0, 1, 2))(*narrow, 2), strict=True):
        assert other.dtype == np.float32
        np.testing.assert_allclose(other, one, rtol=3e-4, atol=1e-5)


def test_second_order():
    def slope(x, y, w):
        return np.sum(grad(passed_on)(x, y, w, 2) * y[:1, :1])

    check_grads(slope, operands((4, 3), (1, 3), (4, 1)), argnums=(0, 1, 2), rtol=1e-4)


def test_operands_that_fit_nowhere():
    with pytest.raises(ValueError, match="broadcast"):
        grad(quotient)(*operands((4, 3), (2, 3), (4, 3)), 2)


def test_nothing_is_recorded_for_its_shape():
    def f(x, y, n):
        z = np.zeros((9, n))
        for j in range(1, n):
            z[1:j, 0] = (-0.5 * x[0:j] + 0.25 * x[1 : j + 1]) / (y[2 : j + 2] + 3.0)
        return np.sum(z)

    x, y = operands((12,), (12,))
    source = grad(f, argnums=(0, 1)).source_for(x, y, 1)
    assert "x_tape" not in source and source.count("unbroadcast(") == 3
    assert grad(f)(x, y, 1).tolist() == [0.0] * 12
