"""Both modes of a function, for several directions: k tangents forward, or k adjoints backward."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import pipeline
from ..arguments import title
from ..derivative import Derivative
from ..differentiate.shadows import CHECK_APART
from ..errors import BadResult, UnsupportedCall, UntrackableAlias
from ..ir.nodes import walk
from ..ir.types import STRUCTURES, Array, Scalar, Tuple, Type, is_continuous, leaves
from ..numerical import copied
from ..signature import abstract, call_key, split
from .directions import Directions, Leaves, stacked


class Sweeps:
    """Both modes of a function.

    Args:
        primal: the function.
        wrt: the names of the arguments by which it is differentiated.
        has_aux: whether it returns `(value, auxiliary)`.
    """

    def __init__(self, primal: Callable[..., Any], wrt: tuple[str, ...], has_aux: bool = False) -> None:
        self.primal, self.wrt, self.has_aux = primal, wrt, has_aux
        self.forward: Derivative[Any, Any] = Derivative(primal, "forward", wrt, raw=True)
        self.reverse: Derivative[Any, Any] = Derivative(primal, "reverse", wrt, raw=True)
        self._results: dict[Any, Type] = {}
        self._transposed: dict[int, tuple[pipeline.Compiled, pipeline.Compiled | None]] = {}

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
        """k tangents through the function, one after the other."""
        inputs, count = self.inputs(bound), len(directions[0])
        rows: list[list[Any]] = []
        pristine = copied((bound.args, bound.kwargs)) if count > 1 else None
        value, moved = self._push_one(bound.args, bound.kwargs, inputs, directions, 0)
        outputs = self.outputs(value)
        rows.append(outputs.parts(moved))
        for k in range(1, count):
            args, keywords = copied(pristine)
            rows.append(outputs.parts(self._push_one(args, keywords, inputs, directions, k)[1]))
        return Pushed(value, outputs, stacked(rows[:count], outputs.shapes))

    def _push_one(
        self, args: tuple[Any, ...], keywords: dict[str, Any], inputs: Leaves, directions: Directions, k: int
    ) -> tuple[Any, Any]:
        row = inputs.row(directions, k) if k < len(directions[0]) else inputs.zero()
        value, moved = self.forward(*args, *row, **keywords)
        return value, moved[0] if self.has_aux else moved

    def pull(self, bound: inspect.BoundArguments) -> Pull:
        """The function once."""
        _, back = self.reverse.pair_for(bound.arguments)
        value, record, _ = self.reverse.run_forward(bound.args, bound.kwargs)
        return Pull(self, value, record, back, self.inputs(bound), self.outputs(value))

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
        rows = [self.inputs.parts(self.back_one(self.outputs.row(adjoints, k))) for k in range(len(adjoints[0]))]
        return stacked(rows, self.inputs.shapes)

    def back_one(self, adjoint: Any) -> Any:
        """One adjoint, of the structure of the value, to those of the arguments, a tuple."""
        seed = (adjoint, Leaves.of(self.value[1]).zero()) if self.sweeps.has_aux else adjoint
        return self.program.function(self.record, seed)

    def forth(self, tangents: Directions) -> Directions | None:
        """k tangents of the arguments to those of the value; None where that needs another run of the function."""
        made = self.sweeps.transposed(self.program)
        if made is None:
            return None
        rows = []
        for k in range(len(tangents[0])):
            moved = made.function(self.record, self.value, self.inputs.row(tangents, k))
            rows.append(self.outputs.parts(moved[0] if self.sweeps.has_aux else moved))
        return stacked(rows, self.outputs.shapes)


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
