"""Which values are put back into expressions, and so have no line and no name of their own.

A value with one use in the same list of lines goes into that use, unless the user named it, the expression would grow
too long, or something between would change what it reads. Operations without arithmetic (views, indices, lengths) are
written again at each of a few uses. Evaluation order of effects is kept; arithmetic is never regrouped.

Lines are visited last to first, so that where an operation finally runs is known when its operands are looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter

from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import (
    ADD,
    ADDAT,
    CALL,
    DICT,
    EXTERNAL,
    FIXED_LIST,
    GETATTR,
    GETITEM,
    IF,
    LENGTH,
    NEGATIVE,
    POP,
    RECORD,
    SCATTER_ADD,
    SETITEM,
    SHAPE,
    SLICE_,
    SUBTRACT,
    TUPLE,
)
from ..ir.types import Array, List, Scalar
from .index import Index, Use, lies_between
from .kinds import (
    accumulates,
    is_multiple,
    is_offset,
    is_plain_item,
    is_speaking,
    same_origin,
    size_of,
    weight,
    writes_into,
)
from .lines import Branch, Copies, Do, Line, Return, atoms_of, atoms_of_op, every_line, inner_lines, operands
from .ordering import Ordering

LIMIT = 14
"""The most leaves of an expression that the compiler puts together."""
LONGEST = 40
"""The most leaves of an expression that the user wrote in one statement."""
REPEATS = 3
"""The most places where an entry is written again."""
VIEWS = 8
"""The most places where a view is written again."""
INDEXING = (ADDAT, GETITEM, SCATTER_ADD, SETITEM, SLICE_, TUPLE)
STRUCTURES = (TUPLE, FIXED_LIST, DICT, RECORD)


class Inliner:
    """Chooses the values to put back; `inlined` and `leaves` are its answer."""

    def __init__(self, lines: list[Line], ordering: Ordering, *, statements: bool = False) -> None:
        self.ordering, self.statements = ordering, statements
        self.definition: dict[Var, Op] = {}
        self.inlined: set[Var] = set()
        self._leaves: dict[Var, tuple[Var, ...]] = {}
        self._size: dict[object, int] = {}
        self._runs: dict[Var, list[Use]] = {}
        self._roots: dict[Var, object] = {}
        self._latest: dict[int, dict[str, dict[Var, int]]] = {}
        self._note_definitions(lines)

    def choose(self, lines: list[Line]) -> None:
        """Decide for all values that the lines define."""
        self._index = Index(lines, self.ordering)
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
            if isinstance(line, Do) and len(line.op.results) == 1:
                runs = self._places(line.op)
                if self._goes_in(line.op, runs, lines, at):
                    self.inlined.add(line.op.result)
                    self._runs[line.op.result] = runs
                    anchor = max(self._index.place_in(run, lines) for run in runs)
            for atom in atoms_of(line):
                if isinstance(atom, Var):
                    places = latest.setdefault(atom.hint, {})
                    places[atom] = max(places.get(atom, 0), anchor)

    def _goes_in(self, op: Op, runs: list[Use], lines: list[Line], at: int) -> bool:
        uses = self._index.uses.get(op.result, [])
        if not uses or (op.result.named and not self._is_yielded(op, uses, lines) and op.primitive is not EXTERNAL):
            return False
        free = self._is_free(op)
        if self.statements and not free:
            return False
        if len(uses) == len(runs) == 1 and uses[0].lines is lines is runs[0].lines:
            return self._moves(op, uses[0], runs[0], lines, at)
        return free and len(runs) <= self._repeats(op) and self._may_repeat(op, uses, runs, lines, at)

    def _places(self, op: Op) -> list[Use]:
        """Where an op would run if it had no line: at its uses, or where these run that have no line themselves."""
        found: list[Use] = []
        for use in self._index.uses.get(op.result, ()):
            user = use.lines[use.at]
            inner = self._runs.get(user.op.result, [use]) if isinstance(user, Do) and user.op.results else [use]
            lazy = isinstance(user, Do) and user.op.primitive is IF and op.result not in user.op.args
            found += [Use(run.lines, run.at, lazy=True) for run in inner] if lazy else inner
        return found

    def _is_yielded(self, op: Op, uses: list[Use], lines: list[Line]) -> bool:
        """A value of the user's that only becomes the next one of the same name."""
        (result,) = op.results
        if self.statements or len(uses) != 1 or uses[0].lines is not lines:
            return False
        line = lines[uses[0].at]
        return isinstance(line, Copies) and any(s is result and t.hint == result.hint for t, s in line.pairs)

    # one use, further down --------------------------------------------------------------------------------------------

    def _moves(self, op: Op, use: Use, run: Use, lines: list[Line], at: int) -> bool:
        """Whether an op with one use in the same list goes into it; notes whose text it is part of then."""
        user, anchor = lines[use.at], run.at
        root = self._root(op.result, user)
        if self.ordering.effects.must_run(op) and run.lazy:
            return False
        if not self._is_welcome(op, user, lines, at, anchor) or not self._stays_same(op, lines, at, anchor):
            return False
        if op.primitive not in STRUCTURES:
            size = self._size.get(root, size_of(user)) + weight(op) - 1
            if size > (LONGEST if self._is_the_users(op, lines, anchor) else LIMIT):
                return False
            self._size[root] = size
        self._roots[op.result] = root
        return True

    def _is_the_users(self, op: Op, lines: list[Line], anchor: int) -> bool:
        """Whether an op stands in the forward sweep, in one statement of the user's with what it goes into."""
        if op.origin is None or self._index.is_behind(lines, anchor):
            return False
        line = lines[min(anchor, len(lines) - 1)]
        return not isinstance(line, Do) or same_origin(op, line.op)

    def _root(self, value: Var, user: Line) -> object:
        """The statement whose text the user of a value is part of."""
        if isinstance(user, Do) and user.op.results and user.op.result in self._roots:
            return self._roots[user.op.result]
        return (id(user), value) if isinstance(user, Copies) else id(user)

    def _is_welcome(self, op: Op, user: Line, lines: list[Line], at: int, anchor: int) -> bool:
        """Whether the text reads better with the op inside its user."""
        result = op.result
        if writes_into(user, result) and op.primitive not in (GETITEM, GETATTR):
            return False
        if isinstance(user, Copies):
            target = next(t for t, s in user.pairs if s is result)
            same = target.hint == result.hint
            return self._is_still_read(target.hint, result, lines, at) if same else not result.named
        part = isinstance(user, Do) and user.op.primitive in STRUCTURES and isinstance(lines[anchor], Return)
        if (part or isinstance(user, Return)) and is_speaking(result) and not self._is_free(op):
            return op.primitive in STRUCTURES
        return not (accumulates(op) and isinstance(user, Do) and not same_origin(op, user.op))

    def _is_still_read(self, name: str, value: Var, lines: list[Line], at: int) -> bool:
        """Whether another value of that name is read further down, so that assigning now would lose it."""
        places = self._latest[id(lines)].get(name, {})
        return any(place > at for var, place in places.items() if var is not value)

    def _stays_same(self, op: Op, lines: list[Line], at: int, anchor: int) -> bool:
        """Whether the op gives the same when it runs at the anchor."""
        events = self._index.events[id(lines)]
        if self.ordering.effects.must_run(op):
            return self._is_next(op, lines, at, anchor)
        if any(lies_between(events.writes.get(cell, ()), at, anchor) for cell in self.ordering.reads(op)):
            return False
        if not self._is_free(op) and lies_between(events.effects, at, anchor):
            return False
        return not self._is_overwritten(op, lines, at, anchor) and not self._is_hidden(op, lines, at, anchor)

    def _is_overwritten(self, op: Op, lines: list[Line], at: int, anchor: int) -> bool:
        """Whether a carried value that the op reads gets its next value on the way."""
        targets = self._index.events[id(lines)].targets
        return any(isinstance(a, Var) and lies_between(targets.get(a, ()), at, anchor) for a in atoms_of_op(op))

    def _is_hidden(self, op: Op, lines: list[Line], at: int, anchor: int) -> bool:
        """Whether a name that the op reads is given to another value on the way: legal, but not as one writes it."""
        names = self._index.events[id(lines)].names
        for atom in atoms_of_op(op):
            if isinstance(atom, Var) and is_speaking(atom) and not self._is_made_for(atom, lines, anchor):
                rivals = (True,) if atom.named else (True, False)  # the user's names go first
                if any(self._has_line(names.get((atom.hint, r), []), at, anchor) for r in rivals):
                    return True
        return False

    def _is_made_for(self, atom: Var, lines: list[Line], anchor: int) -> bool:
        """Whether a value is a part of the user's statement at the anchor, or free to write again."""
        made = self.definition.get(atom)
        if atom.named or made is None:
            return False
        return self._is_free(made) or self._is_the_users(made, lines, anchor)

    def _has_line(self, places: list[tuple[int, Line]], at: int, anchor: int) -> bool:
        for k in range(bisect_right(places, at, key=itemgetter(0)), len(places)):
            place, line = places[k]
            if place >= anchor:
                return False
            if not self._has_no_line(line):
                return True
        return False

    def _has_no_line(self, line: Line) -> bool:
        return isinstance(line, Do) and bool(line.op.results) and line.op.result in self.inlined

    def _is_next(self, op: Op, lines: list[Line], at: int, anchor: int) -> bool:
        """Whether nothing can tell that an op with an effect runs at the anchor: what reads memory that the op writes,
        or has an effect, may not move past it either, which is seen to when it is looked at itself."""
        if not isinstance(lines[anchor], (Branch, Do, Return)) or op.primitive is CALL:
            return False
        if op.primitive is POP and isinstance(op.args[0], Var) and not op.args[0].named:
            return self._leaves_alone(op, lines, at, anchor) and not self._is_overwritten(op, lines, at, anchor)
        return self._is_adjacent(op, lines, at, anchor)

    def _leaves_alone(self, op: Op, lines: list[Line], at: int, anchor: int) -> bool:
        """Whether nothing on the way to the anchor looks at the list that an op pops from."""
        events = self._index.events[id(lines)]
        cells = self.ordering.writes(op) | self.ordering.reads(op)
        touched = [found.get(cell, ()) for found in (events.writes, events.slots) for cell in cells]
        return not any(lies_between(places, at, anchor) for places in touched)

    def _is_adjacent(self, op: Op, lines: list[Line], at: int, anchor: int) -> bool:
        """Whether an op runs right in front of the anchor, but for pops from other lists."""
        own = self.ordering.writes(op)
        for line in lines[at + 1 : anchor]:
            if op.primitive is not POP or not isinstance(line, Do) or not self._has_no_line(line):
                return False
            other = line.op
            if self.ordering.has_effect(other) or own & (self.ordering.reads(other) | self.ordering.writes(other)):
                return False
        return True

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
            return is_plain_item(op)
        if primitive is NEGATIVE:
            return isinstance(op.result.type, Scalar) and op.style in (None, "operator")
        return is_offset(op) if primitive in (ADD, SUBTRACT) else is_multiple(op) and self._is_index(op)

    def _repeats(self, op: Op) -> int:
        if op.primitive is GETITEM and isinstance(op.args[0].type, (Array, List)):
            return VIEWS if isinstance(op.result.type, Array) else REPEATS
        if op.primitive is NEGATIVE:
            return REPEATS
        return 2 if op.primitive in (ADD, SUBTRACT) and not self._is_index(op) else 1000

    def _is_index(self, op: Op) -> bool:
        """Whether a number only stands between brackets."""
        users = [use.lines[use.at] for use in self._index.uses[op.result]]
        return all(isinstance(user, Do) and self._is_part_of_index(user.op) for user in users)

    def _is_part_of_index(self, op: Op) -> bool:
        return op.primitive in INDEXING or (op.primitive in (ADD, SUBTRACT) and is_offset(op) and self._is_index(op))

    def _may_repeat(self, op: Op, uses: list[Use], runs: list[Use], lines: list[Line], at: int) -> bool:
        """Whether the op gives at all places what it gave at its own."""
        copied = any(isinstance(use.lines[use.at], Copies) for use in uses)
        if copied and op.primitive in (TUPLE, GETITEM):
            return False
        return all(self._keeps(op, lines, at, self._index.place_in(r, lines) + (r.lines is not lines)) for r in runs)

    def _keeps(self, op: Op, lines: list[Line], at: int, anchor: int) -> bool:
        events = self._index.events[id(lines)]
        if any(lies_between(events.writes.get(cell, ()), at, anchor) for cell in self.ordering.reads(op)):
            return False
        if self.ordering.reads(op) and lies_between(events.effects, at, anchor):
            return False
        if self._is_overwritten(op, lines, at, anchor):
            return False
        return op.primitive is EXTERNAL or not self._is_hidden(op, lines, at, anchor)
