"""What is nothing but its operand: `unbroadcast` of what was never stretched."""

from __future__ import annotations

from collections.abc import Mapping

from ..ir.build import map_blocks, substitute
from ..ir.nodes import Atom, Block, Function, Var, replace


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
