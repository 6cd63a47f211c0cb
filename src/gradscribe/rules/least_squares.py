"""Least squares and the pseudo-inverse, for matrices whose rank does not change."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import infer as _infer
from ..ir.primitives import define
from .decompositions import singular_adjoint, singular_tangent
from .facts import is_complex, rank
from .linalg import by_example, hermitian, plain_only
from .products import conj, turned
from .table import general


def pinv_adjoint(g: Any, z: Any, a: Any, rcond: Any = None, hermitian: Any = False, **keywords: Any) -> Any:
    """For matrices whose rank does not change."""
    plain_only(hermitian)
    return _pinv(conj(g), z, a)


def _pinv(g: Any, p: Any, a: Any) -> Any:
    """In the convention of Hermitian transposes; conjugated at the end."""
    gh = hermitian(g)
    left = gh @ p @ hermitian(p)
    right = hermitian(p) @ p @ gh
    made = left - a @ (p @ left) + right - (right @ p) @ a
    return conj(made - hermitian(p) @ g @ hermitian(p))


def pinv_tangent(d: Any, z: Any, a: Any, rcond: Any = None, hermitian: Any = False, **keywords: Any) -> Any:
    plain_only(hermitian)
    return _pinv_tangent(d, z, a)


def _pinv_tangent(d: Any, p: Any, a: Any) -> Any:
    dh = hermitian(d)
    left = p @ hermitian(p) @ dh
    right = dh @ hermitian(p) @ p
    return left - (left @ a) @ p + right - p @ (a @ right) - p @ d @ p


general(
    define(
        "pinv",
        np.linalg.pinv,
        infer=by_example(np.linalg.pinv),
        parameters="a, rcond=None, hermitian=False"
        + (", *, rtol=None" if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else ""),
    ),
    dict(a=pinv_adjoint),
    dict(a=pinv_tangent),
)


def _real(x: Any) -> Any:
    return np.real(x) if is_complex(x) else x


def lstsq_b(g: Any, z: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    made = None
    if g[0] is not None:
        made = turned(np.linalg.pinv(a)) @ g[0]
    if g[1] is not None:
        part = 2.0 * conj(b - a @ z[0]) * g[1]
        made = part if made is None else made + part
    return made


def lstsq_a(g: Any, z: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    made = None
    if g[0] is not None:
        p = np.linalg.pinv(a)
        gp = np.outer(g[0], b) if rank(b) == 1 else g[0] @ turned(b)
        made = _pinv(conj(gp), p, a)
    if g[1] is not None:
        rest = -2.0 * conj(b - a @ z[0]) * g[1]
        part = np.outer(rest, z[0]) if rank(b) == 1 else rest @ turned(z[0])
        made = part if made is None else made + part
    if g[3] is not None:
        part = singular_adjoint(g[3], a)
        made = part if made is None else made + part
    return made


def lstsq_a_tangent(d: Any, z: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    change = _pinv_tangent(d, np.linalg.pinv(a), a) @ b
    rest = _real(np.sum(conj(b - a @ z[0]) * (d @ z[0]), axis=0))
    rest = np.broadcast_to(-2.0 * rest, np.shape(z[1])) if rank(rest) == 0 else -2.0 * rest
    return change, rest, None, singular_tangent(d, a)


def lstsq_b_tangent(d: Any, z: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    rest = 2.0 * _real(np.sum(conj(b - a @ z[0]) * d, axis=0))
    rest = np.broadcast_to(rest, np.shape(z[1])) if rank(rest) == 0 else rest
    return np.linalg.pinv(a) @ d, rest, None, None


def lstsq_type(args: Any, keywords: Any) -> Any:
    a, b = (arg.type for arg in args[:2])
    if not isinstance(a, _infer.Array) or not isinstance(b, _infer.Array):
        return _infer.NUMERIC
    dtype = np.result_type(a.dtype, b.dtype, "float64").name
    line = _infer.Array("float64", (_infer.UNKNOWN,))
    solution = _infer.Array(dtype, (a.shape[1], *b.shape[1:]))
    return _infer.Tuple((solution, line, _infer.Scalar("i", "int32"), line))


general(
    define("lstsq", np.linalg.lstsq, infer=lstsq_type, parameters="a, b, rcond=None"),
    dict(a=lstsq_a, b=lstsq_b),
    dict(a=lstsq_a_tangent, b=lstsq_b_tangent),
)
