"""The package's own iteration, as a solver among those of SciPy."""

from __future__ import annotations

from ..fixed_points import fixed_point
from ..ir.solvers import SOLVERS, Solver

PATH = "gradscribe.fixed_points.fixed_point"
SOLVERS[fixed_point] = Solver("fixed_point", PATH, "func, x0, args=(), xtol=1e-12, maxiter=10000", scalar=True)
