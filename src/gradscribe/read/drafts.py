"""Programs of rules of the user's own on the way to being closed, and what their parts must be like."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..ir import primitives as P
from ..ir.build import Builder, clone
from ..ir.nodes import Atom, Block, Const, Function, Op, Parameter, Var, walk
from ..ir.types import FLOAT, STRUCTURES, Array, Scalar, Type
from .outline import distinct


@dataclass(eq=False)
class Draft:
    """A program that has been read but not closed: `block` may mention values of the functions around it."""

    name: str
    hints: list[str]
    block: Block


def identifier(custom: Any) -> str:
    name = custom.__name__
    return name if name.isidentifier() else "f"


def writes_to_arguments(function: Function | None) -> bool:
    if function is None:
        return False
    return any(op.args[k] in function.body.params for op in walk(function.body) for k in op.primitive.writes)


def maker(block: Block, atom: Atom) -> Op:
    """The op that makes a value."""
    return next(op for op in block.ops if atom in op.results)


def tangent_type(type_: Type) -> Type:
    return (
        Scalar("c")
        if isinstance(type_, Scalar) and type_.kind == "c"
        else FLOAT
        if isinstance(type_, Scalar)
        else type_
    )


def adjoint_type(type_: Type) -> Type:
    return type_ if isinstance(type_, (Array, *STRUCTURES)) else tangent_type(type_)


def fits(given: Type, wanted: Type) -> bool:
    """Whether a derivative can be that of a value: numbers for numbers, arrays of the same rank for arrays."""
    if isinstance(given, Array) and isinstance(wanted, Array):
        return given.ndim == wanted.ndim
    if isinstance(given, Array):
        return not isinstance(wanted, Scalar) or given.ndim == 0
    if isinstance(given, Scalar):
        return not isinstance(wanted, Array) or wanted.ndim == 0
    return True


def _function(name: str, hints: list[str], block: Block) -> Function:
    made = []
    for var, hint in zip(block.params, distinct(hints), strict=True):
        var.hint = hint
        made.append(Parameter(var, inspect.Parameter.POSITIONAL_OR_KEYWORD))
    return Function(name if name.isidentifier() else "rule", tuple(made), block)


def closed(draft: Draft, around: Sequence[Atom], before: int | None = None) -> Function:
    """The program with what it mentions of the functions around it as further parameters, behind `before` others."""
    own = [Var(v.hint, v.type, v.named) for v in around if isinstance(v, Var)]
    moved = clone(draft.block, dict(zip(around, own, strict=True)))  # type: ignore[arg-type]
    at = len(moved.params) if before is None else before
    params = (*moved.params[:at], *own, *moved.params[at:])
    hints = [*draft.hints[:at], *(v.hint for v in own), *draft.hints[at:]]
    return _function(draft.name, hints, Block(params, moved.ops, moved.yields))


def paired(first: Draft, second: Draft, around: Sequence[Atom]) -> tuple[Function, Function]:
    """Both programs; what the second mentions of the functions around comes to it with the record."""
    ahead, back = closed(first, around), closed(second, around)
    if not around:
        return ahead, back
    builder = Builder()
    builder.ops = list(ahead.body.ops)
    value, record = maker(ahead.body, ahead.body.yields[0]).args
    both = builder.emit(P.TUPLE, record, *ahead.body.params[-len(around) :], hint="record")
    result = builder.emit(P.TUPLE, value, both, hint="result")
    ahead = Function(ahead.name, ahead.parameters, builder.block(ahead.body.params, (result,)))
    held, seed, *own = back.body.params
    outer, opening = Var("record", both.type), Builder()
    opening.append(Op(P.GETITEM, (outer, Const(0)), (held,)))
    for k, var in enumerate(own, 1):
        opening.append(Op(P.GETITEM, (outer, Const(k)), (var,)))
    block = Block((outer, seed), (*opening.ops, *back.body.ops), back.body.yields)
    return ahead, _function(back.name, ["record", "seed"], block)
