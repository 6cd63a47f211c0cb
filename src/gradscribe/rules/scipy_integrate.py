"""Integrals of samples of `scipy.integrate`, written with NumPy: they are read in place of SciPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.integrate as si
from scipy import special

from ..ir import infer as _infer
from ..ir.primitives import DEFINITIONS, define
from ..ir.solvers import SOLVERS, Solver
from ..ir.types import UNKNOWN, Array, Tuple


def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    return np.trapezoid(y, x, dx, axis)


def trapezoid_before_numpy_2(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    return np.trapz(y, x, dx, axis)


def cumulative_trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1, initial: Any = None) -> Any:
    y = np.moveaxis(np.asarray(y), axis, -1)
    if x is None:
        widths = dx
    elif np.ndim(x) == 1:
        widths = np.diff(x)
    else:
        widths = np.moveaxis(np.diff(x, axis=axis), axis, -1)
    sums = np.cumsum(0.5 * widths * (y[..., 1:] + y[..., :-1]), axis=-1)
    if initial is not None:
        sums = np.concatenate((np.zeros_like(y[..., :1]), sums), axis=-1)
    return np.moveaxis(sums, -1, axis)


def simpson(y: Any, x: Any = None, *, dx: float = 1.0, axis: int = -1) -> Any:
    y = np.moveaxis(np.asarray(y), axis, -1)
    if x is None:
        h = np.full_like(y[..., 1:], dx)
    elif np.ndim(x) == 1:
        h = np.diff(x)
    else:
        h = np.moveaxis(np.diff(x, axis=axis), axis, -1)
    n = y.shape[-1]
    if n == 2:
        return np.sum(0.5 * h * (y[..., 1:] + y[..., :-1]), axis=-1)
    end = n - 1 if n % 2 == 0 else n
    h0, h1 = h[..., 0 : end - 2 : 2], h[..., 1 : end - 1 : 2]
    y0, y1, y2 = y[..., 0 : end - 2 : 2], y[..., 1 : end - 1 : 2], y[..., 2:end:2]
    whole = h0 + h1
    total = np.sum(whole / 6.0 * (y0 * (2.0 - h1 / h0) + y1 * whole**2 / (h0 * h1) + y2 * (2.0 - h0 / h1)), axis=-1)
    if n % 2 == 0:
        a, b = h[..., -2], h[..., -1]
        last = y[..., -1] * (2.0 * b**2 + 3.0 * a * b) / (6.0 * (a + b))
        last = last + y[..., -2] * (b**2 + 3.0 * a * b) / (6.0 * a)
        total = total + last - y[..., -3] * b**3 / (6.0 * a * (a + b))
    return total


def nodes_and_weights(n: int) -> Any:
    """The nodes and weights of Gauss and Legendre."""
    return special.roots_legendre(n)


_VECTOR = Array("float64", (UNKNOWN,))
define(
    "nodes_and_weights",
    nodes_and_weights,
    infer=_infer.always(Tuple((_VECTOR, _VECTOR))),
    parameters="n",
)


def fixed_quad(func: Any, a: Any, b: Any, args: Any = (), n: int = 5) -> Any:
    nodes, weights = nodes_and_weights(n)
    y = (b - a) * (nodes + 1) / 2.0 + a
    return (b - a) / 2.0 * np.sum(weights * func(y, *args), axis=-1), None


DEFINITIONS[si.fixed_quad] = fixed_quad
DEFINITIONS[si.trapezoid] = trapezoid if hasattr(np, "trapezoid") else trapezoid_before_numpy_2
DEFINITIONS[si.cumulative_trapezoid] = cumulative_trapezoid
DEFINITIONS[si.simpson] = simpson

SOLVERS[si.quad] = Solver(
    "integral",
    "scipy.integrate.quad",
    "func, a, b, args=(), epsabs=1.49e-8, epsrel=1.49e-8, limit=50, points=None",
    scalar=True,
    estimates=True,
)
SOLVERS[si.quad_vec] = Solver(
    "integral",
    "scipy.integrate.quad_vec",
    "f, a, b, epsabs=1e-200, epsrel=1e-8, norm='2', limit=10000, quadrature=None, points=None",
    estimates=True,
)
SOLVERS[si.odeint] = Solver(
    "ode",
    "scipy.integrate.odeint",
    "func, y0, t, args=(), rtol=None, atol=None, mxstep=0, h0=0.0, hmax=0.0, hmin=0.0, tfirst=False",
    unknown="y0",
)
SOLVERS[si.solve_ivp] = Solver(
    "ode",
    "scipy.integrate.solve_ivp",
    "fun, t_span, y0, method='RK45', t_eval=None, args=None, rtol=1e-3, atol=1e-6, max_step=None, first_step=None",
    unknown="y0",
    result="y",
)
