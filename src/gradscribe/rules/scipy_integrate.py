"""Integrals of samples of `scipy.integrate`, written with NumPy: they are read in place of SciPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.integrate as si

from ..ir.primitives import DEFINITIONS


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


DEFINITIONS[si.trapezoid] = trapezoid if hasattr(np, "trapezoid") else trapezoid_before_numpy_2
DEFINITIONS[si.cumulative_trapezoid] = cumulative_trapezoid
DEFINITIONS[si.simpson] = simpson
