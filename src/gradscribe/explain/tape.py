"""What a gradient records on its way forward: each value, why it is recorded, and how many bytes it takes.

The forward sweep is run by itself, and what it would hand to the reverse sweep is measured. Nothing here knows how it
is decided what is recorded.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import pipeline
from ..checkpoints import Snapshots
from ..errors import Location
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, replace, walk
from ..ir.primitives import APPEND, COMMENT, GETITEM, LOOP, POP, SNAPSHOTS, TUPLE
from ..ir.types import Array, List, Scalar, Type


@dataclass(frozen=True)
class Recorded:
    """One value that is recorded.

    Args:
        name: the name of the tape, or of the array that stays.
        kind: what an entry is.
        why: why the reverse sweep cannot do without, or compute it again.
        where: the statement that it comes from.
        read: the statement whose mirror reads it.
        entries: how many there are; None where the function was not run.
        bytes: how much memory they take.
    """

    name: str
    kind: str
    why: str
    where: Location | None
    read: Location | None
    entries: int | None = None
    bytes: int | None = None


@dataclass(frozen=True)
class Tape:
    """All that is recorded; prints as a table.

    Args:
        name: of the gradient.
        recorded: in the order of the forward sweep.
    """

    name: str
    recorded: tuple[Recorded, ...]

    @property
    def bytes(self) -> int:
        """The memory of all of it."""
        return sum(r.bytes or 0 for r in self.recorded)

    def __str__(self) -> str:
        if not self.recorded:
            return f"{self.name} records nothing."
        header = ["recorded", "entries", "bytes", "why", "from", "for"]
        rows = [[r.name, *_amounts(r), r.why, _cited(r.where), _cited(r.read)] for r in self.recorded]
        total = f"{self.bytes:,} bytes in all" if any(r.bytes is not None for r in self.recorded) else ""
        return "\n".join([*table_lines(header, rows), *([total] if total else [])])


def table_lines(header: list[str], rows: list[list[str]]) -> list[str]:
    """Columns side by side."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in (header, *rows)]
    return [lines[0], "  ".join("-" * w for w in widths), *lines[1:]]


def _amounts(recorded: Recorded) -> tuple[str, str]:
    if recorded.entries is None:
        return "?", recorded.kind
    return f"{recorded.entries:,}", f"{recorded.bytes:,}"


def _cited(place: Location | None) -> str:
    return "" if place is None else f"{place.line}: {place.text[:48]}"


def tape_of(compiled: pipeline.Compiled, arguments: tuple[Any, ...] | None = None) -> Tape:
    """What a gradient records.

    Args:
        compiled: the gradient, in its plain flavour.
        arguments: those of its function, in order; nothing is measured without them.
    """
    program = compiled.program
    ops = program.body.ops
    middle = next((k for k, op in enumerate(ops) if op.primitive is COMMENT and op.static == "reverse"), None)
    if middle is None:
        return Tape(program.name, ())
    ahead, behind = [op for op in ops[:middle] if op.primitive is not COMMENT], ops[middle + 1 :]
    kept = list(_kept(ahead, behind))
    recorded = [_described(op, ahead, behind) for op in kept]
    if arguments is not None:
        values = _run(compiled, ahead, [op.result for op in kept], arguments)
        recorded = [_measured(r, v) for r, v in zip(recorded, values, strict=True)]
    return Tape(program.name, tuple(recorded))


def _kept(ahead: list[Op], behind: tuple[Op, ...]) -> Iterator[Op]:
    """The ops of the forward sweep whose results are tapes, or arrays that the reverse sweep reads."""
    mentioned = {a for op in walk(Block((), behind)) for a in op.inputs}
    for op in ahead:
        if op.primitive is SNAPSHOTS or (op.results and not op.blocks and op.result in mentioned):
            type_ = op.result.type
            if isinstance(type_, (Array, List)) or op.primitive is SNAPSHOTS:
                yield op


def _described(op: Op, ahead: list[Op], behind: tuple[Op, ...]) -> Recorded:
    result = op.result
    if op.primitive is SNAPSHOTS:
        where = next((o.origin for o in ahead if o.primitive is LOOP and result in _mentioned_in(o)), None)
        return Recorded(result.hint, "states", "states of a loop, from which the others are computed", where, where)
    reader = next((o for o in walk(Block((), behind)) if o.args and result in o.inputs), None)
    if not isinstance(result.type, List):
        return Recorded(result.hint, _kind(result.type), "read again on the way back", op.origin, _origin_of(reader))
    pushes = [o for o in walk(Block((), tuple(ahead))) if o.primitive is APPEND and o.args[0] is result]
    pushed = pushes[0].args[1] if pushes else None
    why, where = _reason(pushed, ahead)
    return Recorded(result.hint, _kind(result.type.item), why, where, _reader_of(reader, behind))


def _mentioned_in(op: Op) -> set[object]:
    return {a for block in op.blocks for inner in walk(block) for a in inner.inputs}


def _origin_of(op: Op | None) -> Location | None:
    return None if op is None else op.origin


def _reader_of(pop: Op | None, behind: tuple[Op, ...]) -> Location | None:
    """The statement for whose mirror an entry is popped."""
    if pop is None or pop.primitive is not POP:
        return _origin_of(pop)
    readers = (o for o in walk(Block((), behind)) if pop.results[0] in o.inputs)
    return next((o.origin for o in readers if o.origin is not None), None)


def _kind(type_: Type) -> str:
    if isinstance(type_, Scalar):
        return {"b": "1 or 8 a trip", "i": "8 a trip"}.get(type_.kind, "8 to 32 a trip")
    return "an array" if isinstance(type_, Array) else "?"


def _reason(pushed: object, ahead: list[Op]) -> tuple[str, Location | None]:
    """Why a value is recorded, and where it comes from."""
    if not isinstance(pushed, Var):
        return "", None
    made = next((o for o in walk(Block((), tuple(ahead))) if pushed in o.results), None)
    if made is None:
        loop = next((o for o in walk(Block((), tuple(ahead))) if any(pushed in b.params for b in o.blocks)), None)
        return "replaced in each trip of a loop", _origin_of(loop)
    if isinstance(pushed.type, Scalar) and pushed.type.kind == "b":
        return "decides which way to go", made.origin
    if made.primitive is GETITEM:
        return "overwritten later", made.origin
    if made.blocks:
        return "comes from a branch or a loop", made.origin
    return "dear to compute again" if made.primitive.cost == "dear" else "cannot be computed again", made.origin


# ------------------------------------------------------------------ measuring


def _run(
    compiled: pipeline.Compiled, ahead: list[Op], wanted: list[Var], arguments: tuple[Any, ...]
) -> tuple[Any, ...]:
    """The values after the forward sweep."""
    program = compiled.program
    builder = Builder()
    builder.ops = list(ahead)
    values: list[Atom] = [*wanted] or [Const(None)]
    result = builder.emit(TUPLE, *values, hint="record")
    body = Block(program.body.params, tuple(builder.ops), (result,))
    function: Callable[..., Any] = pipeline.finish(
        Function(program.name, program.parameters, body), compiled.lowered, optimize=False
    ).function
    return function(*arguments)[: len(wanted)]


def _measured(recorded: Recorded, value: Any) -> Recorded:
    if isinstance(value, Snapshots):
        entries = [part for _, state in value.kept for part in state]
        return replace(recorded, entries=len(value.kept), bytes=sum(map(_size, entries)))
    if isinstance(value, list):
        distinct: Mapping[int, Any] = {id(v): v for v in value}
        return replace(recorded, entries=len(value), bytes=8 * len(value) + sum(map(_size, distinct.values())))
    return replace(recorded, entries=1, bytes=_size(value))


def _size(value: Any) -> int:
    """The memory that is kept alive for a value: that of an array, of a number as an object."""
    if isinstance(value, np.ndarray):
        base = value
        while isinstance(base.base, np.ndarray):
            base = base.base
        return int(base.nbytes)
    return 0 if value is None or isinstance(value, bool) else sys.getsizeof(value)
