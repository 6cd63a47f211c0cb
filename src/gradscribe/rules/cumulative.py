"""Products and cumulative sums and products: none divides by an entry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import runtime
from ..ir import infer as _infer
from ..ir.primitives import define
from .facts import axes_of, rank
from .reductions import (
    align,
    along,
    cumulated,
    declare,
    masked,
    reverse,
)
from .table import dispatching, general, linear

recurrence = dispatching(runtime.recurrence)

# ------------------------------------------------------------------ products, never divided by an entry


def others(a: Any, axis: int) -> Any:
    """For each entry the product of the other entries along the axis."""
    n = rank(a)
    one = np.ones_like(a[along(axis, n, slice(None, 1))])
    before = np.concatenate([one, a[along(axis, n, slice(None, -1))]], axis=axis)
    after = np.concatenate([a[along(axis, n, slice(1, None))], one], axis=axis)
    after = reverse(np.cumprod(reverse(after, axis), axis=axis), axis)
    return np.cumprod(before, axis=axis) * after


def prod_partial(a: Any, axis: Any, where: Any, initial: Any) -> Any:
    """The partial derivatives of a product, in the shape of a."""
    if rank(a) == 0:
        return masked(np.ones_like(a) if initial is None else initial, where)
    a = a if where is True else np.where(where, a, 1.0)
    axes = axes_of(axis, rank(a))
    if len(axes) == 1:
        partial = others(a, axes[0])
    else:
        rest = tuple(k for k in range(rank(a)) if k not in axes)
        moved = np.transpose(a, rest + axes) if rest + axes != tuple(range(rank(a))) else a
        size = math.prod(a.shape[k] for k in axes)
        flat = others(np.reshape(moved, (*(a.shape[k] for k in rest), size)), len(rest))
        partial = np.reshape(flat, np.shape(moved))
        if moved is not a:
            partial = np.transpose(partial, tuple(int(k) for k in np.argsort(rest + axes)))
    return masked(partial if initial is None else initial * partial, where)


def prod_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False,
                 initial: Any = None, where: Any = True) -> Any:  # fmt: skip
    return align(g, a, axis, keepdims) * prod_partial(a, axis, where, initial)


def prod_tangent(d: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False,
                 initial: Any = None, where: Any = True) -> Any:  # fmt: skip
    return np.sum(d * prod_partial(a, axis, where, initial), axis=axis, keepdims=keepdims)


def prod_initial_adjoint(g: Any, z: Any, a: Any, *, initial: Any = None, **keywords: Any) -> Any:
    return np.sum(g * np.prod(a, **keywords))


def prod_initial_tangent(d: Any, z: Any, a: Any, *, initial: Any = None, **keywords: Any) -> Any:
    return d * np.prod(a, **keywords)


PROD = declare("prod", "a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True", np.prod, np.ndarray.prod)
general(
    PROD,
    dict(a=prod_adjoint, initial=prod_initial_adjoint),
    dict(a=prod_tangent, initial=prod_initial_tangent),
)

# ------------------------------------------------------------------ cumulative


def cumsum_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None) -> Any:
    total = reverse(np.cumsum(reverse(g, axis or 0), axis=axis if rank(g) > 1 else None), axis or 0)
    return total if rank(total) == rank(a) == 1 or axis is not None else np.reshape(total, np.shape(a))


def _before(z: Any, axis: int) -> Any:
    """Each entry's predecessor along the axis, 1 for the first."""
    n = rank(z)
    one = np.ones_like(z[along(axis, n, slice(None, 1))])
    return np.concatenate([one, z[along(axis, n, slice(None, -1))]], axis=axis)


def _after(a: Any, axis: int) -> Any:
    """Each entry's successor along the axis, 1 for the last."""
    n = rank(a)
    one = np.ones_like(a[along(axis, n, slice(None, 1))])
    return np.concatenate([a[along(axis, n, slice(1, None))], one], axis=axis)


def cumprod_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """`before * w`, where w[i] = g[i] + a[i + 1] * w[i + 1]: no division."""
    flat = axis is None and rank(a) != 1
    line, k = (np.reshape(a, -1), 0) if flat else (a, axis or 0)
    w = reverse(recurrence(reverse(g, k), reverse(_after(line, k), k), k), k)
    change = _before(z, k) * w
    return np.reshape(change, np.shape(a)) if flat else change


def cumprod_tangent(d: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """w, where w[i] = before[i] * d[i] + a[i] * w[i - 1]."""
    flat = axis is None and rank(a) != 1
    line, d, k = (np.reshape(a, -1), np.reshape(d, -1), 0) if flat else (a, d, axis or 0)
    return recurrence(_before(z, k) * d, line, k)


CUMSUM = declare("cumsum", "a, axis=None, dtype=None", np.cumsum, np.ndarray.cumsum, infer=cumulated(np.sum))
linear(CUMSUM, a=cumsum_adjoint)
CUMPROD = declare("cumprod", "a, axis=None, dtype=None", np.cumprod, np.ndarray.cumprod, infer=cumulated(np.prod))
general(CUMPROD, dict(a=cumprod_adjoint), dict(a=cumprod_tangent))
RECURRENCE = define("recurrence", runtime.recurrence, infer=_infer.same_as_first, parameters="start, factors, axis")


def _recurrence_total(g: Any, factors: Any, axis: int) -> Any:
    """v, where v[i] = g[i] + factors[i + 1] * v[i + 1]: the whole influence of start[i]."""
    return reverse(recurrence(reverse(g, axis), reverse(_after(factors, axis), axis), axis), axis)


def _lagged(z: Any, axis: int) -> Any:
    """Each entry's predecessor along the axis, 0 for the first."""
    n = rank(z)
    none = np.zeros_like(z[along(axis, n, slice(None, 1))])
    return np.concatenate([none, z[along(axis, n, slice(None, -1))]], axis=axis)


general(
    RECURRENCE,
    dict(
        start=lambda g, z, start, factors, axis: _recurrence_total(g, factors, axis),
        factors=lambda g, z, start, factors, axis: _lagged(z, axis) * _recurrence_total(g, factors, axis),
    ),
    dict(factors=lambda d, z, start, factors, axis: recurrence(d * _lagged(z, axis), factors, axis)),
    linear="start",
)
