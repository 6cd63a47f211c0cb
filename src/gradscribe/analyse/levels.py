"""When values over the rows of data can be known, where rows come in chunks: the level of each value.

A value over the rows is computed chunk by chunk. A value that is none (a sum over the rows, say) is known when all
chunks have been seen, and what is computed from it for each row begins a level higher: the chunks are needed again. The
levels say where a program may be cut into phases, each of which goes through the data once.

Nothing here knows what a derivative is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..ir.nodes import Atom, Block, Function, Op, Var, walk
from ..ir.primitives import COMMENT, DICT, FIXED_LIST, GETITEM, IF, LENGTH, LOOP, RECORD, SHAPE, TUPLE
from ..ir.types import STRUCTURES, Array, Type, is_continuous, leaves
from .regions import has_memory, regions

ALWAYS = -1
"""The level of what does not depend on the data."""

_SIZES = {"size", "ndim"}
_BUILDS = (TUPLE, DICT, FIXED_LIST, RECORD)


@dataclass(frozen=True)
class Levels:
    """Of the values of a program (those of its outermost block).

    Args:
        of: the level at which a value is known (ALWAYS where no data is needed).
        over_rows: the values that are there chunk by chunk.
        sizes: what follows from the lengths of such values, and from nothing in them.
        decided: those among them that compare rows with something known only when all have been seen: computed once,
            and kept, as a comparison that is repeated need not come out the same.
        last: the ops that may run once only, and not before everything else.
        cuts: the levels behind which the program is cut, in order: no value as large as the data is needed on both
            sides of a level without a cut between.
    """

    of: Mapping[Var, int]
    over_rows: frozenset[Var]
    sizes: frozenset[Var]
    decided: frozenset[Var]
    last: frozenset[Op]
    cuts: tuple[int, ...]

    def phase(self, var: Var) -> int:
        """The phase in which a value is known first."""
        return sum(cut < self.of[var] for cut in self.cuts)


def levels(function: Function, rows: Collection[str]) -> Levels:
    """The levels of a program.

    Args:
        function: the program.
        rows: the names of the lengths that count rows of data (`"X.0"`).
    """
    return _Finder(function, rows).found()


class _Finder:
    def __init__(self, function: Function, rows: Collection[str]) -> None:
        self.function, self.rows = function, rows
        self.groups = regions(function)
        self.of: dict[Var, int] = {}
        self.over_rows = {p for p in function.body.params if self.has_rows(p.type)}
        self.decided: set[Var] = set()
        self.at_once: set[Var] = set()
        self.last: dict[Op, None] = {}
        self.late: set[Var] = set()

    def found(self) -> Levels:
        self.of = {p: 0 if p in self.over_rows else ALWAYS for p in self.function.body.params}
        ops = [op for op in self.function.body.ops if op.primitive is not COMMENT]
        for op in ops:
            self.visit(op)
        end = max(self.of.values(), default=0)
        end += bool(self.late or self.last)
        self.of.update(dict.fromkeys(self.late, end))
        return Levels(
            self.of,
            frozenset(self.over_rows),
            frozenset(self.at_once),
            frozenset(self.decided),
            frozenset(self.last),
            self.cuts(ops, end),
        )

    def has_rows(self, type_: Type) -> bool:
        """Whether a value is an array over rows, or holds one."""
        arrays = [leaf for leaf in leaves(type_) if isinstance(leaf, Array)]
        return any(dim.base in self.rows for array in arrays for dim in array.shape)

    def visit(self, op: Op) -> None:
        inputs = inputs_of(op)
        if self.runs_once(op, inputs):
            self.last[op] = None
            self.late.update(op.results)
            self.over_rows.update(r for r in op.results if self.has_rows(r.type) or _lengths_unknown(r.type))
            return
        over_rows = any(map(self.has_rows, (r.type for r in op.results)))
        over_rows |= any(_lengths_unknown(r.type) for r in op.results) and any(self.of[v] != ALWAYS for v in inputs)
        decides = over_rows and self.decides(op, inputs)
        waits = over_rows and not decides and op.primitive not in _BUILDS
        level = max((self.of[v] + (waits and self.is_awaited(v)) for v in inputs), default=ALWAYS)
        self.of.update(dict.fromkeys(op.results, level))
        if over_rows:
            self.over_rows.update(op.results)
            self.decided.update(op.results if decides else ())
        elif _needs_no_entry(op) or not any(v in self.over_rows or self.is_awaited(v) for v in inputs):
            self.at_once.update(op.results)

    def is_awaited(self, var: Var) -> bool:
        """Whether a value is known only when all rows have been seen."""
        return self.of[var] != ALWAYS and var not in self.over_rows and var not in self.at_once

    def decides(self, op: Op, inputs: Iterable[Var]) -> bool:
        """Whether an op compares rows with something that is known only when all have been seen."""
        discrete = not any(is_continuous(r.type) for r in op.results)
        return discrete and any(self.is_awaited(v) and is_continuous(v.type) for v in inputs)

    def runs_once(self, op: Op, inputs: Iterable[Var]) -> bool:
        """Whether an op has effects, reads memory that is written, or depends on one that does."""
        if any(v in self.late for v in inputs):
            return True
        if any(inner.primitive not in (IF, LOOP) and not inner.primitive.is_pure for inner in walk(Block((), (op,)))):
            return True
        memory = [v for v in (*inputs, *op.results) if has_memory(v.type)]
        return any(self.groups.knows(v) and self.groups.is_written(v) for v in memory)

    def cuts(self, ops: Sequence[Op], end: int) -> tuple[int, ...]:
        """The fewest cuts that part all reads of a value as large as the data, each as late as can be."""
        reads = self.reads_of_large(ops, end).values()
        spans = {span for places in reads for span in pairwise(sorted(places))}
        found: list[int] = []
        for first, behind in sorted(spans, key=lambda span: (span[1], span[0])):
            if not any(first <= cut < behind for cut in found):
                found.append(behind - 1)
        return tuple(found)

    def reads_of_large(self, ops: Sequence[Op], end: int) -> dict[Var, set[int]]:
        """For each value as large as the data, the levels at which something smaller is made of it. What is as large
        itself is made of it again wherever it is read."""
        params = [p for p in self.function.body.params if p in self.over_rows]
        large = min(max((rank(p.type) for p in params), default=1), 2)
        reads: dict[Var, set[int]] = {}
        for var in self.function.body.yields:
            if isinstance(var, Var):
                reads[var] = {self.of[var]}
        for op in reversed(ops):
            is_large = any(r in self.over_rows and rank(r.type) >= large for r in op.results)
            made = {level for r in op.results for level in reads.get(r, ())}
            level = end if op in self.last else max((self.of[r] for r in op.results), default=ALWAYS)
            for var in inputs_of(op):
                if var in self.over_rows and rank(var.type) >= large:
                    reads.setdefault(var, set()).update(made if is_large and var not in self.decided else {level})
        return {var: places for var, places in reads.items() if var not in self.decided}


def _needs_no_entry(op: Op) -> bool:
    """Whether an op reads lengths, or takes out a part of a structure."""
    part = op.primitive is GETITEM and isinstance(op.args[0].type, STRUCTURES)
    return part or op.primitive in (SHAPE, LENGTH) or op.primitive.name in _SIZES


def rank(type_: Type) -> int:
    """The highest rank of the arrays in a value."""
    return max((leaf.ndim for leaf in leaves(type_) if isinstance(leaf, Array)), default=0)


def _lengths_unknown(type_: Type) -> bool:
    arrays = [leaf for leaf in leaves(type_) if isinstance(leaf, Array)]
    return any(dim.base is None and dim.one is not True for array in arrays for dim in array.shape)


def inputs_of(op: Op) -> list[Var]:
    """The values that an op and the blocks inside mention and do not define."""
    found: dict[Var, None] = {}
    defined: set[Atom] = set()
    for inner in walk(Block((), (op,))):
        found.update((a, None) for a in inner.inputs if isinstance(a, Var))
        defined.update(inner.results if inner is not op else ())
        for block in inner.blocks:
            defined.update(block.params)
            found.update((a, None) for a in block.yields if isinstance(a, Var))
    return [v for v in found if v not in defined]
