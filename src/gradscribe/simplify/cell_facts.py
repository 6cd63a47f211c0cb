"""What passes ask about writes to the buffers of a derivative: which cells, whose memory, and who reads them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from ..analyse.regions import Regions, regions
from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Const, Function, Op, Var, walk, walk_op
from ..ir.primitives import ADDAT, GETITEM, SETITEM, SLICE_, TUPLE
from ..ir.types import Array

Derivative = Callable[[Op], bool]


class CellFacts:
    """Facts about one program; `made` are operations that a pass has added to the derivative."""

    def __init__(self, function: Function, derivative: Derivative) -> None:
        self.groups: Regions = regions(function)
        self.given = derivative
        self.made: set[Op] = set()
        self.definitions = {r: op for op in walk(function.body) for r in op.results}

    def derivative(self, op: Op) -> bool:
        return self.given(op) or op in self.made

    def is_zeroing(self, op: Op) -> bool:
        return (
            op.primitive is SETITEM
            and self.derivative(op)
            and isinstance(op.args[0].type, Array)
            and is_zero(op.args[2])
        )

    def same_cells(self, one: Op, other: Op) -> bool:
        return one.args[0] is other.args[0] and self._key(one.args[1]) == self._key(other.args[1])

    def covers(self, one: Op, other: Op) -> bool:
        """Whether one write is to all cells that another is to."""
        return self.same_cells(one, other) or (one.args[0] is other.args[0] and is_whole(one.args[1]))

    def accesses(self, op: Op, target: Atom) -> bool:
        """Whether an op, or one inside its blocks, may read or write the memory of `target` (a view only names it)."""
        assert isinstance(target, Var)
        region = self.groups.of(target)
        for inner in walk_op(op):
            viewing = inner is op and op.primitive is GETITEM and isinstance(op.result.type, Array)
            if viewing and self._is_view_of(op, target):
                continue
            if any(isinstance(a, Var) and self.groups.knows(a) and self.groups.of(a) is region for a in inner.inputs):
                return True
        return False

    def writes(self, op: Op, source: Var) -> bool:
        region = self.groups.of(source)
        mine = set(self.groups.writes(region))
        return any(inner in mine or self._rewritten(inner, region) for inner in walk_op(op))

    def mentions_memory(self, value: Atom, target: Atom) -> bool:
        known = isinstance(value, Var) and isinstance(target, Var) and self.groups.knows(value)
        return known and self.groups.of(value) is self.groups.of(target)  # type: ignore[arg-type]

    def is_left_alone(self, value: Atom, ops: Iterable[Op]) -> bool:
        """Whether a value, which may be a view, is the same behind these ops."""
        return not any(
            self.mentions_memory(value, inner.args[k])
            for op in ops
            for inner in walk_op(op)
            for k in inner.primitive.writes
        )

    def consumes(self, op: Op, value: Var) -> bool:
        """Whether an op only reads the value: it neither keeps it nor passes on its memory."""
        if op.primitive in (SETITEM, ADDAT):
            return (
                op.args[0] is not value and isinstance(op.args[0].type, Array) and not self._shares(op.args[0], value)
            )
        return not op.blocks and op.aliasing == "fresh" and op.primitive.is_pure and bool(op.results)

    def _is_view_of(self, op: Op, target: Var) -> bool:
        return is_basic_index(op.args[1]) and self.groups.of(op.result) is self.groups.of(target)

    def _shares(self, one: Atom, other: Var) -> bool:
        return isinstance(one, Var) and self.groups.of(one) is self.groups.of(other)

    def _rewritten(self, op: Op, region: object) -> bool:
        targets = [op.args[k] for k in op.primitive.writes]
        return any(isinstance(t, Var) and self.groups.of(t) is region for t in targets)

    def _key(self, atom: Atom) -> Hashable:
        """Equal for indices that are written alike."""
        if isinstance(atom, Const):
            return (type(atom.value).__name__, repr(atom.value))
        op = self.definitions.get(atom)
        if op is not None and op.primitive in (TUPLE, SLICE_):
            return (op.primitive.name, *map(self._key, op.args))
        return id(atom)


def is_zero(atom: Atom) -> bool:
    return isinstance(atom, Const) and type(atom.value) is float and atom.value == 0.0


def is_whole(index: Atom) -> bool:
    return isinstance(index, Const) and (index.value is ... or index.value == slice(None))
