"""Cases of solving, decompositions and norms."""

from __future__ import annotations

import numpy as np

from gradscribe import runtime
from rules.case import A, C, D, F, M, R, S, case

NEW = np.lib.NumpyVersion(np.__version__) >= "2.0.0"

case(np.linalg.solve, M(3, 3), A(3))
case(np.linalg.solve, M(3, 3), A(3, 2))
case(np.linalg.solve, M(2, 3, 3), A(2, 3, 2))
case(np.linalg.solve, M(3, 3) + 1j * A(3, 3), C(3))
case(np.linalg.solve, M(3, 3).astype(np.float32), F(3))
if NEW:
    case(np.linalg.solve, M(2, 3, 3), A(3, 2))
    case(np.linalg.solve, M(2, 3, 3), A(3))
    case(np.linalg.solve, M(3, 3), A(2, 3, 2))
    case(np.linalg.solve, M(1, 3, 3), A(2, 3, 2))
case(np.linalg.inv, M(3, 3))
case(np.linalg.inv, M(2, 3, 3))
case(np.linalg.inv, M(1, 1))
case(np.linalg.inv, M(3, 3) + 1j * A(3, 3))
case(np.linalg.det, M(3, 3))
case(np.linalg.det, M(2, 3, 3))
case(np.linalg.det, M(3, 3) + 1j * A(3, 3))
case(np.linalg.det, M(1, 1))
case(np.linalg.det, M(3, 3) * np.array([[1.0], [1.0], [0.0]]), _second=False)
case(np.linalg.det, np.outer(A(3), A(3)), _second=False)
case(runtime.cofactors, M(3, 3))
case(runtime.cofactors, M(2, 2, 2))
case(np.linalg.slogdet, M(3, 3))
case(np.linalg.slogdet, -M(2, 3, 3))
case(np.linalg.slogdet, M(3, 3) + 1j * A(3, 3))
for a in (S(3, 3), S(2, 3, 3), S(1, 1)):
    case(np.linalg.cholesky, a)
    case(np.linalg.eigvalsh, a)
    case(np.linalg.eigh, a)
    if NEW:
        case(np.linalg.cholesky, a, upper=True)
case(np.linalg.eigh, S(3, 3), UPLO="U")
case(np.linalg.eigvalsh, S(3, 3) + 0.1 * A(3, 3), "U")
_h = S(3, 3) + 1j * (np.tril(A(3, 3), -1) - np.tril(A(3, 3), -1).T) * 0.3
_h = (_h + _h.conj().T) / 2
case(np.linalg.cholesky, _h)
case(np.linalg.eigvalsh, _h)
case(np.linalg.eigvals, S(3, 3))
case(np.linalg.eig, S(3, 3) + 0.1 * A(3, 3))
case(np.linalg.eig, np.array([[0.0, 1.0, 0.2], [-1.0, 0.3, 0.0], [0.1, 0.5, 2.0]]))
case(np.linalg.eig, S(3, 3) + 0.3j * A(3, 3))
case(np.linalg.lstsq, R(5, 3) + 0.2j * R(5, 3), C(5), rcond=None, _second=False)
case(np.linalg.eig, S(2, 3, 3) + 0.1 * A(2, 3, 3))
case(np.linalg.eigvals, M(3, 3) + 1j * A(3, 3))
for shape in ((4, 3), (3, 4), (3, 3), (2, 4, 3)):
    case(np.linalg.svd, R(*shape), full_matrices=False)
    case(np.linalg.svd, R(*shape), compute_uv=False)
    case(np.linalg.qr, R(*shape))
    case(np.linalg.qr, R(*shape), mode="r")
    case(np.linalg.pinv, R(*shape))
    if NEW:
        case(np.linalg.svdvals, R(*shape))
case(np.linalg.svd, R(3, 3))
case(np.linalg.svd, R(4, 3) + 0.3j * R(4, 3), compute_uv=False, _second=False)
case(np.linalg.pinv, R(4, 3) + 0.3j * R(4, 3))
case(np.linalg.lstsq, R(5, 3), A(5), rcond=None)
case(np.linalg.lstsq, R(5, 3), A(5, 2), rcond=None)
for n in (3, -2, 0, 1):
    case(np.linalg.matrix_power, M(3, 3), n)
case(np.linalg.matrix_rank, M(3, 3))

case(np.linalg.norm, A(3))
case(np.linalg.norm, A(2, 3))
case(np.linalg.norm, A(2, 2, 2))
case(np.linalg.norm, np.zeros(3), _wrt=())
case(np.linalg.norm, A(2, 3), axis=1)
case(np.linalg.norm, A(2, 3), axis=0, keepdims=True)
for order in (1, 2, 3, 0.5, np.inf, -np.inf, 0):
    case(np.linalg.norm, D(4), ord=order)
    case(np.linalg.norm, D(3, 4), ord=order, axis=1)
for order in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
    case(np.linalg.norm, R(3, 2) + 0.1 * D(3, 2), order)
    case(np.linalg.norm, R(2, 3, 3) + 0.1 * D(2, 3, 3), ord=order, axis=(1, 2))
case(np.linalg.norm, A(2, 3, 4), axis=(1, 2))
case(np.linalg.norm, R(3, 3), "nuc", axis=(0, 1), keepdims=True)
case(np.linalg.norm, np.moveaxis(R(3, 2, 3), (0, 1, 2), (1, 2, 0)), "nuc", axis=(2, 0))
case(np.linalg.norm, C(3))
case(np.linalg.norm, C(3), ord=3)
case(np.linalg.norm, F(3))
if NEW:
    case(np.linalg.vector_norm, A(2, 3))
    case(np.linalg.vector_norm, A(2, 3), axis=1, ord=3)
    case(np.linalg.vector_norm, A(3), keepdims=True)
    case(np.linalg.matrix_norm, A(2, 3))
    case(np.linalg.matrix_norm, R(3, 2), ord="nuc")
    case(np.linalg.trace, A(2, 3, 3))
    case(np.linalg.diagonal, A(2, 3, 3))
case(runtime.of_square, M(3, 3), M(3, 3), _wrt=("u",))
