"""Which values are put back into expressions, and so have no line and no name of their own.

A value with one use in the same list of lines goes into that use, unless the user named it, the expression would grow
too long, or something between would change what it reads. Operations without arithmetic (views, indices, lengths) are
written again at each of a few uses. Evaluation order of effects is kept; arithmetic is never regrouped.

Lines are visited last to first, so that where an operation finally runs is known when its operands are looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from ..ir.infer import is_basic_index
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import (
    ADD,
    CALL,
    DICT,
    EXTERNAL,
    FIXED_LIST,
    GETATTR,
    GETITEM,
    IF,
    LENGTH,
    RECORD,
    SHAPE,
    SLICE_,
    SUBTRACT,
    TUPLE,
)
from ..ir.types import Array, FixedList, List, Record, Scalar, Tuple
from ..ir.types import Dict as DictType
from .lines import Branch, Copies, Do, Line, Repeat, Return, atoms_of, every_line, inner_lines, operands
from .ordering import Cell, Ordering

LIMIT = 14
"""The most leaves of an expression."""
REPEATS = 3
"""The most places where a view is written again."""
STRUCTURES = (TUPLE, FIXED_LIST, DICT, RECORD)


@dataclass
class _Events:
    """What happens where in one list of lines: for each memory cell the lines that write it, and so on."""

    writes: dict[Cell, list[int]] = field(default_factory=dict)
    effects: list[int] = field(default_factory=list)
    names: dict[str, list[int]] = field(default_factory=dict)


@dataclass
class _Use:
    lines: list[Line]
    at: int


class Inliner:
    """Chooses the values to put back; `inlined` and `leaves` are its answer."""

    def __init__(self, lines: list[Line], ordering: Ordering, *, statements: bool = False) -> None:
        self.ordering, self.statements = ordering, statements
        self.definition: dict[Var, Op] = {}
        self.inlined: set[Var] = set()
        self._leaves: dict[Var, tuple[Var, ...]] = {}
        self._size: dict[object, int] = {}
        self._anchor: dict[Var, int] = {}
        self._roots: dict[Var, object] = {}
        self._above: dict[int, _Use] = {}
        self._events: dict[int, _Events] = {}
        self._uses: dict[Var, list[_Use]] = {}
        self._latest: dict[int, dict[str, dict[Var, int]]] = {}
        self._note_definitions(lines)

    def choose(self, lines: list[Line]) -> None:
        """Decide for all values that the lines define."""
        self._index(lines)
        self._block(lines)

    def leaves(self, atom: Atom) -> tuple[Var, ...]:
        """The values that the expression of an atom reads."""
        if isinstance(atom, Const):
            return ()
        if atom not in self.inlined:
            return (atom,)
        if atom not in self._leaves:
            parts = operands(self.definition[atom])
            self._leaves[atom] = tuple(dict.fromkeys(leaf for part in parts for leaf in self.leaves(part)))
        return self._leaves[atom]

    # tables -----------------------------------------------------------------------------------------------------------

    def _note_definitions(self, lines: list[Line]) -> None:
        for line in every_line(lines):
            if isinstance(line, Do):
                self._define(line.op)

    def _define(self, op: Op) -> None:
        for result in op.results:
            self.definition[result] = op
        if op.primitive is IF:
            for inner in (o for arm in op.blocks for o in arm.ops):
                self._define(inner)
                self.inlined.update(inner.results)

    def _index(self, lines: list[Line]) -> _Events:
        events = self._events[id(lines)] = _Events()
        for at, line in enumerate(lines):
            for atom in atoms_of(line):
                if isinstance(atom, Var):
                    self._uses.setdefault(atom, []).append(_Use(lines, at))
            for name in _names_bound(line):
                events.names.setdefault(name, []).append(at)
            if isinstance(line, Do):
                self._note_op(events, line.op, at)
            for inner in inner_lines(line):
                self._above[id(inner)] = _Use(lines, at)
                self._include(events, self._index(inner), at)
        return events

    def _note_op(self, events: _Events, op: Op, at: int) -> None:
        for cell in self.ordering.writes(op):
            events.writes.setdefault(cell, []).append(at)
        if self.ordering.has_effect(op):
            events.effects.append(at)

    def _include(self, events: _Events, below: _Events, at: int) -> None:
        for cell in below.writes:
            events.writes.setdefault(cell, []).append(at)
        for name in below.names:
            events.names.setdefault(name, []).append(at)
        if below.effects:
            events.effects.append(at)

    # the walk ---------------------------------------------------------------------------------------------------------

    def _block(self, lines: list[Line]) -> None:
        latest = self._latest[id(lines)] = {}
        for at in range(len(lines) - 1, -1, -1):
            line = lines[at]
            for inner in inner_lines(line):
                self._block(inner)
                for name, places in self._latest[id(inner)].items():
                    latest.setdefault(name, {}).update(dict.fromkeys(places.keys() - latest[name].keys(), at))
            anchor = at
            if isinstance(line, Do) and len(line.op.results) == 1 and self._goes_in(line.op, lines, at):
                self.inlined.add(line.op.result)
                anchor = self._anchor.get(line.op.result, at)
            for atom in atoms_of(line):
                if isinstance(atom, Var):
                    places = latest.setdefault(atom.hint, {})
                    places[atom] = max(places.get(atom, 0), anchor)

    def _goes_in(self, op: Op, lines: list[Line], at: int) -> bool:
        uses = self._uses.get(op.result, [])
        if not uses or (op.result.named and not self._is_yielded(op, uses, lines) and op.primitive is not EXTERNAL):
            return False
        free = self._is_free(op)
        if self.statements and not free:
            return False
        if len(uses) == 1 and uses[0].lines is lines:
            return self._moves(op, uses[0], lines, at)
        return free and len(uses) <= self._repeats(op) and all(self._may_repeat(op, use, lines, at) for use in uses)

    def _is_yielded(self, op: Op, uses: list[_Use], lines: list[Line]) -> bool:
        """A value of the user's that only becomes the next one of the same name."""
        (result,) = op.results
        if self.statements or len(uses) != 1 or uses[0].lines is not lines:
            return False
        line = lines[uses[0].at]
        return isinstance(line, Copies) and any(s is result and t.hint == result.hint for t, s in line.pairs)

    # one use, further down --------------------------------------------------------------------------------------------

    def _moves(self, op: Op, use: _Use, lines: list[Line], at: int) -> bool:
        """Whether an op with one use in the same list goes into it; notes where it runs then."""
        user = lines[use.at]
        root, anchor = self._root(op.result, user, use.at)
        if not self._is_welcome(op, user, lines, at, anchor) or not self._stays_same(op, lines, at, anchor):
            return False
        if op.primitive not in STRUCTURES:
            size = self._size.get(root, _size_of(user)) + _weight(op) - 1
            if size > LIMIT:
                return False
            self._size[root] = size
        self._anchor[op.result], self._roots[op.result] = anchor, root
        return True

    def _root(self, value: Var, user: Line, at: int) -> tuple[object, int]:
        """The statement whose text the user of a value is part of: a key, and its place."""
        if isinstance(user, Do) and user.op.results and user.op.result in self._anchor:
            return self._roots[user.op.result], self._anchor[user.op.result]
        if isinstance(user, Copies):
            return (id(user), value), at
        return id(user), at

    def _is_welcome(self, op: Op, user: Line, lines: list[Line], at: int, anchor: int) -> bool:
        """Whether the text reads better with the op inside its user."""
        result = op.result
        if _writes_into(user, result) and op.primitive not in (GETITEM, GETATTR):
            return False
        if isinstance(user, Copies):
            target = next(t for t, s in user.pairs if s is result)
            same = target.hint == result.hint
            return self._is_still_read(target.hint, result, lines, at) if same else not result.named
        if _is_speaking(result) and isinstance(lines[anchor], Return) and not self._is_free(op):
            return op.primitive in STRUCTURES
        if _accumulates(op) and isinstance(user, Do) and not _same_origin(op, user.op):
            return False
        return True

    def _is_still_read(self, name: str, value: Var, lines: list[Line], at: int) -> bool:
        """Whether another value of that name is read further down, so that assigning now would lose it."""
        places = self._latest[id(lines)].get(name, {})
        return any(place > at for var, place in places.items() if var is not value)

    def _stays_same(self, op: Op, lines: list[Line], at: int, anchor: int) -> bool:
        """Whether the op gives the same when it runs at the anchor."""
        events = self._events[id(lines)]
        if self.ordering.effects.must_run(op):
            return self._is_next(op, lines, at, anchor)
        if any(_between(events.writes.get(cell, ()), at, anchor) for cell in self.ordering.reads(op)):
            return False
        if not self._is_free(op) and _between(events.effects, at, anchor):
            return False
        return not self._is_hidden(op, lines, at, anchor)

    def _is_hidden(self, op: Op, lines: list[Line], at: int, anchor: int) -> bool:
        """Whether a name that the op reads is given to another value on the way."""
        names = self._events[id(lines)].names
        for atom in operands(op):
            if isinstance(atom, Var) and _is_speaking(atom):
                places = names.get(atom.hint, [])
                for k in range(bisect_right(places, at), len(places)):
                    if places[k] >= anchor:
                        break
                    if not self._has_no_line(lines[places[k]]):
                        return True
        return False

    def _has_no_line(self, line: Line) -> bool:
        return isinstance(line, Do) and bool(line.op.results) and line.op.result in self.inlined

    def _is_next(self, op: Op, lines: list[Line], at: int, anchor: int) -> bool:
        """An op with an effect goes into a test, or a statement, that directly follows it."""
        user = lines[anchor]
        if not isinstance(user, (Branch, Do, Return)) or op.primitive is CALL:
            return False
        between = lines[at + 1 : anchor]
        if between:
            return False
        return isinstance(user, (Branch, Return)) or op.result in user.op.inputs[:1]

    # free operations, written again -----------------------------------------------------------------------------------

    def _is_free(self, op: Op) -> bool:
        """Whether an op costs nothing and its result is not a new object whose identity matters."""
        primitive = op.primitive
        if primitive in (EXTERNAL, SLICE_, SHAPE, LENGTH, TUPLE):
            return not (self.statements and primitive in (LENGTH, SHAPE))
        if self.statements:
            return False
        if primitive is GETATTR:
            return True
        if primitive is GETITEM:
            return _is_plain_item(op)
        return primitive in (ADD, SUBTRACT) and _is_offset(op)

    def _repeats(self, op: Op) -> int:
        if op.primitive is GETITEM and isinstance(op.args[0].type, (Array, List)):
            return REPEATS
        return 2 if op.primitive in (ADD, SUBTRACT) else 1000

    def _may_repeat(self, op: Op, use: _Use, lines: list[Line], at: int) -> bool:
        """Whether the op, run at a use, gives what it gave at its own place."""
        user = use.lines[use.at]
        if isinstance(user, Copies) and op.primitive in (TUPLE, GETITEM):
            return False
        place, nested = use, False
        while place.lines is not lines:
            place, nested = self._above[id(place.lines)], True
        anchor = place.at
        if not nested and isinstance(user, Do) and user.op.results and user.op.result in self._anchor:
            anchor = self._anchor[user.op.result]
        return self._keeps(op, lines, at, anchor + nested)

    def _keeps(self, op: Op, lines: list[Line], at: int, anchor: int) -> bool:
        events = self._events[id(lines)]
        if any(_between(events.writes.get(cell, ()), at, anchor) for cell in self.ordering.reads(op)):
            return False
        if self.ordering.reads(op) and _between(events.effects, at, anchor):
            return False
        return op.primitive is EXTERNAL or not self._is_hidden(op, lines, at, anchor)


# ------------------------------------------------------------------ what an op is


def _weight(op: Op) -> int:
    """The leaves of an op alone."""
    return max(sum(not (isinstance(a, Const) and a.value is None) for a in operands(op)), 1)


def _size_of(line: Line) -> int:
    return _weight(line.op) if isinstance(line, Do) else 1


def _is_plain_item(op: Op) -> bool:
    """A view or an entry by a basic index, or a part of a structure."""
    container, index = op.args
    if isinstance(container.type, Array):
        return is_basic_index(index)
    if isinstance(container.type, List):
        return isinstance(index.type, Scalar)
    return isinstance(container.type, (Tuple, DictType, FixedList, Record))


def _is_offset(op: Op) -> bool:
    """`i - 1`: index arithmetic."""
    left, right = op.inputs
    integers = isinstance(op.result.type, Scalar) and op.result.type.kind == "i" and op.result.type.dtype is None
    return integers and isinstance(left, Var) and isinstance(right, Const) and op.style in (None, "operator")


def _is_speaking(var: Var) -> bool:
    """Whether a value that the user did not name has a name of its own all the same (`bx`)."""
    return var.hint not in ("t", "result", "y")


def _accumulates(op: Op) -> bool:
    """`bx + c` that becomes the next `bx`."""
    left = op.args[0] if op.args else None
    return op.primitive in (ADD, SUBTRACT) and isinstance(left, Var) and left.hint == op.result.hint != "t"


def _same_origin(left: Op, right: Op) -> bool:
    a, b = left.origin, right.origin
    return a is b or (a is not None and b is not None and (a.filename, a.line) == (b.filename, b.line))


def _writes_into(user: Line, value: Var) -> bool:
    return isinstance(user, Do) and any(user.op.args[k] is value for k in user.op.primitive.writes)


def _names_bound(line: Line) -> set[str]:
    if isinstance(line, Do):
        return {r.hint for r in line.op.results}
    if isinstance(line, Copies):
        return {t.hint for t, s in line.pairs}
    return {v.hint for v in line.bound} if isinstance(line, Repeat) else set()


def _between(places: list[int] | tuple[int, ...], at: int, anchor: int) -> bool:
    """Whether one of the sorted places lies strictly between."""
    k = bisect_right(places, at)
    return k < len(places) and places[k] < anchor
