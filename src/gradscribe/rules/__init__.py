"""The derivatives. Importing this package fills the table; what belongs to SciPy follows when SciPy is met."""

from __future__ import annotations

import importlib

from ..ir.primitives import LATE
from .late import ensure_registered
from .table import RULES, Rule, adjoint, elementwise, general, linear, operand_names, rule_of, tangent, zero

__all__ = [
    "RULES",
    "Rule",
    "adjoint",
    "elementwise",
    "ensure_registered",
    "general",
    "linear",
    "operand_names",
    "rule_of",
    "tangent",
    "zero",
]

_FAMILIES = (
    "functions",
    "reductions",
    "arrays",
    "creation",
    "differences",
    "selecting",
    "cumulative",
    "nan_aware",
    "quantiles",
    "integrals",
    "builtin_sums",
    "products",
    "linalg",
    "decompositions",
    "least_squares",
    "norms",
    "fourier",
    "calculus",
    "histograms",
    "ufuncs",
    "fixed_points",
    "sets",
    "polynomials",
    "definitions",
    "mapping",
    "draws",
)
for _family in _FAMILIES:
    importlib.import_module(f"{__name__}.{_family}")
LATE.append(ensure_registered)
