"""Generator functions as text: behind each `yield` stands `if %stop: return`.

Where what iterates over a generator ends early, so does the generator. Nothing here knows values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from .exits import at, constant, if_, name_of

STOP = "%stop"
_SUSPENDS = (gast.Yield, gast.YieldFrom)
_SCOPES = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda, gast.ClassDef)


def with_stops(tree: Any, refuse: Callable[..., Any]) -> Any:
    """The definition of a generator in which each `yield` is followed by `if %stop: return`.

    Args:
        tree: the definition; it is not changed.
        refuse: called with a reason and a node where a `yield` stands in a place that is not supported.
    """
    fields = {name: getattr(tree, name) for name in tree._fields}
    return at(tree, type(tree)(**fields | {"body": _block(tree.body, refuse)}))


def _block(statements: list[gast.stmt], refuse: Callable[..., Any]) -> list[gast.stmt]:
    return [made for statement in statements for made in _statement(statement, refuse)]


def _statement(node: gast.stmt, refuse: Callable[..., Any]) -> list[gast.stmt]:
    if isinstance(node, gast.Expr) and isinstance(node.value, gast.YieldFrom):
        item = at(node, gast.Expr(value=at(node, gast.Yield(value=name_of("%item", node)))))
        target = name_of("%item", node, gast.Store())
        loop = gast.For(target=target, iter=node.value.value, body=[item, _stop(node)], orelse=[], type_comment=None)
        return [at(node, loop)]
    if isinstance(node, gast.Expr) and isinstance(node.value, gast.Yield):
        return [node, _stop(node)]
    if isinstance(node, _SCOPES) or not any(isinstance(part, _SUSPENDS) for part in gast.walk(node)):
        return [node]
    if isinstance(node, gast.With) or (isinstance(node, gast.Try) and _only_finally(node)):
        fields = {name: getattr(node, name) for name in node._fields}
        return [at(node, type(node)(**fields | {"body": _block(node.body, refuse)}))]
    if isinstance(node, (gast.Try, gast.Match)) or not isinstance(node, (gast.For, gast.While, gast.If)):
        refuse("`yield` inside of " + _place(node), node, "yield in a statement of its own, and return a list else")
    fields = {name: getattr(node, name) for name in node._fields}
    blocks = {name: _block(fields[name], refuse) for name in ("body", "orelse")}
    head = node.iter if isinstance(node, gast.For) else node.test
    if any(isinstance(part, _SUSPENDS) for part in gast.walk(head)):
        refuse("`yield` inside of an expression", node, "yield in a statement of its own")
    return [at(node, type(node)(**fields | blocks))]


def _only_finally(node: gast.Try) -> bool:
    """Whether a `try` handles nothing, and yields in its body only."""
    rest = [part for statement in (*node.orelse, *node.finalbody) for part in gast.walk(statement)]
    return not node.handlers and not any(isinstance(part, _SUSPENDS) for part in rest)


def _place(node: gast.stmt) -> str:
    return {gast.Try: "`try`", gast.Match: "`match`"}.get(type(node), "an expression")


def _stop(node: gast.stmt) -> gast.stmt:
    returned = at(node, gast.Return(value=constant(None, node)))
    return if_(name_of(STOP, node), [returned], [], node)
