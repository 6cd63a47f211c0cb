"""Run the IR: the meaning of a program by definition, against which every pass and the printed text are tested, and
which views of a run watch (`Interpreter`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .compute import compute
from .nodes import Atom, Block, Const, Function, Loop, Op, Var, loop_of
from .primitives import CALL, IF, LOOP
from .solvers import LIBRARY_CALL, SOLUTION, FunctionArgument, LibraryCall, Place


def run(function: Function, *args: Any) -> Any:
    """The value of `function` at `args` (one for each parameter)."""
    return Interpreter().run(function, args)


class Interpreter:
    """Runs programs. A subclass watches a run by what it overrides: `done` and `moved` do nothing here.

    Attributes:
        trips: the number of the trip of each loop around the operation that runs, outermost first.
    """

    def __init__(self) -> None:
        self.trips: list[int] = []

    def run(self, function: Function, args: Sequence[Any]) -> Any:
        """The value of a function at `args`."""
        (result,) = self.block(function.body, args, {})
        return result

    def done(self, op: Op, args: Sequence[Any], keywords: dict[str, Any], result: Any) -> None:
        """An operation without blocks has run."""

    def moved(self, targets: Sequence[Var], sources: Sequence[Atom]) -> None:
        """Values have been handed on: into a loop, to its next trip, or out of a block."""

    def block(self, block: Block, args: Sequence[Any], values: dict[Var, Any]) -> tuple[Any, ...]:
        values.update(zip(block.params, args, strict=True))
        for op in block.ops:
            values.update(zip(op.results, self.op(op, values), strict=True))
        return tuple(read(atom, values) for atom in block.yields)

    def op(self, op: Op, values: dict[Var, Any]) -> tuple[Any, ...]:
        if op.primitive is LOOP:
            return self.loop(loop_of(op), values)
        if op.primitive is IF:
            arm = op.blocks[0] if read(op.args[0], values) else op.blocks[1]
            results = self.block(arm, (), values)
            self.moved(op.results, arm.yields)
            return results
        args = [read(a, values) for a in op.args]
        keywords = {k: read(a, values) for k, a in op.keywords}
        if op.primitive is CALL:
            result = self.run(op.static.function, args)
        elif op.primitive is LIBRARY_CALL:
            result = self.run_library(op.static, args)
        elif op.primitive is SOLUTION:
            result = args[0]
        else:
            result = compute(op.primitive, op.style, op.static, args, dict(keywords))
        self.done(op, args, keywords, result)
        return (result,) if op.results else ()

    def run_library(self, how: LibraryCall, operands: Sequence[Any]) -> Any:
        def argument(place: Place) -> Any:
            if not isinstance(place, FunctionArgument):
                return operands[place]
            function, held = place.callee.function, [operands[k] for k in place.captured]
            assert function is not None
            return lambda *own: run(function, *own, *held)

        return how.function(*map(argument, how.args), **{k: argument(v) for k, v in how.keywords})

    def loop(self, loop: Loop, values: dict[Var, Any]) -> tuple[Any, ...]:
        carried = tuple(read(a, values) for a in loop.inits)
        self.moved(loop.carried, loop.inits)
        self.moved(loop.results, loop.inits)
        self.trips.append(0)
        for index in _indices(loop, values):
            args = carried if loop.index is None else (index, *carried)
            carried = self.block(loop.body, args, values)
            self.moved((*loop.carried, *loop.results), (*loop.nexts, *loop.nexts))
            self.trips[-1] += 1
            if loop.end is not None:
                end, *carried = carried  # type: ignore[assignment]
                if end:
                    break
        self.left(self.trips.pop())
        return tuple(carried)

    def left(self, trips: int) -> None:
        """A loop has ended after so many trips; `self.trips` are those of the loops around it."""


def read(atom: Atom, values: dict[Var, Any]) -> Any:
    """The value of an operand."""
    return atom.value if isinstance(atom, Const) else values[atom]


def _indices(loop: Loop, values: dict[Var, Any]) -> Any:
    if loop.index is None:
        return iter(int, 1)
    assert loop.start is not None and loop.stop is not None and loop.step is not None
    return iter(range(read(loop.start, values), read(loop.stop, values), read(loop.step, values)))
