"""The derivatives. Importing this package fills the table; what belongs to SciPy follows when SciPy is met."""

from __future__ import annotations

from . import arrays as _arrays
from . import calculus as _calculus
from . import elementwise as _elementwise
from . import fourier as _fourier
from . import linalg as _linalg
from . import products as _products
from . import reductions as _reductions
from . import selecting as _selecting
from .table import RULES, Rule, adjoint, elementwise, general, linear, operand_names, rule_of, tangent, zero

__all__ = [
    "RULES",
    "Rule",
    "adjoint",
    "elementwise",
    "general",
    "linear",
    "operand_names",
    "rule_of",
    "tangent",
    "zero",
]

assert _arrays and _calculus and _elementwise and _fourier and _linalg and _products and _reductions and _selecting
