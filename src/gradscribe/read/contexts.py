"""Context managers that `contextlib.contextmanager` makes of generators: `with` is read at their `yield`."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Sequence
from typing import Any

import gast

from ..ir.nodes import Const
from .core import Core
from .parts import Keywords
from .special import reads
from .syntax import walk_scope
from .values import Closure, Lazy, Method, Partial, Value, is_code

_HINT = "write a class with `__enter__` and `__exit__`"


def managed(function: Any, *args: Any, **keywords: Any) -> Any:
    """What `contextlib.contextmanager(function)` returns for these arguments."""
    return contextlib.contextmanager(function)(*args, **keywords)


class Contexts(Core):
    """`enter_generator` and `may_swallow`."""

    @reads(contextlib.contextmanager)
    def _contextmanager(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) != 1 or not isinstance(args[0], Closure):
            return NotImplemented
        return Partial(Const(managed, name="managed"), tuple(args), {})

    @reads(managed)
    def _managed(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        return Lazy("manager", (self.call(args[0], args[1:], keywords, node),))

    @reads(contextlib._GeneratorContextManager)
    def _manager(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        function, given, named = args
        made = self.call(function, self.known_items(given, node), dict(self.entries_of(named, node)), node)
        return Lazy("manager", (made,))

    def enter_generator(self, manager: Lazy, item: Any, body: Callable[[], None]) -> None:
        """`with manager as target: body`, for a generator with a single `yield` that always runs."""
        (generator,) = manager.sources
        node = item.context_expr
        if not isinstance(generator, Lazy) or generator.kind != "yields" or not _yields_once(generator.extra[0].body):
            self.refuse("a context manager whose generator does not always come to one `yield`", node, _HINT)

        def receive(value: Value) -> None:
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
            body()

        self.iterate(generator, receive, node=node)

    def may_swallow(self, exit_: Value) -> bool:
        """Whether an `__exit__` that is read returns anything but None or False."""
        function = exit_.function if isinstance(exit_, Method) else None
        if not is_code(function) or not isinstance(function.value, types.FunctionType):
            return False
        body = self.codes.code_of(function.value).source.tree.body
        returned = [part.value for part in walk_scope(body) if isinstance(part, gast.Return) and part.value is not None]
        return not all(isinstance(value, gast.Constant) and not value.value for value in returned)


def _yields_once(body: Sequence[gast.stmt]) -> bool:
    """Whether the only `yield` is a statement of a body, or of a `try` or `with` in it, that always runs."""
    every = [part for part in walk_scope(body) if isinstance(part, (gast.Yield, gast.YieldFrom))]
    return len(every) == 1 and _is_straight(body, every[0])


def _is_straight(body: Sequence[gast.stmt], wanted: gast.AST) -> bool:
    for statement in body:
        if isinstance(statement, gast.Expr) and statement.value is wanted:
            return True
        if isinstance(statement, (gast.Try, gast.With)) and _is_straight(statement.body, wanted):
            return True
        if any(isinstance(part, (gast.If, gast.For, gast.While, gast.Return)) for part in gast.walk(statement)):
            return False
    return False
