"""Calls of plain functions of the program, replaced by what they call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .build import clone, substitute
from .nodes import Atom, Block, Function, Op, Var, walk
from .primitives import CALL


def without_calls(function: Function) -> Function:
    """The function with the bodies of the plain functions that it calls in place, and the same parameters."""
    if not any(_may_inline(op) for op in walk(function.body)):
        return function
    return replace(function, body=_rebuilt(function.body, {}))


def _may_inline(op: Op) -> bool:
    return op.primitive is CALL and op.static.plain


def _rebuilt(block: Block, known: Mapping[Var, Atom]) -> Block:
    environment: dict[Var, Atom] = dict(known)
    ops: list[Op] = []
    for op in block.ops:
        moved = substitute(op, environment)
        if not _may_inline(moved):
            blocks = tuple(_rebuilt(inner, environment) for inner in moved.blocks)
            ops.append(replace(moved, blocks=blocks) if blocks else moved)
            continue
        body = moved.static.function.body
        inside = _rebuilt(clone(body, dict(zip(body.params, moved.args, strict=True)), moved.origin), {})
        ops.extend(inside.ops)
        (environment[op.result],) = inside.yields
    yields = tuple(environment.get(a, a) if isinstance(a, Var) else a for a in block.yields)
    return Block(block.params, tuple(ops), yields)
