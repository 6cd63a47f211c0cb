"""One run of a function and of its two derivatives, step by step: the data that every view renders.

The primal program is interpreted at a point. The tangent program and the adjoint program, as the transforms make them,
are interpreted beside it and note the tangent and the adjoint of each value; loops are followed trip by trip. Nothing
here knows how any of it will be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .. import pipeline
from ..arguments import ArgNums, differentiable, title
from ..differentiate.forward import forward
from ..differentiate.reverse import reverse
from ..errors import BadArgument, GradscribeError, Location
from ..ir.check import BrokenInvariant, check
from ..ir.nodes import Function, Op, Var
from ..ir.types import Array, Numeric, Scalar, is_continuous
from ..numerical import copied
from ..read.lower import Lowered
from ..settings import Settings
from ..simplify import prune, simplify
from ..write.one import expression_text
from .asking import bound, chosen, lowered_for, ones
from .names import ssa_names
from .partials import partials
from .watching import AdjointRun, Execution, PrimalRun, Recording, TangentRun, TapeRun, watched

LIMIT = 20_000
"""The most steps that a trace keeps."""


@dataclass(frozen=True)
class Operand:
    """An operand of a step.

    Args:
        name: its name.
        step: the number of the step that computed it; None for a constant.
        partial: the derivative of the step's result by it; None where there is none, or it is no array.
    """

    name: str
    step: int | None
    partial: Any = None


@dataclass(frozen=True)
class Step:
    """One operation, run once; the parameters come first.

    Args:
        number: its place in the run.
        name: the name of its value; "" for a write.
        expression: what is computed, in these names.
        value: what came out (after a write: what the memory holds now).
        tangents: for each direction of the trace the change of the value; None where it does not move.
        adjoint: how the result of the function moves with the value; None where it does not.
        operands: what it was computed from.
        line: the user's line (0 for a parameter).
        place: the statement of the user.
        trips: the number of the trip of each loop around it.
        bytes: what the forward sweep records of the value for the way back.
        op: the operation; None for a parameter.
    """

    number: int
    name: str
    expression: str
    value: Any
    tangents: tuple[Any, ...] = ()
    adjoint: Any = None
    operands: tuple[Operand, ...] = ()
    line: int = 0
    place: Location | None = None
    trips: tuple[int, ...] = ()
    bytes: int = 0
    op: Op | None = field(default=None, repr=False)

    @property
    def is_active(self) -> bool:
        """Whether it moves with an argument, or moves the result."""
        return self.adjoint is not None or any(t is not None for t in self.tangents)


@dataclass(frozen=True)
class Trace:
    """A run of a function at a point.

    Args:
        function: the function.
        point: its arguments by name.
        wrt: the arguments with respect to which it is differentiated; there is one direction for each.
        steps: the run.
        value: what the function returned.
        gradient: the adjoint of each argument in `wrt`; None where there is no reverse derivative.
        directions: the tangent of each argument in `wrt`: 1 for a number, ones for an array, or what was given.
        slopes: the tangent of the result in each direction.
        recordings: what the gradient records in loops.
        missing: why there is no tangent, or no adjoint.
        result: the number of the step that computed what is returned; None where no step did.
        settings: the integers that the program knows by value; None where it knows none.
        program: the primal as a program, with the names of its values.
        names: the name of each value of the program.
    """

    function: Callable[..., Any]
    point: Mapping[str, Any]
    wrt: tuple[str, ...]
    steps: tuple[Step, ...]
    value: Any
    gradient: tuple[Any, ...] | None
    directions: tuple[Any, ...]
    slopes: tuple[Any, ...]
    recordings: tuple[Recording, ...]
    missing: tuple[str, ...]
    result: int | None
    settings: Settings | None
    program: Function = field(repr=False)
    names: Mapping[Var, str] = field(repr=False)

    @property
    def name(self) -> str:
        return title(self.function)

    @property
    def bytes_recorded(self) -> int:
        return sum(r.bytes for r in self.recordings)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from .display import bundle_of_trace

        return bundle_of_trace(self)

    def __str__(self) -> str:
        from .table import table_text

        return table_text(self)


def trace(
    function: Callable[..., Any],
    *point: Any,
    argnums: ArgNums | None = None,
    tangents: Sequence[Any] | None = None,
    limit: int = LIMIT,
    **keywords: Any,
) -> Trace:
    """Run a function and its derivatives at a point and note every step.

    The function runs once for each argument it is differentiated by, and three times more; what it prints is shown by
    none of these runs.

    Args:
        function: the function.
        point: its arguments.
        argnums: the arguments to differentiate by, by position or by name; by default all that hold a float.
        tangents: the direction of each of these; by default 1, and ones for an array.
        limit: the most steps that are kept.
        keywords: further arguments by name.

    Returns:
        the run.

    Raises:
        BadArgument: the arguments do not fit, or the run has more steps than `limit`.
        GradscribeError: the function cannot be read.
    """
    arguments = bound(function, point, keywords)
    wrt = chosen(function, arguments, argnums)
    for name in wrt:
        arguments[name] = differentiable(arguments[name], name, function)
    directions = tuple(ones(arguments[n]) for n in wrt) if tangents is None else tuple(tangents)
    if len(directions) != len(wrt):
        raise BadArgument(f"{len(directions)} tangents for {len(wrt)} arguments")
    lowered, settings = lowered_for(function, arguments, wrt)
    return _Tracing(function, arguments, wrt, directions, lowered, settings, limit).trace()


class _Tracing:
    """The runs behind one trace."""

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: dict[str, Any],
        wrt: tuple[str, ...],
        directions: tuple[Any, ...],
        lowered: Lowered,
        settings: Settings | None,
        limit: int,
    ) -> None:
        self.function, self.arguments, self.wrt, self.directions = function, arguments, wrt, directions
        self.lowered, self.settings, self.limit = lowered, settings, limit
        self.program = lowered.function
        self.names = ssa_names(self.program)
        self.positions = pipeline.positions_of(self.program, wrt)
        self.missing: list[str] = []

    def trace(self) -> Trace:
        args = [self.arguments[p.var.hint] for p in self.program.parameters]
        primal = PrimalRun(self.limit)
        value = watched(primal, self.program, args)
        self.tangents, slopes = self._forward(args)
        gradient, self.adjoints = self._reverse(args)
        recordings = self._recordings(args) if gradient is not None else ()
        steps = self._steps(primal.executions, gradient, recordings)
        return Trace(
            self.function,
            {n: copied(v) for n, v in self.arguments.items()},
            self.wrt,
            steps,
            value,
            gradient,
            self.directions,
            slopes,
            recordings,
            tuple(self.missing),
            self._result(primal),
            self.settings,
            self.program,
            self.names,
        )

    def _result(self, primal: PrimalRun) -> int | None:
        (result,) = self.program.body.yields
        source = primal.source.get(result) if isinstance(result, Var) else None
        count = len(self.program.parameters)
        if isinstance(source, str):
            return [p.var.hint for p in self.program.parameters].index(source)
        return None if source is None else source + count

    # the runs ------------------------------------------------------------------------------------------------------

    def _forward(self, args: list[Any]) -> tuple[list[Mapping[Any, Any]], tuple[Any, ...]]:
        """The tangents of all values in each direction, and that of the result."""
        found: list[Mapping[Any, Any]] = []
        slopes = []
        try:
            for position, direction in zip(self.positions, self.directions, strict=True):
                program = prune(check(forward(self.program, [position], name="tangent", watch=True)))
                run = TangentRun()
                _, slope = watched(run, program, [*args, direction])
                found.append(run.noted)
                slopes.append(slope)
        except (GradscribeError, BrokenInvariant) as refused:
            reason = getattr(refused, "reason", "the tangent program is not valid")
            self.missing.append(f"no tangents: {reason}")
            return [{} for _ in self.wrt], ()
        return found, tuple(slopes)

    def _reverse(self, args: list[Any]) -> tuple[tuple[Any, ...] | None, Mapping[Any, Any]]:
        """The gradient, and the adjoints of all values."""
        result = self.program.body.yields[0].type
        number = isinstance(result, (Scalar, Numeric, Array)) and getattr(result, "ndim", 0) == 0
        if not number or not is_continuous(result):
            self.missing.append("no adjoints: the result is not a number")
            return None, {}
        try:
            seed = pipeline.seed_type(self.program.body.yields[0].type)
            program = reverse(self.program, self.positions, name="adjoint", seed=seed, several=True, watch=True)
        except GradscribeError as refused:
            self.missing.append(f"no adjoints: {refused.reason}")
            return None, {}
        run = AdjointRun()
        gradient = watched(run, prune(program), [*args, 1.0])
        return tuple(gradient), run.noted

    def _recordings(self, args: list[Any]) -> tuple[Recording, ...]:
        """What the gradient, as it is compiled, keeps in its loops."""
        program = pipeline.differentiate(self.lowered, "reverse", self.wrt, "adjoint", several=True)
        program = simplify(program)
        run = TapeRun()
        watched(run, program, [*args, 1.0])
        return tuple(run.recordings)

    # the steps -----------------------------------------------------------------------------------------------------

    def _steps(
        self, executions: list[Execution], gradient: tuple[Any, ...] | None, recordings: Sequence[Recording]
    ) -> tuple[Step, ...]:
        steps = [self._parameter(k, gradient) for k in range(len(self.program.parameters))]
        numbers = {p.var.hint: k for k, p in enumerate(self.program.parameters)}
        place: dict[int, int] = {}
        for k, execution in enumerate(executions):
            place[k] = len(steps)
            steps.append(self._step(len(steps), execution, numbers, place))
        return tuple(_with_bytes(steps, recordings))

    def _parameter(self, k: int, gradient: tuple[Any, ...] | None) -> Step:
        name = self.program.parameters[k].var.hint
        moved = [d if n == name else None for n, d in zip(self.wrt, self.directions, strict=True)]
        adjoint = gradient[self.wrt.index(name)] if gradient is not None and name in self.wrt else None
        return Step(k, self.names[self.program.parameters[k].var], "", self.arguments[name], tuple(moved), adjoint)

    def _step(self, number: int, done: Execution, numbers: Mapping[str, int], place: Mapping[int, int]) -> Step:
        op = done.op
        slopes = partials(op, done.args, done.keywords, done.result)
        sources = [numbers[s] if isinstance(s, str) else None if s is None else place[s] for s in done.sources]
        operands = [
            Operand(self.names[a] if isinstance(a, Var) else repr(a), step, partial)
            for a, step, partial in zip(op.inputs, sources, slopes, strict=True)
        ]
        key: Any = (op.results[0] if op.results else None, done.trips)
        adjoint = self.adjoints.get(key)
        return Step(
            number,
            self.names[op.results[0]] if op.results else "",
            expression_text(op, self.names),
            done.result,
            tuple(noted.get(key) for noted in self.tangents),
            _spread(adjoint, done.result),
            tuple(operands),
            op.origin.line if op.origin else 0,
            op.origin,
            done.trips,
            op=op,
        )


def _spread(adjoint: Any, value: Any) -> Any:
    """An adjoint that stands for a constant array, as that array."""
    if isinstance(value, np.ndarray) and adjoint is not None and np.shape(adjoint) != value.shape:
        return np.broadcast_to(adjoint, value.shape) if np.ndim(adjoint) < value.ndim else adjoint
    return adjoint


def _with_bytes(steps: list[Step], recordings: Sequence[Recording]) -> list[Step]:
    """The steps with the bytes that are recorded of them in loops: at the step that computes the recorded value, or, of
    what a trip took over from the one before, at the first step of the trip that uses it."""
    made: dict[tuple[Var, tuple[int, ...]], int] = {}
    used: dict[tuple[Var, tuple[int, ...]], int] = {}
    first: dict[tuple[int, ...], int] = {}
    for step in steps:
        if step.op is None:
            continue
        first.setdefault(step.trips, step.number)
        made.update(((r, step.trips), step.number) for r in step.op.results)
        for atom in step.op.inputs:
            if isinstance(atom, Var):
                used.setdefault((atom, step.trips), step.number)
    bytes_: Counter[int] = Counter()
    for recording in recordings:
        key: Any = (recording.var, recording.trips)
        place = made.get(key, used.get(key, first.get(recording.trips)))
        if place is not None:
            bytes_[place] += recording.bytes
    return [replace(step, bytes=bytes_[step.number]) if bytes_[step.number] else step for step in steps]
