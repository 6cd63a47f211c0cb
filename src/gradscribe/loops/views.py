"""Indices and other ways to look at an array, as maps from one index to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..analyse.linear import Form, number, variable
from ..ir.build import Builder
from ..ir.indexing import index_parts
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import BY_NAME, FLOOR_DIVIDE, GETITEM, SLICE_, TUPLE, Primitive, define
from ..ir.types import INT, UNKNOWN, Array, Scalar, Slice, known
from ..rules.functions import MAX_
from .facts import Facts
from .values import Index, Lazy, NotLowerable, check_fits, stretched

BOUND = define("bound", infer=lambda args, keywords: INT, cost="cheap")
"""`bound(k, n)`: where a slice of n entries begins that is said to begin at k (by `along`)."""
PLACE = define("place", infer=lambda args, keywords: INT, cost="cheap")
"""`place(k, n)`: the entry that `x[k]` means, of n (by `along`)."""

Part = Atom | tuple[Atom, Atom, Atom]
"""One part of an index: a number, None, Ellipsis, or the three parts of a slice."""

NONE = Const(None)


@dataclass(frozen=True)
class Axis:
    """`start + step * index[of]`: where an axis is looked at; `of` is None where it is looked at in one place."""

    start: Form
    step: int = 1
    of: int | None = None

    def at(self, index: Index) -> Form:
        return self.start if self.of is None else self.start + index[self.of] * self.step


def parts_of(facts: Facts, index: Atom, ndim: int) -> list[Part]:
    """The parts of a basic index, one for each axis or new axis, without Ellipsis."""
    found = [_part(facts, a) for a in _atoms(facts, index)]
    consumed = sum(not _is(p, None) and not _is(p, Ellipsis) for p in found)
    whole: list[Part] = [(NONE, NONE, NONE)] * (ndim - consumed)
    at = next((k for k, p in enumerate(found) if _is(p, Ellipsis)), None)
    if consumed > ndim:
        raise NotLowerable
    return [*found, *whole] if at is None else [*found[:at], *whole, *found[at + 1 :]]


def _is(part: Part, value: object) -> bool:
    return isinstance(part, Const) and part.value is value


def _atoms(facts: Facts, index: Atom) -> list[Atom]:
    if isinstance(index, Const):
        return [Const(p) for p in index.value] if isinstance(index.value, tuple) else [index]
    op = facts.definition.get(index)
    return list(op.args) if op is not None and op.primitive is TUPLE else [index]


def _part(facts: Facts, atom: Atom) -> Part:
    if isinstance(atom, Const):
        if isinstance(atom.value, slice):
            parts = (atom.value.start, atom.value.stop, atom.value.step)
            if any(type(p) not in (int, type(None)) for p in parts):
                raise NotLowerable
            return Const(parts[0]), Const(parts[1]), Const(parts[2])
        if type(atom.value) is int or atom.value is None or atom.value is Ellipsis:
            return atom
    elif is_index(atom):
        return atom
    elif isinstance(atom.type, Slice):
        op = facts.definition.get(atom)
        if op is not None and op.primitive is SLICE_:
            return _three(op)
    raise NotLowerable


def is_index(atom: Atom) -> bool:
    """Whether an atom is an integer that may be an index or a bound."""
    return isinstance(atom.type, Scalar) and atom.type.kind == "i" and atom.type.dtype in (None, "int64", "int32")


def _three(op: Op) -> tuple[Atom, Atom, Atom]:
    args = (NONE, *op.args) if len(op.args) == 1 else op.args
    start, stop, step = (*args, NONE)[:3]
    if not all(a.type == NONE.type or is_index(a) for a in (start, stop, step)):
        raise NotLowerable
    return start, stop, step


def item(facts: Facts, builder: Builder, array: Lazy, index: Atom) -> Lazy:
    """`array[index]` for a basic index; of rank 0 for an entry.

    Args:
        facts: about integers.
        builder: takes the arithmetic on bounds that is not proved to be needless.
        array, index: the operands.

    Raises:
        NotLowerable: an index that is not basic, or a slice with a step that is not understood.
    """
    axes: list[Axis] = []
    lengths: list[Form] = []
    dims = []
    for part in parts_of(facts, index, array.type.ndim):
        if _is(part, None):
            lengths.append(number(1))
            dims.append(known(1))
            continue
        length = array.lengths[len(axes)]
        if isinstance(part, tuple):
            whole = all(p.type == NONE.type for p in part)
            dims.append(array.type.shape[len(axes)] if whole else UNKNOWN)
            start, step, left = sliced(facts, builder, part, length)
            axes.append(Axis(start, step, len(lengths)))
            lengths.append(left)
        else:
            axes.append(Axis(entered(facts, builder, part, length)))
    type_ = Array(array.type.dtype, tuple(dims))
    return array.viewed(type_, tuple(lengths), lambda index: tuple(a.at(index) for a in axes))


def entered(facts: Facts, builder: Builder, part: Atom, length: Form) -> Form:
    """The entry that an integer means."""
    form = facts.form(part)
    if not form.terms and form.constant < 0:
        form = length + form.constant
    if not form.terms or facts.holds(form):
        if not (facts.holds(form) and facts.holds(length - form + -1)):
            facts.all_inside = False
        return form
    return variable(builder.emit(PLACE, part, _length(facts, builder, length), hint="k"))


def prove_inside(facts: Facts, array: Atom, index: Atom) -> bool:
    """Whether an index that stays as it is meets entries that are there; slices always do."""
    if not isinstance(array, Var) or not isinstance(array.type, Array):
        return True
    try:
        parts = parts_of(facts, index, array.type.ndim)
    except NotLowerable:
        return not _names_entries(index)
    lengths = iter(facts.lengths(array))
    return all(_is_inside(facts, part, next(lengths)) for part in parts if not _is(part, None))


def _names_entries(index: Atom) -> bool:
    """Whether an index may name single entries, beside slices."""
    return any(not isinstance(t, Slice) for t, _ in index_parts(index))


def _is_inside(facts: Facts, part: Part, length: Form) -> bool:
    if isinstance(part, tuple):
        return True
    form = facts.form(part)
    if not form.terms and form.constant < 0:
        form = length + form.constant
    return facts.holds(form) and facts.holds(length - form + -1)


def sliced(facts: Facts, builder: Builder, part: tuple[Atom, Atom, Atom], length: Form) -> tuple[Form, int, Form]:
    """Where a slice of an axis begins, its step, and how long it is."""
    start, stop, step = (None if a.type == NONE.type else facts.form(a) for a in part)
    by = 1 if step is None else step.constant
    if step is not None and (step.terms or by == 0):
        raise NotLowerable
    if by == -1 and start is None and stop is None:
        return length + -1, -1, length
    if by < 0:
        raise NotLowerable
    first = number(0) if start is None else _first(facts, builder, start, length)
    last = length if stop is None else _last(facts, builder, stop, length)
    if by == 1:
        return first, 1, last - first
    room = last - first + (by - 1)
    if not room.terms:
        return first, by, number(room.constant // by)
    left = builder.emit(FLOOR_DIVIDE, facts.atom(builder, room), Const(by), hint="n", type=INT)
    return first, by, variable(left)


def _first(facts: Facts, builder: Builder, start: Form, length: Form) -> Form:
    """The start of a slice. It may lie behind the end: then the slice is empty all the same."""
    if not start.terms and start.constant < 0:
        start = length + start.constant
        return start if facts.holds(start) else _clamped(facts, builder, start - length, length)
    return start if facts.holds(start) else _clamped(facts, builder, start, length)


def _last(facts: Facts, builder: Builder, stop: Form, length: Form) -> Form:
    """The end of a slice. It may lie before the start: then the slice is empty all the same."""
    if not stop.terms and stop.constant < 0:
        return length + stop.constant
    if facts.holds(stop) and facts.holds(length - stop):
        return stop
    return _clamped(facts, builder, stop, length)


def _clamped(facts: Facts, builder: Builder, bound: Form, length: Form) -> Form:
    settled = facts.settled(bound)
    for said, of, meant in facts.bounds:
        if said.same_as(settled) and facts.equal(of, length):
            return variable(meant)
    made = builder.emit(BOUND, facts.atom(builder, bound), _length(facts, builder, length), hint="bound")
    facts.bounds.append((settled, length, made))
    facts.note(variable(made))
    if facts.proves(length):
        facts.note(length - variable(made))
    return variable(made)


def _length(facts: Facts, builder: Builder, length: Form) -> Atom:
    """A length as a value, never negative."""
    atom = facts.atom(builder, length)
    return atom if facts.proves(length) else builder.emit(MAX_, atom, Const(0), hint="n", type=INT)


# ------------------------------------------------------------------ other views


def _transposed(facts: Facts, builder: Builder, op: Op, array: Lazy) -> Lazy:
    axes = op.args[1].value if len(op.args) > 1 and isinstance(op.args[1], Const) else op.keyword("axes")
    ndim = array.type.ndim
    order = tuple(reversed(range(ndim))) if axes is None else tuple(a % ndim for a in axes)
    type_ = Array(array.type.dtype, tuple(array.type.shape[k] for k in order))
    return array.viewed(
        type_, tuple(array.lengths[k] for k in order), lambda index: tuple(index[order.index(k)] for k in range(ndim))
    )


def _flipped(facts: Facts, builder: Builder, op: Op, array: Lazy) -> Lazy:
    axis = op.args[1].value if len(op.args) > 1 and isinstance(op.args[1], Const) else op.keyword("axis")
    ndim = array.type.ndim
    axes = range(ndim) if axis is None else [a % ndim for a in (axis if isinstance(axis, tuple) else (axis,))]
    lengths = array.lengths

    def back(index: Index) -> Index:
        return tuple(lengths[k] + -1 - form if k in axes else form for k, form in enumerate(index))

    return array.viewed(array.type, lengths, back)


def _expanded(facts: Facts, builder: Builder, op: Op, array: Lazy) -> Lazy:
    axis = op.args[1].value if len(op.args) > 1 and isinstance(op.args[1], Const) else op.keyword("axis")
    if type(axis) is not int:
        raise NotLowerable
    at = axis % (array.type.ndim + 1)
    type_ = Array(array.type.dtype, (*array.type.shape[:at], known(1), *array.type.shape[at:]))
    lengths = (*array.lengths[:at], number(1), *array.lengths[at:])
    return array.viewed(type_, lengths, lambda index: (*index[:at], *index[at + 1 :]))


def _stretched_to(facts: Facts, builder: Builder, op: Op, array: Lazy) -> Lazy:
    shape = op.args[1] if len(op.args) > 1 else None
    lengths = None if not isinstance(shape, Var) else facts.shape_forms(shape)
    if lengths is None:
        raise NotLowerable
    check_fits(facts, array, lengths)
    type_ = Array(array.type.dtype, op.result.type.shape)  # type: ignore[attr-defined]
    made = Lazy(type_, lengths, lambda body, index: array.at(body, stretched(array, index)))
    return made


View = Callable[[Facts, Builder, Op, Lazy], Lazy]

VIEWS: dict[Primitive, View] = {
    GETITEM: lambda facts, builder, op, array: item(facts, builder, array, op.args[1]),
    BY_NAME["transpose"]: _transposed,
    BY_NAME["flip"]: _flipped,
    BY_NAME["expand_dims"]: _expanded,
    BY_NAME["broadcast_to"]: _stretched_to,
}
