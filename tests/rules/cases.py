"""All cases, in one list."""

from rules import cases_arrays, cases_elementwise, cases_reductions
from rules.case import CASES

assert cases_arrays and cases_elementwise and cases_reductions

__all__ = ["CASES"]
