"""Calls of plain functions of the program, replaced by what they call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from .build import clone, substitute
from .nodes import Atom, Block, Callee, Function, Op, Var, walk
from .primitives import CALL

Chosen = Callable[[Callee], bool]


def without_calls(function: Function) -> Function:
    """The function with the bodies of the plain functions that it calls in place, and the same parameters."""
    return _without(function, _is_plain)


def inline_calls(function: Function, among: Collection[Callee] | None = None) -> Function:
    """The function with the bodies of those that it calls (all, or some) in place of the calls, so that what
    differentiates it again sees through them; except for functions that call themselves, those with rules of their own,
    and those that are to be computed again on the way back."""
    return _without(function, _may_go if among is None else lambda callee: callee in among and _may_go(callee))


def _without(function: Function, chosen: Chosen) -> Function:
    if not any(op.primitive is CALL and chosen(op.static) for op in walk(function.body)):
        return function
    return replace(function, body=_rebuilt(function.body, {}, chosen))


def _is_plain(callee: Callee) -> bool:
    return callee.plain


def _may_go(callee: Callee) -> bool:
    if callee.rule is not None or callee.again or callee.function is None:
        return False
    seen: set[Callee] = set()
    todo = [callee]
    while todo:
        body = todo.pop().function
        for op in walk(body.body) if body is not None else ():
            if op.primitive is CALL and op.static is callee:
                return False
            if op.primitive is CALL and op.static not in seen:
                seen.add(op.static)
                todo.append(op.static)
    return True


def _rebuilt(block: Block, known: Mapping[Var, Atom], chosen: Chosen) -> Block:
    environment: dict[Var, Atom] = dict(known)
    ops: list[Op] = []
    for op in block.ops:
        moved = substitute(op, environment)
        if moved.primitive is not CALL or not chosen(moved.static):
            blocks = tuple(_rebuilt(inner, environment, chosen) for inner in moved.blocks)
            ops.append(replace(moved, blocks=blocks) if blocks else moved)
            continue
        body = moved.static.function.body
        inside = _rebuilt(clone(body, dict(zip(body.params, moved.args, strict=True)), moved.origin), {}, chosen)
        ops.extend(inside.ops)
        (environment[op.result],) = inside.yields
    yields = tuple(environment.get(a, a) if isinstance(a, Var) else a for a in block.yields)
    return Block(block.params, tuple(ops), yields)
