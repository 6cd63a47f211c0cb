"""Program to program, with the same meaning: shorter, and closer to what a person would write."""

from __future__ import annotations

from ..ir.nodes import Function
from .algebra import Derivative, algebra, nothing
from .fold import fold
from .prune import prune
from .share import share

__all__ = ["algebra", "fold", "prune", "share", "simplify"]


def simplify(function: Function, derivative: Derivative = nothing) -> Function:
    """Run all passes once, in the order in which each profits from those before.

    Args:
        function: any program.
        derivative: which operations belong to a derivative: there, products may be reassociated.
    """
    return prune(algebra(share(prune(fold(function))), derivative))
