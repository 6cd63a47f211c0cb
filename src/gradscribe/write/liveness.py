"""Where each value is live, as intervals of places in the text; and which copies and ops nobody needs.

Line k reads at place 2k and writes at 2k + 1. A value is live from its definition to its last use; in a branch it may
be live in one arm only. Two values interfere where their intervals overlap. Nothing here knows names.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from ..ir.build import Undef
from ..ir.nodes import Atom, Const, Op, Var
from .lines import Branch, Break, Copies, Do, Line, Repeat, Return, atoms_of, falls_through, inner_lines
from .ordering import Effects

Intervals = list[tuple[int, int]]
Leaves = Callable[[Atom], Iterable[Var]]


class Liveness:
    """Intervals of all values of a function's lines.

    Args:
        lines: the lines.
        params: the function's parameters.
        leaves: the values that an atom's expression reads.
        inlined: the values without a line of their own.
        drop: whether copies and ops without use are taken out of the lines.
        kept: results that are no reason to drop an op, used or not.
    """

    def __init__(
        self,
        lines: list[Line],
        params: Iterable[Var],
        leaves: Leaves,
        inlined: Container[Var],
        *,
        drop: bool = False,
        kept: Container[Var] = (),
    ) -> None:
        self.leaves, self.inlined, self.drop, self.kept = leaves, inlined, drop, kept
        self.effects = Effects()
        self.ranges: dict[Var, Intervals] = {}
        self.dropped = False
        self._place: dict[Line, tuple[int, int, int]] = {}
        self._counter = 0
        self._number(lines)
        self._read: dict[Line, set[Var]] = {}
        self._defined: dict[Line, set[Var]] = {}
        self._breaks: dict[Line, set[Op]] = {}
        for line in lines:
            self._mention(line)
        self._exits: dict[Op, list[Var]] = {}
        live: dict[Var, int] = {}
        self._walk(lines, live)
        for param in params:
            self._close(live, param, -1)
        assert not live, f"used without a definition: {list(live)}"

    # places and mentions ----------------------------------------------------------------------------------------------

    def _number(self, lines: list[Line]) -> None:
        for line in lines:
            start = middle = self._next()
            for inner in inner_lines(line):
                middle = self._next()
                self._number(inner)
            self._place[line] = (start, middle, self._next())

    def _next(self) -> int:
        self._counter += 1
        return self._counter

    def _mention(self, line: Line) -> None:
        read, defined = set(self._reads(line)), set(_targets(line))
        breaks = {line.repeat} if isinstance(line, Break) else set()
        for inner in inner_lines(line):
            for below in inner:
                self._mention(below)
                read |= self._read[below]
                defined |= self._defined[below]
                breaks |= self._breaks[below]
        self._read[line], self._defined[line] = read, defined
        self._breaks[line] = set() if isinstance(line, Repeat) else breaks

    def _reads(self, line: Line) -> list[Var]:
        if self._is_inlined(line):
            return []
        return [leaf for atom in atoms_of(line) for leaf in self.leaves(atom)]

    def _is_inlined(self, line: Line) -> bool:
        return isinstance(line, Do) and bool(line.op.results) and line.op.result in self.inlined

    # the walk ---------------------------------------------------------------------------------------------------------

    def _add(self, var: Var, start: int, stop: int) -> None:
        self.ranges.setdefault(var, []).append((start, stop))

    def _close(self, live: dict[Var, int], var: Var, place: int) -> None:
        """A definition of `var` at `place`."""
        self._add(var, place, live.pop(var, place + 1))

    def _open(self, live: dict[Var, int], atoms: Iterable[Atom], place: int) -> None:
        for atom in atoms:
            for leaf in self.leaves(atom):
                live.setdefault(leaf, place + 1)

    def _walk(self, lines: list[Line], live: dict[Var, int]) -> None:
        kept = [line for line in reversed(lines) if self._line(line, live) or not self.drop]
        self.dropped |= len(kept) < len(lines)
        lines[:] = reversed(kept)

    def _line(self, line: Line, live: dict[Var, int]) -> bool:
        """Go backwards over a line; whether it is of any use."""
        place = 2 * self._place[line][0]
        if isinstance(line, Do):
            return self._do(line, place, live)
        if isinstance(line, Copies):
            return self._copies(line, place, live)
        if isinstance(line, Branch):
            return self._branch(line, live)
        if isinstance(line, Repeat):
            self._repeat(line, live)
        elif isinstance(line, Return):
            self._open(live, [line.value], place)
        else:
            for var in self._exits[line.repeat]:
                live.setdefault(var, place + 1)
        return True

    def _do(self, line: Do, place: int, live: dict[Var, int]) -> bool:
        if self._is_inlined(line):
            return True
        op = line.op
        if self.drop and not self.effects.must_run(op) and not any(r in live or r in self.kept for r in op.results):
            return False
        for result in op.results:
            self._close(live, result, place + 1)
        self._open(live, atoms_of(line), place)
        return True

    def _copies(self, line: Copies, place: int, live: dict[Var, int]) -> bool:
        if self.drop:
            needed = [(t, s) for t, s in line.pairs if t in live]
            self.dropped |= len(needed) < len(line.pairs)
            line.pairs = needed
        for target, source in line.pairs:
            if target is not source:
                self._close(live, target, place + 1)
        self._open(live, atoms_of(line), place)
        return bool(line.pairs)

    def _branch(self, line: Branch, live: dict[Var, int]) -> bool:
        start, middle, end = (2 * p for p in self._place[line])
        mentioned = self._read[line] | self._defined[line]
        for loop in self._breaks[line]:
            mentioned.update(self._exits[loop])
        out = [v for v in live if v in mentioned]
        for var in out:
            self._add(var, end, live.pop(var))
        before = self._arm(line.then, start + 2, middle, out) | self._arm(line.orelse, middle, end, out)
        for var in before:
            live.setdefault(var, start + 2)
        if line.then or line.orelse or not self.drop:
            self._open(live, [line.test], start)
        return bool(line.then or line.orelse)

    def _arm(self, arm: list[Line], first: int, last: int, out: list[Var]) -> dict[Var, int]:
        """Go over an arm; what is live at its start."""
        live = dict.fromkeys(out, last) if falls_through(arm) else {}
        self._walk(arm, live)
        for var, stop in live.items():
            self._add(var, first, stop)
        return live

    def _repeat(self, line: Repeat, live: dict[Var, int]) -> None:
        start, _, end = (2 * p for p in self._place[line])
        loop = line.loop
        mentioned = self._read[line] | self._defined[line]
        kept = [(p, r) for p, r in zip(loop.carried, loop.results, strict=True) if r in live]
        self._exits[line.op] = [v for v in live if v in mentioned]
        for _, result in kept:
            self._add(result, end + 1, live.pop(result))
        exhausted = [p for p, _ in kept] if line.op.static.bounded else []
        for var in (*self._around(line), *exhausted):
            live.setdefault(var, end + 1)
        self._walk(line.body, live)
        for var in line.bound:
            if not var.named:  # a loop inside may not count with the same name
                live[var] = end
            self._close(live, var, start + 1)
        for param in exhausted:
            live.setdefault(param, start + 1)
        self._open(live, line.heads, start)

    def _around(self, line: Repeat) -> set[Var]:
        """What the next trip reads: carried values and those from outside the loop."""
        inside: set[Var] = set().union(*(self._read[below] for below in line.body))
        local: set[Var] = set().union(*(self._defined[below] for below in line.body))
        return inside - ((local | set(line.bound)) - set(line.loop.carried))


def _targets(line: Line) -> list[Var]:
    """What a line itself defines."""
    if isinstance(line, Do):
        return list(line.op.results)
    if isinstance(line, Copies):
        return [t for t, _ in line.pairs]
    if isinstance(line, Repeat):
        return [*line.bound, *line.loop.results]
    return []


def is_undefined(atom: Atom) -> bool:
    """Whether an atom says that there is no value."""
    return isinstance(atom, Const) and isinstance(atom.value, Undef)


def overlap(a: Intervals, b: Intervals) -> bool:
    """Whether two sorted lists of intervals share a place."""
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i][1] <= b[j][0]:
            i += 1
        elif b[j][1] <= a[i][0]:
            j += 1
        else:
            return True
    return False


def merged(a: Intervals, b: Intervals) -> Intervals:
    """The union of two lists of intervals, sorted."""
    out: Intervals = []
    for start, stop in sorted(a + b):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], stop))
        else:
            out.append((start, stop))
    return out
