"""Values that a mirror would compute again although the forward sweep has computed them: the cosine that the derivative
of a sine asks for, where the function itself has taken that cosine. Numbers only; it knows no rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..ir.nodes import Atom, Block, Const, Op, Var, replace
from ..ir.types import Scalar
from .recording import rename


def reuse(forward: Sequence[Op], mirror: Block) -> Block:
    """The mirror of a block with such values taken from the block.

    Args:
        forward: the ops of the block.
        mirror: its mirror, which mentions forward values.
    """
    known = {_key(op): op.result for op in forward if _is_dear(op)}
    return _reuse_in(mirror, known) if known else mirror


def _reuse_in(block: Block, known: dict[Any, Var]) -> Block:
    environment: dict[Var, Atom] = {}
    ops = []
    for op in block.ops:
        if op.blocks:
            op = replace(op, blocks=tuple(_reuse_in(inner, known) for inner in op.blocks))
        found = known.get(_key(op)) if _is_dear(op) else None
        if found is None:
            ops.append(op)
        else:
            environment[op.result] = found
    return rename(replace(block, ops=tuple(ops)), environment)


def _is_dear(op: Op) -> bool:
    """Whether an op computes a number from numbers, at some cost."""
    if op.blocks or len(op.results) != 1 or not op.primitive.is_pure or op.primitive.cost != "dear":
        return False
    return all(isinstance(a.type, Scalar) for a in (op.result, *op.inputs))


def _key(op: Op) -> Any:
    operands = tuple((type(a.value), repr(a.value)) if isinstance(a, Const) else a for a in op.args)
    return op.primitive, op.style, operands, tuple((k, repr(v)) for k, v in op.keywords)
