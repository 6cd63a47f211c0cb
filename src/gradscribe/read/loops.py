"""Loops: a body is read again and again, with more and more of what it writes as parameters ("slots") of the body,
until nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..ir.build import UNDEF, Builder
from ..ir.nodes import Atom, Block, Var
from ..ir.types import BOOL, INT, Type, Undefined, is_continuous, join
from .core import Core
from .environment import Key
from .joins import aligned, hint_of, is_static_only, part_name, unequal_contents
from .values import (
    FALSE,
    NONE,
    TRUE,
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


@dataclass(frozen=True, eq=False)
class Slot(Compound):
    """Where a value is carried through a loop."""

    type: Type
    active: bool = False
    owned: bool = False

    @property
    def shape(self) -> Any:
        return (Slot,)


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
        outer, dead, activations, births = reader.builder, reader.dead, len(reader.activated), len(reader.born)
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
            if shape.owned:
                self.reader.own(made[-1])
            return made[-1]
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
            if value.cell.kind == "list":
                self.reader.grow(value.cell)
            return Poison("an object made in a loop is used behind the trip that makes it", "make it before the loop")
        if isinstance(value, Compound):
            return value.rebuilt(tuple(map(self._slots, value.parts))) if value.parts else value
        if is_static_only(value):
            return value
        return Slot(value.type, self.reader.is_active(value), self.reader.is_owned(value))

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
        for key, shape in self.plan.items():
            inits += self._at_slots(shape, reader.store.get(key), reader.as_atom)
            nexts += self._at_slots(shape, self.changes.values.get(key, self.entries[key]), self._as_atom_inside)
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

    def _at_slots(self, shape: Value, value: Value, atom: Callable[[Value], Atom]) -> Iterator[Atom]:
        """The atoms of a value that stand where the shape has slots."""
        if isinstance(shape, Slot):
            if not isinstance(shape.type, Undefined):
                yield atom(value)
        elif isinstance(shape, Content) and isinstance(value, Content) and shape.keys is not None:
            for key, part in zip(shape.keys, shape.parts, strict=True):
                yield from self._at_slots(part, value.get(key) or UNDEF, atom)
        elif isinstance(shape, Choice):
            value = as_optional(value) or value if is_optional(shape) else value
            yield from self._at_parts(shape, value, atom)
        elif isinstance(shape, Compound):
            yield from self._at_parts(shape, value, atom)

    def _at_parts(self, shape: Compound, value: Value, atom: Callable[[Value], Atom]) -> Iterator[Atom]:
        parts = value.parts if isinstance(value, Compound) else (UNDEF,) * len(shape.parts)
        for part, item in zip(shape.parts, parts, strict=True):
            yield from self._at_slots(part, item, atom)
