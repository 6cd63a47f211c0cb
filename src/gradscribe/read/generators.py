"""Generator functions: what iterates over one is read inside its body, at each `yield`.

`yield v` becomes the statement `yield v` and, behind it, `if %stop: return`: where the loop that iterates ends early,
so does the generator. Nothing is recorded and nothing suspended, and what runs, runs in Python's order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import gast

from ..errors import GradscribeError, UnsupportedSyntax
from .core import Core
from .environment import Frame, Key
from .suspension import STOP
from .syntax import Code
from .values import FALSE, NONE, Lazy, Value


class Generators(Core):
    """`suspended` and `_iterate_yields`."""

    def suspended(
        self, code: Code, outer: Frame | None, bound: Mapping[str, Value], node: gast.AST | None, owner: type | None
    ) -> Value:
        """What a call of a generator function returns."""
        return Lazy("yields", tuple(bound.values()), (code, outer, tuple(bound), node, owner))

    def _iterate_yields(
        self, value: Lazy, consume: Callable[[Value], None], exit_flag: Key | None, hint: str, node: gast.AST | None
    ) -> None:
        code, outer, names, site, owner = value.extra
        self.check_generator(code, node)
        if exit_flag is not None and any(isinstance(p, (gast.Try, gast.With)) for s in code.body for p in gast.walk(s)):
            self.refuse("a loop that may end early over a generator with a `try` or `with`", node, "make a list first")
        caller, statement, origin = self.frame, self.node, self.builder.origin
        frame = Frame(code, outer, (*caller.path, id(site)), code.local, self.depth, caller, owner)
        frame.first = value.sources[0] if value.sources else None

        def receive(item: Value) -> None:
            inside, place, at_ = self.frame, self.node, self.builder.origin
            self.frame = caller
            try:
                consume(item)
            finally:
                self.frame, self.node, self.builder.origin = inside, place, at_
            if exit_flag is not None:
                self.store.set((frame, STOP), self.store.get(exit_flag))

        frame.receive = receive
        for name, item in zip(names, value.sources, strict=True):
            self.store.set((frame, name), self.kept(item, site))
        self.store.set((frame, STOP), FALSE)
        self.frame = frame
        try:
            self.block(code.body)
        except GradscribeError as error:
            self._note_caller(error, caller, node)
            raise
        finally:
            self.frame, self.node, self.builder.origin = caller, statement, origin

    def _read_Yield(self, node: gast.Yield) -> Value:
        if self.frame.receive is None:
            raise UnsupportedSyntax("`yield` in a place that is not supported", self.location(node), "return a list")
        self.frame.receive(NONE if node.value is None else self.expression(node.value))
        return NONE
