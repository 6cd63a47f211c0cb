"""Solving, decompositions and norms.

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
from .facts import axes_of, fit, is_complex, rank, real_only
from .products import column, conj, row, turned
from .reductions import align, max_adjoint
from .selecting import trace_adjoint, with_diagonal
from .table import dispatching, general, linear, zero

cofactors = dispatching(runtime.cofactors)


def hermitian(a: Any) -> Any:
    """Each matrix transposed and conjugated."""
    return conj(turned(a))


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


def eig_adjoint(g: Any, z: Any, a: Any) -> Any:
    """For vectors of norm 1 whose phase is free, as LAPACK makes them."""
    w, v = z[0], z[1]
    gw, gv = (None if part is None else np.conj(part) for part in g)
    vh, inner = np.conj(turned(v)), None
    if gv is not None:
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
        "eigvals", np.linalg.eigvals, infer=lambda args, keywords: getattr(eig_type(args, {}), "items", (_infer.NUMERIC,))[0],
        parameters="a",
    ),
    dict(a=eigvals_adjoint),
    dict(a=eigvals_tangent),
)

# ------------------------------------------------------------------ svd


def svd_adjoint(g: Any, z: Any, a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False) -> Any:
    _plain(hermitian)
    if compute_uv is not True:
        return singular_adjoint(g, a)
    gu, gs, gvh = g
    if gu is None and gvh is None:
        return None if gs is None else _singular_part(gs, z, full_matrices)
    real_only("singular vectors", a)
    return _svd_vectors(gu, gs, gvh, z)


def _plain(hermitian: Any) -> None:
    if hermitian is not False:
        raise UnsupportedCall("svd and pinv with hermitian=True have no rule")


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


def svd_tangent(d: Any, z: Any, a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False) -> Any:
    _plain(hermitian)
    if compute_uv is not True:
        return singular_tangent(d, a)
    if is_complex(a) or full_matrices is not False:
        return _svd_tangent_square(d, z, a)
    return _svd_tangent(d, *z)


def singular_tangent(d: Any, a: Any) -> Any:
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    change = np.sum(conj(u) * (d @ hermitian(vh)), axis=-2)
    return np.real(change) if is_complex(a) else change


def _svd_tangent_square(d: Any, z: Any, a: Any) -> Any:
    real_only("singular vectors", a)
    return _svd_tangent(d, *z)


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
    "svd", np.linalg.svd, infer=by_example(np.linalg.svd), parameters="a, full_matrices=True, compute_uv=True, hermitian=False"
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

# ------------------------------------------------------------------ least squares, powers


def pinv_adjoint(g: Any, z: Any, a: Any, rcond: Any = None, hermitian: Any = False, **keywords: Any) -> Any:
    """For matrices whose rank does not change."""
    _plain(hermitian)
    return _pinv(conj(g), z, a)


def _pinv(g: Any, p: Any, a: Any) -> Any:
    """In the convention of Hermitian transposes; conjugated at the end."""
    gh = hermitian(g)
    left = gh @ p @ hermitian(p)
    right = hermitian(p) @ p @ gh
    made = left - a @ (p @ left) + right - (right @ p) @ a
    return conj(made - hermitian(p) @ g @ hermitian(p))


def pinv_tangent(d: Any, z: Any, a: Any, rcond: Any = None, hermitian: Any = False, **keywords: Any) -> Any:
    _plain(hermitian)
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
        parameters="a, rcond=None, hermitian=False" + (", *, rtol=None" if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else ""),
    ),
    dict(a=pinv_adjoint),
    dict(a=pinv_tangent),
)


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
    rest = np.sum(conj(b - a @ z[0]) * (d @ z[0]), axis=0)
    rest = np.broadcast_to(-2.0 * rest, np.shape(z[1])) if rank(rest) == 0 else -2.0 * rest
    return change, rest, None, singular_tangent(d, a)


def lstsq_b_tangent(d: Any, z: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    rest = 2.0 * np.sum(conj(b - a @ z[0]) * d, axis=0)
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
    define("matrix_power", np.linalg.matrix_power, infer=_infer.same_as_first, parameters="a, n"),
    dict(a=matrix_power_adjoint),
    dict(a=matrix_power_tangent),
)
zero(
    define("matrix_rank", np.linalg.matrix_rank, infer=by_example(np.linalg.matrix_rank), parameters="A, tol=None"),
)

# ------------------------------------------------------------------ norms


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
        made = conj(u @ vh)
    else:
        hit = s == (np.max if order == 2 else np.min)(s, axis=-1, keepdims=True)
        made = conj((u * row(np.where(hit, 1.0 / np.sum(hit, axis=-1, keepdims=True), 0.0))) @ vh)
    return np.moveaxis(made, (-2, -1), axes) if inner is not x else made


def _sums_partial(x: Any, z: Any, order: Any, axes: tuple[int, int], keepdims: Any) -> Any:
    """The norms that are the largest (or smallest) sum of absolute values of a column (1) or a row (inf)."""
    summed, chosen = axes if order in (1, -1) else axes[::-1]
    sums = np.sum(np.absolute(x), axis=summed, keepdims=True)
    ones = np.ones_like(align(z, x, axes, keepdims))
    return vector_partial(x, None, 1, summed, True) * max_adjoint(ones, align(z, x, axes, keepdims), sums, chosen, keepdims=True)


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
        define("vector_norm", np.linalg.vector_norm, infer=norm_type, parameters="x, /, *, axis=None, keepdims=False, ord=2"),
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
    linear(
        define("linalg_diagonal", np.linalg.diagonal, infer=by_example(np.linalg.diagonal), parameters="x, /, *, offset=0"),
        x=lambda g, z, x, offset=0: with_diagonal(g, x, offset, -2, -1),
    )
