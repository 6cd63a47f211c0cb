"""The union-find behind `regions`: classes of values, and inner classes for what containers hold.

It knows nothing of what operations do, only which facts were noted about which region.
"""

from __future__ import annotations

from typing import Any

from ..ir.nodes import Op, Var

EVERY = "every entry"
"""The key of what a container holds when its entries are not told apart."""


class Region:
    """Memory that several values may share, known by identity."""

    __slots__ = ("content", "number", "parent")

    def __init__(self, number: int) -> None:
        self.number = number
        self.parent: Region | None = None
        self.content: dict[Any, Region] = {}

    def __repr__(self) -> str:
        return f"region {self.number}"


class Regions:
    """The answer of `regions`.

    Values that hold no memory (scalars, strings) each have a region of their own that nobody writes.
    """

    def __init__(self) -> None:
        self._nodes: dict[Var, Region] = {}
        self._count = 0
        self._events: list[tuple[Region, Op, bool]] = []
        self._escaping: list[Region] = []
        self._foreign: list[Region] = []
        self._members: dict[Region, list[Var]] = {}
        self._writes: dict[Region, list[Op]] = {}
        self._clobbered: set[Region] = set()
        self._escaped: set[Region] = set()
        self._from_outside: set[Region] = set()

    def of(self, var: Var) -> Region:
        """The region of a value: the same object for all values that may share memory."""
        return self.find(self.node(var))

    def knows(self, var: Var) -> bool:
        """Whether the value is one of the program that was grouped."""
        return var in self._nodes

    def members(self, region: Region) -> list[Var]:
        """The values of a region, in text order."""
        return self._members.get(self.find(region), [])

    def writes(self, region: Region) -> list[Op]:
        """The operations that may write to a region (also opaque ones, and calls), in text order."""
        return self._writes.get(self.find(region), [])

    def written(self) -> list[Region]:
        """The regions that some operation may write to, in order of their first writes."""
        return list(self._writes)

    def is_visible(self, region: Region) -> bool:
        """Whether a region can be seen outside, see `escapes`."""
        return self.find(region) in self._escaped

    def is_written(self, var: Var) -> bool:
        """Whether some operation may write to the memory of a value."""
        return bool(self._writes.get(self.of(var)))

    def is_clobbered(self, var: Var) -> bool:
        """Whether an operation that cannot be looked into may write to the memory of a value."""
        return self.of(var) in self._clobbered

    def escapes(self, var: Var) -> bool:
        """Whether the memory of a value can be seen outside: a parameter's, an external's, what is returned or given
        to opaque code."""
        return self.is_visible(self.of(var))

    def is_foreign(self, var: Var) -> bool:
        """Whether the memory of a value may come from outside other than by a parameter: a global, or the result of an
        opaque call. Nothing is known about what else shares it."""
        return self.of(var) in self._from_outside

    def contents(self, region: Region) -> dict[Any, Region]:
        """The regions of what a container holds, by key (`EVERY` for all entries of a list)."""
        return {key: self.find(inner) for key, inner in self.find(region).content.items()}

    def reachable(self, region: Region) -> list[Region]:
        """A region and all that it holds, directly or not."""
        root = self.find(region)
        if not root.content:
            return [root]
        seen = {root: None}
        todo = [root]
        while todo:
            for inner in self.contents(todo.pop()).values():
                if inner not in seen:
                    seen[inner] = None
                    todo.append(inner)
        return list(seen)

    # building -----------------------------------------------------------------------------------------------------

    def node(self, var: Var) -> Region:
        if var not in self._nodes:
            self._nodes[var] = self.fresh()
        return self._nodes[var]

    def fresh(self) -> Region:
        self._count += 1
        return Region(self._count)

    def find(self, region: Region) -> Region:
        root = region
        while root.parent is not None:
            root = root.parent
        while region.parent is not None:
            region.parent, region = root, region.parent
        return root

    def inner(self, region: Region, key: Any) -> Region:
        """What a container holds under a key; asking for `EVERY` makes its entries one region."""
        root = self.find(region)
        if EVERY in root.content:
            key = EVERY
        elif key is EVERY and root.content:
            entries = list(root.content.values())
            root.content = {EVERY: entries[0]}
            for entry in entries[1:]:
                self.unite(entries[0], entry)
            root = self.find(root)
        if key not in root.content:
            root.content[key] = self.fresh()
        return self.find(root.content[key])

    def unite(self, left: Region, right: Region) -> None:
        todo = [(left, right)]
        while todo:
            one, two = (self.find(r) for r in todo.pop())
            if one is two:
                continue
            if two.number < one.number:
                one, two = two, one
            two.parent = one
            entries, two.content = two.content, {}
            for key, entry in entries.items():
                todo.append((self.inner(one, key), entry))

    def write(self, region: Region, op: Op, opaque: bool = False) -> None:
        self._events.append((region, op, opaque))

    def escape(self, region: Region, foreign: bool = False) -> None:
        (self._foreign if foreign else self._escaping).append(region)

    def finish(self) -> Regions:
        """Turn what was noted while regions were still merging into facts about the final ones."""
        for var in self._nodes:
            self._members.setdefault(self.of(var), []).append(var)
        for region, op, opaque in self._events:
            for hit in self.reachable(region) if opaque else [self.find(region)]:
                ops = self._writes.setdefault(hit, [])
                if not ops or ops[-1] is not op:
                    ops.append(op)
                if opaque:
                    self._clobbered.add(hit)
        self._from_outside.update(hit for region in self._foreign for hit in self.reachable(region))
        self._escaped.update(hit for region in self._escaping + self._foreign for hit in self.reachable(region))
        return self
