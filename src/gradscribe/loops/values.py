"""Arrays as functions of their index: what is not computed before it is needed, and views that cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ..analyse.linear import Form, number
from ..ir.build import Builder
from ..ir.nodes import Atom, Op, Var
from ..ir.primitives import GETITEM, TUPLE
from ..ir.types import Array, Scalar
from .facts import Facts, key_of

Index = tuple[Form, ...]
Cell = tuple[Var, Index]
"""An entry of an array in memory."""


class NotLowerable(Exception):
    """A statement stays a statement over arrays."""


class Body:
    """What is computed for one index: scalar operations, each entry and each value once.

    Attributes:
        loads: the entries of arrays that are read.
        may_fail: whether an index is checked.
    """

    def __init__(self, facts: Facts, builder: Builder) -> None:
        self.facts, self.builder = facts, builder
        self.loads: list[Cell] = []
        self.may_fail = False
        self._made: dict[object, Atom] = {}

    def load(self, array: Var, index: Index) -> Atom:
        """An entry of an array."""
        key = (array, *map(key_of, index))
        if key not in self._made:
            self.loads.append((array, index))
            type_ = element_of(array.type)
            self._made[key] = self.builder.emit(GETITEM, array, self.place(index), hint=array.hint, type=type_)
        return self._made[key]

    def place(self, index: Index) -> Atom:
        """An index as an operand."""
        atoms = [self.facts.atom(self.builder, form) for form in index]
        return atoms[0] if len(atoms) == 1 else self.builder.emit(TUPLE, *atoms, hint="index")

    def once(self, value: Lazy, index: Index, make: Callable[[], Atom]) -> Atom:
        """A computed value, the same where it is asked for again."""
        key = (value, *map(key_of, index))
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


@dataclass(frozen=True, eq=False)
class Lazy:
    """An array as a function of its index.

    Args:
        type: dtype, rank, and which dimensions are 1.
        lengths: of its dimensions; 0 where a form is negative.
        compute: emits the entry at an index; None for a part of memory.
        place: the entry in memory that an index means; None for what is computed.
    """

    type: Array
    lengths: Index
    compute: Callable[[Body, Index], Atom] | None = None
    place: Callable[[Index], Cell] | None = None

    def at(self, body: Body, index: Index) -> Atom:
        """Emit the entry at an index."""
        if self.place is not None:
            return body.load(*self.place(index))
        assert self.compute is not None
        compute = self.compute
        return body.once(self, index, lambda: compute(body, index))

    def is_one(self, axis: int) -> bool:
        """Whether a dimension is certainly of length 1."""
        return bool(self.type.shape[axis].one) or self.lengths[axis].same_as(number(1))

    def viewed(self, type_: Array, lengths: Index, back: Callable[[Index], Index]) -> Lazy:
        """The same entries under other indices.

        Args:
            type_, lengths: of the view.
            back: the index of the array for one of the view.
        """
        place, compute = self.place, self.compute
        if place is not None:
            return Lazy(type_, lengths, place=lambda index: place(back(index)))
        assert compute is not None
        return Lazy(type_, lengths, compute=lambda body, index: self.at(body, back(index)))


def element_of(type_: object) -> Scalar:
    """The type of the entries of an array."""
    assert isinstance(type_, Array)
    return Scalar(type_.kind, type_.dtype)


def leaf(facts: Facts, array: Var) -> Lazy:
    """An array in memory."""
    assert isinstance(array.type, Array)
    return Lazy(array.type, facts.lengths(array), place=lambda index: (array, index))


def broadcast_lengths(facts: Facts, operands: Sequence[Lazy]) -> Index:
    """The lengths that operands are broadcast to.

    Raises:
        NotLowerable: it is not certain whether one of them is stretched.
    """
    found: list[Form] = []
    for dims in zip_longest(*(_from_last(v) for v in operands)):
        full = [length for length, one in filter(None, dims) if not one]
        if any(not facts.equal(length, full[0]) for length in full[1:]):
            raise NotLowerable
        found.append(full[0] if full else number(1))
    return tuple(reversed(found))


def _from_last(value: Lazy) -> list[tuple[Form, bool]]:
    return [(value.lengths[k], value.is_one(k)) for k in reversed(range(value.type.ndim))]


def stretched(value: Lazy, index: Index) -> Index:
    """The index of an operand for one of the array that it is broadcast to."""
    own = index[len(index) - value.type.ndim :]
    return tuple(number(0) if value.is_one(k) else form for k, form in enumerate(own))


def check_fits(facts: Facts, value: Lazy, lengths: Index) -> None:
    """Check that a value is broadcast to given lengths.

    Raises:
        NotLowerable: that is not certain.
    """
    if value.type.ndim > len(lengths):
        raise NotLowerable
    for k, wanted in enumerate(lengths[len(lengths) - value.type.ndim :]):
        if not value.is_one(k) and not facts.equal(value.lengths[k], wanted):
            raise NotLowerable


Operand = Lazy | Atom


def entry(body: Body, operand: Operand, index: Index) -> Atom:
    """The entry of an operand, or the number that it is."""
    return operand.at(body, stretched(operand, index)) if isinstance(operand, Lazy) else operand


def elementwise(
    facts: Facts, type_: Array, operands: Sequence[Operand], emit: Callable[[Body, list[Atom]], Atom]
) -> Lazy:
    """What an operation on entries makes of its operands.

    Args:
        facts: about integers.
        type_: of the result.
        operands: arrays and numbers.
        emit: emits the operation.
    """
    arrays = [v for v in operands if isinstance(v, Lazy)]
    lengths = broadcast_lengths(facts, arrays)
    return Lazy(type_, lengths, lambda body, index: emit(body, [entry(body, v, index) for v in operands]))


def is_array(atom: Atom) -> bool:
    return isinstance(atom.type, Array) and atom.type.ndim > 0


def origin_of(op: Op) -> Builder:
    """A builder for what an op becomes."""
    return Builder(op.origin)
