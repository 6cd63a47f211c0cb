"""Runs a derivative with an eye on nan and infinity (`debug_nans=True`): the program is interpreted, and stops where
the first of them gets into the derivative, with the user's statement and the operand that is to blame.

A value of the primal that is not finite stops nothing by itself (`np.exp` may overflow where the function is right all
the same); it is remembered, and named when the derivative takes it up.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..analyse.activity import varied
from ..errors import Location, NonFinite
from ..ir.interpret import Interpreter, read
from ..ir.nodes import Function, Op, Var, loop_of, walk
from ..ir.primitives import CALL, COMMENT, GETITEM, IF, LOOP, POP
from ..numerical import flatten
from ..pipeline import Compiled
from ..write.one import expression_text
from .figures import value_text
from .names import ssa_names

_UNSHOWN = {GETITEM, POP, CALL}
_NAMELESS = {"t", "dt"}
_SELECTING = {"where"}


def watchful(compiled: Compiled, inputs: Sequence[str]) -> Callable[..., Any]:
    """A function that does what a derivative does, and raises `NonFinite` where it would go on with nan or infinity.

    Args:
        compiled: the derivative.
        inputs: the names of the primal's parameters; the others carry the tangents or the adjoint.
    """
    program = compiled.program
    signature = inspect.signature(compiled.function)
    seeds = [p.var for p in program.parameters if p.var.hint not in inputs]

    def run(*args: Any, **keywords: Any) -> Any:
        bound = signature.bind(*args, **keywords)
        bound.apply_defaults()
        with np.errstate(all="ignore"):
            return _Watch(program, seeds).run(program, list(bound.arguments.values()))

    return run


@dataclass(frozen=True)
class _Cause:
    """Where a value first was not finite: the operation, what it computed, and its operands."""

    op: Op | None
    text: str
    value: Any
    operands: tuple[tuple[str, Any], ...]


class _Watch(Interpreter):
    """One watched run."""

    def __init__(self, program: Function, seeds: Sequence[Var]) -> None:
        super().__init__()
        self.derived = varied(program, seeds)
        self.names = {v: v.hint if v.hint not in _NAMELESS else n for v, n in ssa_names(program).items()}
        self.selected = _selected_only(program)
        self.definition = _shown_inline(program)
        self.causes: dict[Var, _Cause] = {}
        self.values: dict[Var, Any] = {}
        self.parameters = program.body.params

    def run(self, function: Function, args: Sequence[Any]) -> Any:
        if function.body.params is self.parameters:
            for param, value in zip(function.body.params, args, strict=True):
                if not is_finite(value):
                    self.causes[param] = _Cause(None, param.hint, value, ())
        return super().run(function, args)

    def op(self, op: Op, values: dict[Var, Any]) -> tuple[Any, ...]:
        self.values = values
        if op.primitive in (LOOP, IF, CALL) or not self.is_derived(op):
            return super().op(op, values)
        try:
            return super().op(op, values)
        except (ArithmeticError, ValueError) as error:
            if isinstance(error, NonFinite):
                raise
            args = [read(a, values) for a in op.args]
            raise self.failure(self.cause(op, args, str(error)), op, str(error)) from error

    def is_derived(self, op: Op) -> bool:
        targets = op.results or tuple(a for a in op.args[:1] if isinstance(a, Var))
        return any(v in self.derived for v in targets)

    def moved(self, targets: Sequence[Var], sources: Sequence[Any]) -> None:
        for target, source in zip(targets, sources, strict=False):
            if isinstance(source, Var) and source in self.causes:
                self.causes[target] = self.causes[source]
            else:
                self.causes.pop(target, None)

    def done(self, op: Op, args: list[Any], keywords: dict[str, Any], result: Any) -> None:  # type: ignore[override]
        if op.primitive is COMMENT:
            return
        target = op.results[0] if op.results else op.args[0] if op.args else None
        if not isinstance(target, Var):
            return
        value = result if op.results else args[0]
        if is_finite(value):
            self.causes.pop(target, None)
            return
        self.causes[target] = cause = self.cause(op, args, value)
        if self.is_derived(op) and target not in self.selected:
            raise self.failure(cause, op, value)

    def cause(self, op: Op, args: list[Any], value: Any) -> _Cause:
        """What an operand that is not finite has brought with it; else the operation itself."""
        for atom, arg in zip(op.args, args, strict=False):
            if isinstance(atom, Var) and atom in self.causes and not is_finite(arg):
                return self.causes[atom]
        shown = [(a, v) for a, v in zip(op.args, args, strict=False) if isinstance(a, Var)]
        return _Cause(op, self.text(op), value, tuple((self.atom(a), v) for a, v in shown))

    # words ---------------------------------------------------------------------------------------------------------

    def text(self, op: Op) -> str:
        return expression_text(op, self.names, self.definition)

    def atom(self, atom: Var) -> str:
        op = self.definition.get(atom)
        return self.text(op) if op is not None else self.names[atom]

    def failure(self, cause: _Cause, op: Op, value: Any) -> NonFinite:
        """The error for a derivative that is about to take up what is not finite."""
        what = value if isinstance(value, str) else kind_of(value)
        where = op.origin or (cause.op.origin if cause.op else None)
        if cause.op is op:
            operands = _operands(cause.operands)
            failed = isinstance(value, str)
            reason = f"the derivative fails here: {what}" if failed else f"the derivative is {what} here"
            return NonFinite(reason, where, f"it computes {cause.text}{operands}")
        source = _described(cause, where)
        return NonFinite(f"the derivative is {what} here", where, f"it computes {self.text(op)}; {source}")


def _described(cause: _Cause, where: Location | None) -> str:
    """Where what is not finite comes from."""
    if cause.op is None:
        return f"the argument {cause.text} is {kind_of(cause.value)}"
    place = cause.op.origin
    line = f" (line {place.line}: {place.text})" if place and place != where else ""
    return f"{cause.text} is {kind_of(cause.value)}{_operands(cause.operands)}{line}"


def _operands(operands: Sequence[tuple[str, Any]]) -> str:
    shown = dict(operands)
    parts = [f"{text} = {_value(value)}" for text, value in shown.items()]
    return f", where {' and '.join(parts)}" if parts else ""


def _value(value: Any) -> str:
    """An operand; of an array the entry that stands out: what is not finite, else zero, else the largest."""
    if not isinstance(value, np.ndarray) or value.size <= 4 or value.dtype.kind not in "fc":
        return value_text(value)
    flat = np.ravel(value)
    odd = np.flatnonzero(~np.isfinite(flat))
    zero = np.flatnonzero(flat == 0)
    first = odd[0] if odd.size else zero[0] if zero.size else int(np.argmax(np.abs(flat)))
    place = ", ".join(str(int(k)) for k in np.unravel_index(first, value.shape))
    return f"{value_text(value)} (entry [{place}] is {value_text(flat[first])})"


def kind_of(value: Any) -> str:
    """`nan`, `infinite`, or for an array the place of the first such entry too."""
    for leaf in flatten(value)[0]:
        array = np.asarray(leaf.value)
        odd = np.flatnonzero(~np.isfinite(array))
        if odd.size:
            word = "nan" if np.isnan(np.ravel(array)[odd[0]]) else "infinite"
            if array.ndim == 0:
                return word
            place = ", ".join(str(int(k)) for k in np.unravel_index(odd[0], array.shape))
            return f"{word} at [{place}]"
    return "not finite"


def is_finite(value: Any) -> bool:
    """Whether all numbers of a value are."""
    if type(value) is float:
        return value - value == 0.0
    if isinstance(value, np.ndarray):
        return value.dtype.kind not in "fc" or bool(np.isfinite(value).all())
    if value is None or isinstance(value, (int, str)) or callable(value):
        return True
    try:
        return all(bool(np.isfinite(leaf.value).all()) for leaf in flatten(value)[0])
    except TypeError:
        return True


def _selected_only(program: Function) -> set[Var]:
    """The values that nothing but a selection reads: it may leave out what is not finite."""
    selected: dict[Var, bool] = {}
    for op in walk(program.body):
        for atom in op.inputs:
            if isinstance(atom, Var):
                selected[atom] = selected.get(atom, True) and op.primitive.name in _SELECTING
        for block in op.blocks:
            selected.update((v, False) for v in block.yields if isinstance(v, Var))
    selected.update((v, False) for v in program.body.yields if isinstance(v, Var))
    return {v for v, only in selected.items() if only}


def _shown_inline(program: Function) -> dict[Var, Op]:
    """The values that nobody named, which are shown as the expressions that compute them."""
    held = {v for op in walk(program.body) if op.primitive is LOOP for v in (*loop_of(op).carried, *op.results)}
    return {
        op.results[0]: op
        for op in walk(program.body)
        if len(op.results) == 1
        and not op.blocks
        and not op.results[0].named
        and op.results[0] not in held
        and op.primitive not in _UNSHOWN
        and op.primitive.is_pure
        and not op.results[0].hint.startswith("b")
    }
