"""Derivatives of what SciPy computes with a given function: both modes, second order, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradscribe
from gradscribe.errors import GradscribeError

scipy = pytest.importorskip("scipy")
for name in ("integrate", "interpolate", "optimize", "sparse.linalg", "stats"):
    pytest.importorskip(f"scipy.{name}")

TIMES = np.array([0.0, 0.4, 1.0])
VECTOR = np.array([2.0, 3.0])


def by_brentq(x):
    return scipy.optimize.brentq(lambda u: u**3 - x, 0.0, 3.0)


def by_newton(x):
    return scipy.optimize.newton(lambda u, a: u**3 + u - a, 1.0, args=(x,), tol=1e-12)


def by_root_scalar(x):
    found = scipy.optimize.root_scalar(lambda u: np.exp(u) - x, bracket=(0.0, 3.0), xtol=1e-13)
    return found.root if found.converged else 0.0


def by_fixed_point(x):
    return scipy.optimize.fixed_point(lambda u: np.cos(x * u), 0.5, xtol=1e-12)


def by_minimize_scalar(x):
    return scipy.optimize.minimize_scalar(lambda u: (u - x) ** 2 + 0.1 * u**4, tol=1e-10).x


def by_quad(x):
    return scipy.integrate.quad(lambda t: np.exp(-x * t) / (1.0 + t), 0.0, x)[0]


def by_quad_to_infinity(x):
    value, error = scipy.integrate.quad(lambda t: np.exp(-x * t), 0.0, np.inf)
    return value


def by_fixed_quad(x):
    return scipy.integrate.fixed_quad(lambda t: np.sin(x * t), 0.0, x, n=8)[0]


def by_root(x):
    found = scipy.optimize.root(lambda u: np.array([u[0] ** 2 + u[1] - x[0], u[1] ** 3 - u[0] - x[1]]), [1.0, 1.0])
    return np.sum(found["x"] ** 2)


def by_fsolve(x):
    return np.sum(scipy.optimize.fsolve(lambda u: u**3 + u - x, np.ones(2)) ** 2)


def by_minimize(x):
    found = scipy.optimize.minimize(lambda u: np.sum((u - x) ** 2 + 0.1 * u**4), np.zeros(2), tol=1e-10)
    return np.sum(found.x) + found.fun


def by_least_squares(x):
    found = scipy.optimize.least_squares(lambda u: np.array([u[0] - x[0], u[1] * u[0] - x[1], u[1] - 1.0]), np.ones(2))
    return np.sum(found.x)


def by_curve_fit(x):
    data = x[0] * TIMES + x[1] * TIMES**2
    popt, _ = scipy.optimize.curve_fit(lambda t, a, b: a * np.exp(b * t) - 1.0, TIMES, data, p0=(1.0, 0.5))
    return popt[0] * popt[1]


def by_quad_vec(x):
    return np.sum(scipy.integrate.quad_vec(lambda t: np.exp(-x * t), 0.0, 1.0)[0] ** 2)


def by_odeint(x):
    path = scipy.integrate.odeint(lambda y, t: np.array([y[1], -x[0] * y[0]]), np.array([1.0, x[1]]), TIMES)
    return np.sum(path**2)


def by_solve_ivp(x):
    found = scipy.integrate.solve_ivp(
        lambda t, y: -x[0] * y * y, (0.0, 1.0), [x[1]], t_eval=TIMES, rtol=1e-9, atol=1e-9
    )
    return np.sum(found.y)


def by_solve_ivp_at_the_end(x):
    return scipy.integrate.solve_ivp(lambda t, y: -x[0] * y, (0.0, 1.0), [x[1]], rtol=1e-9, atol=1e-9).y[0, -1]


def by_spline(x):
    return np.sum(scipy.interpolate.CubicSpline(np.arange(4.0), x[0] * np.arange(4.0) ** 2)(x[1] * TIMES))


def by_sparse_solve(x):
    matrix = scipy.sparse.csc_array((x, np.array([0, 1]), np.array([0, 1, 2])), shape=(2, 2))
    return np.sum(scipy.sparse.linalg.spsolve(matrix, x * x))


def by_frozen(x):
    return np.sum(scipy.stats.gamma(x[0], scale=x[1]).cdf(TIMES + 1.0))


def by_correlation(x):
    return scipy.stats.pearsonr(np.array([x[0], 1.0, x[1]]), TIMES)[0] + scipy.stats.linregress(TIMES, TIMES * x[0])[0]


def by_kernels(x):
    return np.sum(scipy.stats.gaussian_kde(np.array([x[0], 1.0, x[1]]))(TIMES))


NUMBERS = (by_brentq, by_newton, by_root_scalar, by_fixed_point, by_minimize_scalar, by_quad, by_quad_to_infinity)
VECTORS = (by_root, by_fsolve, by_minimize, by_least_squares, by_curve_fit, by_quad_vec, by_odeint, by_solve_ivp)
VECTORS += (by_solve_ivp_at_the_end, by_spline, by_sparse_solve, by_frozen, by_correlation, by_kernels)
CASES = [(f, 1.3) for f in (*NUMBERS, by_fixed_quad)] + [(f, VECTOR) for f in VECTORS]


def slopes(function: Any, x: Any, h: float = 1e-4) -> Any:
    """Central differences of order 4."""
    if np.ndim(x) == 0:
        near, far = (function(x + k * h) - function(x - k * h) for k in (1, 2))
        return (8.0 * near - far) / (12.0 * h)
    moved = lambda t, e: function(x + t * e)  # noqa: E731
    return np.array([slopes(lambda t, e=e: moved(t, e), 0.0, h) for e in np.eye(len(x))])


@pytest.mark.parametrize(("function", "x"), CASES)
def test_derivatives(function: Any, x: Any) -> None:
    want = slopes(function, x)
    close = 2e-4 if function is by_minimize else 1e-5  # it stops where its own differences end
    assert np.allclose(gradscribe.grad(function)(x), want, rtol=close, atol=close)
    value, tangent = gradscribe.jvp(function, (x,), (np.ones_like(x) if np.ndim(x) else 1.0,))
    assert np.isclose(value, function(x), rtol=1e-9)
    assert np.isclose(tangent, np.sum(want), rtol=close, atol=close)


SECOND = (by_brentq, by_minimize_scalar, by_quad, by_root, by_minimize, by_odeint)


@pytest.mark.parametrize("function", SECOND)
def test_derivatives_of_derivatives(function: Any) -> None:
    x = 1.3 if function in NUMBERS else VECTOR
    gradient = gradscribe.grad(function)

    def total(x):
        return np.sum(gradient(x))

    want = slopes(total, x, 1e-3)
    assert np.allclose(gradscribe.grad(total)(x), want, rtol=1e-3, atol=1e-4)


def test_value_is_that_of_the_library() -> None:
    assert gradscribe.value_and_grad(by_brentq)(2.0)[0] == by_brentq(2.0)


# ------------------------------------------------------------------ what has no derivative


def without_solution(x):
    return np.sum(scipy.optimize.fsolve(lambda u: u * u + x, np.ones(2)))


def at_a_bound(x):
    return scipy.optimize.minimize_scalar(lambda u: (u + x) ** 2, bounds=(0.0, 1.0), method="bounded").x


def a_jump(x):
    return scipy.optimize.brentq(lambda u: np.sign(u - x) + 0.5 * x, 0.0, 3.0)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "x"), [(without_solution, VECTOR), (at_a_bound, 1.0), (a_jump, 1.0)])
def test_no_solution_raises(function: Any, x: Any) -> None:
    with pytest.raises(ValueError, match="stopped away from a solution"):
        gradscribe.grad(function)(x)


def at_free_times(x):
    return np.sum(scipy.integrate.solve_ivp(lambda t, y: -x * y, (0.0, 1.0), [1.0]).y)


def with_constraints(x):
    return scipy.optimize.minimize(lambda u: np.sum((u - x) ** 2), np.zeros(2), bounds=[(0, 1), (0, 1)]).x[0]


def with_hessian_out(x):
    return scipy.optimize.minimize(lambda u: np.sum((u - x) ** 2), np.zeros(2)).hess_inv[0, 0]


def with_active_tolerance(x):
    return scipy.optimize.brentq(lambda u: u - x, 0.0, 3.0, xtol=1e-9 * x)


def with_effects(x):
    def residual(u):
        print(u)
        return u - x

    return scipy.optimize.brentq(residual, 0.0, 3.0)


def with_covariance(x):
    return scipy.optimize.curve_fit(lambda t, a: a * t, TIMES, x * TIMES)[1][0, 0]


def with_p_value(x):
    return scipy.stats.pearsonr(np.array([x, 1.0, 2.0]), TIMES)[1]


def with_smoothing(x):
    return scipy.interpolate.UnivariateSpline(np.arange(6.0), x * np.ones(6), s=1.0)(2.3)


def with_a_moving_jump(x):
    return scipy.integrate.quad(lambda t: np.where(t < x, 1.0, 0.0), 0.0, 2.0)[0]


def with_a_switch(x):
    return scipy.integrate.odeint(lambda y, t: -x * np.sign(y - 0.5), [1.0], TIMES)[-1, 0]


REFUSED = {
    with_a_moving_jump: "a jump that moves",
    with_a_switch: "a jump that moves",
    at_free_times: "t_eval",
    with_constraints: "bounds",
    with_hessian_out: "hess_inv",
    with_active_tolerance: "xtol",
    with_effects: "more than compute",
    with_covariance: "besides its solution",
}


@pytest.mark.parametrize("function", REFUSED)
def test_refused(function: Any) -> None:
    with pytest.raises(GradscribeError, match=REFUSED[function]):
        gradscribe.grad(function)(1.3)


def test_what_is_not_differentiated_in_an_object_raises() -> None:
    for function in (with_p_value, with_smoothing):
        with pytest.raises((GradscribeError, NotImplementedError)):
            gradscribe.grad(function)(1.3)
