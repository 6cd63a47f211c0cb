"""What happens where in the lines: where values are used, which lines write which memory, which give a name anew.

Each list of lines is described by itself; what happens inside a line (a loop, a branch) happens at that line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..ir.nodes import Op, Var
from .kinds import is_reverse_mark, names_bound
from .lines import Copies, Do, Line, atoms_of, every_line, inner_lines
from .ordering import Cell, Ordering


@dataclass
class Events:
    """The places in one list of lines where something happens.

    Attributes:
        writes: for each memory cell the lines that write it.
        slots: the lines that read the slots of a list.
        effects: the lines with an effect.
        names: for each name the lines that give it to a value.
        targets: the lines that give a carried value its next value.
    """

    writes: dict[Cell, list[int]] = field(default_factory=dict)
    slots: dict[Cell, list[int]] = field(default_factory=dict)
    effects: list[int] = field(default_factory=list)
    names: dict[tuple[str, bool], list[tuple[int, Line]]] = field(default_factory=dict)
    targets: dict[Var, list[int]] = field(default_factory=dict)

    def include(self, below: Events, at: int) -> None:
        """Add what happens inside a line."""
        for mine, inner in ((self.writes, below.writes), (self.slots, below.slots)):
            for cell in inner:
                mine.setdefault(cell, []).append(at)
        for name, places in below.names.items():
            self.names.setdefault(name, []).extend((at, line) for _, line in places)
        for target in below.targets:
            self.targets.setdefault(target, []).append(at)
        if below.effects:
            self.effects.append(at)


@dataclass
class Use:
    """A place in the text: where a value is mentioned, or where an expression runs. `lazy`: it may not run there."""

    lines: list[Line]
    at: int
    lazy: bool = False


class Index:
    """The tables for all lines of a function.

    Attributes:
        uses: where each value is mentioned.
        events: what happens in a list of lines, by its id.
    """

    def __init__(self, lines: list[Line], ordering: Ordering) -> None:
        self.ordering = ordering
        self.uses: dict[Var, list[Use]] = {}
        self.events: dict[int, Events] = {}
        self._above: dict[int, Use] = {}
        self._gather(lines)
        self._start, self._mark = lines, next((k for k, line in enumerate(lines) if is_reverse_mark(line)), len(lines))
        self._behind = {id(inner) for line in every_line(lines[self._mark :]) for inner in inner_lines(line)}

    def is_behind(self, lines: list[Line], at: int) -> bool:
        """Whether a place lies in the reverse sweep."""
        return at >= self._mark if lines is self._start else id(lines) in self._behind

    def place_in(self, use: Use, lines: list[Line]) -> int:
        """The line of a list that holds a place."""
        while use.lines is not lines:
            use = self._above[id(use.lines)]
        return use.at

    def _gather(self, lines: list[Line]) -> Events:
        events = self.events[id(lines)] = Events()
        for at, line in enumerate(lines):
            for atom in atoms_of(line):
                if isinstance(atom, Var):
                    self.uses.setdefault(atom, []).append(Use(lines, at))
            for name in names_bound(line):
                events.names.setdefault(name, []).append((at, line))
            if isinstance(line, Do):
                self._note_op(events, line.op, at)
            elif isinstance(line, Copies):
                for target, _ in line.pairs:
                    events.targets.setdefault(target, []).append(at)
            for inner in inner_lines(line):
                self._above[id(inner)] = Use(lines, at)
                events.include(self._gather(inner), at)
        return events

    def _note_op(self, events: Events, op: Op, at: int) -> None:
        for cell in self.ordering.writes(op):
            events.writes.setdefault(cell, []).append(at)
        for cell in self.ordering.reads(op):
            if cell[0] == "slots":
                events.slots.setdefault(cell, []).append(at)
        if self.ordering.has_effect(op):
            events.effects.append(at)


def lies_between(places: Sequence[int], at: int, anchor: int) -> bool:
    """Whether one of the sorted places lies strictly between."""
    k = bisect_right(places, at)
    return k < len(places) and places[k] < anchor
