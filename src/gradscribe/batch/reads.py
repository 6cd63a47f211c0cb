"""Numbers that are read from an array: k of them are a view, so that they must be used before the array is written."""

from __future__ import annotations

from ..analyse.regions import Regions
from ..ir.nodes import Block, Op, Var, walk_op
from ..ir.primitives import ADDAT, SETITEM
from ..ir.types import Array


def in_time(op: Op, block: Block, position: int, memory: Regions) -> bool:
    """Whether each use of a number that was read from an array comes before the next write to it.

    Args:
        op: the reading.
        block, position: where it stands.
        memory: the regions of the program.
    """
    (var,), array = op.results, op.args[0]
    assert isinstance(array, Var)
    writes = set(memory.writes(memory.of(array)))
    if var in block.yields:
        return False
    uses = [k for k, later in enumerate(block.ops) if any(var in _mentioned(inner) for inner in walk_op(later))]
    if not uses:
        return True
    for later in block.ops[position + 1 : uses[-1] + 1]:
        if var in _mentioned(later) and not _only_computes(later):
            return False
        is_last = later is block.ops[uses[-1]]
        if any(inner in writes for inner in walk_op(later)) and not (is_last and not later.blocks):
            return False
    return True


def _mentioned(op: Op) -> list[object]:
    return [*op.inputs, *(y for b in op.blocks for y in b.yields)]


def _only_computes(op: Op) -> bool:
    """Whether an operation makes something new of a number, entry by entry, or writes it into an array."""
    if op.primitive in (SETITEM, ADDAT):
        return isinstance(op.args[0].type, Array)
    return bool(op.primitive.symbol) and op.aliasing == "fresh"
