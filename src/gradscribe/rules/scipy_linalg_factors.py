"""Factorisations of `scipy.linalg` that NumPy does not have: LU, the generalised eigenvalue problem, banded systems,
least squares."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from .. import runtime
from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import DEFINITIONS, define, unsupported
from ..ir.types import UNKNOWN, Array, Scalar, Tuple
from .decompositions import folded, gaps, identity_like, unfolded
from .facts import rank, real_only
from .least_squares import lstsq_a, lstsq_a_tangent, lstsq_b, lstsq_b_tangent
from .products import row, turned
from .table import dispatching, general, zero

solve_triangular, solve_banded = dispatching(sl.solve_triangular), dispatching(sl.solve_banded)
arange, eye = dispatching(np.arange), dispatching(np.eye)

# ------------------------------------------------------------------ LU


def _square_factors(lower: Any, upper: Any) -> tuple[Any, Any]:
    """The factors of a rectangular matrix, filled up with the identity to square ones."""
    k = lower.shape[1]
    right = eye(lower.shape[0])[:, k:]
    below = eye(upper.shape[1])[k:]
    return np.concatenate([lower, right], axis=1), np.concatenate([upper, below], axis=0)


def _lu_adjoint(gl: Any, gu: Any, lower: Any, upper: Any) -> Any:
    """The adjoint of the matrix whose rows are in the order of the factors."""
    whole_l, whole_u = _square_factors(lower, upper)
    inner = None
    if gl is not None:
        part = turned(whole_l) @ gl
        rest = np.zeros_like(upper[:, lower.shape[1] :].T)
        inner = np.tril(np.concatenate([part, _wide(part, rest)], axis=1), -1)
    if gu is not None:
        part = gu @ turned(whole_u)
        rest = np.zeros_like(lower[upper.shape[0] :].T)
        both = np.triu(np.concatenate([part, _high(part, rest)], axis=0))
        inner = both if inner is None else inner + both
    made = solve_triangular(whole_l, inner, trans=1, lower=True, unit_diagonal=True)
    return turned(solve_triangular(whole_u, turned(made)))


def _wide(part: Any, rest: Any) -> Any:
    """Zeros with the rows of `part` and a column for each row of `rest`."""
    return np.zeros_like(part[:, :1]) * np.zeros_like(rest[:, :1]).T


def _high(part: Any, rest: Any) -> Any:
    return np.zeros_like(rest[:1]).T * np.zeros_like(part[:1])


def _lu_tangent(d: Any, lower: Any, upper: Any) -> tuple[Any, Any]:
    whole_l, whole_u = _square_factors(lower, upper)
    inner = solve_triangular(whole_l, d, lower=True, unit_diagonal=True)
    inner = turned(solve_triangular(whole_u, turned(inner), trans=1))
    k = lower.shape[1]
    return whole_l @ np.tril(inner, -1)[:, :k], np.triu(inner)[:k] @ whole_u


def _lu_type(args: Any, keywords: Any) -> Any:
    type_ = args[0].type
    return Tuple((type_, type_, type_)) if isinstance(type_, Array) and type_.ndim == 2 else _infer.NUMERIC


def lu_adjoint(g: Any, z: Any, a: Any) -> Any:
    real_only("scipy.linalg.lu", a)
    if g[1] is None and g[2] is None:
        return None
    return z[0] @ _lu_adjoint(g[1], g[2], z[1], z[2])


def lu_tangent(d: Any, z: Any, a: Any) -> Any:
    real_only("scipy.linalg.lu", a)
    return (None, *_lu_tangent(turned(z[0]) @ d, z[1], z[2]))


general(
    define("lu", sl.lu, infer=_lu_type, parameters="a"),
    dict(a=lu_adjoint),
    dict(a=lu_tangent),
)

ROW_ORDER = define("row_order", runtime.row_order, infer=_infer.always(Array("int64", (UNKNOWN,))), parameters="piv, /")
zero(ROW_ORDER)
row_order = dispatching(runtime.row_order)


def _packed(lu: Any) -> tuple[Any, Any]:
    return np.tril(lu, -1) + identity_like(lu), np.triu(lu)


def lu_factor_adjoint(g: Any, z: Any, a: Any) -> Any:
    real_only("scipy.linalg.lu_factor", a)
    if g[0] is None:
        return None
    made = _lu_adjoint(np.tril(g[0], -1), np.triu(g[0]), *_packed(z[0]))
    return made[np.argsort(row_order(z[1]))]


def lu_factor_tangent(d: Any, z: Any, a: Any) -> Any:
    real_only("scipy.linalg.lu_factor", a)
    dl, du = _lu_tangent(d[row_order(z[1])], *_packed(z[0]))
    return np.tril(dl, -1) + du, None


def _lu_factor_type(args: Any, keywords: Any) -> Any:
    type_ = args[0].type
    known = isinstance(type_, Array) and type_.ndim == 2
    return Tuple((type_, Array("int32", (type_.shape[0],)))) if known else _infer.NUMERIC


general(
    define("lu_factor", sl.lu_factor, infer=_lu_factor_type, parameters="a"),
    dict(a=lu_factor_adjoint),
    dict(a=lu_factor_tangent),
)


def lu_solve(lu_and_piv: Any, b: Any, trans: int = 0) -> Any:
    lu, piv = lu_and_piv
    order = runtime.row_order(piv)
    if trans == 0:
        inner = sl.solve_triangular(lu, b[order], lower=True, unit_diagonal=True)
        return sl.solve_triangular(lu, inner)
    inner = sl.solve_triangular(lu, b, trans=1)
    return sl.solve_triangular(lu, inner, trans=1, lower=True, unit_diagonal=True)[np.argsort(order)]


def cho_factor(a: Any, lower: bool = False) -> Any:
    """The other triangle is that of a, as LAPACK leaves it."""
    if lower:
        return sl.cholesky(a, lower=True) + np.triu(a, 1), lower
    return sl.cholesky(a) + np.tril(a, -1), lower


def qr(a: Any, mode: str = "full", pivoting: bool = False) -> Any:
    if pivoting:
        unsupported("scipy.linalg.qr with pivoting has no derivative")
    if mode == "economic":
        return tuple(np.linalg.qr(a))
    rows, columns = a.shape
    if mode == "r":
        made = np.linalg.qr(a, mode="r")
        return (np.concatenate((made, np.zeros((max(rows - columns, 0), columns)))),)
    if rows > columns:
        raise ValueError("the full qr of a matrix with more rows than columns has no derivative: use mode='economic'")
    return tuple(np.linalg.qr(a))


# ------------------------------------------------------------------ two matrices


def _pencil_adjoint(g: Any, z: Any, of_b: bool) -> Any:
    """`a v = b v diag(w)`, with `v^T b v = 1`."""
    w, v = z
    inner = None
    if g[1] is not None:
        along = turned(v) @ g[1]
        inner = gaps(w, v) * along
        inner = -inner * row(w) - 0.5 * identity_like(inner) * along if of_b else inner
    if g[0] is not None:
        part = identity_like(v) * row(-g[0] * w if of_b else g[0])
        inner = part if inner is None else inner + part
    return None if inner is None else v @ inner @ turned(v)


def _eigh_of_two(of_b: bool) -> Any:
    def adjoint(g: Any, z: Any, a: Any, b: Any, *, lower: bool = True) -> Any:
        real_only("the generalised eigenvalue problem", a, b)
        made = _pencil_adjoint(g, z, of_b)
        return None if made is None else folded(made, not lower)

    def tangent(d: Any, z: Any, a: Any, b: Any, *, lower: bool = True) -> Any:
        real_only("the generalised eigenvalue problem", a, b)
        w, v = z
        change = turned(v) @ unfolded(d, not lower) @ v
        dw = np.diagonal(change)
        if not of_b:
            return dw, v @ (gaps(w, v) * change)
        return -w * dw, -v @ (gaps(w, v) * change * row(w) + 0.5 * identity_like(change) * change)

    return adjoint, tangent


(_of_a, _along_a), (_of_b, _along_b) = _eigh_of_two(False), _eigh_of_two(True)
general(
    define(
        "eigh_of_two",
        sl.eigh,
        infer=lambda args, keywords: _infer.by_example(sl.eigh)(args[:1], {}),
        parameters="a, b, *, lower=True",
    ),
    dict(a=_of_a, b=_of_b),
    dict(a=_along_a, b=_along_b),
)


def eigh(a: Any, b: Any = None, *, lower: bool = True, eigvals_only: bool = False, subset_by_index: Any = None) -> Any:
    if not eigvals_only:
        unsupported("scipy.linalg.eigh of a part of the eigenvectors has no derivative: slice them")
    w = sl.eigvalsh(a, lower=lower) if b is None else sl.eigh(a, b, lower=lower)[0]
    return w if subset_by_index is None else w[subset_by_index[0] : subset_by_index[1] + 1]


def eigvalsh(a: Any, b: Any = None, *, lower: bool = True, subset_by_index: Any = None) -> Any:
    w = sl.eigvalsh(a, lower=lower) if b is None else sl.eigh(a, b, lower=lower)[0]
    return w if subset_by_index is None else w[subset_by_index[0] : subset_by_index[1] + 1]


# ------------------------------------------------------------------ bands


def _widths(l_and_u: Any) -> tuple[int, int]:
    if not isinstance(l_and_u, (tuple, list)) or not all(isinstance(n, int) for n in l_and_u):
        raise UnsupportedCall("solve_banded has a rule for numbers of diagonals that are constant")
    return l_and_u[0], l_and_u[1]


def _places(ab: Any, below: int) -> tuple[Any, Any]:
    """For each entry of the bands, `below` of them under the diagonal at the end, its row, and whether it exists."""
    n = ab.shape[1]
    rows = arange(n) + arange(ab.shape[0])[:, None] - (ab.shape[0] - 1 - below)
    return np.clip(rows, 0, n - 1), (rows >= 0) & (rows < n)


def _turned_bands(ab: Any, below: int, above: int) -> Any:
    """The bands of the transposed matrix."""
    rows, inside = _places(ab, above)
    return np.where(inside, ab[arange(ab.shape[0])[::-1, None], rows], 0.0)


def banded_b_adjoint(g: Any, z: Any, l_and_u: Any, ab: Any, b: Any) -> Any:
    real_only("solve_banded", ab, b)
    below, above = _widths(l_and_u)
    return solve_banded((above, below), _turned_bands(ab, below, above), g)


def banded_a_adjoint(g: Any, z: Any, l_and_u: Any, ab: Any, b: Any) -> Any:
    w = banded_b_adjoint(g, z, l_and_u, ab, b)
    rows, inside = _places(ab, l_and_u[0])
    product = w[rows] * z if rank(z) == 1 else np.sum(w[rows] * z, axis=-1)
    return np.where(inside, -product, 0.0)


def banded_a_tangent(d: Any, z: Any, l_and_u: Any, ab: Any, b: Any) -> Any:
    real_only("solve_banded", ab, b)
    above = _widths(l_and_u)[1]
    rows, inside = _places(ab, above)
    across = np.where(inside, d[arange(d.shape[0])[::-1, None], rows], 0.0)
    product = across * z[rows] if rank(z) == 1 else across[..., None] * z[rows]
    return -solve_banded(l_and_u, ab, np.sum(product, axis=0))


general(
    define(
        "solve_banded",
        sl.solve_banded,
        infer=lambda args, keywords: args[2].type if isinstance(args[2].type, Array) else _infer.NUMERIC,
        parameters="l_and_u, ab, b",
    ),
    dict(ab=banded_a_adjoint, b=banded_b_adjoint),
    dict(ab=banded_a_tangent),
    linear="b",
    zero="l_and_u",
)

# ------------------------------------------------------------------ least squares


def _lstsq_type(args: Any, keywords: Any) -> Any:
    a, b = (arg.type for arg in args[:2])
    if not isinstance(a, Array) or not isinstance(b, Array):
        return _infer.NUMERIC
    dtype = np.result_type(a.dtype, b.dtype, "float64").name
    rest = Scalar("f", "float64") if b.ndim == 1 else Array("float64", (UNKNOWN,))
    values = Array("float64", (UNKNOWN,))
    return Tuple((Array(dtype, (a.shape[1], *b.shape[1:])), rest, Scalar("i", "int32"), values))


general(
    define("scipy.linalg.lstsq", sl.lstsq, infer=_lstsq_type, parameters="a, b, cond=None"),
    dict(
        a=lambda g, z, a, b, cond=None: lstsq_a(g, z, a, b),
        b=lambda g, z, a, b, cond=None: lstsq_b(g, z, a, b),
    ),
    dict(
        a=lambda d, z, a, b, cond=None: lstsq_a_tangent(d, z, a, b),
        b=lambda d, z, a, b, cond=None: lstsq_b_tangent(d, z, a, b),
    ),
)

for _function in (lu_solve, cho_factor, qr, eigh, eigvalsh):
    DEFINITIONS[getattr(sl, _function.__name__)] = _function
