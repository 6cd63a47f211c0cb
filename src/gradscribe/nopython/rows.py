"""Tapes of parts of arrays, as one array with a row for each trip, where the trips are known before the loop.

    u_tape = np.empty((steps, *u[1:-1].shape))
    for t in range(steps):              for t in range(steps - 1, -1, -1):
        u_tape[t] = u[1:-1]                 u[1:-1] = u_tape[t]

A list would hold a copy for each trip; one block of memory is taken from the system, and given back, once. What is
recorded must be a copy of the same part of the same array in every trip, so that all rows have one shape, and no trip
may be left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ..analyse.nests import Nests
from ..analyse.tapes import Indexed, fills_each_row, index_of, indexed, size_of, uses_of
from ..ir.build import Builder
from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, walk
from ..ir.nodes import replace as changed
from ..ir.primitives import ADD, APPEND, COPY, GETITEM, LIST, SETITEM, SHAPE, TUPLE, Primitive
from ..ir.types import INT, Array, List, Scalar, Slice, Tuple
from .stacks import append_empty

_EVERY = Const(slice(None))


@dataclass(frozen=True)
class _Shape:
    """The shape of a part of an array.

    Args:
        source: the array.
        index: the index of the part; None for all of the array.
        first, last: which axes of that count, as in a slice.
    """

    source: Var
    index: Atom | tuple[Atom, ...] | None
    first: int | None = None
    last: int | None = None

    def make(self, builder: Builder) -> Var:
        part, index = self.source, self.index
        parts = index if isinstance(index, tuple) else () if index is None else (index,)
        if not all(isinstance(a, Const) and a.value == slice(None) for a in parts):
            whole = builder.emit(TUPLE, *parts, hint="index") if isinstance(index, tuple) else parts[0]
            part = builder.emit(GETITEM, part, whole, hint=part.hint)
        shape = builder.emit(SHAPE, part, hint="shape")
        if self.first is None and self.last is None:
            return shape
        return builder.emit(GETITEM, shape, Const(slice(self.first, self.last)), hint="shape")


@dataclass(frozen=True)
class _Rows:
    """A tape, the copy that it holds, and the shape of that."""

    tape: Indexed
    copy: Op
    shape: _Shape


def row_tapes(function: Function) -> Function:
    """The function with its tapes of parts of arrays as arrays, where that is possible."""
    finder = _Finder(function)
    plans = [plan for op in walk(function.body) if op.primitive is LIST for plan in finder.plan(op)]
    return changed(function, body=_Rewriter(plans).block(function.body)) if plans else function


class _Finder:
    def __init__(self, function: Function) -> None:
        self.nests = Nests(function)
        self.uses = uses_of(function)
        self.mentions: Counter[Atom] = Counter(function.body.yields)
        for op in walk(function.body):
            self.mentions.update(op.inputs)
            for block in op.blocks:
                self.mentions.update(block.yields)

    def plan(self, made: Op) -> list[_Rows]:
        """How a list can be an array; nothing where it cannot."""
        type_, uses = made.result.type, self.uses.get(made.result, [])
        if made.args or made.result.named or not isinstance(type_, List) or not isinstance(type_.item, Array):
            return []
        tape = indexed(made, uses, self.nests) if len(uses) == 2 else None
        if tape is None or not fills_each_row(tape):
            return []
        part = self._part(tape)
        if part is None:
            return []
        return [_Rows(tape, *part)]

    def _part(self, tape: Indexed) -> tuple[Op, _Shape] | None:
        """The copy that is recorded, and its shape where that is known in front of the loops."""
        copy = self._made(tape.push.args[1], COPY)
        if copy is None or self.mentions[copy.result] != 1 or not isinstance(copy.args[0], Var):
            return None
        if self._is_known(copy.args[0], tape):
            return copy, _Shape(copy.args[0], None)
        item = self._made(copy.args[0], GETITEM)
        if item is None or not is_basic_index(item.args[1]):
            return None
        source, index = item.args
        if not isinstance(source, Var) or not self._is_known(source, tape):
            return None
        shape = _Shape(source, index) if self._is_known(index, tape) else self._without_numbers(source, index, tape)
        return (copy, shape) if shape is not None else None

    def _without_numbers(self, source: Var, index: Atom, tape: Indexed) -> _Shape | None:
        """The shape of `x[k, 1:-1]` or `x[1:-1, k]`, which is the same for each k: part of that of `x[:, 1:-1]`."""
        made = self._made(index, TUPLE)
        parts = made.args if made is not None else (index,)
        slices = [a if isinstance(a.type, Slice) else None for a in parts]
        known = all(
            self._is_known(a, tape) if s is not None else _is_number(a) for a, s in zip(parts, slices, strict=True)
        )
        rank = source.type.ndim if isinstance(source.type, Array) else 0
        numbers, whole = slices.count(None), tuple(s or _EVERY for s in slices)
        if known and slices[:numbers] == [None] * numbers:
            return _Shape(source, whole, numbers, None)
        if known and slices[-numbers:] == [None] * numbers and len(slices) == rank:
            return _Shape(source, whole, None, rank - numbers)
        return None

    def _made(self, atom: Atom, primitive: Primitive) -> Op | None:
        op = self.nests.definitions.get(atom) if isinstance(atom, Var) else None
        return op if op is not None and op.primitive is primitive else None

    def _is_known(self, atom: Atom, tape: Indexed) -> bool:
        return isinstance(atom, Const) or self.nests.places[tape.before].sees(self.nests.values[atom])


def _is_number(atom: Atom) -> bool:
    return isinstance(atom.type, Scalar) and atom.type.kind == "i"


class _Rewriter:
    def __init__(self, plans: list[_Rows]) -> None:
        self.tapes = {plan.tape.push.args[0] for plan in plans}
        self.copies = {plan.copy: plan for plan in plans}
        self.pops = {plan.tape.pop: plan for plan in plans}
        self.starts: dict[Op, list[_Rows]] = {}
        for plan in plans:
            self.starts.setdefault(plan.tape.before, []).append(plan)

    def block(self, block: Block) -> Block:
        builder = Builder()
        for op in block.ops:
            for plan in self.starts.get(op, ()):
                _make(builder, plan)
            self.op(builder, op)
        return changed(block, ops=tuple(builder.ops))

    def op(self, builder: Builder, op: Op) -> None:
        builder.origin = op.origin
        if op in self.copies:
            tape = self.copies[op].tape
            index = index_of(builder, [t.index for t in tape.trips], tape.offsets)
            builder.perform(SETITEM, tape.array, index, op.args[0])
        elif op in self.pops:
            tape = self.pops[op].tape
            builder.append(
                changed(op, primitive=GETITEM, args=(tape.array, index_of(builder, tape.back, tape.offsets)))
            )
        elif not (op.primitive in (LIST, APPEND) and {*op.results, *op.args[:1]} & self.tapes):
            builder.append(changed(op, blocks=tuple(map(self.block, op.blocks))) if op.blocks else op)


def _make(builder: Builder, plan: _Rows) -> None:
    """`u_tape = np.empty((n, *u[1:-1].shape))`."""
    tape = plan.tape
    for index in (*(t.index for t in tape.trips), *tape.back):
        if index.hint.strip("_") == "":  # `for _ in range(n)`
            index.hint, index.named = "trip", False
    place = tape.nests.places[tape.before]
    sizes = [size_of(builder, form, tape.nests, place) for form in tape.sizes]
    array = tape.array.type
    assert isinstance(array, Array)
    rows = builder.emit(TUPLE, *sizes, hint="shape")
    whole = builder.emit(ADD, rows, plan.shape.make(builder), type=Tuple((INT,) * array.ndim), hint="shape")
    append_empty(builder, tape.array, whole, np.dtype(array.dtype))
