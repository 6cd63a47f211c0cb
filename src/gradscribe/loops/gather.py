"""Increments of one array in shifted windows, gathered: one pass over what the windows have in common, and strips.

    b[:-2] += v                 for i in range(2, n - 2):
    b[1:-1] += v      becomes       b[i] += v[i] + v[i - 1] + v[i - 2]
    b[2:] += v                  and the ends of each window

The array is read and written once in place of once for each window, and where nothing else reads v it is not stored.
In several dimensions there are too many ends: v is stored with a border of zeros, and one pass does it all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..analyse.linear import Form, number
from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import ADD, ADDAT, MULTIPLY, NEGATIVE, SETITEM
from ..ir.types import UNKNOWN, Array
from .facts import key_of
from .nests import close, inside, nest
from .scalars import check_stores, is_single, narrowed
from .storage import allocate
from .values import Body, Index, Lazy, NotLowerable, Operand, check_fits, element_of, entry, is_array
from .views import item
from .writes import may_share, starts_of, write_entries

if TYPE_CHECKING:
    from .lowering import Lowering

MOST_STRIPS = 6
"""The most ends that are written one by one."""


@dataclass(frozen=True)
class Window:
    """Where an increment goes: `place` and its first entry along each of its own dimensions, and what is added."""

    op: Op
    place: Lazy
    value: Operand
    array: Var
    starts: Index

    @property
    def key(self) -> object:
        """Equal for windows that differ by constant shifts."""
        terms = tuple(frozenset(s.terms.items()) for s in self.starts)
        assert self.place.place is not None
        _, first = self.place.place(tuple(-s for s in self.starts))  # what does not belong to a dimension of the window
        return self.array, tuple(map(key_of, self.place.lengths)), terms, tuple(map(key_of, first))


def gathered(low: Lowering, members: Sequence[Op], builder: Builder) -> None:
    """Emit increments of one array.

    Raises:
        NotLowerable: one of them is not understood.
    """
    classes: dict[object, list[Window]] = {}
    for op in members:
        window = _window(low, op, builder)
        classes.setdefault(window.key, []).append(window)
    for windows in classes.values():
        with low.facts.reading_lengths_of(windows[0].array):
            if len(windows) == 1:
                write_entries(low, windows[0].op, builder, windows[0].place, windows[0].value)
            else:
                _Gathering(low, builder, windows).emit()


def _window(low: Lowering, op: Op, builder: Builder) -> Window:
    target, index, given = op.args
    place = item(low.facts, builder, low.array(target), index)
    if place.place is None or not place.type.ndim or not is_array(given):
        raise NotLowerable
    value = low.array(given)
    check_stores(place.type, element_of(given.type))
    check_fits(low.facts, value, place.lengths)
    zeros = tuple(number(0) for _ in place.lengths)
    array, _ = place.place(zeros)
    starts = starts_of(place)
    if not _steps_by_one(place):
        raise NotLowerable
    return Window(op, place, value, array, starts)


def _steps_by_one(place: Lazy) -> bool:
    """Whether each dimension of a place runs along an axis of its own, entry by entry."""
    assert place.place is not None
    zeros = tuple(number(0) for _ in place.lengths)
    _, first = place.place(zeros)
    for k in range(len(zeros)):
        _, second = place.place((*zeros[:k], number(1), *zeros[k + 1 :]))
        moved = [b - a for a, b in zip(first, second, strict=True) if not a.same_as(b)]
        if len(moved) != 1 or not moved[0].same_as(number(1)):
            return False
    return True


class _Gathering:
    """Windows of the same lengths that differ by constant shifts."""

    def __init__(self, low: Lowering, builder: Builder, windows: list[Window]) -> None:
        self.low, self.facts, self.builder, self.windows = low, low.facts, builder, windows
        self.lengths = windows[0].place.lengths
        self.dims = dims = range(len(self.lengths))
        self.last = [max(w.starts[d].constant for w in windows) for d in dims]
        self.first = [min(w.starts[d].constant for w in windows) for d in dims]

    def emit(self) -> None:
        """One pass, and the ends or a border of zeros."""
        strips = [strip for w in self.windows for strip in self._strips(w)]
        if len(strips) > MOST_STRIPS:
            self._padded()
            return
        for d in self.dims:  # the windows have something in common
            if not self.facts.holds(self.lengths[d] + (self.first[d] - self.last[d])):
                raise NotLowerable
        some = self.windows[0].starts
        starts = tuple(Form(s.terms, self.last[d]) for d, s in enumerate(some))
        lengths = tuple(n + (self.first[d] - self.last[d]) for d, n in enumerate(self.lengths))
        self._pass(self.windows, starts, lengths)
        for window, starts, lengths in strips:
            self._pass([window], starts, lengths)

    def _padded(self) -> None:
        """The windows of each value in one pass over what they cover, from a copy of it with zeros around."""
        if any(not self.facts.holds(n + -1) for n in self.lengths):  # no window is empty: all ends are there
            raise NotLowerable
        groups: dict[Atom, list[tuple[float, Window]]] = {}
        for window in self.windows:
            factor, base = self._multiple(window.op.args[2])
            groups.setdefault(base, []).append((factor, window))
        for base, parts in groups.items():
            window = parts[0][1]
            if len(parts) == 1:
                write_entries(self.low, window.op, self.builder, window.place, window.value)
            elif all(part.op.args[2] is window.op.args[2] for _, part in parts):
                self._from_pad(window.op.args[2], [(1.0, part) for _, part in parts])
            else:
                self._from_pad(base, parts)

    def _from_pad(self, base: Atom, parts: list[tuple[float, Window]]) -> None:
        """One pass for multiples of a value in several windows."""
        wide = [last - first for first, last in zip(self.first, self.last, strict=True)]
        pad = self._pad(self.low.array(base), wide)
        start = tuple(Form(s.terms, self.first[d]) for d, s in enumerate(self.windows[0].starts))
        made = nest(self.facts, tuple(n + w for n, w in zip(self.lengths, wide, strict=True)), start)
        body = Body(self.facts, Builder(self.windows[0].op.origin))
        with inside(made):
            total: Atom | None = None
            for factor, window in parts:
                shifts = [s + w for s, w in zip(self._shift(window), wide, strict=True)]
                part = body.load(pad, tuple(i + s for i, s in zip(made.index, shifts, strict=True)))
                part = part if factor == 1.0 else self._times(body, factor, part)
                total = part if total is None else self._sum(body, total, part)
            assert window.place.place is not None and total is not None
            array, cell = window.place.place(tuple(i + s for i, s in zip(made.index, self._shift(window), strict=True)))
            body.builder.perform(ADDAT, array, body.place(cell), total)
        close(self.builder, made, body.builder.ops)

    def _shift(self, window: Window) -> list[int]:
        """Where in a window the first entry lies that any of them covers: in front of it, unless it is the first."""
        return [first - s.constant for first, s in zip(self.first, window.starts, strict=True)]

    def _multiple(self, atom: Atom) -> tuple[float, Atom]:
        """A value as a finite multiple of another, so that nothing but zeros comes of zeros."""
        op = self.facts.definition.get(atom) if isinstance(atom, Var) else None
        if op is not None and op.primitive is NEGATIVE and is_array(op.args[0]):
            factor, base = self._multiple(op.args[0])
            return -factor, base
        if op is not None and op.primitive is MULTIPLY and any(is_array(a) for a in op.args):
            for one, other in (op.args, op.args[::-1]):
                if isinstance(one, Const) and type(one.value) in (int, float) and math.isfinite(one.value):
                    factor, base = self._multiple(other)
                    return factor * one.value, base
        return 1.0, atom

    def _pad(self, value: Lazy, wide: list[int]) -> Var:
        """A copy of a value with zeros around it."""
        check_fits(self.facts, value, self.lengths)
        pad = Var("pad", Array(self.windows[0].place.type.dtype, tuple(UNKNOWN for _ in wide)))
        lengths = tuple(n + 2 * w for n, w in zip(self.lengths, wide, strict=True))
        self.facts.lengths_of[pad] = lengths
        allocate(self.facts, self.builder, pad, lengths, "zeros")
        self.low.pads.add(pad)
        made = nest(self.facts, self.lengths)
        body = Body(self.facts, Builder(self.windows[0].op.origin))
        with inside(made):
            atom = entry(body, value, made.index)
            cell = tuple(i + w for i, w in zip(made.index, wide, strict=True))
            body.builder.perform(SETITEM, pad, body.place(cell), atom)
        close(self.builder, made, body.builder.ops)
        return pad

    def _times(self, body: Body, factor: float, part: Atom) -> Atom:
        times = narrowed(body.builder, Const(factor)) if is_single([part.type]) else Const(factor)
        return body.builder.emit(MULTIPLY, times, part, hint="t", type=element_of(self.windows[0].place.type))

    def _strips(self, window: Window) -> list[tuple[Window, Index, Index]]:
        """The parts of a window outside of what all have in common."""
        found = []
        own = window.starts
        starts, lengths = list(own), list(self.lengths)
        for d, start in enumerate(own):
            before, behind = self.last[d] - start.constant, start.constant - self.first[d]
            for at, width in ((start, before), (start + self.lengths[d] + -behind, behind)):
                if width:
                    found.append(
                        (
                            window,
                            (*starts[:d], at, *own[d + 1 :]),
                            (*lengths[:d], number(width), *self.lengths[d + 1 :]),
                        )
                    )
            starts[d] = start + before
            lengths[d] = self.lengths[d] + (self.first[d] - self.last[d])
        return found

    def _pass(self, windows: list[Window], starts: Index, lengths: Index) -> None:
        made = nest(self.facts, lengths, starts)
        body = Body(self.facts, Builder(windows[0].op.origin))
        with inside(made):
            absolute = tuple(form + start for form, start in zip(made.index, starts, strict=True))
            total: Atom | None = None
            for window in windows:
                own = tuple(a - s for a, s in zip(absolute, window.starts, strict=True))
                part = entry(body, window.value, own)
                total = part if total is None else self._sum(body, total, part)
            assert window.place.place is not None and total is not None
            array, cell = window.place.place(own)
            if any(may_share(self.low, array, read) or read is array for read, _ in body.loads):
                raise NotLowerable
            body.builder.perform(ADDAT, array, body.place(cell), total)
        close(self.builder, made, body.builder.ops)

    def _sum(self, body: Body, left: Atom, right: Atom) -> Atom:
        return body.builder.emit(ADD, left, right, hint="t", type=element_of(self.windows[0].place.type))
