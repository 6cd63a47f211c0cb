"""All cases, in one list."""

import importlib

from rules.case import CASES

for family in ("elementwise", "reductions", "arrays", "selecting", "products", "linalg", "fourier", "calculus"):
    importlib.import_module(f"rules.cases_{family}")

__all__ = ["CASES"]
