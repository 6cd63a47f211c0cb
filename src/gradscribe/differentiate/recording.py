"""What a mirrored block reads of the forward sweep and cannot see: repeated where that is cheap, saved otherwise.

Rules mention forward values freely. Once the mirror of a block is written, `resolve` looks at what it mentions of the
values that the forward block defines. An operation that is cheap, pure, reads no memory that is written, and is not a
decision is repeated at the start of the mirror, as far back as possible; where that stops the value is saved. Saved
values of a loop go to a tape each; those of a branch outside loops become further results of the branch.

This module knows no rule; it only moves values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..ir.build import Builder, substitute
from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Block, Const, Op, Var, replace
from ..ir.primitives import (
    ADDAT,
    DIVIDE,
    FULL_LIKE,
    GETITEM,
    LENGTH,
    SCATTER_ADD,
    SETITEM,
    SHAPE,
    SLICE_,
    TUPLE,
    UNBROADCAST,
    ZEROS_LIKE,
)
from ..ir.types import Array, List, Object, Scalar, is_continuous
from .adjoints import same_shape

_NOTHING: Mapping[Var, Op] = {}


@dataclass
class Resolved:
    """What `resolve` found.

    Args:
        saved: the forward values to save, in order of their definition.
        environment: forward value -> the value that stands for it in the mirror (for `rename`).
        repeated: the ops that repeat forward ops, in order, each with the number of the mirror's op in front of which
            it stands.
        shapes: forward value of which the mirror reads the shape alone -> the value that it is read from.
        doubles: forward value that is the same as a saved one -> that.
    """

    saved: list[Var]
    environment: dict[Var, Atom]
    repeated: list[tuple[int, Op]] = field(default_factory=list)
    shapes: dict[Var, Atom] = field(default_factory=dict)
    doubles: dict[Var, Var] = field(default_factory=dict)


def resolve(
    forward: Iterable[Op],
    params: Iterable[Var],
    mirror: Block,
    known: dict[Var, Atom],
    earliest: Callable[[Op], int | None],
    shapes: Iterable[Var],
    stored: Mapping[Var, Op] = _NOTHING,
    unchanged: int = 0,
) -> Resolved:
    """Decide for each forward value that a mirrored block mentions how it gets there.

    Args:
        forward: the ops of the forward block (those inside its blocks are not seen by anyone else).
        params: what the forward block takes in.
        mirror: the mirrored block.
        known: forward values that the mirror has anyway (the loop's index).
        earliest: the number of the mirror's op from which on a forward op may run again, as far as memory is
            concerned: 0 where it reads nothing that is written, None where it may not.
        shapes: values visible everywhere, whose shape may stand in for that of a forward value.
        stored: for values that are stored where they stay, an op that reads them from there.
        unchanged: the number of the mirror's op in front of which memory is as the forward block left it.
    """
    definitions: dict[Var, Op | None] = dict.fromkeys(params)
    forward = list(forward)
    for op in forward:
        definitions.update(dict.fromkeys(op.results, op))
    definitions.update((v, op) for v, op in stored.items() if v in definitions)
    environment = dict(known)
    sources = _shape_sources(mirror, definitions, [*shapes])
    uses = first_uses(mirror)
    limits = {v: unchanged for v in stored if v in definitions}
    chooser = _Chooser(definitions, earliest, _defined_at(known, mirror), uses, limits)
    needs = [v for v in uses if v in definitions and v not in environment and v not in sources]
    for need in sorted(needs, key=chooser.may_be_repeated):
        chooser.choose(need)
    saved = [v for v in definitions if v in chooser.saved]
    doubles = _doubles(forward, saved)
    result = Resolved([v for v in saved if v not in doubles], environment, shapes=sources, doubles=doubles)
    for var in result.saved:
        environment[var] = Var(var.hint, var.type, var.named)
    environment.update((double, environment[first]) for double, first in doubles.items())
    for var, op in _in_order(definitions, [v for v in chooser.repeated if v not in chooser.saved]):
        made = Var(var.hint, var.type, var.named)
        result.repeated.append((chooser.repeated[var], replace(substitute(op, environment), results=(made,))))
        environment[var] = made
    return result


def _doubles(forward: Iterable[Op], saved: Collection[Var]) -> dict[Var, Var]:
    """Of saved numbers, and entries of lists, that are read twice from one place, with nothing written in between, the
    later ones, each with the first."""
    wanted, found, doubles = set(saved), dict[object, Var](), dict[Var, Var]()
    parts: dict[Var, Op] = {}
    for op in forward:
        if op.blocks or not op.primitive.is_pure:
            found.clear()
        elif op.primitive in (TUPLE, SLICE_) or _is_index(op):
            parts[op.result] = op
        elif op.primitive is GETITEM and op.result in wanted and _is_one_object(op):
            first = found.setdefault(tuple(_key(a, parts) for a in op.args), op.result)
            if first is not op.result:
                doubles[op.result] = first
    return doubles


def _is_one_object(op: Op) -> bool:
    """Whether an item is the same each time that it is read, not a new view."""
    return isinstance(op.result.type, Scalar) or isinstance(op.args[0].type, List)


def _is_index(op: Op) -> bool:
    """Whether an op computes an integer from integers."""
    return bool(op.results) and all(isinstance(a.type, Scalar) and a.type.kind == "i" for a in (op.result, *op.inputs))


def _key(atom: Atom, parts: Mapping[Var, Op]) -> object:
    """The same for atoms that are the same value; an index counts by its parts."""
    if isinstance(atom, Const):
        return (type(atom.value), repr(atom.value))
    op = parts.get(atom)
    return atom if op is None else (op.primitive, op.style, tuple(_key(a, parts) for a in op.inputs))


def _in_order(definitions: Mapping[Var, Op | None], chosen: Collection[Var]) -> list[tuple[Var, Op]]:
    """The chosen values with their ops, each behind its operands, else in order of definition."""
    wanted = set(chosen)
    ordered: dict[Var, Op] = {}
    for first in definitions:
        todo = [first] if first in wanted else []
        while todo:
            var = todo[-1]
            op = definitions[var]
            inputs = op.inputs if op is not None and var not in ordered else ()
            before = [a for a in inputs if a in wanted and a not in ordered and a not in todo]
            if before:
                todo += before
                continue
            todo.pop()
            if op is not None:
                ordered.setdefault(var, op)
    return list(ordered.items())


def _defined_at(known: dict[Var, Atom], mirror: Block) -> dict[Var, int]:
    """For each known value the number of the mirror's op from which on it can be used."""
    places = {r: k + 1 for k, op in enumerate(mirror.ops) for r in op.results}
    return {var: places.get(atom, 0) if isinstance(atom, Var) else 0 for var, atom in known.items()}


class _Chooser:
    """Repeat as far back as possible, unless that would save more values than saving the value itself."""

    def __init__(
        self,
        definitions: dict[Var, Op | None],
        earliest: Callable[[Op], int | None],
        have: dict[Var, int],
        uses: dict[Var, int],
        limits: dict[Var, int],
    ) -> None:
        self.definitions, self.earliest, self.have, self.uses = definitions, earliest, have, uses
        self.limits = limits
        self.saved: set[Var] = set()
        self.repeated: dict[Var, int] = {}

    def may_be_repeated(self, need: Var) -> bool:
        """What may not is saved in any case, and then serves others."""
        return self._back(need)[0] != [need]

    def choose(self, need: Var) -> None:
        roots, through = self._back(need)
        missing = [r for r in roots if r not in self.saved]
        positions = self._positions(through)
        late = any(positions[v] > place[v] for place in (self.uses, self.limits) for v in through if v in place)
        late = late or _divides_arrays(self.definitions[need])
        if late or len(missing) > 1 or any(_is_dearer(r, need) for r in missing):
            self.saved.add(need)
            return
        self.saved.update(missing)
        self.repeated.update(positions)

    def _back(self, need: Var) -> tuple[list[Var], list[Var]]:
        """The values at which repetition stops, and those that are repeated on the way."""
        roots, through, todo = [], [], [need]
        seen: set[Var] = set()
        while todo:
            var = todo.pop()
            if var in seen or var not in self.definitions or var in self.have:
                continue
            seen.add(var)
            op = self.definitions[var]
            if op is None or var in self.saved or not is_cheap(op) or self.earliest(op) is None:
                roots.append(var)
            else:
                through.append(var)
                todo.extend(a for a in op.inputs if isinstance(a, Var))
        return roots, through

    def _positions(self, through: list[Var]) -> dict[Var, int]:
        """Where each value can be computed: behind what it reads, and behind its operands."""
        positions: dict[Var, int] = dict(self.have)
        for var, op in _in_order(self.definitions, through):
            own = self.earliest(op) or 0
            positions[var] = max([own, *(positions.get(a, 0) for a in op.inputs if isinstance(a, Var))])
        return {var: positions[var] for var in through}


def _divides_arrays(op: Op | None) -> bool:
    """Whether an op divides by an array, as the last step of a logistic function does: that costs more than a tape."""
    return op is not None and op.primitive is DIVIDE and isinstance(op.args[1].type, Array)


def _is_dearer(root: Var, need: Var) -> bool:
    return isinstance(root.type, Array) and isinstance(need.type, Scalar)


def is_cheap(op: Op) -> bool:
    """Whether an op may be repeated instead of saved: pure, cheap, and not a decision taken on real numbers."""
    if op.blocks or len(op.results) != 1 or not op.primitive.is_pure or op.primitive.cost == "dear":
        return False
    type_ = op.result.type
    decides = not is_continuous(type_) and isinstance(type_, (Scalar, Array))
    if decides and op.primitive.reads and any(is_continuous(a.type) for a in op.inputs):
        return False
    return not (isinstance(type_, Object) and op.primitive.reads)


def is_view(op: Op) -> bool:
    """Whether the result of an op is a view of operand 0 (or may be), so that no entry is read."""
    if op.primitive is GETITEM:
        return isinstance(op.result.type, Array) and isinstance(op.args[0].type, Array) and is_basic_index(op.args[1])
    return len(op.results) == 1 and op.aliasing in ("view", "maybe") and isinstance(op.args[0].type, Array)


def entries_read(op: Op) -> list[Var]:
    """The operands whose entries an op reads."""
    if op.blocks or is_view(op):
        return []
    if op.primitive is LENGTH and isinstance(op.args[0].type, List):  # it changes as entries come and go
        return [a for a in op.args if isinstance(a, Var)]
    args: Sequence[Atom] = [a for k, a in enumerate(op.args) if op.primitive.reads_operand(k)]
    args = args[:1] if op.primitive is UNBROADCAST else args
    if op.primitive in (SETITEM, ADDAT, SCATTER_ADD):
        args = args[1:]
    keywords = [v for _, v in op.keywords] if op.primitive.reads else []
    return [a for a in (*args, *keywords) if isinstance(a, Var)]


# ------------------------------------------------------------------ what a block mentions


def mentions(block: Block) -> list[Var]:
    """The values that a block mentions and does not define, in order of their first mention."""
    found: dict[Var, None] = {}
    defined: set[Var] = set()
    _scan(block, found, defined)
    return [v for v in found if v not in defined]


def mentions_of(op: Op) -> list[Var]:
    """The values that an op and the blocks inside mention and do not define."""
    return mentions(Block((), (op,), ()))


def _scan(block: Block, found: dict[Var, None], defined: set[Var]) -> None:
    defined.update(block.params)
    for op in block.ops:
        found.update(dict.fromkeys(_vars(op.inputs)))
        for inner in op.blocks:
            _scan(inner, found, defined)
        defined.update(op.results)
    found.update(dict.fromkeys(_vars(block.yields)))


def _vars(atoms: Iterable[Atom]) -> Iterator[Var]:
    return (a for a in atoms if isinstance(a, Var))


def rename(block: Block, environment: dict[Var, Atom]) -> Block:
    """The block with values replaced, at every depth."""
    if not environment:
        return block

    def swap(atom: Atom) -> Atom:
        return environment.get(atom, atom) if isinstance(atom, Var) else atom

    ops = []
    for op in block.ops:
        moved = substitute(op, environment)
        if op.blocks:
            moved = replace(moved, blocks=tuple(rename(inner, environment) for inner in op.blocks))
        ops.append(moved)
    return Block(block.params, tuple(ops), tuple(map(swap, block.yields)))


# ------------------------------------------------------------------ only the shape is read


def _shape_sources(mirror: Block, definitions: dict[Var, Op | None], shapes: list[Var]) -> dict[Var, Atom]:
    """For values of which the mirror reads the shape alone: a visible value that is proved to have the same."""
    if not shapes:
        return {}
    only_shape: dict[Var, bool] = {}
    _note_uses(mirror, only_shape)
    sources: dict[Var, Atom] = {}
    for var, only in only_shape.items():
        if only and var in definitions and isinstance(var.type, Array):
            like = next((s for s in shapes if same_shape(s.type, var.type) and _same_dtype(s, var)), None)
            if like is not None:
                sources[var] = like
    return sources


def _same_dtype(left: Var, right: Var) -> bool:
    return getattr(left.type, "dtype", None) == getattr(right.type, "dtype", None)


def _note_uses(block: Block, only_shape: dict[Var, bool]) -> None:
    for op in block.ops:
        for position, atom in enumerate(op.inputs):
            if isinstance(atom, Var):
                shape = op.primitive in (SHAPE, LENGTH) or (op.primitive in (ZEROS_LIKE, FULL_LIKE) and position == 0)
                only_shape[atom] = only_shape.get(atom, True) and shape
        for inner in op.blocks:
            _note_uses(inner, only_shape)
    for atom in _vars(block.yields):
        only_shape[atom] = False


def place(ops: Iterable[Op], params: Iterable[Var], notes: dict[Var, list[Op]]) -> list[Op]:
    """The ops with `notes[v]` inserted behind the definition of each v (at the start for params)."""
    placed = [note for param in params for note in notes.get(param, [])]
    for op in ops:
        placed.append(op)
        placed.extend(note for result in op.results for note in notes.get(result, []))
    return placed


def first_uses(block: Block) -> dict[Var, int]:
    """The values that a block mentions, with the number of the op (of its own) that mentions them first."""
    found: dict[Var, int] = {}
    for k, op in enumerate(block.ops):
        for var in mentions_of(op):
            found.setdefault(var, k)
    for var in _vars(block.yields):
        found.setdefault(var, len(block.ops))
    return found


def merge(ops: Iterable[Op], repeated: list[tuple[int, Op]]) -> list[Op]:
    """The ops with each repeated op in front of the op whose number it has."""
    merged: list[Op] = []
    ops = list(ops)
    count = len(ops)
    for k, op in enumerate(ops):
        merged += [again for position, again in repeated if position == k]
        merged.append(op)
    return merged + [again for position, again in repeated if position >= count]


def prologue(builder: Builder, ops: Iterable[Op]) -> None:
    """Put ops in front of what the builder holds."""
    builder.ops[:0] = ops
