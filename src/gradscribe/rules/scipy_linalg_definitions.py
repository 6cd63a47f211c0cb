"""Functions of `scipy.linalg` that are short in terms of others: read in place of SciPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from ..ir.primitives import DEFINITIONS


def toeplitz(c: Any, r: Any = None) -> Any:
    n = c.shape[0]
    if r is None:
        r = np.conj(c)
    m = r.shape[0]
    places = np.arange(n)[:, np.newaxis] - np.arange(m)[np.newaxis, :] + m - 1
    return np.concatenate((r[:0:-1], c))[places]


def circulant(c: Any) -> Any:
    n = c.shape[0]
    return c[(np.arange(n)[:, np.newaxis] - np.arange(n)[np.newaxis, :]) % n]


def hankel(c: Any, r: Any = None) -> Any:
    n = c.shape[0]
    if r is None:
        r = np.zeros_like(c)
    m = r.shape[0]
    return np.concatenate((c, r[1:]))[np.arange(n)[:, np.newaxis] + np.arange(m)[np.newaxis, :]]


def svdvals(a: Any) -> Any:
    return np.linalg.svd(a, compute_uv=False)


def svd(a: Any, full_matrices: bool = True) -> Any:
    u, s, vh = np.linalg.svd(a, full_matrices=full_matrices)
    return u, s, vh


def pinv(a: Any) -> Any:
    return np.linalg.pinv(a, max(a.shape) * 2.220446049250313e-16)


def cho_solve(c_and_lower: Any, b: Any) -> Any:
    c, lower = c_and_lower
    if lower:
        return sl.solve_triangular(c, sl.solve_triangular(c, b, lower=True), trans=1, lower=True)
    return sl.solve_triangular(c, sl.solve_triangular(c, b, trans=1))


def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    return sl.solve_sylvester(a, np.conj(a).T, q)


def khatri_rao(a: Any, b: Any) -> Any:
    made = a[:, np.newaxis, :] * b[np.newaxis, :, :]
    return np.reshape(made, (a.shape[0] * b.shape[0], a.shape[1]))


def pinvh(a: Any, *, lower: bool = True) -> Any:
    w, v = np.linalg.eigh(a, UPLO="L" if lower else "U")
    kept = np.abs(w) > max(a.shape) * 2.220446049250313e-16 * np.max(np.abs(w))
    return (v * np.where(kept, 1.0 / np.where(kept, w, 1.0), 0.0)) @ np.conj(v).T


def eigvals(a: Any) -> Any:
    return np.linalg.eigvals(a)


def eig(a: Any) -> Any:
    w, v = np.linalg.eig(a)
    return w + 0j, v


def matmul_toeplitz(c_or_cr: Any, x: Any) -> Any:
    if isinstance(c_or_cr, tuple):
        return toeplitz(c_or_cr[0], c_or_cr[1]) @ x
    return toeplitz(c_or_cr) @ x


def solve_toeplitz(c_or_cr: Any, b: Any) -> Any:
    if isinstance(c_or_cr, tuple):
        return np.linalg.solve(toeplitz(c_or_cr[0], c_or_cr[1]), b)
    return np.linalg.solve(toeplitz(c_or_cr), b)


def orthogonal_procrustes(A: Any, B: Any) -> Any:
    u, w, vh = np.linalg.svd((B.T @ np.conj(A)).T, full_matrices=False)
    return u @ vh, np.sum(w)


for _function in (
    pinvh, eigvals, eig, matmul_toeplitz, solve_toeplitz, orthogonal_procrustes,
):  # fmt: skip
    DEFINITIONS[getattr(sl, _function.__name__)] = _function
for _function in (
    toeplitz, circulant, hankel, svdvals, svd, pinv, cho_solve, solve_continuous_lyapunov, khatri_rao,
):  # fmt: skip
    if hasattr(sl, _function.__name__):
        DEFINITIONS[getattr(sl, _function.__name__)] = _function
