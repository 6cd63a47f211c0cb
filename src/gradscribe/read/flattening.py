"""Statements taken apart: what an expression is made of stands in statements of its own. Knows the syntax alone."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

import gast

from .exits import assign, at, name_of


def _once(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let a node be taken apart into the same nodes each time: places of the program are known by their nodes."""
    name = f"_{function.__name__}"

    @functools.wraps(function)
    def known(node: Any) -> Any:
        owner, made = getattr(node, name, (None, None))
        if owner is not node:  # a copy has the attributes of its original
            made = function(node)
            setattr(node, name, (node, made))
        return made

    return known


@_once
def as_load(target: gast.Subscript | gast.Attribute) -> Any:
    if isinstance(target, gast.Attribute):
        return at(target, gast.Attribute(value=target.value, attr=target.attr, ctx=gast.Load()))
    return at(target, gast.Subscript(value=target.value, slice=target.slice, ctx=gast.Load()))


@_once
def augmented(node: gast.AugAssign) -> gast.BinOp:
    """`x + v` of `x += v`."""
    left = name_of(node.target.id, node) if isinstance(node.target, gast.Name) else as_load(node.target)
    return at(node, gast.BinOp(left=left, op=node.op, right=node.value))


@_once
def with_named_value(node: gast.AugAssign) -> list[gast.stmt] | None:
    """`name = v; x += name` of `x += v`; None where v is a name or number already."""
    made: list[gast.stmt] = []
    again = copy.copy(node)
    again.value = _hoisted(node.value, made) if not isinstance(node.value, gast.Name) else node.value
    return [*made, again] if made else None


@_once
def in_steps(node: gast.AugAssign) -> list[gast.stmt]:
    """`old = x; new = old + v; x = new` of `x += v`, for an entry or attribute x."""
    old, new = (f"%{word}:{node.lineno}_{node.col_offset}" for word in ("old", "new"))
    made = at(node, gast.BinOp(left=name_of(old, node), op=node.op, right=node.value))
    store = at(node, gast.Assign(targets=[node.target], value=name_of(new, node), type_comment=None))
    return [assign(old, as_load(node.target), node), assign(new, made, node), store]


@_once
def flattened(node: gast.stmt) -> list[gast.stmt] | None:
    """A statement in which what an expression is made of stands in statements of its own, in Python's order; None
    where there is nothing to take apart."""
    if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
        target = name_of(node.target.id, node, gast.Store())
        return [at(node, gast.Assign(targets=[target], value=augmented(node), type_comment=None))]
    if isinstance(node, gast.AnnAssign) and node.value is not None:
        return [at(node, gast.Assign(targets=[node.target], value=node.value, type_comment=None))]
    if not isinstance(node, (gast.Assign, gast.Expr)):
        return None
    made: list[gast.stmt] = []
    again = copy.copy(node)
    stores = isinstance(node, gast.Assign) and not all(isinstance(t, gast.Name) for t in node.targets)
    if stores and not isinstance(node.value, (gast.Name, gast.Constant)):
        again.value = _hoisted(node.value, made)
    elif isinstance(node.value, gast.Call):
        call = again.value = copy.copy(node.value)
        call.args = [_hoisted(arg, made) for arg in call.args]
        call.keywords = [at(k, gast.keyword(arg=k.arg, value=_hoisted(k.value, made))) for k in call.keywords]
    elif isinstance(node.value, gast.BinOp):
        both = again.value = copy.copy(node.value)
        both.left, both.right = _hoisted(both.left, made), _hoisted(both.right, made)
    elif isinstance(node.value, (gast.List, gast.Tuple)):
        some = again.value = copy.copy(node.value)
        some.elts = [_hoisted(part, made) for part in some.elts]
    elif isinstance(node.value, gast.Dict) and all(isinstance(key, gast.Constant) for key in node.value.keys):
        table = again.value = copy.copy(node.value)
        table.values = [_hoisted(part, made) for part in table.values]
    elif isinstance(node.value, gast.UnaryOp):
        one = again.value = copy.copy(node.value)
        one.operand = _hoisted(one.operand, made)
    return [*made, again] if made else None


def _hoisted(part: gast.AST, made: list[gast.stmt]) -> gast.AST:
    """A name for a part of an expression, which `made` computes."""
    if isinstance(part, gast.Constant) or (isinstance(part, gast.Name) and part.id.startswith("%")):
        return part
    if isinstance(part, gast.Starred):
        return at(part, gast.Starred(value=_hoisted(part.value, made), ctx=part.ctx))
    if isinstance(part, (gast.Lambda, gast.Name)) and not made:
        return part
    name = f"%value:{part.lineno}_{part.col_offset}_{part.end_col_offset}"
    made.append(assign(name, part, part))
    return name_of(name, part)
