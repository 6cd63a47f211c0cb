"""Which cells of an array an index or a view covers, as inequalities between linear forms.

An access is a choice of pieces: where an index may be negative, it counts from the end in one piece and from the start
in another. A piece gives the cell in each dimension as a form over fresh symbols (`Cell`), with what holds for them. A
piece may cover more than is accessed, all pieces together never less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product

from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import SLICE_, TUPLE
from ..ir.types import Array, FixedList, List, Scalar, Slice, Type
from .affine import Affine, Length, Trip, is_integer, length
from .linear import Form, Symbol, has_no_solution, number, variable

_MOST_PIECES = 8


class Cell:
    """Some cell along one dimension, or the number of a step of a slice."""


def somewhere() -> Form:
    return variable(Cell())


@dataclass(frozen=True)
class Piece:
    """Cells of an array.

    Args:
        cells: the cell in each dimension.
        known: forms that are >= 0.
    """

    cells: tuple[Form, ...]
    known: tuple[Form, ...] = ()

    def rename(self, name: Callable[[Symbol], Symbol]) -> Piece:
        return Piece(tuple(c.rename(name) for c in self.cells), tuple(f.rename(name) for f in self.known))


# ------------------------------------------------------------------ the parts of an index


@dataclass(frozen=True)
class Part:
    """What an index says about one dimension (or several: `spans`).

    Args:
        kind: "item", "slice", "new" (`None`), "rest" (`...`) or "any" (integers or booleans in an array).
        bounds: the integer, or start, stop and step; Const(None) for an absent one.
        spans: the number of dimensions that it takes.
    """

    kind: str
    bounds: tuple[Atom, ...] = ()
    spans: int = 1


def parts_of(index: Atom, definition: Callable[[Var], Op | None]) -> list[Part] | None:
    """Take an index apart; None where that is not possible."""
    if isinstance(index, Const):
        values = index.value if isinstance(index.value, tuple) else (index.value,)
        parts = [_constant_part(v) for v in values]
    else:
        maker = definition(index)
        atoms = maker.args if maker is not None and maker.primitive is TUPLE else (index,)
        parts = [_part(a, definition) for a in atoms]
    return None if None in parts else [p for p in parts if p is not None]


def _constant_part(value: object) -> Part | None:
    if isinstance(value, slice):
        return Part("slice", (Const(value.start), Const(value.stop), Const(value.step)))
    if value is None:
        return Part("new", spans=0)
    if value is ...:
        return Part("rest")
    return Part("item", (Const(value),)) if is_integer(Const(value)) else None


def _part(atom: Atom, definition: Callable[[Var], Op | None]) -> Part | None:
    if isinstance(atom, Const):
        return _constant_part(atom.value)
    type_: Type = atom.type
    if isinstance(type_, Slice):
        maker = definition(atom)
        known = maker is not None and maker.primitive is SLICE_ and len(maker.args) == 3
        return Part("slice", maker.args if known and maker is not None else ())
    if isinstance(type_, Scalar) and type_.kind == "i":
        return Part("item", (atom,))
    if isinstance(type_, Array) and type_.kind in "ib":
        return Part("any", spans=type_.ndim if type_.kind == "b" else 1)
    items = type_.items if isinstance(type_, FixedList) else (type_.item,) if isinstance(type_, List) else ()
    if items and all(isinstance(t, Scalar) and t.kind == "i" for t in items):
        return Part("any")
    return None


def spread(parts: Sequence[Part], rank: int) -> list[Part] | None:
    """The parts with `...` written out, so that each dimension has its part; None where they do not fit."""
    left = rank - sum(p.spans for p in parts if p.kind != "rest")
    rests = [k for k, p in enumerate(parts) if p.kind == "rest"]
    if left < 0 or len(rests) > 1:
        return None
    at = rests[0] if rests else len(parts)
    full = [Part("slice", (Const(None),) * 3)] * left
    return [*parts[:at], *full, *parts[at + 1 :]]


# ------------------------------------------------------------------ cells


@dataclass
class Walk:
    """From the cells of a view back to those of the array of which it is a view.

    Args:
        affine: the integers of the program.
        at: the operation that accesses the cells; what holds there decides which pieces there are.
        definition: the op that made a value, where it is known.
    """

    affine: Affine
    at: Op
    definition: Callable[[Var], Op | None]
    pieces: list[Piece] = field(default_factory=list)

    def start(self, array: Var) -> None:
        """All cells of an array."""
        assert isinstance(array.type, Array)
        lengths = [length(array, k) for k in range(array.type.ndim)]
        cells = tuple(somewhere() for _ in lengths)
        self.pieces = [Piece(cells, tuple(f for c, n in zip(cells, lengths, strict=True) for f in (c, n - c - 1)))]

    def through(self, array: Var, index: Atom, *, outermost: bool = False) -> bool:
        """Go from the cells of `array[index]` to those of `array`; False where the index is not understood.

        Args:
            array: the array.
            index: its index.
            outermost: whether the access is to all of `array[index]`, so that there are no cells yet.
        """
        assert isinstance(array.type, Array)
        parts = parts_of(index, self.definition)
        parts = None if parts is None else spread(parts, array.type.ndim)
        if parts is None:
            return False
        if outermost:
            self.pieces = [Piece(tuple(somewhere() for p in parts if p.kind in ("slice", "new")))]
        lengths = [length(array, k) for k in range(array.type.ndim)]
        self.pieces = [made for piece in self.pieces for made in self._back(piece, parts, lengths, outermost)]
        return len(self.pieces) <= _MOST_PIECES

    def transpose(self) -> None:
        """Go from the cells of an array's transpose to its own."""
        self.pieces = [Piece(p.cells[::-1], p.known) for p in self.pieces]

    def _back(self, piece: Piece, parts: list[Part], lengths: list[Form], outermost: bool) -> list[Piece]:
        inner, left = iter(piece.cells), iter(lengths)
        choices: list[list[Piece]] = []
        for part in parts:
            if part.kind == "new":
                next(inner)
            elif part.kind == "any":
                choices += [[_anywhere(next(left))] for _ in range(part.spans)]
            elif part.kind == "item":
                choices.append(self._possible(self._item(part.bounds[0], next(left))))
            else:
                cell = next(inner)
                known = (cell,) if outermost else ()
                choices.append(self._possible(self._sliced(part.bounds, cell, next(left)), known))
        made = []
        for chosen in product(*choices):
            cells = tuple(c for one in chosen for c in one.cells)
            made.append(Piece(cells, (*piece.known, *(f for one in chosen for f in one.known))))
        return made

    def _possible(self, pieces: list[Piece], known: tuple[Form, ...] = ()) -> list[Piece]:
        """Without those that cannot be, where there are several."""
        if len(pieces) > 1:
            pieces = [p for p in pieces if not any(map(_is_negative, p.known))]
        if len(pieces) > 1:
            pieces = [p for p in pieces if not self._impossible(p)]
        return [Piece(p.cells, (*p.known, *known)) for p in pieces]

    def _impossible(self, piece: Piece) -> bool:
        return has_no_solution([*piece.known, *self.affine.context(self.at, piece.known)])

    def _item(self, at: Atom, length: Form) -> list[Piece]:
        """The cell at an integer, which counts from the end where it is negative."""
        index = self._form(at)
        if index is None:
            return [_anywhere(length)]
        return [_inside(index, length, index), _inside(index + length, length, -index - 1)]

    def _form(self, atom: Atom) -> Form | None:
        return self.affine.form(atom)

    def _sliced(self, bounds: tuple[Atom, ...], cell: Form, length: Form) -> list[Piece]:
        """The cells of a slice; `cell` counts along it."""
        step = _step_of(bounds)
        if not step:
            return [_anywhere(length)]
        firsts = self._firsts(bounds[0], length, step)
        lasts = self._lasts(bounds[1], length, step)
        made = []
        for (first, facts), (end, more) in product(firsts, lasts):
            at = first + cell * step
            limit = [] if end is None else [end - at - 1] if step > 0 else [at - end - 1]
            made.append(_inside(at, length, *facts, *more, *limit))
        return made

    def _firsts(self, start: Atom, length: Form, step: int) -> list[tuple[Form, list[Form]]]:
        """The first cell of a slice that is not empty, and when it is that."""
        lowest, highest = number(0), length - 1
        if _is_absent(start):
            return [(lowest if step > 0 else highest, [])]
        first = self._form(start)
        if first is None:
            return [(somewhere(), [])]
        shifted = first + length
        if step > 0:
            return [(first, [first]), (shifted, [-first - 1, shifted]), (lowest, [-first - 1, -shifted - 1])]
        return [(first, [first, highest - first]), (highest, [first, first - length]), (shifted, [-first - 1])]

    def _lasts(self, stop: Atom, length: Form, step: int) -> list[tuple[Form | None, list[Form]]]:
        """What the cells of a slice do not reach (None for the end of the array), and when it is that."""
        last = None if _is_absent(stop) else self._form(stop)
        if last is None:
            return [(None, [])]
        return [(last, [last]), (last + length, [-last - 1])]


def _is_absent(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value is None


def _step_of(bounds: tuple[Atom, ...]) -> int:
    """The step of a slice; 0 where it is not known."""
    if not bounds or not isinstance(bounds[2], Const):
        return 0
    step = bounds[2].value
    return 1 if step is None else step if is_integer(bounds[2]) else 0


def _anywhere(length: Form) -> Piece:
    return _inside(somewhere(), length)


def _inside(cell: Form, length: Form, *facts: Form) -> Piece:
    """One dimension: a cell of the array, where the facts hold."""
    return Piece((cell,), (*facts, cell, length - cell - 1))


def _is_negative(form: Form) -> bool:
    """Whether a form is negative at a glance: nothing is added to a negative number."""
    return form.constant < 0 and all(c < 0 and isinstance(s, (Trip, Length, Cell)) for s, c in form.terms.items())
