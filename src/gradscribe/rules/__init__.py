"""The derivatives. Importing this package fills the table; what belongs to SciPy follows when SciPy is met."""

from __future__ import annotations

from . import elementwise as _elementwise  # noqa: F401
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
