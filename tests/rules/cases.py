"""All cases, in one list."""

import importlib
import importlib.util

from rules.case import CASES, reseed

FAMILIES = ["elementwise", "reductions", "arrays", "selecting", "products", "linalg", "fourier", "calculus", "sets"]
if importlib.util.find_spec("scipy"):
    FAMILIES += ["special", "scipy_fft", "stats", "scipy", "interpolate", "sparse"]
for family in FAMILIES:
    reseed(family)
    importlib.import_module(f"rules.cases_{family}")

__all__ = ["CASES"]
