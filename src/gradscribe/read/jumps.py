"""Decisions in a function that a library integrates: where one depends on the variable of integration and on what is
differentiated, a jump may move, and what it contributes is not seen under the integral sign."""

from __future__ import annotations

from collections.abc import Collection

from ..ir.nodes import Atom, Function, Op, Var, walk
from ..ir.types import Array, Scalar

_STEPS = {"sign", "floor", "ceil", "trunc", "rint", "round", "heaviside", "floor_divide", "remainder", "mod", "fix"}


def moving_jump(function: Function, variable: Collection[Var], moving: Collection[Var]) -> Op | None:
    """An operation with a step that depends on both, None where there is none.

    Args:
        function: what is integrated.
        variable: the parameters that the integral runs through.
        moving: the parameters that are differentiated.
    """
    left, right = _depending(function, variable), _depending(function, moving)
    for op in walk(function.body):
        if _steps(op) and _any(op.inputs, left) and _any(op.inputs, right):
            return op
    return None


def _steps(op: Op) -> bool:
    if op.primitive.name in _STEPS:
        return True
    return any(isinstance(r.type, (Scalar, Array)) and r.type.kind == "b" for r in op.results) and not op.blocks


def _any(atoms: Collection[Atom], found: Collection[Var]) -> bool:
    return any(isinstance(a, Var) and a in found for a in atoms)


def _depending(function: Function, seeds: Collection[Var]) -> set[Var]:
    """All values that may depend on these; what a branch or loop touches depends on all that goes into it."""
    found = set(seeds)
    size = -1
    while size != len(found):
        size = len(found)
        for op in walk(function.body):
            inner = [o for block in op.blocks for o in walk(block)]
            inputs = (*op.inputs, *(a for o in inner for a in o.inputs))
            if _any(inputs, found):
                found.update(op.results)
                found.update(p for block in op.blocks for p in block.params)
                found.update(a for k in op.primitive.writes if isinstance(a := op.args[k], Var))
    return found
