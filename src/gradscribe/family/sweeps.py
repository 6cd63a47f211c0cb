"""Both modes of a function, for several directions: k tangents forward, or k adjoints backward."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import pipeline
from ..arguments import title
from ..batch import NotBatched
from ..call.derivative import Derivative
from ..differentiate.shadows import CHECK_APART
from ..errors import BadResult, InternalError, UnsupportedCall, UntrackableAlias
from ..explain.blame import citing
from ..ir.nodes import walk
from ..ir.types import STRUCTURES, Array, Scalar, Tuple, Type, is_continuous, leaves
from ..numerical import copied
from ..signature import abstract, call_key, split
from .directions import Directions, Leaves, concatenated, stacked
from .groups import Groups, shapes


class Sweeps:
    """Both modes of a function.

    Args:
        primal: the function.
        wrt: the names of the arguments by which it is differentiated.
        has_aux: whether it returns `(value, auxiliary)`.

    Attributes:
        looped: why the directions of the last call were taken one after the other; None where they were not.
    """

    def __init__(self, primal: Callable[..., Any], wrt: tuple[str, ...], has_aux: bool = False) -> None:
        self.primal, self.wrt, self.has_aux = primal, wrt, has_aux
        self.forward: Derivative[Any, Any] = Derivative(primal, "forward", wrt, raw=True)
        self.several: Derivative[Any, Any] = Derivative(primal, "forward", wrt, raw=True, directions=True)
        self.reverse: Derivative[Any, Any] = Derivative(primal, "reverse", wrt, raw=True)
        self.looped: str | None = None
        self.groups = Groups()
        self._last: Derivative[Any, Any] | pipeline.Compiled = self.forward
        self._refused: str | None = None  # whether there is a program for several tangents, and why not
        self._for_many: dict[tuple[int, int], tuple[pipeline.Compiled, pipeline.Compiled | str]] = {}
        self._results: dict[Any, Type] = {}
        self._transposed: dict[int, tuple[pipeline.Compiled, pipeline.Compiled | None]] = {}

    @property
    def source(self) -> str:
        """The text of what the directions of the last call went through."""
        return self._last.written.text if isinstance(self._last, pipeline.Compiled) else self._last.source

    def inputs(self, bound: inspect.BoundArguments) -> Leaves:
        """The leaves of the arguments by which it is differentiated."""
        return Leaves.of(tuple(bound.arguments[name] for name in self.wrt))

    def outputs(self, value: Any) -> Leaves:
        """The leaves of the value, without the auxiliary."""
        found = Leaves.of(value[0] if self.has_aux else value)
        if not found.leaves:
            raise BadResult(f"{title(self.primal)} returns nothing that has a derivative")
        return found

    def result(self, bound: inspect.BoundArguments) -> tuple[int | None, bool]:
        """The number of entries of the value, where the program tells it, and whether it is known to be complex."""
        key = call_key(bound.arguments.values())
        if key not in self._results:
            kinds, static = split(bound.arguments)
            (result,) = pipeline.read(self.primal, kinds, static, self.wrt).function.body.yields
            self._results[key] = result.type
        type_ = self._results[key]
        if self.has_aux and isinstance(type_, Tuple):
            type_ = type_.items[0]
        is_complex = any(getattr(leaf, "kind", "f") == "c" for leaf in leaves(type_))
        return entries(type_, _lengths(bound.arguments)), is_complex

    def push(self, bound: inspect.BoundArguments, directions: Directions) -> Pushed:
        """k tangents through the function: several in one run where there is such a program, else one after the other.

        Each run after the first is given copies of the arguments, as they were.
        """
        inputs, count = self.inputs(bound), len(directions[0])
        key = ("forward", *shapes(inputs, Leaves.of(tuple(bound.arguments.values()))))
        together = self._takes_several(bound, count)
        self._last = self.several if together else self.forward
        step = self.groups.size(key, count) if together else 1
        pristine = copied((bound.args, bound.kwargs)) if count > step else None
        first = functools.partial(self._run, bound.args, bound.kwargs, inputs, directions, slice(0, step), together)
        value, moved = self.groups.measured(key, step, first) if together else first()
        outputs, done = self.outputs(value), step
        groups = [outputs.parts(moved)]
        while done < count:
            step = self.groups.size(key, count) if together else 1
            args, keywords = copied(pristine)
            moved = self._run(args, keywords, inputs, directions, slice(done, done + step), together)[1]
            groups.append(outputs.parts(moved))
            done += step
        join = concatenated if together else stacked
        return Pushed(value, outputs, join(groups[: count and None], outputs.shapes))

    def _takes_several(self, bound: inspect.BoundArguments, count: int) -> bool:
        """Whether k directions can be taken together; `looped` says why not."""
        self.looped = self._refused if count > 1 else None
        if count > 1 and self.looped is None:
            try:
                self.several.made_for(bound.arguments)
            except (NotBatched, InternalError) as error:
                self.looped = self._refused = error.reason
        return count > 1 and self.looped is None

    def _run(
        self, args: Any, keywords: Any, inputs: Leaves, directions: Directions, chosen: slice, together: bool
    ) -> tuple[Any, Any]:
        """The value, and the tangents for some directions; or for one, or the direction of length zero."""
        if together:
            value, moved = self.several(*args, *inputs.rows(directions, chosen), **keywords)
        else:
            row = inputs.row(directions, chosen.start) if chosen.start < len(directions[0]) else inputs.zero()
            value, moved = self.forward(*args, *row, **keywords)
        return value, moved[0] if self.has_aux else moved

    def pull(self, bound: inspect.BoundArguments) -> Pull:
        """The function once."""
        _, back = self.reverse.pair_for(bound.arguments)
        value, record, _ = self.reverse.run_forward(bound.args, bound.kwargs)
        return Pull(self, value, record, back, self.inputs(bound), self.outputs(value))

    def for_many(self, program: pipeline.Compiled, position: int) -> pipeline.Compiled | str:
        """The program for several directions, or why there is none.

        Args:
            program: one for one direction.
            position: which of its parameters that is.
        """
        key = (id(program), position)
        if key not in self._for_many:
            made: pipeline.Compiled | str
            try:
                made = pipeline.compile_for_directions(self.primal, program, position)
            except (NotBatched, InternalError) as error:
                made = error.reason
            self._for_many[key] = (program, made)
        return self._for_many[key][1]

    def transposed(self, back: pipeline.Compiled) -> pipeline.Compiled | None:
        """What applies the derivative to a tangent, given the record of a reverse function."""
        if id(back) not in self._transposed:
            self._transposed[id(back)] = (back, transpose(back))
        return self._transposed[id(back)][1]


def transpose(back: pipeline.Compiled) -> pipeline.Compiled | None:
    """The transpose of a reverse function; None where it restores memory, which cannot be followed a second time."""
    try:
        made = pipeline.compile_pushforward(back, back.program.name.removesuffix("_rev") + "_linear")
    except (UnsupportedCall, UntrackableAlias):
        return None
    return None if any(op.primitive is CHECK_APART for op in walk(made.program.body)) else made


@dataclass(frozen=True)
class Pushed:
    """What forward mode gives: the value (with the auxiliary), its leaves, and their tangents."""

    value: Any
    outputs: Leaves
    tangents: Directions


@dataclass(frozen=True)
class Pull:
    """A function that has been run, to be gone through backward, or forward again, any number of times.

    Args:
        sweeps: the function.
        value: what it returned (with the auxiliary).
        record: what it has noted.
        program: the reverse function.
        inputs, outputs: the leaves of arguments and value.
    """

    sweeps: Sweeps
    value: Any
    record: Any
    program: pipeline.Compiled
    inputs: Leaves
    outputs: Leaves

    def back(self, adjoints: Directions) -> Directions:
        """k adjoints of the value to those of the arguments."""
        return self._through(self.program, (self.record,), self.outputs, self.inputs, adjoints)

    def back_one(self, adjoint: Any) -> Any:
        """One adjoint, of the structure of the value, to those of the arguments, a tuple."""
        seed = (adjoint, Leaves.of(self.value[1]).zero()) if self.sweeps.has_aux else adjoint
        return citing(self.program)(self.record, seed)

    def forth(self, tangents: Directions) -> Directions | None:
        """k tangents of the arguments to those of the value; None where that needs another run of the function."""
        made = self.sweeps.transposed(self.program)
        if made is None:
            return None
        return self._through(made, (self.record, self.value), self.inputs, self.outputs, tangents)

    def _through(
        self, program: pipeline.Compiled, held: tuple[Any, ...], ahead: Leaves, behind: Leaves, given: Directions
    ) -> Directions:
        """k directions through a program: several in one run where there is such a one, else one after the other."""
        count, groups, done = len(given[0]), [], 0
        several = self.sweeps.for_many(program, len(held)) if count > 1 else None
        self.sweeps.looped = several if isinstance(several, str) else None
        self.sweeps._last = several if isinstance(several, pipeline.Compiled) else program
        if several is None or isinstance(several, str):
            one = (self._seed(ahead, ahead.row(given, k), 0) for k in range(count))
            return stacked([self._parts(behind, citing(program)(*held, row)) for row in one], behind.shapes)
        key = (id(program), *shapes(ahead, behind))
        while done < count:
            step = min(self.sweeps.groups.size(key, count), count - done)
            seed = self._seed(ahead, ahead.rows(given, slice(done, done + step)), step)
            run = functools.partial(citing(several), *held, seed)
            groups.append(self._parts(behind, self.sweeps.groups.measured(key, step, run)))
            done += step
        return concatenated(groups, behind.shapes)

    def _seed(self, ahead: Leaves, given: Any, count: int) -> Any:
        """An adjoint (or so many) of the value, with that of the auxiliary."""
        if not self.sweeps.has_aux or ahead is not self.outputs:
            return given
        return given, Leaves.of(self.value[1]).zero(count)

    def _parts(self, behind: Leaves, moved: Any) -> list[Any]:
        return behind.parts(moved[0] if self.sweeps.has_aux and behind is self.outputs else moved)


def _lengths(arguments: Mapping[str, Any]) -> dict[str, int]:
    """The lengths that the names of dimensions stand for in a call."""
    sizes: dict[int, str] = {}
    for name, value in arguments.items():
        abstract(value, name, sizes)
    return {name: length for length, name in sizes.items()}


def entries(type_: Type, lengths: Mapping[str, int]) -> int | None:
    """The number of differentiable entries of a value of a type; None where only a run can tell."""
    if isinstance(type_, STRUCTURES):
        parts = [entries(item, lengths) for item in type_.items if is_continuous(item)]
        return None if None in parts else sum(p for p in parts if p is not None)
    if isinstance(type_, Scalar):
        return 1
    if not isinstance(type_, Array):
        return None
    dims = [dim.base if isinstance(dim.base, int) else lengths.get(str(dim.base)) for dim in type_.shape]
    if None in dims:
        return None
    return math.prod(max(d - dim.less, 0) for d, dim in zip(dims, type_.shape, strict=True) if d is not None)
