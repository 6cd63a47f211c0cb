"""Tapes of numbers whose length is not known beforehand: a typed array and a counter, carried through all blocks.

s_tape = grown(s_tape, s_size)      s_size -= 1
s_tape[s_size] = s                  s = s_tape[s_size]
s_size += 1
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ..analyse.tapes import dtype_of
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, loop_of, replace, walk
from ..ir.primitives import ADD, APPEND, BY_NAME, GETITEM, IF, LIST, POP, SETITEM, SUBTRACT, define
from ..ir.types import INT, UNKNOWN, Array, List

GROWN = define("grown", infer=lambda args, keywords: args[0].type, aliasing="maybe")
"""`grown(tape, size)`: the tape, or a longer copy of it where it is full (by `along`)."""

FIRST_ROOM = 64


def append_empty(builder: Builder, array: Var, shape: Atom, dtype: np.dtype) -> None:
    """`array = np.empty(shape, dtype)`."""
    name = "bool_" if dtype.kind == "b" else dtype.name
    given = () if dtype == np.float64 else (("dtype", Const(getattr(np, name), name=f"np.{name}")),)
    builder.append(Op(BY_NAME["empty"], (shape,), (array,), given))


@dataclass(frozen=True)
class _Stack:
    """A tape as it stands: an array and how many of its entries are in use."""

    array: Atom
    size: Atom


def counted(function: Function, tapes: Collection[Var]) -> Function:
    """The function with each of the given tapes as an array and a counter."""
    if not tapes:
        return function
    return replace(function, body=_Counting(tapes).block(function.body, {})[0])


class _Counting:
    def __init__(self, tapes: Collection[Var]) -> None:
        self.tapes = tapes

    def block(self, block: Block, stacks: dict[Var, _Stack]) -> tuple[Block, dict[Var, _Stack]]:
        """The block, and the stacks behind it."""
        builder, stacks = Builder(), dict(stacks)
        for op in block.ops:
            self.op(builder, op, stacks)
        return replace(block, ops=tuple(builder.ops)), stacks

    def op(self, builder: Builder, op: Op, stacks: dict[Var, _Stack]) -> None:
        builder.origin = op.origin
        if op.primitive is LIST and op.result in self.tapes:
            stacks[op.result] = _new(builder, op.result)
        elif op.primitive is APPEND and op.args[0] in stacks:
            stacks[op.args[0]] = _push(builder, stacks[op.args[0]], op)
        elif op.primitive is POP and op.args[0] in stacks:
            stacks[op.args[0]] = _pop(builder, stacks[op.args[0]], op)
        elif op.blocks and any(self.changes(op, stacks)):
            (self.branch if op.primitive is IF else self.loop)(builder, op, stacks)
        else:
            builder.append(replace(op, blocks=tuple(self.block(b, stacks)[0] for b in op.blocks)) if op.blocks else op)

    def changes(self, op: Op, stacks: dict[Var, _Stack]) -> list[Var]:
        """The stacks that are pushed to or popped from inside of an op, in order of their making."""
        inside = {o.args[0] for o in walk(Block((), (op,))) if o.primitive in (APPEND, POP)}
        return [tape for tape in stacks if tape in inside]

    def branch(self, builder: Builder, op: Op, stacks: dict[Var, _Stack]) -> None:
        changed = self.changes(op, stacks)
        made = [self.block(arm, stacks) for arm in op.blocks]
        arms = [replace(b, yields=(*b.yields, *_atoms(after, changed))) for b, after in made]
        results = _fresh(changed)
        builder.append(replace(op, blocks=tuple(arms), results=(*op.results, *results)))
        _adopt(stacks, changed, results)

    def loop(self, builder: Builder, op: Op, stacks: dict[Var, _Stack]) -> None:
        changed = self.changes(op, stacks)
        loop = loop_of(op)
        params, results = _fresh(changed), _fresh(changed)
        inner = dict(stacks)
        _adopt(inner, changed, params)
        body, after = self.block(loop.body, inner)
        body = Block((*body.params, *params), body.ops, (*body.yields, *_atoms(after, changed)))
        args = (*op.args, *_atoms(stacks, changed))
        builder.append(replace(op, args=args, blocks=(body,), results=(*op.results, *results)))
        _adopt(stacks, changed, results)


def _atoms(stacks: dict[Var, _Stack], tapes: list[Var]) -> list[Atom]:
    return [a for tape in tapes for a in (stacks[tape].array, stacks[tape].size)]


def _fresh(tapes: list[Var]) -> list[Var]:
    return [v for tape in tapes for v in (Var(tape.hint, _array_type(tape)), Var(_size_name(tape), INT))]


def _adopt(stacks: dict[Var, _Stack], tapes: list[Var], values: list[Var]) -> None:
    for k, tape in enumerate(tapes):
        stacks[tape] = _Stack(values[2 * k], values[2 * k + 1])


def _array_type(tape: Var) -> Array:
    assert isinstance(tape.type, List)
    return Array(dtype_of(tape.type.item).name, (UNKNOWN,))  # type: ignore[arg-type]


def _size_name(tape: Var) -> str:
    return tape.hint.removesuffix("_tape") + "_size"


def _new(builder: Builder, tape: Var) -> _Stack:
    array = Var(tape.hint, _array_type(tape))
    append_empty(builder, array, Const(FIRST_ROOM), dtype_of(tape.type.item))  # type: ignore[attr-defined]
    return _Stack(array, Const(0))


def _push(builder: Builder, stack: _Stack, op: Op) -> _Stack:
    tape = op.args[0]
    assert isinstance(tape, Var)
    room = builder.emit(GROWN, stack.array, stack.size, hint=tape.hint)
    builder.perform(SETITEM, room, stack.size, op.args[1])
    return _Stack(room, builder.emit(ADD, stack.size, Const(1), hint=_size_name(tape), type=INT))


def _pop(builder: Builder, stack: _Stack, op: Op) -> _Stack:
    tape = op.args[0]
    assert isinstance(tape, Var)
    size = builder.emit(SUBTRACT, stack.size, Const(1), hint=_size_name(tape), type=INT)
    builder.append(replace(op, primitive=GETITEM, args=(stack.array, size)))
    return _Stack(stack.array, size)
