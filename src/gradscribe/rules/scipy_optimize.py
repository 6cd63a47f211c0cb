"""The solvers and minimisations of `scipy.optimize`, as data: which arguments are supported, where the solution is."""

from __future__ import annotations

from typing import Any

import scipy.optimize as so

from ..ir.solvers import SOLVERS, Solver


def solver(name: str, kind: str, parameters: str, **how: Any) -> None:
    """A function of `scipy.optimize`, if this version has it."""
    function = getattr(so, name, None)
    if function is not None:
        SOLVERS[function] = Solver(kind, f"scipy.optimize.{name}", parameters, **how)


BRACKETED = "f, a, b, args=(), xtol=2e-12, rtol=1e-15, maxiter=100"
for _name in ("brentq", "brenth", "ridder", "bisect"):
    solver(_name, "root", BRACKETED, unknown="")
solver("toms748", "root", "f, a, b, args=(), k=1, xtol=2e-12, rtol=1e-15, maxiter=100", unknown="")
solver(
    "newton",
    "root",
    "func, x0, fprime=None, args=(), tol=1.48e-8, maxiter=50, fprime2=None, x1=None, rtol=0.0",
    scalar=True,
)
solver(
    "root_scalar",
    "root",
    "f, args=(), method=None, bracket=None, fprime=None, fprime2=None, x0=None, x1=None, xtol=None, rtol=None, "
    "maxiter=None, options=None",
    unknown="",
    result="root",
)
solver("root", "root", "fun, x0, args=(), method='hybr', jac=None, tol=None, options=None", result="x")
solver(
    "fsolve",
    "root",
    "func, x0, args=(), fprime=None, xtol=1.49012e-8, maxfev=0, epsfcn=None, factor=100, diag=None",
)
solver("fixed_point", "fixed_point", "func, x0, args=(), xtol=1e-8, maxiter=500, method='del2'", scalar=True)
solver(
    "minimize",
    "minimum",
    "fun, x0, args=(), method=None, jac=None, hess=None, tol=None, options=None",
    result="x",
)
solver(
    "minimize_scalar",
    "minimum",
    "fun, bracket=None, bounds=None, args=(), method=None, tol=None, options=None",
    unknown="",
    result="x",
)
solver("fmin", "minimum", "func, x0, args=(), xtol=1e-4, ftol=1e-4, maxiter=None, maxfun=None, disp=1")
solver("fmin_bfgs", "minimum", "f, x0, fprime=None, args=(), gtol=1e-5, maxiter=None, disp=1")
solver("fmin_cg", "minimum", "f, x0, fprime=None, args=(), gtol=1e-5, maxiter=None, disp=1")
solver("brent", "minimum", "func, args=(), brack=None, tol=1.48e-8, maxiter=500", unknown="")
solver("golden", "minimum", "func, args=(), brack=None, tol=1.48e-8, maxiter=5000", unknown="")
solver(
    "least_squares",
    "least_squares",
    "fun, x0, jac='2-point', method='trf', ftol=1e-8, xtol=1e-8, gtol=1e-8, x_scale=1.0, max_nfev=None, args=()",
    result="x",
)
solver("leastsq", "least_squares", "func, x0, args=(), ftol=1.49e-8, xtol=1.49e-8, gtol=0.0, maxfev=0", result=0)
solver(
    "curve_fit",
    "fit",
    "f, xdata, ydata, p0=None, check_finite=None, method=None, ftol=1e-8, xtol=1e-8, gtol=1e-8, maxfev=0",
    result=0,
)
