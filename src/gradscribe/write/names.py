"""Which values share a name, and what it is.

Values that a loop or a branch passes on to each other share a location where they do not interfere; locations get
the user's names first, then those of the compiler, numbered where a name is taken by a value that is still needed.
Two names of the user's are never merged, and a parameter is merged with nothing of another name.
"""

from __future__ import annotations

import keyword
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..ir.nodes import Atom, Var
from .lines import Copies, Do, Line, Repeat, atoms_of, every_line
from .liveness import Intervals, merged, overlap

NAMELESS = "t"
"""The hint of values that nobody named. They never take that name from a variable of the user's."""
TANGENT = "dt"
"""The hint of their tangents."""
SOON = 16
"""How many numbers are tried for a name before a new one is taken."""


@dataclass(eq=False)
class Location:
    """Values that share a name."""

    members: list[Var]
    intervals: Intervals
    parameter: str | None = None

    @property
    def user_names(self) -> set[str]:
        return {v.hint for v in self.members if v.named}


class Locations:
    """Merges values into locations.

    Args:
        ranges: where each value is live.
        params: the function's parameters, in order.
        lines: the lines, for what is copied to what.
        inlined: values without a location.
    """

    def __init__(
        self, ranges: dict[Var, Intervals], params: Iterable[Var], lines: list[Line], inlined: Container[Var]
    ) -> None:
        self.of: dict[Var, Location] = {}
        parameters = set(params)
        for var, intervals in ranges.items():
            self.of[var] = Location([var], merged([], intervals), var.hint if var in parameters else None)
        copies = [(t, s) for t, s in _copies(lines) if isinstance(s, Var) and s not in inlined]
        for param, result in _carried(lines):
            self._unite(param, result)
        for wanted in (_same_name, _may_share):
            for target, source in copies:
                self._try(target, source, wanted)

    def all(self) -> list[Location]:
        """All locations, in order of their first definition."""
        return sorted(dict.fromkeys(self.of.values()), key=lambda location: location.intervals[0])

    def _try(self, target: Var, source: Var, wanted: Callable[[Location, Location], bool]) -> None:
        a, b = self.of.get(target), self.of.get(source)
        if a is None or b is None or a is b or not wanted(a, b) or overlap(a.intervals, b.intervals):
            return
        self._unite(target, source)

    def _unite(self, a: Var, b: Var) -> None:
        left, right = self.of.get(a), self.of.get(b)
        if left is None or right is None or left is right:
            return
        if len(left.members) < len(right.members):
            left, right = right, left
        left.members += right.members
        left.intervals = merged(left.intervals, right.intervals)
        left.parameter = left.parameter or right.parameter
        for member in right.members:
            self.of[member] = left


def _copies(lines: list[Line]) -> Iterator[tuple[Var, Atom]]:
    for line in every_line(lines):
        if isinstance(line, Copies):
            yield from line.pairs


def _carried(lines: list[Line]) -> Iterator[tuple[Var, Var]]:
    for line in every_line(lines):
        if isinstance(line, Repeat):
            yield from zip(line.loop.carried, line.loop.results, strict=True)


def _same_name(a: Location, b: Location) -> bool:
    """Merge first what has one name only."""
    hints = {v.hint for v in (*a.members, *b.members)}
    return len(hints) == 1


def _may_share(a: Location, b: Location) -> bool:
    if a.parameter or b.parameter:
        return _same_name(a, b)
    return len(a.user_names | b.user_names) <= 1


# ------------------------------------------------------------------ names


def name_all(
    locations: Iterable[Location],
    reserved: Container[str],
    fed: Mapping[Var, str] | None = None,
    parts: Mapping[Var, str] | None = None,
) -> dict[Var, str]:
    """A name for every value; a function's parameter keeps its own.

    Args:
        locations: in order of definition.
        fed: for values that nobody named, the name of what they are for.
        reserved: names that mean something else in the text.
        parts: for values that go by another hint than their own; if it is given, a name for values that nobody named
            is used once.
    """
    book = _Book(reserved, fed or {}, parts)
    ordered = list(locations)
    for location in ordered:
        if location.parameter:
            book.give(location, location.parameter)
    rest = [x for x in ordered if not x.parameter]
    for location in sorted(rest, key=book.rank):
        book.choose(location)
    return {var: name for location, name in book.names.items() for var in location.members}


def identifier(hint: str) -> str:
    """A valid name that reads like the hint."""
    name = "".join(c if c.isalnum() or c == "_" else "_" for c in hint) or "t"
    name = f"_{name}" if name[0].isdigit() else name
    return f"{name}_" if keyword.iskeyword(name) or not name.isidentifier() else name


class _Book:
    """Who has which name, and where it is in use."""

    def __init__(self, reserved: Container[str], fed: Mapping[Var, str], parts: Mapping[Var, str] | None) -> None:
        self.reserved, self.fed, self.parts, self.once = reserved, fed, parts or {}, parts is not None
        self.taken: dict[str, Intervals] = {}
        self.count: Counter[str] = Counter()
        self.names: dict[Location, str] = {}
        self.users: set[str] = set()

    def give(self, location: Location, name: str) -> None:
        self.names[location] = name
        if location.user_names:
            self.users.add(name)
        taken = self.taken.setdefault(name, [])
        for interval in location.intervals:
            insort(taken, interval)

    def rank(self, location: Location) -> int:
        """Who chooses first: the names of the user's, then the names of the compiler's, then values without any."""
        if location.user_names:
            return 0
        return 1 if any(self.parts.get(v, v.hint) not in (NAMELESS, TANGENT) for v in location.members) else 2

    def choose(self, location: Location) -> None:
        hint = identifier(_favourite(location, self.fed, self.parts))
        for number in range(min(self.count[hint] + 1, SOON)):
            name = f"{hint}_{number}" if number else hint
            if self._is_free(name, location):
                return self.give(location, name)
        number = max(self.count[hint], 1)
        while f"{hint}_{number}" in self.reserved or f"{hint}_{number}" in self.taken:
            number += 1
        self.count[hint] = number + 1
        return self.give(location, f"{hint}_{number}")

    def _is_free(self, name: str, location: Location) -> bool:
        if self.once and name in self.taken and name.rstrip("_0123456789") in (NAMELESS, TANGENT):
            return False
        if name in self.reserved or (name == NAMELESS and name in self.users and not location.user_names):
            return False
        taken = self.taken.get(name, [])
        for start, stop in location.intervals:
            k = bisect_right(taken, (start, stop))
            if (k and taken[k - 1][1] > start) or (k < len(taken) and taken[k][0] < stop):
                return False
        return True


def _favourite(location: Location, fed: Mapping[Var, str], parts: Mapping[Var, str]) -> str:
    """The most frequent name of the user's, else the most frequent hint, else the name of what the value is for."""
    named = [v.hint for v in location.members if v.named]
    hints = named or [parts.get(v, v.hint) for v in location.members if v.hint != NAMELESS]
    return Counter(hints or [fed.get(v, NAMELESS) for v in location.members]).most_common(1)[0][0]


def parts_of_statements(values: Container[Var], lines: list[Line]) -> dict[Var, str]:
    """For each value that goes into another operation of its own statement: the hint of a value that nobody named.

    Args:
        values: what the operations of the user's statements compute.
        lines: the lines.
    """
    ops = [line.op for line in every_line(lines) if isinstance(line, Do)]
    made = {r: op.origin for op in ops for r in op.results if r in values and not r.named}
    hints = {(origin, r.hint) for r, origin in made.items()}
    found: dict[Var, str] = {}
    for op in ops:
        for atom in op.inputs:
            if isinstance(atom, Var) and op.results and atom in made and op.origin is made[atom]:
                tangent = atom.hint[:1] == "d" and (op.origin, atom.hint[1:]) in hints
                found[atom] = TANGENT if tangent else NAMELESS
    return found


def feeds(lines: list[Line], leaves: Callable[[Atom], Iterable[Var]]) -> dict[Var, str]:
    """For each value that nobody named: the name of the first value that it goes into."""
    found: dict[Var, str] = {}
    for line in every_line(lines):
        if isinstance(line, Do):
            target = line.op.results[0] if line.op.results else next(iter(line.op.args), None)
            pairs = [(target, atom) for atom in atoms_of(line)] if isinstance(target, Var) else []
        else:
            pairs = list(line.pairs) if isinstance(line, Copies) else []
        for target, atom in pairs:
            for leaf in leaves(atom) if target.hint != NAMELESS else ():
                if leaf.hint == NAMELESS:
                    found.setdefault(leaf, target.hint)
    return found
