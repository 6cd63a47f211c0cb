"""Entries that arrays of indices or masks name: `x[k]`, `np.add.at(x, k, v)`, `x[m] = 0.0`.

Each index is checked where it is used, and counted from the end where it is negative, as Python would. A check may fail
when something has been written already: what can be seen from outside is not written in such a nest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..analyse.linear import variable
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Op, Var
from ..ir.primitives import ADDAT, GETITEM, IF, SCATTER_ADD, SETITEM
from ..ir.types import INT, Array
from ..write.ordering import OUTSIDE
from . import scalars
from .facts import Facts
from .nests import close, inside, nest
from .values import Body, Cell, Index, Lazy, NotLowerable, check_fits, element_of, entry, is_array
from .views import PLACE

if TYPE_CHECKING:
    from .lowering import Lowering

INTEGERS = ("int64", "int32", "int16", "int8", "uint8", "uint16", "uint32")
"""The dtypes whose sum with a length numba makes an integer of 64 bits."""


def is_gather(op: Op) -> bool:
    """Whether an op is `x[k]` for one array of integers."""
    if op.primitive is not GETITEM or not isinstance(op.args[0].type, Array):
        return False
    return op.args[0].type.dtype in scalars.DTYPES and _names_rows(op.args[1])


def _names_rows(index: Atom) -> bool:
    return isinstance(index, Var) and is_array(index) and index.type.dtype in INTEGERS  # type: ignore[attr-defined]


def gather(facts: Facts, op: Op, array: Lazy, index: Lazy) -> Lazy:
    """`array[index]`, entry by entry."""
    rank = index.type.ndim
    type_ = op.result.type
    assert isinstance(type_, Array)
    _check_rows(facts, array)

    def compute(body: Body, at: Index) -> Atom:
        row = _row(facts, body, index, at[:rank], array)
        return array.at(body, (variable(row), *at[rank:]))

    return Lazy(type_, (*index.lengths, *array.lengths[1:]), compute)


def _check_rows(facts: Facts, array: Lazy) -> None:
    """Check that rows have entries: an index that meets no entry would not be looked at.

    Raises:
        NotLowerable: that is not certain.
    """
    if not all(facts.holds(n + -1) for n in array.lengths[1:]):
        raise NotLowerable


def _row(facts: Facts, body: Body, index: Lazy, at: Index, array: Lazy) -> Var:
    body.may_fail = True
    named = index.at(body, at)
    length = facts.atom(body.builder, array.lengths[0])
    made = body.once(index, (*at, *array.lengths), lambda: body.builder.emit(PLACE, named, length, hint="k", type=INT))
    assert isinstance(made, Var)
    return made


def scattered(low: Lowering, op: Op, builder: Builder) -> bool:
    """`x[k] = v` and `np.add.at(x, k, v)` for an array of integers, in the order of its entries."""
    target, index, given = op.args
    if not is_array(target) or not _names_rows(index) or (op.primitive is ADDAT):
        return False
    place, rows, value = low.array(target), low.array(index), low.operand(given)
    if place.place is None:
        return False
    _check_rows(low.facts, place)
    rank = rows.type.ndim
    lengths = (*rows.lengths, *place.lengths[1:])
    scalars.check_stores(place.type, element_of(given.type) if isinstance(value, Lazy) else given.type)
    if isinstance(value, Lazy):
        check_fits(low.facts, value, lengths)
    made = nest(low.facts, lengths)
    body = Body(low.facts, Builder(op.origin))
    with inside(made):
        row = _row(low.facts, body, rows, made.index[:rank], place)
        array, cell = place.place((variable(row), *made.index[rank:]))
        atom = entry(body, value, made.index)
        check_unseen(low, array, body)
        _check_apart(low, array, body)
        if scalars.is_single([place.type]):
            atom = scalars.narrowed(body.builder, atom)
        body.builder.perform(ADDAT if op.primitive is SCATTER_ADD else SETITEM, array, body.place(cell), atom)
    close(builder, made, body.builder.ops)
    return True


def check_unseen(low: Lowering, array: Var, body: Body) -> None:
    """Check that a failure leaves nothing half written that can be seen from outside.

    Raises:
        NotLowerable: it might.
    """
    if body.may_fail and low.ordering.region(array) is low.ordering.region(OUTSIDE):
        raise NotLowerable


def _check_apart(low: Lowering, array: Var, body: Body) -> None:
    """Check that nothing is read of an array whose entries are written in any order.

    Raises:
        NotLowerable: it might be.
    """
    region = low.ordering.region(array)
    if any(read is array or low.ordering.region(read) is region for read, _ in body.loads):
        raise NotLowerable


def masked(low: Lowering, op: Op, builder: Builder) -> bool:
    """`x[m] = v` and `x[m] += v` for a number and a mask of all of x."""
    target, mask, given = op.args
    if not (is_array(target) and is_array(mask)) or is_array(given) or op.primitive is SCATTER_ADD:
        return False
    if mask.type.dtype != "bool" or mask.type.ndim != target.type.ndim:  # type: ignore[attr-defined]
        return False
    place, chosen, value = low.array(target), low.array(mask), low.operand(given)
    if place.place is None or isinstance(value, Lazy):
        return False
    if any(not low.facts.equal(a, b) for a, b in zip(chosen.lengths, place.lengths, strict=True)):
        raise NotLowerable
    scalars.check_stores(place.type, given.type)
    made = nest(low.facts, place.lengths)
    body, then = Body(low.facts, Builder(op.origin)), Builder(op.origin)
    with inside(made):
        array, cell = place.place(made.index)
        test = chosen.at(body, made.index)
        check_unseen(low, array, body)
        _check_own(low, (array, cell), body)
        atom = scalars.narrowed(body.builder, value) if scalars.is_single([place.type]) else value
        then.perform(op.primitive, array, body.place(cell), atom)
    body.builder.append(Op(IF, (test,), (), blocks=(then.block(), Block((), (), ())), origin=op.origin))
    close(builder, made, body.builder.ops)
    return True


def _check_own(low: Lowering, store: Cell, body: Body) -> None:
    """Check that a mask reads no entry that another trip writes.

    Raises:
        NotLowerable: it might.
    """
    array, cell = store
    for read, index in body.loads:
        same = read is array and all(a.same_as(b) for a, b in zip(cell, index, strict=True))
        if not same and low.ordering.region(read) is low.ordering.region(array):
            raise NotLowerable
