"""Statements that write a value to a part of an array, or to a row of a tape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..analyse.linear import number
from ..ir.build import Builder
from ..ir.nodes import Atom, Op, Var, replace
from ..ir.primitives import SETITEM
from ..ir.types import UNKNOWN, Array
from . import indexed, scalars
from .nests import Nest, close, inside, nest
from .overlap import directions
from .values import Body, Cell, Index, Lazy, Operand, check_fits, element_of, entry, is_array, leaf
from .views import item

if TYPE_CHECKING:
    from .lowering import Lowering


def written(low: Lowering, op: Op, builder: Builder) -> bool:
    """`x[...] = value` and `x[...] += value`."""
    target, index, given = op.args
    if not is_array(target) or not isinstance(target, Var):
        return False
    if is_array(index):
        return indexed.scattered(low, op, builder) or indexed.masked(low, op, builder)
    place = item(low.facts, builder, low.array(target), index)
    if place.place is None or not place.type.ndim:
        return False
    value = low.operand(given)
    scalars.check_stores(place.type, element_of(given.type) if isinstance(value, Lazy) else given.type)
    if isinstance(value, Lazy):
        check_fits(low.facts, value, place.lengths)
    with low.facts.reading_lengths_of(place.place(tuple(number(0) for _ in place.lengths))[0]):
        write_entries(low, op, builder, place, value)
    return True


def pushed(low: Lowering, op: Op, builder: Builder) -> bool:
    """`tape.append(value)`, where the tape is an array."""
    if op not in low.tapes.pushes:
        return False
    value = low.array(op.args[1])
    row = low.tapes.row(op, value)
    if row is None:
        return False
    if value.place is None or value.place(value.lengths)[0] is not low.tapes.pushes[op].array:
        fill_row(low, op, builder, row, value)
    return True


def fill_row(low: Lowering, push: Op, builder: Builder, row: Lazy, value: Lazy) -> None:
    """Write what a push records into its row."""
    write_entries(low, replace(push, primitive=SETITEM, args=(*push.args, push.args[1])), builder, row, value)


def write_entries(low: Lowering, op: Op, builder: Builder, place: Lazy, value: Operand) -> None:
    """Emit the nest of an op that writes a value to a place."""
    starts = starts_of(place)
    made = nest(low.facts, place.lengths, starts)
    body = Body(low.facts, Builder(op.origin))
    assert place.place is not None
    with inside(made):
        array, cell = place.place(made.index)
        atom = entry(body, value, made.index)
        if scalars.is_single([place.type]):
            atom = scalars.narrowed(body.builder, atom)
        indexed.check_unseen(low, array, body)
        found = _directions(low, made, (array, cell), body.loads)
        body.builder.perform(op.primitive, array, body.place(cell), atom)
    if found is None:  # outside of the loops again: nothing says that they run
        write_entries(low, op, builder, place, _stored(low, builder, value, given=op.args[2]))
        return
    made.directions = found
    close(builder, made, body.builder.ops)


def starts_of(place: Lazy) -> Index:
    """Where each dimension of a place begins in memory, so that the loops run over its indices."""
    assert place.place is not None
    zeros = tuple(number(0) for _ in place.lengths)
    _, first = place.place(zeros)
    starts = list(zeros)
    for k in range(len(zeros)):
        _, second = place.place((*zeros[:k], number(1), *zeros[k + 1 :]))
        moved = [(a, b) for a, b in zip(first, second, strict=True) if not a.same_as(b)]
        if len(moved) == 1 and (moved[0][1] - moved[0][0]).same_as(number(1)):
            starts[k] = moved[0][0]
    return tuple(starts)


def _stored(low: Lowering, builder: Builder, value: Operand, given: Atom) -> Lazy:
    """A value computed before anything is written."""
    assert isinstance(value, Lazy)
    dims = tuple(UNKNOWN for _ in value.lengths)
    buffer = Var(given.hint if isinstance(given, Var) else "t", Array(value.type.dtype, dims))
    low.store(builder, buffer, value)
    return replace(leaf(low.facts, buffer), type=value.type)


def _directions(low: Lowering, made: Nest, store: Cell, loads: list[Cell]) -> list[int] | None:
    """How the loops may run; None where what is written must be computed first."""
    array, cell = store
    same = []
    for read in loads:
        if read[0] is array:
            same.append(read)
        elif may_share(low, array, read[0]):
            return None
    return directions(low.facts, cell, same, made.loops)


def may_share(low: Lowering, written: Var, read: Var) -> bool:
    """Whether two arrays may share memory; two parameters are assumed not to."""
    if low.ordering.region(written) is not low.ordering.region(read):
        return False
    if written not in low.params or read not in low.params:
        return True
    low.apart[written, read] = None
    return False
