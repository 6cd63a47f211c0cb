"""Program to program: several directions in one run.

A program that is linear in some of its parameters (a tangent in its tangents, a mirror in its seeds) becomes one that
takes k of each, stacked along a first axis, and returns k results. What does not depend on them is computed once, and
no control flow does.
"""

from .contract import contract
from .transform import batch
from .values import NotBatched, callees_of_dependents

__all__ = ["NotBatched", "batch", "callees_of_dependents", "contract"]
