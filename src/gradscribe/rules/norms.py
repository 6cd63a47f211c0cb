"""Norms of vectors and matrices; the derivative at 0 is 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import define
from .facts import axes_of, is_complex, rank
from .linalg import by_example, per_matrix
from .products import conj, row
from .reductions import align, max_adjoint
from .selecting import trace_adjoint, with_diagonal
from .table import general, linear


def _nonzero(z: Any) -> Any:
    return np.where(z == 0.0, 1.0, z)


def vector_partial(x: Any, z: Any, order: Any, axis: Any, keepdims: Any) -> Any:
    """The derivative of a vector norm, in the shape of x; 0 at 0."""
    wide = align(z, x, axis, keepdims)
    if order is None or order == 2:
        return conj(x) / _nonzero(wide)
    size = np.absolute(x)
    sign = conj(x) / _nonzero(size) if is_complex(x) else np.sign(x)
    if order == 1:
        return sign
    if order == 0:
        return None
    if order in (np.inf, -np.inf):
        return sign * max_adjoint(np.ones_like(z), z, size, axis, keepdims=keepdims)
    return sign * (_nonzero(size) / _nonzero(wide)) ** (order - 1)


def matrix_partial(x: Any, z: Any, order: Any, axes: tuple[int, int], keepdims: Any) -> Any:
    """The derivative of a matrix norm, in the shape of x."""
    if order in (None, "fro"):
        return conj(x) / _nonzero(align(z, x, axes, keepdims))
    if order in (1, -1, np.inf, -np.inf):
        return _sums_partial(x, z, order, axes, keepdims)
    if order not in ("nuc", 2, -2):
        raise UnsupportedCall(f"the matrix norm of order {order!r} has no rule")
    inner = np.moveaxis(x, axes, (-2, -1)) if axes != (rank(x) - 2, rank(x) - 1) else x
    u, s, vh = np.linalg.svd(inner, full_matrices=False)
    if order == "nuc":
        made = conj((u * row(np.where(s > 0.0, 1.0, 0.0))) @ vh)
    else:
        hit = (s == (np.max if order == 2 else np.min)(s, axis=-1, keepdims=True)) & (s > 0.0)
        made = conj((u * row(np.where(hit, 1.0 / np.maximum(np.sum(hit, axis=-1, keepdims=True), 1), 0.0))) @ vh)
    return np.moveaxis(made, (-2, -1), axes) if inner is not x else made


def _sums_partial(x: Any, z: Any, order: Any, axes: tuple[int, int], keepdims: Any) -> Any:
    """The norms that are the largest (or smallest) sum of absolute values of a column (1) or a row (inf). The extreme
    is that of these very sums: those inside the norm may be rounded otherwise."""
    summed, chosen = axes if order in (1, -1) else axes[::-1]
    sums = np.sum(np.absolute(x), axis=summed, keepdims=True)
    extreme = (np.max if order in (1, np.inf) else np.min)(sums, axis=chosen, keepdims=True)
    ones = np.ones_like(align(z, x, axes, keepdims))
    return vector_partial(x, None, 1, summed, True) * max_adjoint(ones, extreme, sums, chosen, keepdims=True)


def norm_partial(x: Any, z: Any, order: Any, axis: Any, keepdims: Any) -> Any:
    axes = axes_of(axis, rank(x))
    if axis is None and (order is None or rank(x) == 1):
        return vector_partial(x, z, order, None if rank(x) != 1 else axis, keepdims)
    if len(axes) == 1:
        return vector_partial(x, z, order, axes, keepdims)
    return matrix_partial(x, z, order, (axes[0], axes[1]), keepdims)


def norm_adjoint(g: Any, z: Any, x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    partial = norm_partial(x, z, ord, axis, keepdims)
    return None if partial is None else align(g, x, axis, keepdims) * partial


def norm_tangent(d: Any, z: Any, x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    partial = norm_partial(x, z, ord, axis, keepdims)
    if partial is None:
        return None
    product = np.real(partial * d) if is_complex(x) else partial * d
    return np.sum(product, axis=axis, keepdims=keepdims)


def norm_type(args: Any, keywords: Any) -> Any:
    """As the sum of absolute values."""
    named = {k: v for k, v in keywords.items() if k in ("axis", "keepdims")}
    return _infer.reduction(lambda x: np.sum(np.absolute(x) * 1.0))(args[:1], named)


NORM = define("norm", np.linalg.norm, infer=norm_type, parameters="x, ord=None, axis=None, keepdims=False")
general(NORM, dict(x=norm_adjoint), dict(x=norm_tangent), singular="x")

if hasattr(np.linalg, "vector_norm"):

    def vector_norm_adjoint(g: Any, z: Any, x: Any, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
        partial = vector_partial(x, z, ord, axis, keepdims)
        return None if partial is None else align(g, x, axis, keepdims) * partial

    def vector_norm_tangent(d: Any, z: Any, x: Any, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
        partial = vector_partial(x, z, ord, axis, keepdims)
        if partial is None:
            return None
        return np.sum(np.real(partial * d) if is_complex(x) else partial * d, axis=axis, keepdims=keepdims)

    general(
        define(
            "vector_norm",
            np.linalg.vector_norm,
            infer=norm_type,
            parameters="x, /, *, axis=None, keepdims=False, ord=2",
        ),
        dict(x=vector_norm_adjoint),
        dict(x=vector_norm_tangent),
        singular="x",
    )

    def matrix_norm_adjoint(g: Any, z: Any, x: Any, keepdims: Any = False, ord: Any = "fro") -> Any:
        return norm_adjoint(g, z, x, ord, (-2, -1), keepdims)

    def matrix_norm_tangent(d: Any, z: Any, x: Any, keepdims: Any = False, ord: Any = "fro") -> Any:
        return norm_tangent(d, z, x, ord, (-2, -1), keepdims)

    general(
        define(
            "matrix_norm",
            np.linalg.matrix_norm,
            infer=by_example(np.linalg.matrix_norm),
            parameters="x, /, *, keepdims=False, ord='fro'",
        ),
        dict(x=matrix_norm_adjoint),
        dict(x=matrix_norm_tangent),
        singular="x",
    )
    linear(
        define("linalg_trace", np.linalg.trace, infer=per_matrix, parameters="x, /, *, offset=0"),
        x=lambda g, z, x, offset=0: trace_adjoint(g, z, x, offset, -2, -1),
    )
    LINALG_DIAGONAL = define(
        "linalg_diagonal",
        np.linalg.diagonal,
        infer=by_example(np.linalg.diagonal),
        parameters="x, /, *, offset=0",
        aliasing="any",  # read-only
        reads=False,
    )
    linear(
        LINALG_DIAGONAL,
        x=lambda g, z, x, offset=0: with_diagonal(g, x, offset, -2, -1),
    )
