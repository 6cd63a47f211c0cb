"""Cases of sparse products and solves, by the helpers that stand for `scipy.sparse`; none without SciPy."""

from __future__ import annotations

import numpy as np
import pytest

from gradscribe import runtime_scipy as r
from rules.case import A, P, case

sparse = pytest.importorskip("scipy.sparse")
pytest.importorskip("gradscribe.rules.sparse_definitions")

ROW, COL = np.array([0, 1, 1, 2, 1]), np.array([0, 1, 2, 2, 1])
case(r.sparse_product, A(5), ROW, COL, 3, A(3), _wrt=("data", "x"))
case(r.sparse_product, A(5), ROW, COL, 3, A(3, 2), _wrt=("data", "x"))
case(r.sparse_entries, A(3), ROW, COL, A(3), _wrt=("g", "x"))
case(r.sparse_dense, A(5), ROW, COL, 3, 3, _wrt=("data",))
case(r.sparse_solve, P(5), ROW, COL, 3, A(3), _wrt=("data", "b"))
MATRIX = sparse.csr_array(np.array([[3.0, 1.0, 0.0], [0.0, 2.0, 0.5], [0.0, 0.0, 1.5]]))
case(r.solve_constant, MATRIX.tocsc(), A(3), _wrt=("b",), _second=False)
DOMINANT = np.diag([4.0, 5.0, 6.0]) + 0.1 * A(3, 3)
case(r.solve_iteratively, DOMINANT, A(3), "gmres", 1e-13, 0.0, _wrt=("a", "b"), _second=False)
