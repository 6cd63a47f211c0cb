"""Loops whose trips may run in any order, or several at a time.

A loop is independent if nothing goes from trip to trip, it has no effect but on entries of arrays, and each array that
it writes is met by each trip in entries of its own: one index is the same form in all accesses, up to values that are
the same in all trips, and grows with the trip. All indices are known to be in range, so that none counts from the end.
What cannot be shown is left as it is. A sum that a loop carries is none of these: it stays in its order.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..analyse.linear import Form, Symbol
from ..ir.build import Builder
from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Block, Const, Function, LoopShape, Op, Var, loop_of, replace, walk
from ..ir.primitives import ADDAT, CALL, GETITEM, LENGTH, LOOP, SETITEM, SHAPE, TUPLE
from ..ir.types import Array, Scalar
from ..write.ordering import Ordering
from ..write.prune import prune
from .facts import Facts
from .views import PLACE

FEWEST = 16
"""The number of trips below which a loop is never worth several processors."""

Pairs = dict[tuple[Var, Var], None]


def mark_independent(function: Function) -> tuple[Function, Pairs]:
    """The function with its outermost independent loops marked, upwards: those that are nested as deep as any of them,
    as the others (the borders of a grid) are done by the time that the processors have been called together.

    Args:
        function: one whose indices are all in range.

    Returns:
        the function, and the pairs of parameters that must share no memory.
    """
    function = _without_passing(function)
    marking = _Marking(function)
    marking.find(function.body)
    deepest = max(map(_depth, marking.found), default=0)
    marking.found = {op: pairs for op, pairs in marking.found.items() if _depth(op) == deepest}
    pairs = {pair: None for pairs in marking.found.values() for pair in pairs}
    return replace(function, body=marking.block(function.body)), pairs


def _without_passing(function: Function) -> Function:
    """The function without what loops hand on as it is: arrays that are added to in place."""
    before, now = -1, _carried(function)
    while now != before:
        function = prune(function)
        before, now = now, _carried(function)
    return function


def _carried(function: Function) -> int:
    return sum(len(op.results) for op in walk(function.body) if op.primitive is LOOP)


def _depth(op: Op) -> int:
    """How many loops are nested in an op, itself included."""
    inner = max((_depth(o) for b in op.blocks for o in b.ops), default=0)
    return inner + (op.primitive is LOOP)


class _Marking:
    def __init__(self, function: Function) -> None:
        self.facts, self.ordering = Facts(function), Ordering(function)
        self.params = set(function.body.params)
        self.definition = self.facts.definition
        self.used = {a for op in walk(function.body) for a in op.inputs} | set(function.body.yields)
        self.used |= {a for op in walk(function.body) for b in op.blocks for a in b.yields}
        self.found: dict[Op, Pairs] = {}

    def find(self, block: Block) -> None:
        """Note the outermost independent loops."""
        for op in block.ops:
            pairs = self._pairs_of(op) if op.primitive is LOOP else None
            if pairs is not None:
                self.found[op] = pairs
            else:
                for inner in op.blocks:
                    self.find(inner)

    def block(self, block: Block) -> Block:
        """The block with those loops marked."""
        ops: list[Op] = []
        for op in block.ops:
            if op in self.found:
                ops += self._upwards(op)
            else:
                ops.append(replace(op, blocks=tuple(map(self.block, op.blocks))) if op.blocks else op)
        return replace(block, ops=tuple(ops))

    def _pairs_of(self, op: Op) -> Pairs | None:
        """The parameters that must share no memory for a loop to be independent; None where it is not."""
        loop = loop_of(op)
        step = loop.step.value if isinstance(loop.step, Const) else None
        if loop.index is None or op.static.exits or loop.carried or op.keywords or step not in (1, -1):
            return None
        trips = (self.facts.form(loop.stop) - self.facts.form(loop.start)) * step  # type: ignore[arg-type]
        if not trips.terms and trips.constant < FEWEST:
            return None
        return _Body(self, loop.index, list(walk(loop.body))).pairs()

    def _upwards(self, op: Op) -> list[Op]:
        """An independent loop, marked, its index growing."""
        shape = LoopShape(bounded=True, exits=False, independent=True)
        start, stop, step = op.args[:3]
        if step.value == 1:  # type: ignore[union-attr]
            return [replace(op, static=shape)]
        around = Builder(op.origin)
        bounds = [self.facts.atom(around, self.facts.form(bound) + 1) for bound in (stop, start)]
        return [*around.ops, replace(op, args=(*bounds, Const(1)), static=shape)]


class _Body:
    """What a loop does in one trip."""

    def __init__(self, marking: _Marking, index: Var, ops: list[Op]) -> None:
        self.marking, self.index, self.ops = marking, index, ops
        self.inside: set[Atom] = {index, *(r for op in ops for r in op.results)}
        self.inside |= {p for op in ops for b in op.blocks for p in b.params}

    def pairs(self) -> Pairs | None:
        region = self.marking.ordering.region
        reached: dict[Var, dict[Var, None]] = {}
        for array in self._outer_arrays():
            reached.setdefault(region(array), {})[array] = None
        written: dict[Var, None] = {}
        for op in self.ops:
            if not self._is_harmless(op):
                return None
            targets = [op.args[k] for k in op.primitive.writes]
            written.update((t, None) for t in targets if isinstance(t, Var) and region(t) in reached)
        found: Pairs = {}
        for array in written:
            others = [a for a in reached[region(array)] if a is not array]
            if array in self.inside or not self._has_own_entries(array):
                return None
            if not self.marking.params.issuperset([array, *others] if others else ()):
                return None
            found.update(((array, other), None) for other in others)
        return found

    def _outer_arrays(self) -> Iterator[Var]:
        """The arrays that are there before the loop, and views of them."""
        outer = {a for op in self.ops for a in op.inputs if a not in self.inside}
        regions = {self.marking.ordering.region(a) for a in outer if isinstance(a, Var) and isinstance(a.type, Array)}
        for atom in dict.fromkeys(a for op in self.ops for a in (*op.inputs, *op.results)):
            is_array = isinstance(atom, Var) and isinstance(atom.type, Array) and atom in self.marking.used
            if is_array and self.marking.ordering.region(atom) in regions:  # type: ignore[arg-type]
                yield atom  # type: ignore[misc]

    def _is_harmless(self, op: Op) -> bool:
        """Whether an op has no effect but on arrays, of which it writes single entries."""
        if op.blocks:
            return True  # what is inside is looked at by itself
        if op.primitive in (CALL, PLACE) or self.marking.ordering.effects.has_effect(op):  # an index may fail
            return False
        if any(not isinstance(a.type, (Scalar, Array)) and not _is_index(a) for a in op.inputs if isinstance(a, Var)):
            return op.primitive in (GETITEM, TUPLE)
        return not op.primitive.writes or (op.primitive in (SETITEM, ADDAT) and _is_entry(op))

    def _has_own_entries(self, array: Var) -> bool:
        """Whether no two trips meet in an entry of an array."""
        shared: list[Form | None] | None = None
        for op in self.ops:
            if array not in op.inputs or op.primitive in (SHAPE, LENGTH) or self._is_unused_view(op):
                continue
            if op.blocks or op.primitive not in (GETITEM, SETITEM, ADDAT) or not _is_entry(op) or array in op.args[1:]:
                return False
            forms = [self._growing(form) for form in self._forms(op.args[1])]
            shared = forms if shared is None else [_same(a, b) for a, b in zip(shared, forms, strict=True)]
        return shared is not None and any(shared)

    def _is_unused_view(self, op: Op) -> bool:
        """Whether an op is there no more once the program is written."""
        return op.aliasing == "view" and not any(r in self.marking.used for r in op.results)

    def _forms(self, index: Atom) -> list[Form]:
        made = self.marking.definition.get(index) if isinstance(index, Var) else None
        parts = made.args if made is not None and made.primitive is TUPLE else (index,)
        return [self.marking.facts.form(part) for part in parts]

    def _growing(self, form: Form) -> Form | None:
        """An index that is another in each trip, and the same throughout a trip."""
        if self.index not in form.terms:
            return None
        return None if any(self._varies(s) for s in form.terms if s is not self.index) else form

    def _varies(self, symbol: Symbol) -> bool:
        return any(part in self.inside for part in (symbol if isinstance(symbol, tuple) else (symbol,)))


def _is_index(atom: Var) -> bool:
    return not getattr(atom.type, "items", ()) or all(isinstance(t, Scalar) for t in atom.type.items)  # type: ignore[attr-defined]


def _is_entry(op: Op) -> bool:
    """Whether an access is to one entry."""
    array, index = op.args[:2]
    value = op.args[2] if len(op.args) > 2 else op.results[0]
    types = getattr(index.type, "items", (index.type,))
    whole = isinstance(array.type, Array) and array.type.ndim == len(types) and is_basic_index(index)
    return whole and isinstance(value.type, Scalar) and all(isinstance(t, Scalar) for t in types)


def _same(left: Form | None, right: Form | None) -> Form | None:
    return left if left is not None and right is not None and left.same_as(right) else None
