"""The program as lines of text that have no text yet: statements in order, with jumps, without names.

`exits` makes lines from the IR. A line mentions ops and values of the IR; a value that `inline` has put back into an
expression has no line of its own. This module knows nothing of how lines are chosen or printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import Location
from ..ir.nodes import Atom, Block, Const, Loop, Op, Var
from ..ir.primitives import IF, RAISE


@dataclass(eq=False)
class Do:
    """An op as a statement."""

    op: Op


@dataclass(eq=False)
class Copies:
    """Parallel assignments: all sources are read before the first target is written. The source `UNDEF` says that the
    target has no value from here on."""

    pairs: list[tuple[Var, Atom]]
    origin: Location | None = None


@dataclass(eq=False)
class Branch:
    """`if test: then else: orelse`."""

    test: Atom
    then: list[Line]
    orelse: list[Line]
    origin: Location | None = None


@dataclass(eq=False)
class Sequence:
    """One thing a loop runs over by element: the loop's head binds `element` to the entries of `source`."""

    element: Var
    source: Atom


@dataclass(eq=False)
class Repeat:
    """A loop. Its inits are copied in front of it, its next values at the end of the body.

    `over` is empty for an index loop. `numbered` says whether the index is bound beside the elements, `backwards`
    whether the elements come in reverse.
    """

    op: Op
    loop: Loop
    bounds: tuple[Atom, ...]
    body: list[Line]
    over: list[Sequence] = field(default_factory=list)
    numbered: bool = True
    backwards: bool = False

    @property
    def bound(self) -> list[Var]:
        """The values that the head defines at each trip."""
        index = [self.loop.index] if self.loop.index is not None and self.numbered else []
        return index + [s.element for s in self.over]

    @property
    def heads(self) -> list[Atom]:
        """What the head reads."""
        return [s.source for s in self.over] or list(self.bounds)


@dataclass(eq=False)
class Break:
    """Leave a loop, behind the copies that give its results."""

    repeat: Op


@dataclass(eq=False)
class Return:
    """Return a value."""

    value: Atom
    origin: Location | None = None


Line = Do | Copies | Branch | Repeat | Break | Return


def falls_through(lines: list[Line]) -> bool:
    """Whether what follows the lines can be reached."""
    if not lines:
        return True
    last = lines[-1]
    if isinstance(last, Branch):
        return falls_through(last.then) or falls_through(last.orelse)
    if isinstance(last, Do):
        return last.op.primitive is not RAISE
    return not isinstance(last, (Break, Return))


def inner_lines(line: Line) -> list[list[Line]]:
    """The lists of lines inside a line."""
    if isinstance(line, Branch):
        return [line.then, line.orelse]
    return [line.body] if isinstance(line, Repeat) else []


def every_line(lines: list[Line]) -> Iterator[Line]:
    """All lines at every depth, in text order."""
    stack = [iter(lines)]
    while stack:
        line = next(stack[-1], None)
        if line is None:
            stack.pop()
            continue
        yield line
        stack.extend(iter(inner) for inner in reversed(inner_lines(line)))


def atoms_of(line: Line) -> list[Atom]:
    """What a line itself mentions, before anything is put back into expressions."""
    if isinstance(line, Do):
        return atoms_of_op(line.op)
    if isinstance(line, Copies):
        return [source for _, source in line.pairs]
    if isinstance(line, Branch):
        return [line.test]
    if isinstance(line, Repeat):
        return line.heads
    return [line.value] if isinstance(line, Return) else []


def atoms_of_op(op: Op) -> list[Atom]:
    """The operands of an op; for a choice those inside its arms too, without what the arms define."""
    if op.primitive is not IF:
        return list(op.inputs)
    inside: set[Atom] = set()
    found = list(op.inputs)
    for arm in op.blocks:
        _choice_atoms(arm, inside, found)
    return [atom for atom in found if atom not in inside]


def _choice_atoms(arm: Block, inside: set[Atom], found: list[Atom]) -> None:
    for op in arm.ops:
        inside.update(op.results)
        found.extend(op.inputs)
        for inner in op.blocks:
            _choice_atoms(inner, inside, found)
    found.extend(arm.yields)


def operands(op: Op) -> tuple[Atom, ...]:
    """The parts of the expression that an op is printed as."""
    if op.primitive is IF:
        then, orelse = op.blocks
        return (*op.args, *then.yields, *orelse.yields)
    return op.inputs


def slice_parts(op: Op) -> tuple[Atom, ...]:
    """Start, stop and step of a slice."""
    args = (*op.args, *(v for _, v in op.keywords))
    if len(args) == 1:
        return (Const(None), args[0], Const(None))
    return (*args, Const(None))[:3]


def by_position(op: Op) -> tuple[list[Atom], list[tuple[str, Atom]]]:
    """The operands, those that may not or shall not be named last among the positional ones."""
    parameters = () if op.primitive.signature is None else op.primitive.signature.parameters.values()
    keywords = dict(op.keywords)
    named = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY and p.name in keywords]
    args = [*op.args, *(keywords.pop(n) for n in named)]
    rest = op.primitive.bare[len(args) - 1 :]
    bare = [keywords.pop(n, Const(None)) for n in rest] if any(n in keywords for n in rest) else []
    return [*args, *bare], list(keywords.items())
