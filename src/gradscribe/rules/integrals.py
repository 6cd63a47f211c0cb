"""Integrals of samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import infer as _infer
from .facts import rank
from .reductions import (
    along,
    declare,
)
from .table import general


def _halves(y: Any, axis: int) -> tuple[Any, Any]:
    n = rank(y)
    return y[along(axis, n, slice(1, None))], y[along(axis, n, slice(None, -1))]


def _steps(y: Any, x: Any, dx: Any, axis: int) -> Any:
    """The widths of the intervals, so that they broadcast with those of y."""
    if x is None:
        return dx
    if rank(x) == rank(y):
        return np.diff(x, axis=axis)
    return np.reshape(np.diff(x), tuple(-1 if k == axis % rank(y) else 1 for k in range(rank(y))))


def _ends(inner: Any, axis: int, before: bool) -> Any:
    """Pad one zero along the axis, in front or behind."""
    widths = [(0, 0)] * rank(inner)
    widths[axis] = (1, 0) if before else (0, 1)
    return np.pad(inner, tuple(widths) if len(widths) > 1 else widths[0])


def trapezoid_adjoint(g: Any, z: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    left, _ = _halves(y, axis)
    share = 0.5 * np.expand_dims(g, axis) * _steps(y, x, dx, axis)
    share = np.broadcast_to(share, np.shape(left))
    return _ends(share, axis, True) + _ends(share, axis, False)


def trapezoid_x_adjoint(g: Any, z: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    left, right = _halves(y, axis)
    share = 0.5 * np.expand_dims(g, axis) * (left + right)
    if rank(x) != rank(y):
        share, axis = np.sum(share, axis=tuple(k for k in range(rank(y)) if k != axis % rank(y))), 0
    return _ends(share, axis, True) - _ends(share, axis, False)


def trapezoid_dx_adjoint(g: Any, z: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    if x is not None:
        return None
    return np.sum(g * np.trapezoid(y, axis=axis)) if hasattr(np, "trapezoid") else np.sum(g * np.trapz(y, axis=axis))


def _trapezoid(y: Any, **keywords: Any) -> Any:
    return (np.trapezoid if hasattr(np, "trapezoid") else np.trapz)(y, **keywords)


TRAPEZOID = declare(
    "trapezoid",
    "y, x=None, dx=1.0, axis=-1",
    np.trapezoid if hasattr(np, "trapezoid") else np.trapz,
    infer=_infer.by_example(_trapezoid),
)
general(
    TRAPEZOID,
    dict(y=trapezoid_adjoint, x=trapezoid_x_adjoint, dx=trapezoid_dx_adjoint),
    dict(
        x=lambda d, z, y, x=None, dx=1.0, axis=-1: _trapezoid(y, x=d, axis=axis),
        dx=lambda d, z, y, x=None, dx=1.0, axis=-1: None if x is not None else d * _trapezoid(y, axis=axis),
    ),
    linear="y",
)
