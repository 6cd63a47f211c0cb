"""What is nothing but its operand: `unbroadcast` of what was never stretched, a copy where nobody writes to either."""

from __future__ import annotations

from collections.abc import Mapping

from ..ir.build import map_blocks, substitute
from ..ir.nodes import Atom, Block, Function, Var, replace, walk
from ..ir.primitives import COPY
from ..ir.types import Array, Scalar
from ..write.ordering import Ordering


def without(function: Function, itself: Mapping[Var, Atom]) -> Function:
    """The function with its operand in the place of each `unbroadcast` that is nothing but that."""
    environment: dict[Var, Atom] = {}

    def block(found: Block) -> Block:
        ops = []
        for op in found.ops:
            op = substitute(op, environment)
            if op.results and op.results[0] in itself:
                environment[op.result] = op.args[0]
            else:
                ops.append(map_blocks(op, block))
        yields = tuple(environment.get(a, a) if isinstance(a, Var) else a for a in found.yields)
        return Block(found.params, tuple(ops), yields)

    return replace(function, body=block(function.body))


def idle_copies(function: Function) -> dict[Var, Atom]:
    """The copies that might as well be what they are copies of: neither is written, and the copy is not handed out."""
    ordering = Ordering(function)
    used = {cell for op in walk(function.body) for cell in ordering.writes(op)}
    for block in (function.body, *(inner for op in walk(function.body) for inner in op.blocks)):
        used |= {cell for atom in block.yields for cell in ordering.cells(atom)}
    for op in walk(function.body):  # what goes into a structure may be handed out with it
        if any(not isinstance(r.type, (Array, Scalar)) for r in op.results):
            used |= {cell for atom in op.inputs for cell in ordering.cells(atom)}
    found: dict[Var, Atom] = {}
    for op in walk(function.body):
        if op.primitive is COPY and not op.keywords and used.isdisjoint(ordering.cells(op.result)):
            (given,) = op.args
            if isinstance(given, Var) and given.type == op.result.type and used.isdisjoint(ordering.cells(given)):
                found[op.result] = given
    return found
