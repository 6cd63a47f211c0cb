"""A function's syntax as the reader wants it: normalised, with the names that are local to it.

This module knows the scopes of Python, but no values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import gast

from ..errors import Location
from ..source.text import FunctionSource, location_of, read_source
from .normalise import normalise

Scoped = gast.FunctionDef | gast.Lambda
_COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


@dataclass(eq=False)
class Code:
    """A function that can be read.

    Args:
        name: its name; "<lambda>" for a lambda.
        source: the text that it is part of.
        args: its parameters.
        body: its statements without `break`, `continue` and `return`.
        local: the names that are local to it.
        is_generator: whether it yields.
        function: the function object, None for one that is nested in what is read.
    """

    name: str
    source: FunctionSource
    args: gast.arguments
    body: list[gast.stmt]
    local: frozenset[str]
    rebound: frozenset[str]
    is_generator: bool
    function: Any = None
    nested: dict[int, Code] = field(default_factory=dict)

    def location(self, node: gast.AST) -> Location | None:
        """The place of a node in the user's text."""
        return location_of(node, self.source) if hasattr(node, "lineno") else None


class Library:
    """The functions read so far; each is parsed and normalised once."""

    def __init__(self) -> None:
        self._codes: dict[int, tuple[Any, Code]] = {}

    def code_of(self, function: Callable[..., Any]) -> Code:
        """The code of a Python function. Raises NoSource, StaleSource, UnsupportedSyntax."""
        found = self._codes.get(id(function))
        if found is None or found[0] is not function:
            source = read_source(function)
            code = _code(source.tree.name, source, source.tree.args, source.tree)
            code.function = function
            found = self._codes[id(function)] = (function, code)
        return found[1]

    def nested(self, outer: Code, node: Scoped) -> Code:
        """The code of a function that is defined inside another."""
        if id(node) not in outer.nested:
            name = node.name if isinstance(node, gast.FunctionDef) else "<lambda>"
            definition = node if isinstance(node, gast.FunctionDef) else _as_definition(node)
            source = replace(outer.source, tree=definition, qualname=f"{outer.source.qualname}.<locals>.{name}")
            outer.nested[id(node)] = _code(name, source, node.args, definition)
        return outer.nested[id(node)]


def _code(name: str, source: FunctionSource, args: gast.arguments, tree: gast.FunctionDef) -> Code:
    bound, rebound = names_bound(tree.body)
    local = frozenset(bound | {p.id for p in parameters(args)}) - rebound
    yields = any(isinstance(n, (gast.Yield, gast.YieldFrom)) for n in walk_scope(tree.body))
    body = normalise(source, yields).body
    return Code(name, source, args, body, local, frozenset(rebound), yields)


def _as_definition(node: gast.Lambda) -> gast.FunctionDef:
    body = [gast.copy_location(gast.Return(value=node.body), node.body)]
    made = gast.FunctionDef(
        name="<lambda>", args=node.args, body=body, decorator_list=[], returns=None, type_comment=None, type_params=[]
    )
    return gast.copy_location(made, node)


def parameters(args: gast.arguments) -> Iterator[gast.Name]:
    """All parameters in order."""
    yield from args.posonlyargs
    yield from args.args
    if args.vararg:
        yield args.vararg
    yield from args.kwonlyargs
    if args.kwarg:
        yield args.kwarg


def walk_scope(nodes: Iterable[gast.AST]) -> Iterator[gast.AST]:
    """The nodes of one scope: what is inside nested functions and classes is left out, their heads are not."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef)):
            waiting += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, gast.Lambda):
            waiting += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, gast.ClassDef):
            waiting += [*node.decorator_list, *node.bases]
        else:
            waiting += gast.iter_child_nodes(node)


def names_bound(body: Iterable[gast.AST]) -> tuple[set[str], set[str]]:
    """The names that statements bind, and those that they declare `global` or `nonlocal`."""
    bound: set[str] = set()
    declared: set[str] = set()
    for node in walk_scope(body):
        if isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load):
            bound.add(node.id)
        elif isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, (gast.Import, gast.ImportFrom)):
            bound |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, (gast.Global, gast.Nonlocal)):
            declared |= set(node.names)
        elif isinstance(node, gast.ExceptHandler) and node.name:
            bound.add(node.name if isinstance(node.name, str) else node.name.id)
        elif isinstance(node, (gast.MatchAs, gast.MatchStar)) and node.name:
            bound.add(node.name)
        elif isinstance(node, gast.MatchMapping) and node.rest:
            bound.add(node.rest)
    return bound - _only_in_comprehensions(body), declared


def _only_in_comprehensions(body: Iterable[gast.AST]) -> set[str]:
    """The targets of comprehensions that nothing else binds: these live in a scope of their own."""
    nodes = list(walk_scope(body))
    inside = {
        id(name)
        for node in nodes
        if isinstance(node, _COMPREHENSIONS)
        for generator in node.generators
        for name in gast.walk(generator.target)
        if isinstance(name, gast.Name)
    }
    stores = [n for n in nodes if isinstance(n, gast.Name) and not isinstance(n.ctx, gast.Load)]
    targets = {n.id for n in stores if id(n) in inside}
    others = {n.id for n in stores if id(n) not in inside}
    named = {n.name for n in nodes if isinstance(n, (gast.FunctionDef, gast.ClassDef))}
    return targets - others - named


def target_names(target: gast.AST) -> set[str]:
    """The names that an assignment target binds."""
    return {n.id for n in gast.walk(target) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Store)}
