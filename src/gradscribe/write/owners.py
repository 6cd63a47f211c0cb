"""Which values own their memory, and whether a place is the last at which it is looked at.

A value owns its memory if a fresh operation made it, or if it stands for a location (a carried value of a loop, a
result of a branch) that only owned memory enters. The answers err on the side of "no".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..ir.indexing import index_parts
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, loop_of, walk
from ..ir.primitives import (
    APPEND,
    ASSERT,
    CALL,
    EXTERNAL,
    GETITEM,
    IF,
    LOOP,
    RAISE,
    SETITEM,
    UNBROADCAST,
    VADDAT,
)
from ..ir.types import Array, List, Type
from .ordering import has_memory


@dataclass(frozen=True)
class Entry:
    """A value that enters a location: at the inits of a loop (`place` is the op), or at the end of a block."""

    place: Op | Block
    position: int
    value: Atom

    @property
    def others(self) -> list[Atom]:
        """What else is passed on there."""
        every = self.place.yields if isinstance(self.place, Block) else self.place.args
        return [a for k, a in enumerate(every) if k != self.position]


@dataclass(eq=False)
class Slot:
    """A location. `must`: it has to be owned, by copies if need be. `owned`: it is."""

    values: tuple[Var, ...]
    entries: list[Entry]
    owned: bool
    must: bool = False


class Owners:
    """The facts about one function."""

    def __init__(self, function: Function) -> None:
        self.definition: dict[Var, Op] = {}
        self.slot: dict[Var, Slot] = {}
        self.slots: list[Slot] = []
        self.derived: dict[Var, list[Var]] = {}
        self.escapes: dict[Var, list[Op]] = {}
        self.places = _Places(function.body)
        self._gather(function.body)
        self._demand(function)
        self._settle()

    def owns(self, value: Var) -> bool:
        """Whether the memory of a value belongs to it alone when it is defined."""
        if value in self.slot:
            return self.slot[value].owned
        op = self.definition.get(value)
        return op is not None and can_own(value.type) and (op.primitive is VADDAT or _is_fresh(op))

    def in_place(self, op: Op) -> bool:
        """Whether an op that adds to its first operand may do so in place."""
        target = op.args[0]
        if not isinstance(target, Var) or not self.owns(target):
            return False
        shared = self._sharing(target)
        others = [*op.args[1:], *(v for _, v in op.keywords)]
        return shared.isdisjoint(others) and not self._is_known(shared, op)

    def may_enter(self, slot: Slot, entry: Entry) -> bool:
        """Whether a value hands its memory over to a location as it is."""
        value = entry.value
        if not isinstance(value, Var) or not self.owns(value):
            return False
        if any(a is value for a in entry.others):
            return False
        behind = set().union(*(self._sharing(v) for v in slot.values)) - {value}
        shared = self._sharing(value) - behind - set(slot.values)
        if not shared.isdisjoint(entry.others) or self._is_known(shared, entry.place):
            return False
        return isinstance(entry.place, Block) or not self.places.mentions(entry.place.blocks[0], shared)

    def _is_known(self, shared: set[Atom], place: Op | Block) -> bool:
        """Whether memory is looked at behind a place by one of these values, or was given away before it."""
        if any(self.places.is_live_behind(place, v) for v in shared if isinstance(v, Var)):
            return True
        return any(self.places.may_precede(op, place) for v in shared for op in self.escapes.get(v, ()))

    def _sharing(self, value: Var) -> set[Atom]:
        """All values that may be derived from a value, itself included."""
        found: set[Atom] = {value}
        todo = [value]
        while todo:
            for other in self.derived.get(todo.pop(), ()):
                if other not in found:
                    found.add(other)
                    todo.append(other)
        return found

    # tables -----------------------------------------------------------------------------------------------------------

    def _gather(self, block: Block) -> None:
        for op in block.ops:
            self.definition.update(dict.fromkeys(op.results, op))
            if op.primitive is IF:
                for k, result in enumerate(op.results):
                    self._add_slot((result,), [Entry(arm, k, arm.yields[k]) for arm in op.blocks])
            elif op.primitive is LOOP:
                self._gather_loop(op)
            else:
                self._gather_op(op)
            for inner in op.blocks:
                self._gather(inner)

    def _gather_loop(self, op: Op) -> None:
        loop = loop_of(op)
        first = len(op.args) - len(loop.inits)
        ahead = len(loop.body.yields) - len(loop.nexts)
        for k, (param, result) in enumerate(zip(loop.carried, loop.results, strict=True)):
            entries = [Entry(op, first + k, loop.inits[k]), Entry(loop.body, ahead + k, loop.nexts[k])]
            self._add_slot((param, result), entries)

    def _add_slot(self, values: tuple[Var, ...], entries: list[Entry]) -> None:
        slot = Slot(values, entries, owned=all(can_own(v.type) for v in values))
        self.slots.append(slot)
        for value in values:
            self.slot[value] = slot
            for entry in entries:
                self._derive(entry.value, value)

    def _gather_op(self, op: Op) -> None:
        for result in op.results:
            if has_memory(result.type) and not _is_fresh(op):
                for atom in op.inputs:
                    self._derive(atom, result)
        for atom in _kept(op):
            if isinstance(atom, Var):
                self.escapes.setdefault(atom, []).append(op)

    def _derive(self, source: Atom, result: Var) -> None:
        if isinstance(source, Var) and has_memory(source.type) and source is not result:
            self.derived.setdefault(source, []).append(result)

    # who owns ---------------------------------------------------------------------------------------------------------

    def _demand(self, function: Function) -> None:
        """Locations that a `vaddat` reads are owned, come what may, and so are those from which they are entered."""
        todo = [op.args[0] for op in walk(function.body) if op.primitive is VADDAT]
        while todo:
            atom = todo.pop()
            slot = self.slot.get(atom) if isinstance(atom, Var) else None
            if slot is not None and not slot.must and slot.owned:
                slot.must = True
                todo += [entry.value for entry in slot.entries]

    def _settle(self) -> None:
        """Other locations are owned where everything that enters them is."""
        changed = True
        while changed:
            changed = False
            for slot in self.slots:
                if slot.owned and not slot.must and not all(self.may_enter(slot, entry) for entry in slot.entries):
                    slot.owned, changed = False, True


class _Places:
    """Where ops stand and values are used, for questions about before and behind."""

    def __init__(self, body: Block) -> None:
        self.above: dict[Block, tuple[Op, Block] | None] = {body: None}
        self.at: dict[Op, tuple[Block, int]] = {}
        self.defined: dict[Var, tuple[Block, int]] = {}
        self.last: dict[Var, dict[Block, int]] = {}
        self._scan(body)

    def _scan(self, block: Block) -> None:
        self.defined.update(dict.fromkeys(block.params, (block, -1)))
        for k, op in enumerate(block.ops):
            self.at[op] = (block, k)
            self._use(op.inputs, block, k)
            for inner in op.blocks:
                self.above[inner] = (op, block)
                self._scan(inner)
            self.defined.update(dict.fromkeys(op.results, (block, k)))
        self._use(block.yields, block, len(block.ops))

    def _use(self, atoms: Iterable[Atom], block: Block, at: int) -> None:
        for atom in atoms:
            if isinstance(atom, Var):
                for place, k in self._chain(block, at):
                    last = self.last.setdefault(atom, {})
                    last[place] = max(last.get(place, -1), k)

    def _chain(self, block: Block, at: int) -> Iterator[tuple[Block, int]]:
        """A place, seen from its block and from each block around it."""
        while True:
            yield block, at
            outer = self.above[block]
            if outer is None:
                return
            op, block = outer
            at = self.at[op][1]

    def chain(self, place: Op | Block) -> list[tuple[Block, int]]:
        block, at = (place, len(place.ops)) if isinstance(place, Block) else self.at[place]
        return list(self._chain(block, at))

    def is_live_behind(self, place: Op | Block, value: Var) -> bool:
        """Whether a value that is defined at a place is read behind it."""
        home, born = self.defined[value]
        last = self.last.get(value, {})
        live = False
        for block, at in self.chain(place):
            live = live or last.get(block, -1) > at
            if block is home:
                return live and born < at
            live = live or (self._is_loop(block) and block in last)
        return False

    def _is_loop(self, block: Block) -> bool:
        outer = self.above[block]
        return outer is not None and outer[0].primitive is LOOP

    def may_precede(self, op: Op, place: Op | Block) -> bool:
        """Whether an op may run before control comes to a place."""
        other = dict(self.chain(place))
        for block, at in self.chain(op):
            if block in other:
                around = any(self._is_loop(b) for b, _ in self._chain(block, at))
                return at < other[block] or around
        return True

    def mentions(self, block: Block, values: Iterable[Atom]) -> bool:
        """Whether a block reads one of the values."""
        return any(block in self.last.get(v, {}) for v in values)


# ------------------------------------------------------------------ what an op does


def can_own(type_: Type) -> bool:
    """Whether memory of this type can be updated in place: arrays that are not 0-d, and lists."""
    return (isinstance(type_, Array) and type_.ndim > 0) or isinstance(type_, List)


def _is_fresh(op: Op) -> bool:
    """Whether the result is an array (or list) that nothing else shares."""
    if op.primitive is GETITEM:
        container, index = op.args
        if isinstance(container.type, List):
            return isinstance(index, Const) and isinstance(index.value, slice)
        return isinstance(container.type, Array) and any(isinstance(t, Array) for t, _ in index_parts(index))
    if op.primitive in (EXTERNAL, CALL, UNBROADCAST) or op.primitive.effect or op.primitive.writes:
        return False
    if op.primitive.name == "list_":
        return True
    return op.aliasing == "fresh" and isinstance(op.result.type, Array)


def _kept(op: Op) -> Sequence[Atom]:
    """The operands of which an op may keep a reference."""
    if op.primitive is APPEND:
        return op.args[1:]
    if op.primitive is SETITEM:
        return () if isinstance(op.args[0].type, Array) else op.args[2:]
    if op.primitive is CALL or (op.primitive.effect and op.primitive not in (RAISE, ASSERT)):
        return op.inputs
    return ()
