"""Loops: a body is read again and again, with more and more of what it writes as parameters ("slots") of the body,
until nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ..ir.build import UNDEF, Builder
from ..ir.nodes import Atom, Block, Var
from ..ir.types import BOOL, INT, STRUCTURES, Undefined, is_continuous, join
from .carried import Carried, can_follow, freeze, misses_field, successor
from .core import Core
from .environment import Key
from .joins import aligned, hint_of, is_static_only, part_name, unequal_contents
from .slots import Side, Slot, at_slots
from .values import (
    FALSE,
    NONE,
    TRUE,
    Cell,
    Choice,
    Compound,
    Content,
    Poison,
    Reference,
    TupleValue,
    Value,
    as_optional,
    atoms_of,
    is_code,
    is_optional,
    same_atom,
)

_ROUNDS = 60


class Loops(Core):
    """`loop`."""

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


class _Reading:
    """One reading of a loop's body, with what is carried according to `plan`."""

    def __init__(
        self,
        reader: Core,
        bounded: bool,
        body: Callable[[Atom], None],
        exit_flag: Key | None,
        hint: str,
        plan: dict[Key, Value],
    ) -> None:
        self.reader, self.plan, self.exit_flag = reader, plan, exit_flag
        self.grew = False
        self.params: list[Var] = []
        self.held: dict[Cell, Value] = {}
        outer, dead, facts = reader.builder, reader.dead, reader.facts
        activations, births = len(reader.activated), len(reader.born)
        self.builder = reader.builder = Builder(outer.origin)
        self.index = reader.new_var(hint, INT, True) if bounded else None
        reader.dead = False
        reader.store.begin()
        reader.depth += 1
        try:
            self.entries = {key: self._instance(shape, *hint_of(key)) for key, shape in plan.items()}
            for key, value in self.entries.items():
                if reader.store.get(key) is UNDEF:
                    reader.unsure.update(atoms_of(value))
                if isinstance(value, Var) and reader.is_active(value):
                    reader.reasons.note(value, filter(reader.is_active, [reader.store.get(key)]), None)
                reader.store.set(key, value)
            if exit_flag is not None:
                reader.store.set(exit_flag, FALSE)
            body(self.index if self.index is not None else UNDEF)
        finally:
            reader.depth -= 1
            self.changes = reader.store.end()
            self.dead, reader.builder, reader.dead, reader.facts = reader.dead, outer, dead, facts
        news = reader.activated[activations:]
        self.grew = any(reader.born.get(var, 0) < births for var in news)

    def _instance(self, shape: Value, hint: str, named: bool, params: list[Var] | None = None) -> Value:
        """A value of this shape, with a new parameter for each slot."""
        made = self.params if params is None else params
        if isinstance(shape, Slot):
            if isinstance(shape.type, Undefined):
                return UNDEF
            made.append(self.reader.new_var(hint, shape.type, named, shape.active))
            if shape.owned:
                self.reader.own(made[-1])
            return made[-1]
        if isinstance(shape, Carried):
            cell = successor(shape.cell, shape.frozen)
            self.held[cell] = self._instance(shape.content, hint, named, params)
            self.reader.store.set(cell, self.held[cell])
            return Reference(cell)
        if isinstance(shape, Compound):
            parts = (self._instance(p, part_name(shape, k, hint), named, params) for k, p in enumerate(shape.parts))
            return shape.rebuilt(tuple(parts)) if shape.parts else shape
        return shape

    # widening ---------------------------------------------------------------------------------------------------------

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
        if isinstance(shape, Carried):
            return self._carried(shape, entry, after)
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
        return self._structure(shape, entry, after) or self._leaf(shape, entry, after)

    def _structure(self, shape: Value, entry: Value, after: Value) -> Value | None:
        """Structures of the compiler or of the program, part by part; None for other values."""
        before = self._outside(shape, after)
        if not isinstance(before, (TupleValue, Reference)):
            return None
        behind = self._inside(after)
        if isinstance(before, Reference) and isinstance(behind, Reference) and before.cell is not behind.cell:
            return self._begun(before, behind) or self._unlike(shape, after)
        if isinstance(before, TupleValue) and isinstance(behind, TupleValue):
            return self._compound(before, before if entry is shape else entry, behind)
        return None

    def _leaf(self, shape: Value, entry: Value, after: Value) -> Value:
        if isinstance(shape, Compound) and isinstance(after, Compound):
            return self._compound(shape, entry, after)
        if isinstance(shape, Compound) or isinstance(after, Compound) or is_code(shape) or is_code(after):
            return self._unlike(shape, after)
        if is_optional(shape) != is_optional(after):
            return self._unlike(shape, after)
        slot = Slot(shape.type, self.reader.is_active(shape), self.reader.is_owned(shape))
        return self._slot(slot, after, fresh=True)

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
        owned = slot.owned and self.reader.is_owned(after)
        if not fresh and (joined, active, owned) == (slot.type, slot.active, slot.owned):
            return slot
        return self._grown(Slot(joined, active, owned))

    def _slots(self, value: Value) -> Value:
        """The shape of a value that is not defined before the loop, or not always behind it."""
        if isinstance(value, Reference):
            if self.changes.is_outer(value.cell):
                return value
            if can_follow(value.cell, value.cell):
                counts = self._references()
                frozen = freeze((value.cell, value.cell), (counts, counts))
                return Carried(value.cell, self._slots(self._left_in(value.cell)), frozen)
            if value.cell.kind == "list":
                self.reader.grow(value.cell)
            return Poison("an object made in a loop is used behind the trip that makes it", "make it before the loop")
        if isinstance(value, Compound):
            return value.rebuilt(tuple(map(self._slots, value.parts))) if value.parts else value
        if is_static_only(value):
            return value
        return Slot(value.type, self.reader.is_active(value), self.reader.is_owned(value))

    # objects ----------------------------------------------------------------------------------------------------------

    def _begun(self, before: Reference, behind: Reference) -> Value | None:
        """The shape of an object which the body binds anew; None where its kind is another."""
        if not can_follow(before.cell, behind.cell):
            return None
        held = self.reader.store.get(before.cell)
        counts = self.reader.store.references(self.reader.frame), self._references()
        frozen = freeze((before.cell, behind.cell), counts)
        return self._grown(Carried(before.cell, self._content(before.cell, held, held, behind.cell), frozen))

    def _carried(self, shape: Carried, entry: Value | None, after: Value) -> Value:
        """The shape of an object that is carried already."""
        if after is UNDEF:
            return shape
        behind = self._inside(after)
        if not isinstance(behind, Reference) or not can_follow(shape.cell, behind.cell):
            return self._unlike(shape, after)
        held = self.held.get(entry.cell) if isinstance(entry, Reference) else None
        content = self._content(shape.cell, shape.content, held, behind.cell)
        counts = self._references()
        frozen = freeze((behind.cell, behind.cell), (counts, counts)) or shape.frozen
        if content is shape.content and frozen == shape.frozen:
            return shape
        return self._grown(Carried(shape.cell, content, frozen))

    def _content(self, cell: Cell, shape: Value, held: Value | None, behind: Cell) -> Value:
        """The shape of what an object holds."""
        left = self._left_in(behind)
        if isinstance(shape, Content) and isinstance(left, Content) and misses_field(cell, shape, left):
            return self._grown(unequal_contents(shape))
        return self._shape(shape, held, left)

    def _left_in(self, cell: Cell) -> Value:
        """What a cell holds at the end of the body."""
        return self.changes.values.get(cell, self.reader.store.get(cell))

    def _references(self) -> Counter[Cell]:
        return self.reader.store.references(self.reader.frame, self.changes)

    def _outside(self, value: Value, other: Value) -> Value:
        """A structure of the program that is another one behind the body."""
        known = isinstance(other, (TupleValue, Reference)) or (isinstance(other, Var) and other is not value)
        return self.reader.opened_structure(value) if isinstance(value, Var) and known else value

    def _inside(self, value: Value) -> Value:
        if not isinstance(value, Var) or not isinstance(value.type, STRUCTURES):
            return value
        outer, self.reader.builder = self.reader.builder, self.builder
        try:
            return self.reader.opened_structure(value)
        finally:
            self.reader.builder = outer

    def _compound(self, shape: Compound, entry: Value, after: Compound) -> Value:
        if isinstance(shape, Content) and isinstance(after, Content) and isinstance(entry, Content):
            shape, after = aligned(shape, after)
            if shape.keys is not None:
                entry = aligned(entry, after)[0]
        if shape.shape == after.shape:
            given = entry.parts if isinstance(entry, Compound) else (UNDEF,) * len(after.parts)
            parts = tuple(map(self._shape, shape.parts, given, after.parts))
            same = len(parts) == len(shape.parts) and all(a is b for a, b in zip(parts, shape.parts, strict=True))
            return shape if same else shape.rebuilt(parts)
        return self._unlike(shape, after)

    def _optional(self, shape: Value, after: Value) -> Value | None:
        """The shape of a value that may be None."""
        old = Choice(FALSE, NONE, shape) if isinstance(shape, Slot) else as_optional(shape)
        new = as_optional(after)
        if old is None or new is None:
            return None
        is_none_ = old.chosen if isinstance(old.chosen, Slot) else self._grown(Slot(BOOL))
        inner = self._shape(old.second, None, new.second)  # type: ignore[arg-type]
        same = is_none_ is old.chosen and inner is old.second and isinstance(shape, Choice)
        return shape if same else Choice(is_none_, NONE, inner)  # type: ignore[arg-type]

    def _unlike(self, shape: Value, after: Value) -> Value:
        if is_optional(shape) or is_optional(after):
            found = self._optional(shape, after)
            if found is not None:
                return found
        for value in (after, shape):
            if isinstance(value, Reference) and value.cell.kind == "list" and value.cell.origin is None:
                self.reader.grow(value.cell)
        if isinstance(shape, Content):
            return self._grown(unequal_contents(shape))
        return self._grown(
            Poison(
                "this has values of different kinds from one trip of a loop to the next", "give it values of one kind"
            )
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
        before = Side(reader.as_atom, reader.store.get, reader.opened_structure)
        behind = Side(self._as_atom_inside, self._left_in, self._inside)
        for key, shape in self.plan.items():
            inits += at_slots(shape, reader.store.get(key), before)
            nexts += at_slots(shape, self.changes.values.get(key, self.entries[key]), behind)
            left[key] = self._instance(shape, *hint_of(key), params=results)
        ends = self._end(bounds is None, inits, nexts, results, left)
        for init, param, after, result in zip(inits, self.params, nexts, results, strict=True):
            for other in (init, after, result):
                reader.share(param, other, joined=True)
            if init is UNDEF or not reader.unsure.isdisjoint((init, after)):
                reader.unsure.add(result)
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
