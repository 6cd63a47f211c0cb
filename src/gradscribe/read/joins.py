"""Branches and loops: reading blocks apart and bringing what they leave together again.

An arm of a branch is read on the store as it is before the branch, and undone; the keys that it wrote are joined leaf
by leaf. A loop body is read again and again, with more and more of what it writes as parameters ("slots") of the body,
until nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..ir.build import UNDEF, Builder
from ..ir.nodes import Atom, Block, Const, Var
from ..ir.types import BOOL, INT, UNDEFINED, Type, Undefined, is_continuous, join
from .core import Core
from .environment import Changes, Key
from .values import (
    FALSE,
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
    is_code,
    is_const,
    is_none,
    same_atom,
)

_CALLABLE = (Closure, Method, Named, Partial)
_ROUNDS = 60


@dataclass
class Arm:
    """What reading one arm of a branch has left."""

    builder: Builder
    changes: Changes
    dead: bool


@dataclass(frozen=True, eq=False)
class Slot(Compound):
    """Where a value is carried through a loop."""

    type: Type
    active: bool = False

    @property
    def shape(self) -> Any:
        return (Slot,)


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
    """`branch`, `choose` and `loop`."""

    # branches -----------------------------------------------------------------------------------------------------

    def branch(self, predicate: Value, then: Callable[[], None], orelse: Callable[[], None]) -> None:
        """Read `if predicate: then() else: orelse()`; only one arm when the predicate is known."""
        if isinstance(predicate, Const) and predicate is not UNDEF:
            (then if predicate.value else orelse)()
            return
        assert isinstance(predicate, (Var, Const))
        first, second = self._arm(then), self._arm(orelse)
        _Join(self, predicate, first, second).run()

    def _arm(self, run: Callable[[], None]) -> Arm:
        outer, dead = self.builder, self.dead
        self.builder, self.dead = Builder(outer.origin), False
        self.store.begin()
        self.depth += 1
        try:
            run()
        finally:
            self.depth -= 1
            changes = self.store.end()
            arm = Arm(self.builder, changes, self.dead)
            self.builder, self.dead = outer, dead
        return arm

    def choose(self, predicate: Value, then: Callable[[], Value], orelse: Callable[[], Value]) -> Value:
        """The value of `then() if predicate else orelse()`."""
        if isinstance(predicate, Const) and predicate is not UNDEF:
            return (then if predicate.value else orelse)()
        cell = Cell("temporary", self.hint)
        self.branch(predicate, lambda: self.store.set(cell, then()), lambda: self.store.set(cell, orelse()))
        return self.read(self.store.get(cell))

    def grow_if_unequal(self, key: Key, left: Value, right: Value) -> None:
        """A list that has one length here and another there has a length that is known at run time only."""
        if isinstance(key, Cell) and key.kind == "list" and key.origin is None:
            if isinstance(left, Content) and isinstance(right, Content) and len(left.items) != len(right.items):
                self.grow(key)

    # loops --------------------------------------------------------------------------------------------------------

    def loop(
        self,
        bounds: tuple[Atom, Atom, Atom] | None,
        body: Callable[[Atom], None],
        exit_flag: Key | None = None,
        hint: str = "i",
    ) -> None:
        """Read a loop over `range(*bounds)`, or one that only an exit ends.

        Args:
            bounds: start, stop and step, or None.
            body: reads the body, given the index.
            exit_flag: the variable that ends the loop when it is true at the end of a trip.
            hint: the name of the index.
        """
        if bounds is not None and any(b is UNDEF for b in bounds):
            return
        plan: dict[Key, Value] = {}
        for _ in range(_ROUNDS):
            reading = _Reading(self, bounds is not None, body, exit_flag, hint, plan)
            if not reading.widen():
                reading.close(bounds)
                return
        self.refuse("the types of what this loop carries do not settle")


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
        if isinstance(left, Compound) and isinstance(right, Compound):
            return self._compounds(left, right, hint, named)
        return self._leaves(left, right, hint, named)

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
            left, right = _aligned(left, right)
        if left.shape == right.shape:
            return left.rebuilt(
                tuple(
                    self.value(a, b, _part_name(left, k, hint), named)
                    for k, (a, b) in enumerate(zip(left.parts, right.parts, strict=True))
                )
            )
        return self._unlike(left, right, hint, named)

    def _references(self, left: Reference, right: Reference, hint: str, named: bool) -> Value:
        """Two lists, dicts or instances, made in the two arms, become one."""
        if left.cell is right.cell:
            return left
        pair = (left.cell, right.cell)
        if pair in self.cells:
            return Reference(self.cells[pair])
        used = any(a is pair[0] or b is pair[1] for a, b in self.cells)
        old = self.first.changes.is_outer(left.cell) or self.second.changes.is_outer(right.cell)
        if used or old or left.cell.kind != right.cell.kind or left.cell.cls is not right.cell.cls:
            for cell in pair:
                if cell.kind == "list" and cell.origin is None:
                    self.reader.grow(cell)
            return Poison("which object this is is decided at run time", "make a copy in each branch")
        made = self.cells[pair] = Cell(left.cell.kind, left.cell.site, left.cell.cls)
        made.born = min(left.cell.born, right.cell.born)
        if left.cell.kind == "list":
            lengths = [
                len(c.items) for c in map(self._content, (self.first, self.second), pair) if isinstance(c, Content)
            ]
            if len(set(lengths)) > 1:
                self.reader.assumed.lists.setdefault(right.cell.site, UNDEFINED)
                self.reader.grow(left.cell)
        content = self.value(self._content(self.first, left.cell), self._content(self.second, right.cell), hint, named)
        self.contents[made] = content
        return Reference(made)

    def _unlike(self, left: Value, right: Value, hint: str, named: bool) -> Value:
        if isinstance(left, Content) or isinstance(right, Content):
            return _unequal_contents(left)
        if _may_choose(left) and _may_choose(right):
            return self._choice(left, right, hint, named)
        atoms = [self._as_atom_in(arm, v) for arm, v in ((self.first, left), (self.second, right))]
        if None not in atoms and join(atoms[0].type, atoms[1].type) is not None:  # type: ignore[union-attr]
            return self._result(atoms[0], atoms[1], hint, named)  # type: ignore[arg-type]
        return Poison(
            f"{_shown(hint)} has values of different kinds on the two branches", "give it values of one kind on both"
        )

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
        return self._result(left, right, hint, named)

    def _result(self, left: Atom, right: Atom, hint: str, named: bool) -> Var:
        """A result of the branch; the same pair of values is one result, so that names of one array stay so."""
        key = (id(left), id(right))
        if key not in self.results:
            type_ = join(left.type, right.type)
            assert type_ is not None
            active = self.reader.is_active(left) or self.reader.is_active(right)
            var = self.reader.new_var(hint, type_, named, active and is_continuous(type_))
            self.reader.share(var, left)
            self.reader.share(var, right)
            self.results[key] = (left, right, var)
        return self.results[key][2]


def _first_born(reader: Joins, arm: Arm) -> int:
    for op in arm.builder.ops:
        for var in op.results:
            return reader.born.get(var, 0)
    return len(reader.born)


def _shown(hint: str) -> str:
    return "a value" if hint == "t" else f"`{hint}`"


def _may_choose(value: Value) -> bool:
    return isinstance(value, (*_CALLABLE, Choice)) or is_code(value) or is_none(value) or not isinstance(value, Compound)


def _unequal_contents(left: Value) -> Poison:
    return Poison(
        "this has different entries on different paths",
        "give it all its entries before the branch or loop, or use one array",
    )


def _part_name(value: Compound, k: int, hint: str) -> str:
    if isinstance(value, Content) and value.keys is not None and isinstance(value.keys[k], str):
        return value.keys[k] if value.keys[k].isidentifier() else hint
    return hint


def _aligned(left: Content, right: Content) -> tuple[Content, Content]:
    """The fields of two instances in one order; a field that only one has is undefined in the other."""
    if left.kind != "instance" or left.keys == right.keys or left.keys is None or right.keys is None:
        return left, right
    names = tuple(dict.fromkeys((*left.keys, *right.keys)))

    def with_all(content: Content) -> Content:
        known = dict(zip(content.keys or (), content.items, strict=True))
        return Content("instance", tuple(known.get(name, UNDEF) for name in names), names)

    return with_all(left), with_all(right)


class _Reading:
    """One reading of a loop's body, with what is carried according to `plan`."""

    def __init__(
        self,
        reader: Joins,
        bounded: bool,
        body: Callable[[Atom], None],
        exit_flag: Key | None,
        hint: str,
        plan: dict[Key, Value],
    ) -> None:
        self.reader, self.plan, self.exit_flag = reader, plan, exit_flag
        self.grew = False
        self.params: list[Var] = []
        outer, dead, activations, births = reader.builder, reader.dead, len(reader.activated), len(reader.born)
        self.builder = reader.builder = Builder(outer.origin)
        self.index = reader.new_var(hint, INT, True) if bounded else None
        reader.dead = False
        reader.store.begin()
        reader.depth += 1
        try:
            self.entries = {key: self._instance(shape, *hint_of(key)) for key, shape in plan.items()}
            for key, value in self.entries.items():
                reader.store.set(key, value)
            if exit_flag is not None:
                reader.store.set(exit_flag, FALSE)
            body(self.index if self.index is not None else UNDEF)
        finally:
            reader.depth -= 1
            self.changes = reader.store.end()
            self.dead, reader.builder, reader.dead = reader.dead, outer, dead
        news = reader.activated[activations:]
        self.grew = any(reader.born.get(var, 0) < births for var in news)

    def _instance(self, shape: Value, hint: str, named: bool, params: list[Var] | None = None) -> Value:
        """A value of this shape, with a new parameter for each slot."""
        made = self.params if params is None else params
        if isinstance(shape, Slot):
            if isinstance(shape.type, Undefined):
                return UNDEF
            made.append(self.reader.new_var(hint, shape.type, named, shape.active))
            return made[-1]
        if isinstance(shape, Compound):
            parts = (
                self._instance(p, _part_name(shape, k, hint), named, params) for k, p in enumerate(shape.parts)
            )
            return shape.rebuilt(tuple(parts)) if shape.parts else shape
        return shape

    # widening -------------------------------------------------------------------------------------------------------

    def widen(self) -> bool:
        """Extend the plan by what the body has changed; whether it has grown."""
        for key in self.changes.outer():
            if key == self.exit_flag:
                continue
            before = self.reader.store.get(key)
            shape = self.plan.get(key, before)
            entry, after = self.entries.get(key, before), self.changes.values[key]
            self.reader.grow_if_unequal(key, shape, after)
            widened = self._shape(shape, entry, after)
            if widened is not shape:
                self.plan[key] = widened
        return self.grew

    def _grown(self, shape: Value) -> Value:
        self.grew = True
        return shape

    def _shape(self, shape: Value, entry: Value, after: Value) -> Value:
        """The shape that also holds what the body leaves."""
        if after is entry or isinstance(shape, Poison) or same_atom(after, entry):
            return shape
        if isinstance(after, Poison):
            return self._grown(after)
        if shape is UNDEF:
            return self._grown(self._slots(after))
        if isinstance(shape, Slot):
            return self._slot(shape, after)
        if after is UNDEF:
            return self._grown(self._slots(shape))
        if isinstance(shape, Compound) and isinstance(after, Compound):
            return self._compound(shape, entry, after)
        if isinstance(shape, Compound) or isinstance(after, Compound) or is_code(shape) or is_code(after):
            return self._unlike(shape, after)
        return self._slot(Slot(shape.type, self.reader.is_active(shape)), after, fresh=True)

    def _slot(self, slot: Slot, after: Value, fresh: bool = False) -> Value:
        if isinstance(after, Compound):
            if isinstance(slot.type, Undefined):
                return self._grown(self._slots(after))
            if not isinstance(after, TupleValue):
                return self._unlike(slot, after)
            after = self._as_atom_inside(after)
        joined = join(slot.type, after.type)
        if joined is None:
            return self._unlike(slot, after)
        active = slot.active or (self.reader.is_active(after) and is_continuous(joined))
        if not fresh and (joined, active) == (slot.type, slot.active):
            return slot
        return self._grown(Slot(joined, active))

    def _slots(self, value: Value) -> Value:
        """The shape of a value that is not defined before the loop, or not always behind it."""
        if isinstance(value, Reference):
            if self.changes.is_outer(value.cell):
                return value
            if value.cell.kind == "list":
                self.reader.grow(value.cell)
            return Poison("an object made in a loop is used behind the trip that makes it", "make it before the loop")
        if isinstance(value, Compound):
            return value.rebuilt(tuple(map(self._slots, value.parts))) if value.parts else value
        if is_static_only(value):
            return value
        return Slot(value.type, self.reader.is_active(value))

    def _compound(self, shape: Compound, entry: Value, after: Compound) -> Value:
        if isinstance(shape, Content) and isinstance(after, Content) and isinstance(entry, Content):
            shape, after = _aligned(shape, after)
            if shape.keys is not None:
                entry = _aligned(entry, after)[0]
        if shape.shape == after.shape:
            given = entry.parts if isinstance(entry, Compound) else (UNDEF,) * len(after.parts)
            parts = tuple(map(self._shape, shape.parts, given, after.parts))
            same = len(parts) == len(shape.parts) and all(a is b for a, b in zip(parts, shape.parts, strict=True))
            return shape if same else shape.rebuilt(parts)
        return self._unlike(shape, after)

    def _unlike(self, shape: Value, after: Value) -> Value:
        for value in (after, shape):
            if isinstance(value, Reference) and value.cell.kind == "list" and value.cell.origin is None:
                self.reader.grow(value.cell)
        if isinstance(shape, Content):
            return self._grown(_unequal_contents(shape))
        return self._grown(
            Poison("this has values of different kinds from one trip of a loop to the next", "give it values of one kind")
        )

    def _as_atom_inside(self, value: Value) -> Atom:
        if not isinstance(value, Compound):
            return value
        outer, self.reader.builder = self.reader.builder, self.builder
        try:
            return self.reader.as_atom(value)
        finally:
            self.reader.builder = outer

    # the op -----------------------------------------------------------------------------------------------------------

    def close(self, bounds: tuple[Atom, Atom, Atom] | None) -> None:
        """Append the loop, and set what it leaves."""
        reader = self.reader
        inits: list[Atom] = []
        nexts: list[Atom] = []
        results: list[Var] = []
        left = {}
        for key, shape in self.plan.items():
            inits += self._at_slots(shape, reader.store.get(key), reader.as_atom)
            nexts += self._at_slots(shape, self.changes.values.get(key, self.entries[key]), self._as_atom_inside)
            left[key] = self._instance(shape, *hint_of(key), params=results)
        ends = self._end(bounds is None, inits, nexts, results, left)
        for init, param, after, result in zip(inits, self.params, nexts, results, strict=True):
            for other in (init, after, result):
                reader.share(param, other)
        first = [] if self.index is None else [self.index]
        yields = (*(() if ends is None else (ends,)), *nexts)
        body = Block((*first, *self.params), tuple(self.builder.ops), yields)
        if body.ops or results:
            reader.builder.loop(bounds, inits, body, results, exits=ends is not None)
        for key, value in left.items():
            reader.store.set(key, value)

    def _end(
        self, forever: bool, inits: list[Atom], nexts: list[Atom], results: list[Var], left: dict[Key, Value]
    ) -> Atom | None:
        """What says that the loop ends; a loop with bounds leaves its flag for what follows."""
        if self.exit_flag is None:
            return FALSE if forever else None
        end = self.changes.values[self.exit_flag]
        if forever:
            left[self.exit_flag] = TRUE
        elif same_atom(end, FALSE):
            return None
        else:
            hint = hint_of(self.exit_flag)[0]
            self.params.append(self.reader.new_var(hint, BOOL))
            inits.append(FALSE)
            nexts.append(end)  # type: ignore[arg-type]
            results.append(self.reader.new_var(hint, BOOL))
            left[self.exit_flag] = results[-1]
        return end  # type: ignore[return-value]

    def _at_slots(self, shape: Value, value: Value, atom: Callable[[Value], Atom]) -> Iterator[Atom]:
        """The atoms of a value that stand where the shape has slots."""
        if isinstance(shape, Slot):
            if not isinstance(shape.type, Undefined):
                yield atom(value)
        elif isinstance(shape, Content) and isinstance(value, Content) and shape.keys is not None:
            for key, part in zip(shape.keys, shape.parts, strict=True):
                yield from self._at_slots(part, value.get(key) or UNDEF, atom)
        elif isinstance(shape, Compound):
            parts = value.parts if isinstance(value, Compound) else (UNDEF,) * len(shape.parts)
            for part, item in zip(shape.parts, parts, strict=True):
                yield from self._at_slots(part, item, atom)
