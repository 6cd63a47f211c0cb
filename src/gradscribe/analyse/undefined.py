"""Which values may have no definition on the path that a run takes. This module knows nothing of derivatives."""

from __future__ import annotations

from ..ir.build import UNDEF
from ..ir.nodes import Atom, Block, Op, Var, loop_of, walk
from ..ir.primitives import IF, LOOP, RAISE


def may_be_undefined(body: Block, value: Atom) -> bool:
    """Whether a value may be without definition (or None) where it is read at the end of a program.

    Args:
        body: the program.
        value: one of its values.
    """
    makers = {result: op for op in walk(body) for result in op.results}
    params = {p: op for op in walk(body) if op.primitive is LOOP for p in loop_of(op).carried}
    seen: dict[Atom, None] = {}
    todo = [value]
    while todo:
        atom = todo.pop()
        if atom is UNDEF:
            return True
        if isinstance(atom, Var) and atom not in seen:
            seen[atom] = None
            op = makers.get(atom) or params.get(atom)
            todo += [] if op is None else _sources(op, atom)
    return False


def _sources(op: Op, var: Var) -> list[Atom]:
    """What a value may be handed on from."""
    if op.primitive is IF:
        place = op.results.index(var)
        return [block.yields[place] for block in op.blocks if not _fails(block)]
    if op.primitive is LOOP:
        loop = loop_of(op)
        place = (loop.results if var in loop.results else loop.carried).index(var)
        return [loop.inits[place], loop.nexts[place]]
    return []


def _fails(block: Block) -> bool:
    """Whether a block certainly raises an exception."""
    return any(op.primitive is RAISE or (op.primitive is IF and all(map(_fails, op.blocks))) for op in block.ops)
