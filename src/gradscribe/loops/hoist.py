"""Buffers that are filled anew in each trip of a loop are made once, in front of it."""

from __future__ import annotations

from collections.abc import Collection

from ..ir.nodes import Atom, Block, Const, Function, Op, Var, loop_of, replace, walk
from ..ir.primitives import ADD, ADDAT, BY_NAME, GETITEM, LOOP, MULTIPLY, SETITEM, SHAPE, SUBTRACT, TUPLE
from ..ir.types import INT, Scalar
from ..rules.functions import MAX_
from .facts import MADE

EMPTY = BY_NAME["empty"]
_LENGTHS = (SHAPE, ADD, SUBTRACT, MULTIPLY, MAX_, TUPLE)


def hoist_buffers(function: Function, pads: Collection[Var] = ()) -> Function:
    """The function with each `np.empty` of a loop that may serve all its trips in front of it.

    That is one whose length is known there, and which is used entry by entry alone: nothing keeps it from trip to trip.
    So is one of the `pads`, whose zeros stay zeros.
    """
    return replace(function, body=_Hoisting(_kept(function), pads).block(function.body))


def _kept(function: Function) -> set[Atom]:
    """The arrays that are used as a whole somewhere."""
    found: set[Atom] = set(function.body.yields)
    for op in walk(function.body):
        entries = op.primitive in (ADDAT, SETITEM) or (op.primitive is GETITEM and isinstance(op.result.type, Scalar))
        found.update(op.inputs[1 if entries else 0 :])
        for block in op.blocks:
            found.update(block.yields)
    return found


class _Hoisting:
    def __init__(self, kept: set[Atom], pads: Collection[Var]) -> None:
        self.kept, self.pads = kept, pads

    def block(self, block: Block) -> Block:
        ops: list[Op] = []
        for op in block.ops:
            inner = replace(op, blocks=tuple(map(self.block, op.blocks))) if op.blocks else op
            if op.primitive is LOOP and not op.static.independent:  # whose trips each have their own
                moved, rest = self._parted(loop_of(inner).body)
                ops += moved
                inner = replace(inner, blocks=(replace(inner.blocks[0], ops=tuple(rest)),)) if moved else inner
            ops.append(inner)
        return replace(block, ops=tuple(ops))

    def _parted(self, body: Block) -> tuple[list[Op], list[Op]]:
        """What can be done in front of a loop, and the rest."""
        made = {r: op for op in body.ops for r in op.results}
        inside = {*body.params, *made}
        moved: dict[Op, None] = {}
        for op in body.ops:
            if (op.primitive is EMPTY or (op.results and op.results[0] in self.pads)) and op.result not in self.kept:
                needed = self._needed(op, made, inside)
                moved.update(dict.fromkeys(needed or ()))
        rest = [op for op in body.ops if op not in moved]
        return [o for op in moved for o in _never_negative(op, made)], rest

    def _needed(self, op: Op, made: dict[Var, Op], inside: set[Var]) -> list[Op] | None:
        """An op and what computes its operands, where all of that is the same in each trip; None else."""
        found: list[Op] = []
        for atom in op.inputs:
            if not isinstance(atom, Var) or atom not in inside:
                continue
            inner = made.get(atom)
            if inner is None or not _is_of_lengths(inner):
                return None
            more = self._needed(inner, made, inside)
            if more is None:
                return None
            found += more
        return [*found, op]


def _is_of_lengths(op: Op) -> bool:
    """Whether an op computes with lengths alone."""
    of_shape = op.primitive is GETITEM and isinstance(op.args[1], Const) and op.result.type == INT
    return of_shape or op.primitive in _LENGTHS


def _never_negative(op: Op, made: dict[Var, Op]) -> list[Op]:
    """An op in front of a loop that may not run at all: no length may be negative there."""
    if op.primitive not in (*MADE, TUPLE):
        return [op]
    found, args = [], []
    for atom in op.args:
        inner = made.get(atom) if isinstance(atom, Var) else None
        if isinstance(atom, Const) or (inner is not None and inner.primitive in (MAX_, GETITEM, TUPLE)):
            args.append(atom)
        else:
            clamped = Var(atom.hint, INT)
            found.append(Op(MAX_, (atom, Const(0)), (clamped,)))
            args.append(clamped)
    return [*found, replace(op, args=tuple(args))]
