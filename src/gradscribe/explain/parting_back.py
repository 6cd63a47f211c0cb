"""Where adjoints begin to be wrong: the operation behind which they are what differences give, and before which not.

A function with a rule for adjoints has no tangents to follow (`parting`). So each value is moved by itself, as it is
made, and what the result does is held against its adjoint. The last value whose adjoint is wrong went wrong where it is
used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import pipeline
from ..arguments import differentiable
from ..differentiate.reverse import reverse
from ..errors import Location
from ..ir.interpret import Interpreter
from ..ir.nodes import Function, Op, Var, walk
from ..ir.primitives import CALL, COMMENT
from ..ir.types import is_continuous
from ..numerical import copied, flatten
from ..simplify import prune
from .asking import bound, lowered_for
from .compare import moved
from .names import ssa_names
from .watching import AdjointRun, Execution, PrimalRun, watched

STEP = 1e-5
ALLOWED = 1e-4
_RUNS = 300


class AdjointParting:
    """The last value whose adjoint is wrong.

    Args:
        name: of the value.
        place: the statement that uses it.
        adjoint: how the result moves with the value by the derivative, along some direction.
        difference: how it moves.
    """

    def __init__(self, name: str, place: Location, adjoint: float, difference: float) -> None:
        self.name, self.place, self.adjoint, self.difference = name, place, adjoint, difference

    def __str__(self) -> str:
        what = f"adjoints and differences part at line {self.place.line}, `{self.place.text}`"
        return f"{what}: with {self.name} the result moves by {self.adjoint:.6g}, and should by {self.difference:.6g}"


def last_parting(function: Callable[..., Any], args: Sequence[Any], wrt: Sequence[int]) -> AdjointParting | None:
    """The operation where the adjoints of a run begin to be wrong, looked for from the end; None where none is found,
    the program writes to memory, or the run is long.

    Args:
        function: the function.
        args: its positional arguments.
        wrt: the positions of the arguments to differentiate by.
    """
    arguments = bound(function, args, {})
    names = [list(arguments)[k] for k in wrt]
    arguments.update({n: differentiable(arguments[n], n, function) for n in names})
    program = lowered_for(function, arguments, names)[0].function
    if any(op.primitive.writes for op in walk(program.body)):
        return None  # what moves one value would leave its other names as they are
    return _Search(program, [arguments[p.var.hint] for p in program.parameters], names).found()


class _Search:
    def __init__(self, program: Function, args: list[Any], names: Sequence[str]) -> None:
        self.program, self.args, self.names = program, args, ssa_names(program)
        run = PrimalRun(_RUNS)
        self.value = watched(run, program, args)
        self.executions = run.executions
        self.moving: set[int | str | None] = set(names)
        for k, done in enumerate(self.executions):
            if self.moving.intersection(done.sources):
                self.moving.add(k)
        self.random = np.random.default_rng(3)
        self.seed = self._direction(self.value)
        self.adjoints = self._run_back(pipeline.positions_of(program, names))

    def _run_back(self, positions: list[int]) -> Mapping[Any, Any]:
        seed = pipeline.seed_type(self.program.body.yields[0].type)
        back = reverse(self.program, positions, name="adjoint", seed=seed, several=True, watch=True)
        run = AdjointRun()
        gradient = watched(run, prune(back), [*self.args, self.seed])
        own = {(self.program.body.params[k], ()): g for k, g in zip(positions, gradient, strict=True)}
        return {**run.noted, **own}

    def found(self) -> AdjointParting | None:
        for number in reversed(range(len(self.executions))):
            done = self.executions[number]
            if done.op.results and (parted := self._checked(done.op.results[0], number, done)):
                return parted
        parameters = enumerate(self.program.body.params)
        return next((p for k, var in parameters if (p := self._checked(var, -1 - k, None))), None)

    def _checked(self, var: Var, number: int, done: Execution | None) -> AdjointParting | None:
        """Whether the adjoint of what an operation (or, below 0, the call) gave is wrong."""
        source = number if done else var.hint
        place = self._used_at(source)
        if place is None or not is_continuous(var.type) or source not in self.moving:
            return None
        adjoint = self.adjoints.get((var, done.trips if done else ()))
        direction = self._direction(done.result if done else self.args[-1 - number])
        have = 0.0 if adjoint is None else _paired(adjoint, direction)
        ahead, behind = (self._result(number, direction, sign * STEP) for sign in (1.0, -1.0))
        slope = (_paired(self.seed, ahead) - _paired(self.seed, behind)) / (2 * STEP)
        if not np.isfinite(slope) or abs(have - slope) <= ALLOWED * (1.0 + max(abs(have), abs(slope))):
            return None
        return AdjointParting(self.names[var], place, have, slope)

    def _used_at(self, source: int | str) -> Location | None:
        """The statement that uses a value, one that calls a function with a rule first."""
        users = [done.op for done in self.executions if source in done.sources and done.op.origin is not None]
        users.sort(key=lambda op: op.primitive is not CALL)
        return users[0].origin if users else None

    def _direction(self, value: Any) -> Any:
        leaves, build = flatten(value)
        return build([self._drawn(leaf.value) for leaf in leaves])

    def _drawn(self, value: Any) -> Any:
        drawn = self.random.uniform(0.5, 1.5, np.shape(value)) * self.random.choice([-1.0, 1.0], np.shape(value))
        return drawn if isinstance(value, np.ndarray) else float(drawn)

    def _result(self, number: int, direction: Any, t: float) -> Any:
        if number >= 0:
            return watched(_MovedRun(number, direction, t), self.program, self.args)
        args = list(self.args)
        args[-1 - number] = moved(copied(args[-1 - number]), direction, t)
        return watched(Interpreter(), self.program, args)


class _MovedRun(Interpreter):
    """Runs a primal with what one of its operations gives moved along a direction."""

    def __init__(self, number: int, direction: Any, t: float) -> None:
        super().__init__()
        self.number, self.direction, self.t = number, direction, t
        self.count = self.depth = 0

    def run(self, function: Function, args: Sequence[Any]) -> Any:
        self.depth += 1
        try:
            return super().run(function, args)
        finally:
            self.depth -= 1

    def op(self, op: Op, values: dict[Var, Any]) -> tuple[Any, ...]:
        results = super().op(op, values)
        if self.depth > 1 or op.blocks or op.primitive is COMMENT:
            return results
        self.count += 1
        return (moved(results[0], self.direction, self.t),) if self.count - 1 == self.number else results


def _paired(one: Any, other: Any) -> float:
    pairs = zip(flatten(one)[0], flatten(other)[0], strict=True)
    return float(sum(np.sum(np.asarray(a.value) * b.value).real for a, b in pairs))
