"""Entries that stay the same in all trips of a loop are read in front of it.

A read-only array needs none of this: its entries are read again on the way back. An entry of an array that is written
elsewhere would be recorded in each trip; read in front of the loop it is recorded once. Where the loop has no trips
nothing is read, so that no index is tried that the function itself would not have tried.
"""

from __future__ import annotations

from ..analyse.partition import Regions
from ..analyse.regions import regions
from ..ir.build import Builder, map_blocks, substitute
from ..ir.nodes import Atom, Block, Const, Function, Loop, Op, Var, loop_of, replace, walk
from ..ir.primitives import GETITEM, GREATER, LESS, LOOP, TUPLE
from ..ir.types import BOOL, Array, Scalar


def hoist_reads(function: Function) -> Function:
    """Move reads of such entries in front of the loops that they stand in; this is for what will be differentiated."""
    if not any(op.primitive is LOOP for op in walk(function.body)):
        return function
    return replace(function, body=_Hoist(regions(function)).block(function.body))


class _Hoist:
    def __init__(self, memory: Regions) -> None:
        self.memory = memory

    def block(self, block: Block) -> Block:
        ops: list[Op] = []
        for op in block.ops:
            moved = map_blocks(op, self.block)
            ops += self.loop(op, moved) if op.primitive is LOOP else [moved]
        return replace(block, ops=tuple(ops))

    def loop(self, original: Op, op: Op) -> list[Op]:
        """The loop, behind the reads that it need not do."""
        loop = loop_of(op)
        if op.static.exits or not op.static.bounded or not isinstance(loop.step, Const) or abs(loop.step.value) != 1:
            return [op]
        inside = {v for o in walk(loop.body) for v in o.results} | set(loop.body.params)
        inside |= {p for o in walk(loop.body) for b in o.blocks for p in b.params}
        writes = {o for o in walk(loop_of(original).body)}
        builder, gone = Builder(op.origin), dict[Var, Atom]()
        tuples = {o.result: o for o in loop.body.ops if o.primitive is TUPLE}
        for read in loop.body.ops:
            if self.is_fixed(read, inside, tuples, writes):
                gone[read.result] = _in_front(builder, loop, read, tuples)
        if not gone:
            return [op]
        return [*builder.ops, _without(op, gone)]

    def is_fixed(self, op: Op, inside: set[Var], tuples: dict[Var, Op], writes: set[Op]) -> bool:
        """Whether an op reads a number that nothing in the loop changes, from an array that something else writes."""
        if op.primitive is not GETITEM or not isinstance(op.result.type, Scalar) or op.result.type.kind not in "fc":
            return False
        array, index = op.args
        if not isinstance(array, Var) or not isinstance(array.type, Array) or array in inside:
            return False
        parts = tuples[index].args if index in tuples else (index,)
        if any(p in inside for p in parts):
            return False
        found = self.memory.writes(self.memory.of(array)) if self.memory.is_written(array) else ()
        return bool(found) and not any(write in writes for write in found)


def _in_front(builder: Builder, loop: Loop, read: Op, tuples: dict[Var, Op]) -> Var:
    """The entry, where the loop has a trip."""
    inner = Builder(read.origin)
    array, index = read.args
    if index in tuples:
        made = tuples[index]
        index = inner.emit(TUPLE, *made.args, hint="index")
    entry = inner.emit(GETITEM, array, index, hint=read.result.hint, type=read.result.type)
    assert loop.start is not None and loop.stop is not None and isinstance(loop.step, Const)
    compare = LESS if loop.step.value > 0 else GREATER
    result = Var(read.result.hint, read.result.type, read.result.named)
    builder.origin = read.origin
    runs = builder.emit(compare, loop.start, loop.stop, hint="runs", type=BOOL)
    builder.branch(runs, Block((), tuple(inner.ops), (entry,)), Block((), (), (Const(0.0),)), [result])
    return result


def _without(op: Op, gone: dict[Var, Atom]) -> Op:
    """The loop without the reads."""

    def rebuild(block: Block) -> Block:
        kept = (o for o in block.ops if not any(r in gone for r in o.results))
        ops = tuple(map_blocks(substitute(o, gone), rebuild) for o in kept)
        yields = tuple(gone.get(a, a) if isinstance(a, Var) else a for a in block.yields)
        return replace(block, ops=ops, yields=yields)

    return map_blocks(op, rebuild)
