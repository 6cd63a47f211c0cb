"""All cases, in one list."""

import importlib
import importlib.util

from rules.case import CASES

FAMILIES = ["elementwise", "reductions", "arrays", "selecting", "products", "linalg", "fourier", "calculus"]
if importlib.util.find_spec("scipy"):
    FAMILIES += ["special", "scipy_fft"]
for family in FAMILIES:
    importlib.import_module(f"rules.cases_{family}")

__all__ = ["CASES"]
