"""Decompositions of matrices.

The function that is differentiated is NumPy's own: `cholesky` and `eigh` read one triangle, and only its entries have a
derivative. `turned` is a transpose without conjugate; where a formula needs Hermitian transposes the adjoint is
conjugated on the way in and out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import runtime
from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import define
from .facts import is_complex, rank, real_only
from .linalg import by_example, hermitian, plain_only
from .products import column, conj, row, turned
from .selecting import with_diagonal
from .table import dispatching, general

# ------------------------------------------------------------------ cholesky and eigh: one triangle


def half(a: Any) -> Any:
    """The lower triangle with half of the diagonal."""
    return 0.5 * (np.tril(a) + np.tril(a, -1))


def folded(s: Any, upper: bool = False) -> Any:
    """The adjoint of a symmetric matrix, as that of the triangle from which it is made."""
    both = s + hermitian(s)
    part = np.triu if upper else np.tril
    return 0.5 * (part(both) + part(both, 1 if upper else -1))


def unfolded(d: Any, upper: bool = False) -> Any:
    """The tangent of a symmetric matrix from that of the triangle from which it is made."""
    if upper:
        d = hermitian(d)
    strict = np.tril(d, -1)
    diagonal = np.tril(d) - strict
    return strict + hermitian(strict) + (np.real(diagonal) if is_complex(d) else diagonal)


def cholesky_adjoint(g: Any, z: Any, a: Any, *, upper: bool = False) -> Any:
    if upper:
        return turned(cholesky_adjoint(turned(g), turned(z), turned(a)))
    g, root = conj(g), hermitian(z)
    inner = np.linalg.solve(root, half(root @ g))
    return conj(folded(hermitian(np.linalg.solve(root, hermitian(inner)))))


def cholesky_tangent(d: Any, z: Any, a: Any, *, upper: bool = False) -> Any:
    if upper:
        return turned(cholesky_tangent(turned(d), turned(z), turned(a)))
    inner = np.linalg.solve(z, hermitian(np.linalg.solve(z, unfolded(d))))
    return z @ half(hermitian(inner))


CHOLESKY = define("cholesky", np.linalg.cholesky, infer=_infer.same_as_first, parameters="a, /, *, upper=False")
general(CHOLESKY, dict(a=cholesky_adjoint), dict(a=cholesky_tangent))


def identity_like(a: Any) -> Any:
    return np.tril(np.triu(np.ones_like(a)))


def gaps(w: Any, v: Any) -> Any:
    """1 / (w[j] - w[i]), and 0 on the diagonal. Equal eigenvalues have no derivative of their vectors: inf."""
    one = identity_like(np.real(v) if is_complex(v) else v)
    return 1.0 / (row(w) - column(w) + one) - one


def eigh_symmetric(gw: Any, gv: Any, w: Any, v: Any) -> Any:
    """The adjoint of the whole matrix (in the convention of Hermitian transposes)."""
    if gv is None:
        return (v * row(gw)) @ hermitian(v)
    inner = gaps(w, v) * (hermitian(v) @ gv)
    made = v @ inner @ hermitian(v)
    return made if gw is None else (v * row(gw)) @ hermitian(v) + made


def eigh_adjoint(g: Any, z: Any, a: Any, UPLO: str = "L") -> Any:
    gv = None if g[1] is None else conj(g[1])
    if g[0] is None and gv is None:
        return None
    return conj(folded(eigh_symmetric(g[0], gv, z[0], z[1]), UPLO in ("U", "u")))


def eigh_tangent(d: Any, z: Any, a: Any, UPLO: str = "L") -> Any:
    w, v = z[0], z[1]
    inner = hermitian(v) @ unfolded(d, UPLO in ("U", "u")) @ v
    diagonal = np.diagonal(inner, axis1=-2, axis2=-1)
    return (np.real(diagonal) if is_complex(a) else diagonal), v @ (gaps(w, v) * inner)


EIGH = define("eigh", np.linalg.eigh, infer=by_example(np.linalg.eigh), parameters="a, UPLO='L'")
general(EIGH, dict(a=eigh_adjoint), dict(a=eigh_tangent))


def eigvalsh_adjoint(g: Any, z: Any, a: Any, UPLO: str = "L") -> Any:
    v = np.linalg.eigh(a, UPLO)[1]
    return conj(folded((v * row(g)) @ hermitian(v), UPLO in ("U", "u")))


def eigvalsh_tangent(d: Any, z: Any, a: Any, UPLO: str = "L") -> Any:
    v = np.linalg.eigh(a, UPLO)[1]
    change = np.sum(conj(v) * (unfolded(d, UPLO in ("U", "u")) @ v), axis=-2)
    return np.real(change) if is_complex(a) else change


EIGVALSH = define("eigvalsh", np.linalg.eigvalsh, infer=by_example(np.linalg.eigvalsh), parameters="a, UPLO='L'")
general(EIGVALSH, dict(a=eigvalsh_adjoint), dict(a=eigvalsh_tangent))

# ------------------------------------------------------------------ eig


arange = dispatching(np.arange)


def _largest(v: Any) -> tuple[Any, Any]:
    """Where the entry of each vector is that LAPACK makes real, a largest one, and one divided by that entry."""
    place = np.argmax(np.where(np.imag(v) == 0.0, np.absolute(v), 0.0), axis=-2, keepdims=True)
    there = arange(v.shape[-2])[:, None] == place
    return there, 1.0 / np.sum(np.where(there, np.real(v), 0.0), axis=-2, keepdims=True)


def eig_adjoint(g: Any, z: Any, a: Any) -> Any:
    """For vectors of norm 1 with a largest entry that is real, as LAPACK makes them."""
    w, v = z[0], z[1]
    gw, gv = (None if part is None else np.conj(part) for part in g)
    vh, inner = np.conj(turned(v)), None
    if gv is not None:
        there, scale = _largest(v)
        turned_by = np.real(np.sum(1j * np.conj(gv) * v, axis=-2, keepdims=True))
        gv = gv - np.where(there, 1j * turned_by * scale, 0.0)
        along = np.real(np.sum(np.conj(v) * gv, axis=-2, keepdims=True))
        inner = np.conj(complex_gaps(w, v)) * (vh @ gv - (vh @ v) * along)
    if gw is not None:
        part = with_diagonal(gw, v, axis1=-2, axis2=-1) if rank(v) > 2 else np.diag(gw)
        inner = part if inner is None else inner + part
    if inner is None:
        return None
    made = np.conj(np.linalg.solve(vh, inner @ vh))
    return made if is_complex(a) else np.real(made)


def complex_gaps(w: Any, v: Any) -> Any:
    """1 / (w[j] - w[i]), and 0 on the diagonal."""
    one = identity_like(v)
    return 1.0 / (row(w) - column(w) + one) - one


def eig_tangent(d: Any, z: Any, a: Any) -> Any:
    w, v = z[0], z[1]
    inner = np.linalg.solve(v, d @ v)
    turn = v @ (complex_gaps(w, v) * inner)
    turn = turn - v * np.real(np.sum(np.conj(v) * turn, axis=-2, keepdims=True))
    there, scale = _largest(v)
    turn = turn - 1j * v * (np.sum(np.where(there, np.imag(turn), 0.0), axis=-2, keepdims=True) * scale)
    return np.diagonal(inner, axis1=-2, axis2=-1), turn


def eig_type(args: Any, keywords: Any) -> Any:
    """Complex, though NumPy returns real arrays where all eigenvalues are real: what is right for complex ones is
    right for those."""
    vectors = args[0].type
    if not isinstance(vectors, _infer.Array):
        return _infer.NUMERIC
    return _infer.Tuple((_infer.Array("complex128", vectors.shape[:-1]), _infer.Array("complex128", vectors.shape)))


general(
    define("eig", np.linalg.eig, infer=eig_type, parameters="a"),
    dict(a=eig_adjoint),
    dict(a=eig_tangent),
)


def eigvals_adjoint(g: Any, z: Any, a: Any) -> Any:
    """The sum of g[k] * left[k] right[k]^T: `V^-T diag(g) V^T`."""
    v = np.linalg.eig(a)[1]
    made = np.linalg.solve(turned(v), column(g) * turned(v))
    return made if is_complex(a) else np.real(made)


def eigvals_tangent(d: Any, z: Any, a: Any) -> Any:
    v = np.linalg.eig(a)[1]
    return np.diagonal(np.linalg.solve(v, d @ v), axis1=-2, axis2=-1)


general(
    define(
        "eigvals",
        np.linalg.eigvals,
        infer=lambda args, keywords: getattr(eig_type(args, {}), "items", (_infer.NUMERIC,))[0],
        parameters="a",
    ),
    dict(a=eigvals_adjoint),
    dict(a=eigvals_tangent),
)

# ------------------------------------------------------------------ svd

of_square = dispatching(runtime.of_square)
general(
    define("of_square", runtime.of_square, infer=_infer.same_as_first, parameters="u, vh, /", aliasing="any"),
    dict(u=lambda g, z, u, vh: g),
    linear="u",
    zero="vh",
)


def svd_adjoint(
    g: Any, z: Any, a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False
) -> Any:
    plain_only(hermitian)
    if compute_uv is not True:
        return singular_adjoint(g, a)
    gu, gs, gvh = g
    if gu is None and gvh is None:
        return None if gs is None else _singular_part(gs, z, full_matrices)
    real_only("singular vectors", a)
    return _svd_vectors(gu, gs, gvh, z if full_matrices is False else (of_square(z[0], z[2]), z[1], z[2]))


def _singular_part(gs: Any, z: Any, full_matrices: Any) -> Any:
    u, s, vh = z
    if full_matrices is not False:
        k = s.shape[-1]
        u, vh = u[..., :k], vh[..., :k, :]
    return conj((u * row(gs)) @ vh)


def singular_adjoint(g: Any, a: Any) -> Any:
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return conj((u * row(g)) @ vh)


def _svd_vectors(gu: Any, gs: Any, gvh: Any, z: Any) -> Any:
    """The usual formula; a term for each of the three results, and one for what the vectors do not span."""
    u, s, vh = z
    wide = (column(s) * 0.0 + 1.0) * row(s)
    one = identity_like(wide)
    gap = 1.0 / ((row(s) - column(s)) * (row(s) + column(s)) + one) - one
    inner, outside = None, None
    if gu is not None:
        inner = _anti(turned(u) @ gu, gap) * row(s)
        outside = (gu - u @ (turned(u) @ gu)) / row(s) @ vh
    if gvh is not None:
        gv = turned(gvh)
        part = column(s) * _anti(vh @ gv, gap)
        inner = part if inner is None else inner + part
        rest = u @ (turned(gv - turned(vh) @ (vh @ gv)) / column(s))
        outside = rest if outside is None else outside + rest
    made = u @ inner @ vh + outside
    return made if gs is None else made + (u * row(gs)) @ vh


def _anti(m: Any, gap: Any) -> Any:
    return gap * (m - turned(m))


def svd_tangent(
    d: Any, z: Any, a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False
) -> Any:
    plain_only(hermitian)
    if compute_uv is not True:
        return singular_tangent(d, a)
    real_only("singular vectors", a)
    u, s, vh = z
    if full_matrices is False:
        return _svd_tangent(d, u, s, vh)
    du, _, dvh = _svd_tangent(d, of_square(u, vh), s, vh)
    return du, np.diagonal(turned(u) @ d @ turned(vh), axis1=-2, axis2=-1), dvh


def singular_tangent(d: Any, a: Any) -> Any:
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    change = np.sum(conj(u) * (d @ hermitian(vh)), axis=-2)
    return np.real(change) if is_complex(a) else change


def _svd_tangent(d: Any, u: Any, s: Any, vh: Any) -> Any:
    v = turned(vh)
    p = turned(u) @ d @ v
    one = identity_like(p)
    gap = 1.0 / ((row(s) - column(s)) * (row(s) + column(s)) + one) - one
    du = u @ (gap * (p * row(s) + column(s) * turned(p)))
    du = du + (d @ v - u @ p) / row(s)
    dv = v @ (gap * (column(s) * p + turned(p) * row(s)))
    dv = dv + (turned(d) @ u - v @ turned(p)) / row(s)
    return du, np.diagonal(p, axis1=-2, axis2=-1), turned(dv)


SVD = define(
    "svd",
    np.linalg.svd,
    infer=by_example(np.linalg.svd),
    parameters="a, full_matrices=True, compute_uv=True, hermitian=False",
)
general(SVD, dict(a=svd_adjoint), dict(a=svd_tangent))
if hasattr(np.linalg, "svdvals"):
    general(
        define("svdvals", np.linalg.svdvals, infer=by_example(np.linalg.svdvals), parameters="x, /"),
        dict(x=lambda g, z, x: singular_adjoint(g, x)),
        dict(x=lambda d, z, x: singular_tangent(d, x)),
    )

# ------------------------------------------------------------------ qr


def _qr_square(gq: Any, gr: Any, q: Any, r: Any) -> Any:
    """The adjoint of a matrix with at least as many rows as columns."""
    gq, gr = (None if part is None else conj(part) for part in (gq, gr))
    m = None if gr is None else r @ hermitian(gr)
    if gq is not None:
        m = -hermitian(gq) @ q if m is None else m - hermitian(gq) @ q
    lower = np.tril(m) + hermitian(np.tril(m, -1))
    b = q @ lower if gq is None else gq + q @ lower
    return conj(hermitian(np.linalg.solve(r, hermitian(b))))


def qr_adjoint(g: Any, z: Any, a: Any, mode: str = "reduced") -> Any:
    if mode == "r":
        return _qr(None, g, np.linalg.qr(a)[0], z, a)
    if mode != "reduced":
        raise UnsupportedCall(f"np.linalg.qr with mode={mode!r} has no rule")
    return _qr(g[0], g[1], z[0], z[1], a)


def _qr(gq: Any, gr: Any, q: Any, r: Any, a: Any) -> Any:
    """Any shape: the first columns, as many as q has, make q; the rest is `q @ r[:, k:]`."""
    real_only("qr", a)
    if gq is None and gr is None:
        return None
    k = q.shape[-1]
    if gr is None:
        made = _qr_square(gq, None, q, r[..., :, :k])
        return np.concatenate([made, np.zeros_like(a[..., :, k:])], axis=-1)
    through = a[..., :, k:] @ turned(gr[..., :, k:])
    gq = through if gq is None else gq + through
    first = _qr_square(gq, gr[..., :, :k], q, r[..., :, :k])
    return np.concatenate([first, q @ gr[..., :, k:]], axis=-1)


def qr_tangent(d: Any, z: Any, a: Any, mode: str = "reduced") -> Any:
    real_only("qr", a)
    if mode not in ("reduced", "r"):
        raise UnsupportedCall(f"np.linalg.qr with mode={mode!r} has no rule")
    q, r = (np.linalg.qr(a)[0], z) if mode == "r" else z
    k = q.shape[-1]
    first = r[..., :, :k]
    scaled = turned(np.linalg.solve(turned(first), turned(d[..., :, :k])))
    c = turned(q) @ scaled
    turn = np.tril(c, -1) - turned(np.tril(c, -1))
    dq = scaled - q @ (c - turn)
    dr = np.concatenate([(c - turn) @ first, turned(dq) @ a[..., :, k:] + turned(q) @ d[..., :, k:]], axis=-1)
    return dr if mode == "r" else (dq, dr)


QR = define("qr", np.linalg.qr, infer=by_example(np.linalg.qr), parameters="a, mode='reduced'")
general(QR, dict(a=qr_adjoint), dict(a=qr_tangent))
