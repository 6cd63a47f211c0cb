"""Calls of functions of the program, put in place: what differentiates a derivative again sees through them."""

from __future__ import annotations

from .build import Builder, inline, substitute
from .nodes import Atom, Block, Callee, Function, Var, replace, walk
from .primitives import CALL


def inline_calls(function: Function) -> Function:
    """The function with the bodies of those that it calls in place of the calls, except for functions that call
    themselves, those with rules of their own, and those that are to be computed again on the way back.

    Args:
        function: any program.
    """
    if not any(op.primitive is CALL for op in walk(function.body)):
        return function
    return replace(function, body=_inlined(function.body, {}))


def _inlined(block: Block, environment: dict[Var, Atom]) -> Block:
    builder = Builder()
    for op in block.ops:
        op = substitute(op, environment)
        if op.primitive is CALL and _may_go(op.static):
            body = inline_calls(op.static.function)
            environment[op.result] = inline(builder, body, op.args)
        else:
            builder.append(replace(op, blocks=tuple(_inlined(inner, environment) for inner in op.blocks)))
    yields = tuple(environment.get(a, a) if isinstance(a, Var) else a for a in block.yields)
    return Block(block.params, tuple(builder.ops), yields)


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
