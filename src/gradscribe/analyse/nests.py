"""Loops around an operation: integers as linear forms over their indices, and whether one loop runs another's trips
backwards. It knows nothing of what is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Const, Function, Loop, Op, Var, loop_of
from ..ir.primitives import ADD, GETITEM, LENGTH, LOOP, MULTIPLY, NEGATIVE, SHAPE, SUBTRACT
from ..ir.types import INT, Array, Scalar
from .linear import Form, Symbol, number, variable


@dataclass(frozen=True)
class Place:
    """Where something stands: its number in the text, and the ops whose blocks it is in, outermost first."""

    number: int
    around: tuple[Op, ...]

    def sees(self, other: Place) -> bool:
        """Whether what is defined at the other place can be used here."""
        return other.number < self.number and other.around == self.around[: len(other.around)]

    def loops_within(self, outer: Place) -> list[Op]:
        """The loops around this place that are not around an outer one."""
        return [op for op in self.around[len(outer.around) :] if op.primitive is LOOP]


class Nests:
    """The places of all ops and values of a function, and its integers as linear forms."""

    def __init__(self, function: Function) -> None:
        self.places: dict[Op, Place] = {}
        self.values: dict[Var, Place] = {}
        self.definitions: dict[Var, Op] = {}
        self.holders: dict[Symbol, list[Var]] = {}
        start = Place(0, ())
        self.values.update(dict.fromkeys(function.body.params, start))
        self._enter(function.body, ())

    def _enter(self, block: Block, around: tuple[Op, ...]) -> None:
        for op in block.ops:
            place = Place(len(self.places) + 1, around)
            self.places[op] = place
            for result in op.results:
                self.values[result] = place
                self.definitions[result] = op
            for inner in op.blocks:
                within = Place(place.number, (*around, op))
                self.values.update(dict.fromkeys(inner.params, within))
                self._enter(inner, (*around, op))

    def form(self, atom: Atom, renamed: Mapping[Var, Var]) -> Form | None:
        """An integer as a linear form; a value that is not looked into is a symbol. None for anything else.

        Args:
            atom: the integer.
            renamed: for the indices of mirrored loops those of the loops that they mirror.
        """
        if isinstance(atom, Const):
            return number(atom.value) if type(atom.value) is int else None
        if not _is_integer(atom):
            return None
        op = self.definitions.get(atom)
        parts = [self.form(a, renamed) for a in op.inputs] if op is not None and op.primitive in _LINEAR else []
        if parts and all(p is not None for p in parts):
            made = _combined(op, parts)  # type: ignore[arg-type]
            if made is not None:
                return made
        return variable(self._symbol(atom, op, renamed))

    def _symbol(self, var: Var, op: Op | None, renamed: Mapping[Var, Var]) -> Symbol:
        """What stands for a value: the same for two lengths of one array."""
        symbol: Symbol = renamed.get(var, var)
        if op is not None and op.primitive is LENGTH and isinstance(op.args[0].type, Array):
            symbol = (LENGTH, op.args[0])
        elif op is not None and op.primitive is GETITEM and isinstance(op.args[1], Const):
            shape = self.definitions.get(op.args[0])  # type: ignore[arg-type]
            if shape is not None and shape.primitive is SHAPE:
                symbol = (SHAPE, shape.args[0], op.args[1].value)
        self.holders.setdefault(symbol, []).append(var)
        return symbol

    def is_size(self, symbol: Symbol) -> bool:
        """Whether a symbol is a length, which is never negative."""
        return isinstance(symbol, tuple)

    def sees(self, symbol: Symbol, place: Place) -> bool:
        """Whether a symbol has a value that can be used at a place."""
        return self._held(symbol, place) is not None or self._array_of(symbol, place) is not None

    def value(self, builder: Builder, symbol: Symbol, place: Place) -> Atom:
        """A value for a symbol that can be used at a place, which sees it."""
        held, array = self._held(symbol, place), self._array_of(symbol, place)
        if held is not None or array is None:
            assert held is not None
            return held
        axis = symbol[2] if symbol[0] is SHAPE else 0  # type: ignore[index]
        shape = builder.emit(SHAPE, array, hint="shape")
        return builder.emit(GETITEM, shape, Const(axis), hint="n", type=INT)

    def _held(self, symbol: Symbol, place: Place) -> Var | None:
        return next((v for v in self.holders.get(symbol, ()) if place.sees(self.values[v])), None)

    def _array_of(self, symbol: Symbol, place: Place) -> Var | None:
        """The array that a symbol is a length of."""
        array = symbol[1] if isinstance(symbol, tuple) else None
        return array if isinstance(array, Var) and place.sees(self.values[array]) else None


_LINEAR = (ADD, SUBTRACT, MULTIPLY, NEGATIVE)


def _is_integer(atom: Atom) -> bool:
    return isinstance(atom.type, Scalar) and atom.type.kind == "i" and atom.type.dtype is None


def _combined(op: Op, parts: list[Form]) -> Form | None:
    if op.primitive is ADD:
        return parts[0] + parts[1]
    if op.primitive is SUBTRACT:
        return parts[0] - parts[1]
    if op.primitive is NEGATIVE:
        return -parts[0]
    factor = next((p for p in parts if not p.terms), None)
    if factor is None:
        return None
    return (parts[1] if factor is parts[0] else parts[0]) * factor.constant


@dataclass(frozen=True)
class Trips:
    """A loop over integers without gaps: `lowest <= index < beyond`."""

    index: Var
    lowest: Form
    beyond: Form


def trips_of(op: Op, nests: Nests, renamed: Mapping[Var, Var]) -> Trips | None:
    """The indices of a loop, None where it may end early or leaves some out."""
    loop: Loop = loop_of(op)
    if op.static.exits or loop.index is None or loop.start is None or loop.stop is None or loop.step is None:
        return None
    start, stop = nests.form(loop.start, renamed), nests.form(loop.stop, renamed)
    if start is None or stop is None or not isinstance(loop.step, Const):
        return None
    if loop.step.value == 1:
        return Trips(loop.index, start, stop)
    return Trips(loop.index, stop + 1, start + 1) if loop.step.value == -1 else None


def mirrored(forward: list[Op], mirror: list[Op], nests: Nests) -> list[Trips] | None:
    """The trips of nested loops that other nested loops run through backwards; None where that is not certain."""
    if len(forward) != len(mirror):
        return None
    renamed: dict[Var, Var] = {}
    found = []
    for one, other in zip(forward, mirror, strict=True):
        mine, theirs = trips_of(one, nests, {}), trips_of(other, nests, renamed)
        if mine is None or theirs is None or loop_of(one).step.value != -loop_of(other).step.value:  # type: ignore[union-attr]
            return None
        if not (mine.lowest.same_as(theirs.lowest) and mine.beyond.same_as(theirs.beyond)):
            return None
        renamed[theirs.index] = mine.index
        found.append(mine)
    return found
