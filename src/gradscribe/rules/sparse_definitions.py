"""Sparse matrices with entries that are differentiated, as a class that is read in place of SciPy's.

All formats are one here: entries with their rows and columns, of which those at one place are added.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as dense
import scipy.sparse as ss
import scipy.sparse.linalg as sl

from .. import runtime_scipy as r
from ..ir.primitives import DEFINITIONS, FOLLOWED_WHEN_CONSTANT
from . import scipy_linalg, sparse  # noqa: F401  (what the definitions are made of)


class SparseMatrix:
    """A matrix of n rows and m columns by its entries."""

    def __init__(self, data: Any, row: Any, col: Any, n: Any, m: Any) -> None:
        self.data, self.row, self.col, self.n, self.m = data, row, col, n, m

    @property
    def T(self) -> SparseMatrix:
        return SparseMatrix(self.data, self.col, self.row, self.m, self.n)

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.n, self.m

    def transpose(self) -> SparseMatrix:
        return SparseMatrix(self.data, self.col, self.row, self.m, self.n)

    def __matmul__(self, x: Any) -> Any:
        return r.sparse_product(self.data, self.row, self.col, self.n, x)

    def dot(self, x: Any) -> Any:
        return r.sparse_product(self.data, self.row, self.col, self.n, x)

    def __mul__(self, factor: Any) -> SparseMatrix:
        return SparseMatrix(factor * self.data, self.row, self.col, self.n, self.m)

    def __rmul__(self, factor: Any) -> SparseMatrix:
        return SparseMatrix(factor * self.data, self.row, self.col, self.n, self.m)

    def __add__(self, other: Any) -> SparseMatrix:
        """The sum with a constant sparse matrix."""
        data, row, col = r.coordinates(other)
        return SparseMatrix(
            np.concatenate((self.data, data)),
            np.concatenate((self.row, row)),
            np.concatenate((self.col, col)),
            self.n,
            self.m,
        )

    def __radd__(self, other: Any) -> SparseMatrix:
        return self + other

    def toarray(self) -> Any:
        return r.sparse_dense(self.data, self.row, self.col, self.n, self.m)

    def todense(self) -> Any:
        return r.sparse_dense(self.data, self.row, self.col, self.n, self.m)

    def sum(self) -> Any:
        return np.sum(self.data)

    def tocsc(self) -> SparseMatrix:
        return self

    def tocsr(self) -> SparseMatrix:
        return self


def by_rows(arg1: Any, *, shape: Any) -> SparseMatrix:
    """`csr_array((data, indices, indptr), shape=...)` or `((data, (row, col)), shape=...)`."""
    if len(arg1) == 2:
        return by_places(arg1, shape=shape)
    data, indices, indptr = arg1
    return SparseMatrix(data, r.rows_of(indptr), indices, shape[0], shape[1])


def by_columns(arg1: Any, *, shape: Any) -> SparseMatrix:
    """`csc_array`, likewise."""
    if len(arg1) == 2:
        return by_places(arg1, shape=shape)
    data, indices, indptr = arg1
    return SparseMatrix(data, indices, r.rows_of(indptr), shape[0], shape[1])


def by_places(arg1: Any, *, shape: Any) -> SparseMatrix:
    """`coo_array((data, (row, col)), shape=...)`."""
    data, (row, col) = arg1
    return SparseMatrix(data, row, col, shape[0], shape[1])


def diagonal(diagonals: Any) -> SparseMatrix:
    """`diags_array(diagonals)` of one diagonal, the main one."""
    n = diagonals.shape[0]
    places = np.arange(n)
    return SparseMatrix(diagonals, places, places, n, n)


def spsolve(A: Any, b: Any) -> Any:
    if isinstance(A, SparseMatrix):
        return r.sparse_solve(A.data, A.row, A.col, A.n, b)
    return r.solve_constant(A, b)


class Factored:
    """`splu(A)` of a constant matrix."""

    def __init__(self, A: Any) -> None:
        self.A = A

    def solve(self, rhs: Any) -> Any:
        return r.solve_constant(self.A, rhs)


def norm(x: SparseMatrix) -> Any:
    return np.linalg.norm(x.toarray())


def cg(A: Any, b: Any, *, rtol: float = 1e-5, atol: float = 0.0) -> Any:
    return r.solve_iteratively(A, b, "cg", rtol, atol), 0


def gmres(A: Any, b: Any, *, rtol: float = 1e-5, atol: float = 0.0) -> Any:
    return r.solve_iteratively(A, b, "gmres", rtol, atol), 0


def bicgstab(A: Any, b: Any, *, rtol: float = 1e-5, atol: float = 0.0) -> Any:
    return r.solve_iteratively(A, b, "bicgstab", rtol, atol), 0


def expm_multiply(A: Any, B: Any) -> Any:
    return dense.expm(A) @ B


for _names, _made in (
    (("csr_array", "csr_matrix"), by_rows),
    (("csc_array", "csc_matrix"), by_columns),
    (("coo_array", "coo_matrix"), by_places),
    (("diags_array",), diagonal),
):
    for _name in _names:
        if hasattr(ss, _name):
            DEFINITIONS[getattr(ss, _name)] = _made
for _made in (spsolve, norm, cg, gmres, bicgstab, expm_multiply):
    DEFINITIONS[getattr(sl, _made.__name__)] = _made
DEFINITIONS[sl.splu] = Factored
FOLLOWED_WHEN_CONSTANT.add(Factored)
