"""Branches: each arm is read on the store as it is before the branch, and undone; the keys that the arms wrote are
joined leaf by leaf."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..ir.build import UNDEF, Builder
from ..ir.nodes import Atom, Block, Const, Var
from ..ir.types import BOOL, UNDEFINED, is_continuous, join
from .carried import UNSURE, are_alike, can_follow, freeze, misses_field, successor
from .core import Core
from .environment import Changes, Key
from .values import (
    FALSE,
    NONE,
    TRUE,
    Cell,
    Choice,
    Closure,
    Compound,
    Content,
    Method,
    Named,
    Partial,
    Poison,
    Reference,
    TupleValue,
    Value,
    as_optional,
    is_code,
    is_const,
    is_none,
    is_optional,
    same_atom,
)

_CALLABLE = (Closure, Method, Named, Partial)


@dataclass
class Arm:
    """What reading one arm of a branch has left."""

    builder: Builder
    changes: Changes
    dead: bool


def hint_of(key: Key) -> tuple[str, bool]:
    """The name of what a key stands for, and whether the user gave it."""
    if isinstance(key, Cell):
        return (key.site, False) if isinstance(key.site, str) else ("t", False)
    return key[1].lstrip("%"), not key[1].startswith("%")


def is_static_only(value: Value) -> bool:
    """Constants that stand for no data: functions, None, strings. They keep being known where the other path leaves a
    name undefined."""
    return is_code(value) or is_none(value) or is_const(value, str)


class Joins(Core):
    """`branch` and `choose`."""

    # branches ---------------------------------------------------------------------------------------------------------

    def branch(self, predicate: Value, then: Callable[[], None], orelse: Callable[[], None]) -> None:
        """Read `if predicate: then() else: orelse()`; only one arm when the predicate is known."""
        predicate = self.facts_about(predicate)
        if isinstance(predicate, Const) and predicate is not UNDEF:
            (then if predicate.value else orelse)()
            return
        assert isinstance(predicate, (Var, Const))
        first, second = self._arm(then, predicate, True), self._arm(orelse, predicate, False)
        _Join(self, predicate, first, second).run()
        if first.dead != second.dead and self.attempt is None:
            self._learn(predicate, second.dead)

    def facts_about(self, predicate: Value) -> Value:
        """A constant, for a predicate that is known here since a branch around has tested it."""
        known = self.facts.get(predicate) if isinstance(predicate, Var) else None
        return predicate if known is None else Const(known)

    def _learn(self, predicate: Atom, value: bool) -> None:
        if isinstance(predicate, Var):
            opposite = self.opposites.get(predicate)
            more = {} if opposite is None else {opposite: not value}
            self.facts = {**self.facts, predicate: value, **more}

    def _arm(self, run: Callable[[], None], predicate: Atom, value: bool) -> Arm:
        outer, dead, facts = self.builder, self.dead, self.facts
        self._learn(predicate, value)
        self.builder, self.dead = Builder(outer.origin), False
        self.store.begin()
        self.depth += 1
        try:
            run()
        finally:
            self.depth -= 1
            changes = self.store.end()
            arm = Arm(self.builder, changes, self.dead)
            self.builder, self.dead, self.facts = outer, dead, facts
        return arm

    def choose(self, predicate: Value, then: Callable[[], Value], orelse: Callable[[], Value]) -> Value:
        """The value of `then() if predicate else orelse()`."""
        predicate = self.facts_about(predicate)
        if isinstance(predicate, Const) and predicate is not UNDEF:
            return (then if predicate.value else orelse)()
        cell = Cell("temporary", self.hint)
        self.branch(predicate, lambda: self.store.set(cell, then()), lambda: self.store.set(cell, orelse()))
        chosen = self.read(self.store.get(cell))
        self.store.set(cell, UNDEF)
        return chosen

    def grow_if_unequal(self, key: Key, left: Value, right: Value) -> None:
        """A list that has one length here and another there has a length that is known at run time only."""
        lists = isinstance(key, Cell) and key.kind == "list" and key.origin is None
        if not lists or not isinstance(left, Content) or not isinstance(right, Content):
            return
        if len(left.items) != len(right.items):
            self.grow(key)


class _Join:
    """Brings the two arms of a branch together."""

    def __init__(self, reader: Joins, predicate: Atom, first: Arm, second: Arm) -> None:
        self.reader, self.predicate, self.first, self.second = reader, predicate, first, second
        self.results: dict[tuple[int, int], tuple[Atom, Atom, Var]] = {}
        self.cells: dict[tuple[Cell, Cell], Cell] = {}
        self.contents: dict[Cell, Value] = {}

    def run(self) -> None:
        reader = self.reader
        merged = {}
        for key in dict.fromkeys([*self.first.changes.outer(), *self.second.changes.outer()]):
            left, right = (self._after(arm, key) for arm in (self.first, self.second))
            reader.grow_if_unequal(key, left, right)
            merged[key] = self.value(left, right, *hint_of(key))
        rows = list(self.results.values())
        blocks = [
            Block((), tuple(arm.builder.ops), tuple(row[k] for row in rows))
            for k, arm in enumerate((self.first, self.second))
        ]
        if rows or blocks[0].ops or blocks[1].ops:
            reader.builder.branch(self.predicate, *blocks, [row[2] for row in rows])
        for key, value in {**self.contents, **merged}.items():
            reader.store.set(key, value)
        for left, right, var in rows:
            if reader.store.is_held(left) or reader.store.is_held(right):
                reader.store.shared |= {left, right, var}
        reader.dead = reader.dead or (self.first.dead and self.second.dead)

    def _after(self, arm: Arm, key: Key) -> Value:
        if arm.dead:
            return UNDEF
        return arm.changes.values.get(key, self.reader.store.get(key))

    def value(self, left: Value, right: Value, hint: str, named: bool = False) -> Value:
        """The join of what the first and the second arm leave."""
        if same_atom(left, right):
            return left
        if left is UNDEF or right is UNDEF:
            return self._one_sided(left, right, hint, named)
        if isinstance(left, Poison) or isinstance(right, Poison):
            return left if isinstance(left, Poison) else right
        left, right = self._opened(self.first, left, right), self._opened(self.second, right, left)
        if isinstance(left, Compound) and isinstance(right, Compound):
            return self._compounds(left, right, hint, named)
        return self._leaves(left, right, hint, named)

    def _opened(self, arm: Arm, value: Value, other: Value) -> Value:
        """A dict or record of the program, where the other arm leaves one of known structure."""
        if not isinstance(value, Var) or not isinstance(other, Reference):
            return value
        outer, self.reader.builder = self.reader.builder, arm.builder
        try:
            made = self.reader.opened_structure(value)
        finally:
            self.reader.builder = outer
        return made

    def _one_sided(self, left: Value, right: Value, hint: str, named: bool) -> Value:
        """Only one arm defines it."""
        present, arm = (right, self.second) if left is UNDEF else (left, self.first)
        other = self.first if left is UNDEF else self.second
        if isinstance(present, Reference):
            content = self._content(arm, present.cell)
            if not arm.changes.is_outer(present.cell):
                self.contents[present.cell] = self._pair(content, UNDEF, left is UNDEF, hint, named)
            return present
        if isinstance(present, Compound):
            parts = (self._pair(p, UNDEF, left is UNDEF, hint, named) for p in present.parts)
            return present.rebuilt(tuple(parts))
        if is_static_only(present) or (other.dead and not self._is_inside(present, arm)):
            return present
        return self._result(left, right, hint, named)  # type: ignore[arg-type]

    def _pair(self, present: Value, absent: Value, swapped: bool, hint: str, named: bool) -> Value:
        return self.value(absent, present, hint, named) if swapped else self.value(present, absent, hint, named)

    def _is_inside(self, atom: Value, arm: Arm) -> bool:
        """Whether an atom is defined in an arm."""
        return isinstance(atom, Var) and self.reader.born.get(atom, -1) >= _first_born(self.reader, arm)

    def _content(self, arm: Arm, cell: Cell) -> Value:
        return arm.changes.values.get(cell, self.reader.store.get(cell))

    def _compounds(self, left: Compound, right: Compound, hint: str, named: bool) -> Value:
        if isinstance(left, Reference) and isinstance(right, Reference):
            return self._references(left, right, hint, named)
        if isinstance(left, Content) and isinstance(right, Content):
            left, right = aligned(left, right)
        if left.shape == right.shape:
            return left.rebuilt(
                tuple(
                    self.value(a, b, part_name(left, k, hint), named)
                    for k, (a, b) in enumerate(zip(left.parts, right.parts, strict=True))
                )
            )
        return self._unlike(left, right, hint, named)

    def _references(self, left: Reference, right: Reference, hint: str, named: bool) -> Value:
        """Two lists, dicts or instances become one."""
        if left.cell is right.cell:
            return left
        if left.cell.kind == right.cell.kind == "instance" and left.cell.cls is not right.cell.cls:
            return self._choice(left, right, hint, named)
        pair = (left.cell, right.cell)
        if pair in self.cells:
            return Reference(self.cells[pair])
        used = [made for (a, b), made in self.cells.items() if a is pair[0] or b is pair[1]]
        outer = self.first.changes.is_outer(left.cell) or self.second.changes.is_outer(right.cell)
        old = outer or any(cell.frozen for cell in pair)
        if ((used or old) and not can_follow(*pair)) or not are_alike(*pair):
            for cell in pair:
                if cell.kind == "list" and cell.origin is None:
                    self.reader.grow(cell)
            return Poison("which object this is is decided at run time", "make a copy in each branch")
        made = self.cells[pair] = self._successor(pair, used, old)
        if left.cell.kind == "list":
            lengths = [
                len(c.items) for c in map(self._content, (self.first, self.second), pair) if isinstance(c, Content)
            ]
            if len(set(lengths)) > 1:
                self.reader.assumed.lists.setdefault(right.cell.site, UNDEFINED)
                self.reader.grow(left.cell)
        contents = self._content(self.first, left.cell), self._content(self.second, right.cell)
        if misses_field(made, *contents):
            return Poison("a field hides a value of the class on one path only", "assign it on both")
        self.contents[made] = self.value(*contents, hint, named)
        return Reference(made)

    def _successor(self, pair: tuple[Cell, Cell], used: list[Cell], old: bool) -> Cell:
        """The cell for one of two objects, which can be written if no other name stands for either."""
        made = successor(pair[0], None)
        if not old:
            made.born = min(cell.born for cell in pair)
        if used:
            for cell in (made, *used, *pair):
                cell.frozen = UNSURE
        elif old:
            arms = (self.first, self.second)
            made.frozen = freeze(pair, tuple(self.reader.store.references(self.reader.frame, a.changes) for a in arms))  # type: ignore[arg-type]
        return made

    def _unlike(self, left: Value, right: Value, hint: str, named: bool) -> Value:
        if isinstance(left, Content) or isinstance(right, Content):
            return unequal_contents(left)
        if is_optional(left) or is_optional(right):
            found = self._optional(left, right, hint, named)
            if found is not None:
                return found
        if _may_choose(left) and _may_choose(right) and (_is_choosable(left) or _is_choosable(right)):
            return self._choice(left, right, hint, named)
        atoms = [self._as_atom_in(arm, v) for arm, v in ((self.first, left), (self.second, right))]
        if None not in atoms and join(atoms[0].type, atoms[1].type) is not None:  # type: ignore[union-attr]
            return self._result(atoms[0], atoms[1], hint, named)  # type: ignore[arg-type]
        return Poison(
            f"{_shown(hint)} has values of different kinds on the two branches", "give it values of one kind on both"
        )

    def _optional(self, left: Value, right: Value, hint: str, named: bool) -> Value | None:
        """A value that may be None."""
        first, second = as_optional(left), as_optional(right)
        if first is None or second is None:
            return None
        is_none_ = self.value(first.chosen, second.chosen, f"{hint}_is_none")
        return Choice(is_none_, NONE, self.value(first.second, second.second, hint, named))  # type: ignore[arg-type]

    def _choice(self, left: Value, right: Value, hint: str, named: bool) -> Value:
        chosen = self._result(TRUE, FALSE, f"{hint}_chosen", False)
        first = self.value(left, UNDEF, hint, named)
        return Choice(chosen, first, self.value(UNDEF, right, hint, named))

    def _as_atom_in(self, arm: Arm, value: Value) -> Atom | None:
        if not isinstance(value, Compound):
            return value
        if not isinstance(value, TupleValue):
            return None
        outer, self.reader.builder = self.reader.builder, arm.builder
        try:
            return self.reader.as_atom(value)
        finally:
            self.reader.builder = outer

    def _leaves(self, left: Value, right: Value, hint: str, named: bool) -> Value:
        if isinstance(left, Compound) or isinstance(right, Compound) or is_code(left) or is_code(right):
            return self._unlike(left, right, hint, named)
        if join(left.type, right.type) is None:
            return self._unlike(left, right, hint, named)
        if self.predicate.type == BOOL and is_const(left, bool) and is_const(right, bool) and left.value:
            return self.predicate
        return self._result(left, right, hint, named)

    def _result(self, left: Atom, right: Atom, hint: str, named: bool) -> Var:
        """A result of the branch; the same pair of values is one result, so that names of one array stay so."""
        key = (id(left), id(right))
        if key not in self.results:
            type_ = join(left.type, right.type)
            assert type_ is not None
            active = self.reader.is_active(left) or self.reader.is_active(right)
            var = self.reader.new_var(hint, type_, named, active and is_continuous(type_))
            self.reader.reasons.note(var, filter(self.reader.is_active, (left, right)), None)
            self.reader.share(var, left, joined=True)
            self.reader.share(var, right, joined=True)
            if self.reader.is_owned(left) and self.reader.is_owned(right):
                self.reader.own(var)
            site = self.reader.indices.get(self.predicate)
            if site is not None:
                self.reader.indices[var] = site
            if left is UNDEF or right is UNDEF or not self.reader.unsure.isdisjoint((left, right)):
                self.reader.unsure.add(var)
            self.results[key] = (left, right, var)
        return self.results[key][2]


def _first_born(reader: Joins, arm: Arm) -> int:
    for op in arm.builder.ops:
        for var in op.results:
            return reader.born.get(var, 0)
    return len(reader.born)


def _shown(hint: str) -> str:
    return "a value" if hint == "t" else f"`{hint}`"


def _is_choosable(value: Value) -> bool:
    return isinstance(value, (*_CALLABLE, Choice)) or is_code(value) or is_none(value)


def _may_choose(value: Value) -> bool:
    return _is_choosable(value) or not isinstance(value, Compound)


def unequal_contents(left: Value) -> Poison:
    return Poison(
        "this has different entries on different paths",
        "give it all its entries before the branch or loop, or use one array",
    )


def part_name(value: Compound, k: int, hint: str) -> str:
    if isinstance(value, Content) and value.keys is not None and isinstance(value.keys[k], str):
        return value.keys[k] if value.keys[k].isidentifier() else hint
    return hint


def aligned(left: Content, right: Content) -> tuple[Content, Content]:
    """The fields of two instances in one order; a field that only one has is undefined in the other."""
    if left.kind != "instance" or left.keys == right.keys or left.keys is None or right.keys is None:
        return left, right
    names = tuple(dict.fromkeys((*left.keys, *right.keys)))

    def with_all(content: Content) -> Content:
        known = dict(zip(content.keys or (), content.items, strict=True))
        return Content("instance", tuple(known.get(name, UNDEF) for name in names), names)

    return with_all(left), with_all(right)
