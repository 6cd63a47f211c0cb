"""Solving, inverses, determinants and powers of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import runtime
from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import define
from .facts import fit, is_complex, rank
from .products import column, conj, row, turned
from .table import dispatching, general, zero

cofactors = dispatching(runtime.cofactors)


def hermitian(a: Any) -> Any:
    """Each matrix transposed and conjugated."""
    return conj(turned(a))


def plain_only(hermitian: Any) -> None:
    """Refuse `hermitian=True`."""
    if hermitian is not False:
        raise UnsupportedCall("svd and pinv with hermitian=True have no rule")


def matrix(value: Any) -> Any:
    """A number for each matrix, so that it broadcasts with the matrices."""
    return value[..., None, None] if rank(value) else value


def by_example(function: Any) -> Any:
    return _infer.by_example(function)


# ------------------------------------------------------------------ solve, inv, det


def is_vector(a: Any, b: Any) -> bool:
    """Whether `solve` takes b as one vector (NumPy 2), or as a stack of vectors (NumPy 1)."""
    return rank(b) == 1 or (np.lib.NumpyVersion(np.__version__) < "2.0.0" and rank(b) == rank(a) - 1)


def solve_right(g: Any, a: Any, b: Any) -> Any:
    """The solution for the transposed matrix, not yet summed to the shape of b."""
    if is_vector(a, b) and rank(a) > 2:
        return np.linalg.solve(turned(a), column(g))[..., 0]
    return np.linalg.solve(turned(a), g)


def solve_a(g: Any, z: Any, a: Any, b: Any) -> Any:
    w = solve_right(g, a, b)
    if is_vector(a, b):
        return -np.outer(w, z) if rank(a) == 2 else -column(w) * row(z)
    return fit(-w @ turned(z), a, 2)


def solve_a_tangent(d: Any, z: Any, a: Any, b: Any) -> Any:
    if is_vector(a, b) and rank(a) > 2:
        return -np.linalg.solve(a, d @ column(z))[..., 0]
    return -np.linalg.solve(a, d @ z)


def solve_type(args: Any, keywords: Any) -> Any:
    a, b = (arg.type for arg in args)
    if isinstance(a, _infer.Array) and isinstance(b, _infer.Array) and a.ndim == 2 and b.ndim <= 2:
        return _infer.Array(np.result_type(a.dtype, b.dtype).name, b.shape)
    return by_example(np.linalg.solve)(args, keywords)


SOLVE = define("solve", np.linalg.solve, infer=solve_type, parameters="a, b")
general(
    SOLVE,
    dict(a=solve_a, b=lambda g, z, a, b: fit(solve_right(g, a, b), b, 1 if is_vector(a, b) else 2)),
    dict(a=solve_a_tangent),
    linear="b",
)
INV = define("inv", np.linalg.inv, infer=_infer.same_as_first, parameters="a")
general(
    INV,
    dict(a=lambda g, z, a: -turned(z) @ g @ turned(z)),
    dict(a=lambda d, z, a: -z @ d @ z),
)


def per_matrix(args: Any, keywords: Any) -> Any:
    """The type of a number for each matrix."""
    type_ = args[0].type
    if not isinstance(type_, _infer.Array):
        return _infer.NUMERIC
    shape = type_.shape[:-2]
    return _infer.Array(type_.dtype, shape) if shape else _infer.Scalar(type_.kind, type_.dtype)


DET = define("det", np.linalg.det, infer=per_matrix, parameters="a")
general(
    DET,
    dict(a=lambda g, z, a: matrix(g) * cofactors(a)),
    dict(a=lambda d, z, a: np.sum(cofactors(a) * d, axis=(-2, -1))),
)


def cofactors_adjoint(g: Any, z: Any, a: Any) -> Any:
    w = turned(np.linalg.inv(a))
    return w * np.sum(g * z, axis=(-2, -1), keepdims=True) - z @ turned(g) @ w


def cofactors_tangent(d: Any, z: Any, a: Any) -> Any:
    w = turned(np.linalg.inv(a))
    return z * np.sum(w * d, axis=(-2, -1), keepdims=True) - z @ turned(d) @ w


general(
    define("cofactors", runtime.cofactors, infer=_infer.same_as_first, parameters="a"),
    dict(a=cofactors_adjoint),
    dict(a=cofactors_tangent),
)


def slogdet_adjoint(g: Any, z: Any, a: Any) -> Any:
    size, turn = g[1], None
    if is_complex(a) and g[0] is not None:
        turn = 1j * np.imag(g[0] * z[0])
    total = size if turn is None else turn if size is None else size + turn
    return None if total is None else matrix(total) * turned(np.linalg.inv(a))


def slogdet_tangent(d: Any, z: Any, a: Any) -> Any:
    change = np.trace(np.linalg.inv(a) @ d, axis1=-2, axis2=-1)
    return (1j * np.imag(change) * z[0], np.real(change)) if is_complex(a) else (None, change)


SLOGDET = define("slogdet", np.linalg.slogdet, infer=by_example(np.linalg.slogdet), parameters="a")
general(SLOGDET, dict(a=slogdet_adjoint), dict(a=slogdet_tangent))

# ------------------------------------------------------------------ powers


def matrix_power_adjoint(g: Any, z: Any, a: Any, n: int) -> Any:
    """Sum over the places of one factor: the powers before it turned, g, those behind it turned."""
    if not isinstance(n, int):
        raise UnsupportedCall("np.linalg.matrix_power needs a constant power")
    if n == 0:
        return None
    if n < 0:
        inverse = np.linalg.inv(a)
        inner = matrix_power_adjoint(g, z, inverse, -n)
        return -turned(inverse) @ inner @ turned(inverse)
    powers = [None, turned(a)]
    while len(powers) < n:
        powers.append(powers[-1] @ powers[1])
    parts = [_between(powers[k], g, powers[n - 1 - k]) for k in range(n)]
    return sum(parts[1:], parts[0])


def _between(left: Any, middle: Any, right: Any) -> Any:
    made = middle if left is None else left @ middle
    return made if right is None else made @ right


def matrix_power_tangent(d: Any, z: Any, a: Any, n: int) -> Any:
    if not isinstance(n, int):
        raise UnsupportedCall("np.linalg.matrix_power needs a constant power")
    if n == 0:
        return None
    if n < 0:
        inverse = np.linalg.inv(a)
        return matrix_power_tangent(-inverse @ d @ inverse, z, inverse, -n)
    powers = [None, a]
    while len(powers) < n:
        powers.append(powers[-1] @ a)
    parts = [_between(powers[k], d, powers[n - 1 - k]) for k in range(n)]
    return sum(parts[1:], parts[0])


general(
    define("matrix_power", np.linalg.matrix_power, infer=_infer.same_as_first, parameters="a, n", aliasing="any"),
    dict(a=matrix_power_adjoint),
    dict(a=matrix_power_tangent),
)
zero(
    define("matrix_rank", np.linalg.matrix_rank, infer=by_example(np.linalg.matrix_rank), parameters="A, tol=None"),
)
