"""Neighbouring nests as one, where what one of them writes is read by the other in the same trip.

    for i in range(1, n - 1):              for i in range(1, n - 1):
        t[i] = a * p[i]           becomes      q[i] += a * p[i]
    for i in range(1, n - 1):                  p[i] = 0.0
        q[i] += t[i]
    for i in range(1, n - 1):
        p[i] = 0.0

Nests that have nothing in common stay apart. An array that is made, written and read in one trip alone is a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from ..analyse.linear import Form, variable
from ..ir.build import Builder, map_blocks, substitute
from ..ir.nodes import Atom, Block, Const, Function, Loop, Op, Var, loop_of, replace, walk
from ..ir.primitives import ADD, ADDAT, GETITEM, LENGTH, LOOP, SETITEM, SHAPE, TUPLE
from ..ir.types import Array, Scalar
from ..write.ordering import OUTSIDE, Ordering
from .facts import Facts
from .hoist import EMPTY
from .values import Body, element_of
from .views import PLACE

Access = tuple[Var, tuple[Form, ...]]


@dataclass
class _Nest:
    """Loops with nothing but lengths between them, and the entries that the innermost reads and writes."""

    loops: list[Op]
    body: Block
    between: list[Op] = field(default_factory=list)
    reads: list[Access] = field(default_factory=list)
    writes: list[Access] = field(default_factory=list)

    @property
    def indices(self) -> list[Var]:
        return [op.blocks[0].params[0] for op in self.loops]

    @property
    def arrays(self) -> set[Var]:
        return {array for array, _ in (*self.reads, *self.writes)}


_OF_ENTRIES = (GETITEM, SETITEM, ADDAT)
MOST_CHECKS = 8
"""For how many pairs of arrays LLVM checks that they do not overlap, before it makes vectors."""


def fuse_nests(function: Function, assumed: Sequence[Form] = ()) -> Function:
    """The function with neighbouring nests as one where that is certain to be the same.

    Args:
        function: a lowered program.
        assumed: what holds of its integers.
    """
    return replace(function, body=_Fusing(function, assumed).block(function.body))


class _Fusing:
    def __init__(self, function: Function, assumed: Sequence[Form]) -> None:
        self.facts, self.ordering = Facts(function), Ordering(function)
        self.facts.assumed += assumed
        self.mentions: Counter[Atom] = Counter(function.body.yields)
        for op in walk(function.body):
            self.mentions.update(op.inputs)
            for block in op.blocks:
                self.mentions.update(block.yields)

    def block(self, block: Block) -> Block:
        ops: list[Op] = []
        last: _Nest | None = None
        at = 0  # where the last nest stands
        for op in block.ops:
            nest = self._nest(op)
            if nest is None:
                if last is not None and not self._may_stand_before(op, last):
                    last = None
                ops.append(self._inside(op))
                continue
            made = self._fused(last, nest) if last is not None else None
            if made is not None:
                del ops[at]
                nest = made
            ops.append(nest.loops[0])
            last, at = nest, len(ops) - 1
        return replace(block, ops=tuple(ops))

    def _inside(self, op: Op) -> Op:
        if op.primitive is not LOOP:
            return map_blocks(op, self.block)
        with self.facts.within(loop_of(op)):
            return map_blocks(op, self.block)

    def _may_stand_before(self, op: Op, nest: _Nest) -> bool:
        """Whether an op behind a nest may be done in front of it."""
        if op.blocks or self.ordering.has_effect(op) or self.ordering.writes(op):
            return False
        written = set().union(*(self.ordering.cells(array) for array, _ in nest.writes))
        return self.ordering.reads(op).isdisjoint(written)

    # one nest ---------------------------------------------------------------------------------------------------------

    def _nest(self, op: Op) -> _Nest | None:
        loops: list[Op] = []
        between: list[Op] = []
        inner: Op | None = op
        while inner is not None and _is_plain_loop(inner):
            loops.append(inner)
            ops = inner.blocks[0].ops
            inner = ops[-1] if ops and ops[-1].blocks and not any(o.blocks for o in ops[:-1]) else None
            between += ops[:-1] if inner is not None else ()
        if not loops or any(o.blocks for o in loops[-1].blocks[0].ops):
            return None
        if any(o.args and isinstance(o.args[0].type, Array) and o.primitive in _OF_ENTRIES for o in between):
            return None  # an entry that is read once for a row is not read in each trip
        nest = _Nest(loops, loops[-1].blocks[0], between)
        if not all(self._noted(nest, o) for o in (*between, *nest.body.ops)) or len(nest.reads) > 40:
            return None
        outside = self.ordering.region(OUTSIDE)
        return None if any(self.ordering.region(array) is outside for array, _ in nest.writes) else nest

    def _noted(self, nest: _Nest, op: Op) -> bool:
        """Note the entries that an op reads or writes; False for one that is not about entries."""
        if op.primitive in (SETITEM, ADDAT) or (op.primitive is GETITEM and isinstance(op.args[0].type, Array)):
            array, index = op.args[:2]
            value = op.args[2] if op.results == () else op.result
            forms = self._forms(index)
            if not isinstance(array, Var) or forms is None or not isinstance(value.type, Scalar):
                return False
            if array.type.ndim != len(forms):  # type: ignore[attr-defined]
                return False
            if op.primitive is not SETITEM:
                nest.reads.append((array, forms))
            if op.primitive is not GETITEM:
                nest.writes.append((array, forms))
            return True
        of_numbers = op.primitive in (SHAPE, LENGTH) or all(not isinstance(a.type, Array) for a in op.inputs)
        return (
            of_numbers
            and op.primitive is not PLACE
            and not self.ordering.has_effect(op)
            and not self.ordering.writes(op)
        )

    def _forms(self, index: Atom) -> tuple[Form, ...] | None:
        made = self.facts.definition.get(index) if isinstance(index, Var) else None
        parts: Sequence[Atom] = made.args if made is not None and made.primitive is TUPLE else (index,)
        if not all(isinstance(a.type, Scalar) and a.type.kind == "i" and a.type.dtype is None for a in parts):
            return None
        forms = tuple(map(self.facts.form, parts))
        return None if any(not f.terms and f.constant < 0 for f in forms) else forms

    # two nests --------------------------------------------------------------------------------------------------------

    def _fused(self, one: _Nest, two: _Nest) -> _Nest | None:
        shifts = self._shifts(one, two)
        if shifts is None or not one.arrays & two.arrays or self._checks(one, two) > MOST_CHECKS:
            return None
        renamed = dict(zip(two.indices, shifts, strict=True))
        if not self._agree(one, _moved(two, renamed)):
            return None
        return self._joined(one, two, renamed)

    def _shifts(self, one: _Nest, two: _Nest) -> list[Form] | None:
        """For each loop of the second nest its index, as a form over that of the first; None where they differ."""
        if len(one.loops) != len(two.loops):
            return None
        found = []
        for mine, theirs in zip(map(loop_of, one.loops), map(loop_of, two.loops), strict=True):
            start, stop = (self.facts.form(a) for a in (mine.start, mine.stop))  # type: ignore[arg-type]
            shift = self.facts.form(theirs.start) - start  # type: ignore[arg-type]
            gap = self.facts.form(theirs.stop) - stop - shift  # type: ignore[arg-type]
            same = mine.step.value == theirs.step.value  # type: ignore[union-attr]
            if not same or shift.terms or not (self.facts.proves(gap) and self.facts.proves(-gap)):
                return None
            found.append(variable(mine.index) + shift)
        return found

    def _agree(self, one: _Nest, two: _Nest) -> bool:
        """Whether what one of them writes is used by the other in the same trip alone."""
        pairs = [(w, other) for w in one.writes for other in (*two.reads, *two.writes)]
        pairs += [(r, w) for r in one.reads for w in two.writes]
        with self.facts.scope(), ExitStack() as stack:
            for op in one.loops:
                stack.enter_context(self.facts.within(loop_of(op)))
            return all(self._apart_or_same(first, second, one.indices) for first, second in pairs)

    def _checks(self, one: _Nest, two: _Nest) -> int:
        """How many pairs of arrays must not overlap for the entries of both to be computed several at a time."""
        arrays = [a for a in one.arrays | two.arrays if not self._is_passing(a, one, two)]
        written = {a for a, _ in (*one.writes, *two.writes)}
        return sum(a in written or b in written for k, a in enumerate(arrays) for b in arrays[:k])

    def _is_passing(self, array: Var, one: _Nest, two: _Nest) -> bool:
        """Whether nothing else mentions an array."""
        here = sum(a.args[0] is array for nest in (one, two) for a in nest.body.ops if a.args)
        return here == self.mentions[array]

    def _apart_or_same(self, first: Access, second: Access, indices: list[Var]) -> bool:
        (array, cell), (other, where) = first, second
        if array is not other:
            return self.ordering.region(array) is not self.ordering.region(other)
        if not all(a.same_as(b) and self.facts.proves(a) for a, b in zip(cell, where, strict=True)):
            return False
        alone = [[i for i in indices if i in form.terms] for form in cell]
        return all([i] in alone for i in indices)  # each trip has a cell of its own

    def _joined(self, one: _Nest, two: _Nest, renamed: dict[Var, Form]) -> _Nest:
        body = Builder()
        environment: dict[Var, Atom] = {}
        for index, form in renamed.items():
            environment[index] = self.facts.atom(body, form)
        for op in (*two.between, *two.body.ops):
            body.origin = op.origin
            forms = self._forms(op.args[1]) if op.primitive in _OF_ENTRIES and op.args[1:] else None
            op = substitute(op, environment)
            if forms is not None:  # `t[i + 1 - 1]` is `t[i]`
                cell = tuple(_renamed(form, renamed) for form in forms)
                op = replace(op, args=(op.args[0], Body(self.facts, body).place(cell), *op.args[2:]))
            body.append(op)
        self.facts.definition.update({r: op for op in body.ops for r in op.results})
        moved = _moved(two, renamed)
        nest = _Nest(one.loops, one.body, one.between, [*one.reads, *moved.reads], [*one.writes, *moved.writes])
        return self._rebuilt(nest, self._without_passing([*one.body.ops, *body.ops], nest))

    @staticmethod
    def _rebuilt(nest: _Nest, body: list[Op]) -> _Nest:
        loops: list[Op] = []
        for op in reversed(nest.loops):
            ops = tuple(body) if not loops else (*op.blocks[0].ops[:-1], loops[0])
            loops.insert(0, replace(op, blocks=(replace(op.blocks[0], ops=ops),)))
        return replace_nest(nest, loops=loops, body=loops[-1].blocks[0])

    # arrays that are numbers ------------------------------------------------------------------------------------------

    def _without_passing(self, ops: list[Op], nest: _Nest) -> list[Op]:
        """The ops of a trip, in which an array that nothing else mentions is a number."""
        gone = [a for a in nest.arrays if self._is_number(a, ops, nest)]
        if not gone:
            return ops
        nest.reads = [(a, cell) for a, cell in nest.reads if a not in gone]
        nest.writes = [(a, cell) for a, cell in nest.writes if a not in gone]
        found = Builder()
        now: dict[Atom, Atom] = {}
        environment: dict[Var, Atom] = {}
        for op in ops:
            op = substitute(op, environment)
            array = op.args[0] if op.args else None
            if array not in gone or op.primitive not in _OF_ENTRIES:
                found.append(op)
            elif op.primitive is GETITEM:
                environment[op.result] = now[array]
            elif op.primitive is SETITEM:
                now[array] = op.args[2]
            else:
                now[array] = found.emit(ADD, now[array], op.args[2], hint=array.hint, type=element_of(array.type))
        return found.ops

    def _is_number(self, array: Var, ops: list[Op], nest: _Nest) -> bool:
        made = self.facts.definition.get(array)
        if made is None or made.primitive is not EMPTY or array.type.dtype not in ("float64", "bool"):  # type: ignore[attr-defined]
            return False
        uses = [op for op in ops if op.args and op.args[0] is array]
        if len(uses) != self.mentions[array] or uses[0].primitive is not SETITEM:
            return False
        if any(op.args[2].type.kind != array.type.kind for op in uses if not op.results):  # type: ignore[attr-defined]
            return False
        cells = [cell for a, cell in (*nest.reads, *nest.writes) if a is array]
        return all(x.same_as(y) for cell in cells[1:] for x, y in zip(cells[0], cell, strict=True))


def replace_nest(nest: _Nest, *, loops: list[Op], body: Block) -> _Nest:
    """A nest with other ops."""
    return _Nest(loops, body, nest.between, nest.reads, nest.writes)


def _renamed(form: Form, renamed: dict[Var, Form]) -> Form:
    for index, by in renamed.items():
        form = form.replace(index, by)
    return form


def _moved(nest: _Nest, renamed: dict[Var, Form]) -> _Nest:
    """A nest with other indices."""

    def cells(found: list[Access]) -> list[Access]:
        return [(array, tuple(_renamed(form, renamed) for form in cell)) for array, cell in found]

    return _Nest(nest.loops, nest.body, nest.between, cells(nest.reads), cells(nest.writes))


def _is_plain_loop(op: Op) -> bool:
    """Whether a loop runs to its end and carries nothing."""
    return op.primitive is LOOP and not op.results and not op.keywords and _is_counted(loop_of(op))


def _is_counted(loop: Loop) -> bool:
    return loop.end is None and loop.index is not None and isinstance(loop.step, Const)
