"""Index loops over what a sequence holds become loops over the sequence: `for x in xs`, `enumerate`, `zip`, `reversed`.

The IR runs every such loop over `range(len(xs))` and reads `xs[i]`. Where the sequence is not written in the loop, and
its length is still what the bound says, the head of the loop can bind the entries itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import GETITEM, LENGTH, SUBTRACT
from ..ir.types import Array, FixedList, List, Tuple
from .lines import Do, Line, Repeat, Sequence, atoms_of, every_line, inner_lines
from .ordering import Ordering


def sweeten(lines: list[Line], ordering: Ordering) -> None:
    """Rewrite the loops of the lines in place."""
    definition = {r: line.op for line in every_line(lines) if isinstance(line, Do) for r in line.op.results}
    _Sweeten(definition, ordering).block(lines)


class _Sweeten:
    def __init__(self, definition: Mapping[Var, Op], ordering: Ordering) -> None:
        self.definition, self.ordering = definition, ordering

    def block(self, lines: list[Line]) -> None:
        for at, line in enumerate(lines):
            if isinstance(line, Repeat):
                self.loop(line, lines[:at])
            for inner in inner_lines(line):
                self.block(inner)

    def loop(self, line: Repeat, before: list[Line]) -> None:
        sources, backwards = self._ranged(line)
        if not sources:
            return
        found = []
        for source in sources:
            read = self._entry(line, source)
            if read is None or not self._is_unchanged(line, source, before):
                return
            found.append((source, read))
        elements = [read.op for _, read in found]
        index = line.loop.index
        others = (
            atom for below in every_line(line.body) if not _is_one_of(below, elements) for atom in atoms_of(below)
        )
        numbered = any(atom is index for atom in others)
        if numbered and (backwards or len(found) > 1):
            return
        taken = {id(read) for _, read in found}
        line.body[:] = [below for below in line.body if id(below) not in taken]
        line.over = [Sequence(read.op.result, source) for source, read in found]
        line.numbered, line.backwards = numbered, backwards

    # the bounds -------------------------------------------------------------------------------------------------------

    def _ranged(self, line: Repeat) -> tuple[list[Var], bool]:
        """The sequences over all of whose entries the loop runs, and whether backwards."""
        if not line.bounds:
            return [], False
        start, stop, step = line.bounds
        if _is(start, 0) and _is(step, 1):
            return self._measured(stop), False
        if _is(stop, -1) and _is(step, -1) and isinstance(start, Var):
            op = self.definition.get(start)
            if op is not None and op.primitive is SUBTRACT and _is(op.args[1], 1):
                sources = self._measured(op.args[0])
                return (sources if len(sources) == 1 else []), True
        return [], False

    def _measured(self, stop: Atom) -> list[Var]:
        """The sequences of which `stop` is the length: one, or several of which it is the shortest."""
        op = self.definition.get(stop) if isinstance(stop, Var) else None
        if op is None:
            return []
        if op.primitive is LENGTH:
            source = op.args[0]
            return [source] if isinstance(source, Var) and _is_sequence(source) else []
        path = next(iter(op.primitive.spellings.values()), ("", None))[0]
        if path in ("min", "minimum") and not op.keywords:
            each = [self._measured(a) for a in op.args]
            return [s for sources in each for s in sources] if all(len(s) == 1 for s in each) else []
        return []

    # the body ---------------------------------------------------------------------------------------------------------

    def _entry(self, line: Repeat, source: Var) -> Do | None:
        """The statement that reads the entry of this trip into a name of the user's."""
        for below in line.body:
            if not isinstance(below, Do) or below.op.primitive is not GETITEM or not below.op.result.named:
                continue
            if below.op.args[0] is source and below.op.args[1] is line.loop.index:
                return below
        return None

    def _is_unchanged(self, line: Repeat, source: Var, before: list[Line]) -> bool:
        """Whether the sequence stays as it is, from where it was measured to the end of the loop."""
        cells = self.ordering.cells(source)
        if self._changes(line.body, cells):
            return False
        if isinstance(source.type, Array):
            return True
        for earlier in reversed(before):
            if isinstance(earlier, Do) and earlier.op.primitive is LENGTH and earlier.op.args[0] is source:
                return True
            if self._changes([earlier], cells):
                return False
        return False

    def _changes(self, lines: list[Line], cells: set[tuple[str, Var]]) -> bool:
        ops = [line.op for line in every_line(lines) if isinstance(line, Do)]
        opaque = any(self.ordering.has_effect(op) for op in ops)
        return opaque or any(cells & self.ordering.writes(op) for op in ops)


def _is_one_of(line: Line, ops: list[Op]) -> bool:
    return isinstance(line, Do) and any(line.op is op for op in ops)


def _is(atom: Atom, value: int) -> bool:
    return isinstance(atom, Const) and type(atom.value) is int and atom.value == value


def _is_sequence(source: Var) -> bool:
    if isinstance(source.type, Array):
        return source.type.ndim > 0
    return isinstance(source.type, (List, FixedList, Tuple))
