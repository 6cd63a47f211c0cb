"""Runs of programs that are watched: the values of the primal, and the tangents and adjoints that the transforms note.

A value is known by its `Var` and by the trips of the loops around it, so that what three programs say of one
execution of one operation comes together, whatever the order in which they run.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import BadArgument
from ..ir.interpret import Interpreter
from ..ir.nodes import Atom, Function, Loop, Op, Var
from ..ir.primitives import APPEND, COMMENT, WATCH
from ..ir.types import List
from ..numerical import copied

Key = tuple[Var, tuple[int, ...]]
"""A value, and the number of the trip of each loop around its definition."""


@dataclass(frozen=True)
class Execution:
    """One operation, run once.

    Args:
        op: the operation.
        trips: the number of the trip of each loop around it.
        args, keywords: what its operands were.
        result: what it gave (for a write: what the memory that it wrote holds now).
        sources: for each operand that is a value, the number of the execution that computed it, or the name of the
            parameter that it is.
    """

    op: Op
    trips: tuple[int, ...]
    args: list[Any]
    keywords: dict[str, Any]
    result: Any
    sources: list[int | str | None]


class PrimalRun(Interpreter):
    """Runs a primal and notes each operation. `executions` are in the order in which they happened; a run of more than
    `limit` operations ends with BadArgument."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.executions: list[Execution] = []
        self.source: dict[Var, int | str | None] = {}
        self.depth = 0

    def run(self, function: Function, args: Sequence[Any]) -> Any:
        if not self.depth:
            self.source.update((p, p.hint) for p in function.body.params)
        self.depth += 1
        result = super().run(function, args)
        self.depth -= 1
        return result

    def done(self, op: Op, args: list[Any], keywords: dict[str, Any], result: Any) -> None:  # type: ignore[override]
        if self.depth > 1 or op.primitive is COMMENT:
            return
        if len(self.executions) >= self.limit:
            raise BadArgument(f"the run has more than {self.limit} steps, which is what a trace holds")
        sources = [self.source.get(a) if isinstance(a, Var) else None for a in op.inputs]
        seen = copied(result if op.results else args[0] if args else None)
        args = [copied(a) for a in args]
        number = len(self.executions)
        self.executions.append(Execution(op, tuple(self.trips), args, keywords, seen, sources))
        self.source.update(dict.fromkeys(op.results, number))
        for place in op.primitive.writes:
            if isinstance(op.args[place], Var):
                self.source[op.args[place]] = number  # type: ignore[index]

    def moved(self, targets: Sequence[Var], sources: Sequence[Atom]) -> None:
        found = [self.source.get(s) if isinstance(s, Var) else None for s in sources]
        self.source.update(zip(targets, found, strict=False))


class TangentRun(Interpreter):
    """Runs a tangent program and collects the tangent of each value."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: dict[Key, Any] = {}

    def done(self, op: Op, args: list[Any], keywords: dict[str, Any], result: Any) -> None:  # type: ignore[override]
        if op.primitive is WATCH:
            self.noted[op.static, tuple(self.trips)] = copied(args[0])


class AdjointRun(Interpreter):
    """Runs an adjoint program and collects the adjoint of each value. The trips of a mirrored loop are counted from its
    end, as those of the loop that it mirrors are from its start: they are turned round when their number is known."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: dict[Key, Any] = {}
        self.pending: list[tuple[Var, list[int], Any]] = []
        self.count = 0

    def run(self, function: Function, args: Sequence[Any]) -> Any:
        result = super().run(function, args)
        self.noted = {(var, tuple(trips)): value for var, trips, value in self.pending}
        return result

    def done(self, op: Op, args: list[Any], keywords: dict[str, Any], result: Any) -> None:  # type: ignore[override]
        if op.primitive is WATCH:
            self.pending.append((op.static, list(self.trips), copied(args[0])))

    def loop(self, loop: Loop, values: dict[Var, Any]) -> tuple[Any, ...]:
        first, depth = len(self.pending), len(self.trips)
        results = super().loop(loop, values)
        for _, path, _ in self.pending[first:]:
            path[depth] = self.count - 1 - path[depth]
        return results

    def left(self, trips: int) -> None:
        self.count = trips


@dataclass(frozen=True)
class Recording:
    """What the forward sweep keeps for the way back in one trip of a loop.

    Args:
        tape: the name of the list.
        trips: the number of the trip of each loop around.
        value: what is kept.
        line: the user's line that it belongs to (0 where there is none).
        bytes: its size: that of a number is 8.
        var: the value in the program.
    """

    tape: str
    trips: tuple[int, ...]
    value: Any
    line: int
    bytes: int
    var: Var | None = None


@dataclass
class TapeRun(Interpreter):
    """Runs an adjoint program and collects what is recorded in loops."""

    name_of: Callable[[Var], str] = lambda var: var.hint
    recordings: list[Recording] = field(default_factory=list)
    ahead: bool = True

    def __post_init__(self) -> None:
        super().__init__()

    def done(self, op: Op, args: list[Any], keywords: dict[str, Any], result: Any) -> None:  # type: ignore[override]
        if op.primitive is COMMENT and op.static == "reverse":
            self.ahead = False
        if not self.ahead or op.primitive is not APPEND or not isinstance(op.args[0], Var):
            return
        tape = op.args[0]
        if isinstance(tape.type, List) and not tape.named and tape.hint.endswith("_tape"):
            line = op.origin.line if op.origin else 0
            value, var = copied(args[1]), op.args[1] if isinstance(op.args[1], Var) else None
            self.recordings.append(Recording(self.name_of(tape), tuple(self.trips), value, line, size_of(value), var))


def size_of(value: Any) -> int:
    """The bytes that a recorded value takes: those of the data, 8 for a number."""
    if hasattr(value, "nbytes"):
        return int(value.nbytes)
    if isinstance(value, (list, tuple)):
        return sum(map(size_of, value))
    return 0 if value is None or isinstance(value, str) else 8


def watched(interpreter: Interpreter, function: Function, args: Sequence[Any]) -> Any:
    """The value of a program at copies of `args`; what it prints is not shown."""
    with contextlib.redirect_stdout(io.StringIO()):
        return interpreter.run(function, [copied(a) for a in args])
