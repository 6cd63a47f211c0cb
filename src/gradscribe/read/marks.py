"""Marks in the code that is read: `checkpoint(f)` and `checkpointed(range(n), snapshots=s)`."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence

import gast

from ..checkpoints import checkpoint, checkpointed
from ..errors import UnsupportedCall
from ..ir.nodes import Const, replace
from ..ir.primitives import LOOP
from .assumptions import Restart
from .core import Core
from .environment import Key
from .parts import Keywords
from .special import reads
from .syntax import Code
from .values import Closure, Lazy, Range, Value


class Marks(Core):
    """`computed_again` and `iterate_checkpointed`."""

    @reads(checkpoint)
    def _checkpoint(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        """The function itself, noted as one that is computed again."""
        function, *others = args
        code = None if others else self._code_of(function)
        if code is None:
            what = "`checkpoint` takes a function with source, and nothing else"
            self.refuse(what, node, "mark a loop with `checkpointed(range(n), snapshots=s)`", UnsupportedCall)
        self.computed_again(code)
        return function

    def _code_of(self, function: Value) -> Code | None:
        if isinstance(function, Closure):
            return function.code
        if isinstance(function, Const) and isinstance(function.value, types.FunctionType):
            return self.codes.code_of(function.value)
        return None

    def computed_again(self, code: Code) -> None:
        """Note that a function is one of the program, of which nothing is recorded."""
        if id(code) not in self.assumed.again:
            self.assumed.again.add(id(code))
            self.assumed.outlined.add(id(code))
            raise Restart

    @reads(checkpointed)
    def _checkpointed(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) != 1 or list(keywords) != ["snapshots"] or not isinstance(args[0], Range):
            self.refuse("`checkpointed` takes a range, and `snapshots=`", node, error=UnsupportedCall)
        return Lazy("checkpointed", (args[0], keywords["snapshots"]))

    def iterate_checkpointed(
        self,
        marked: Lazy,
        consume: Callable[[Value], None],
        exit_flag: Key | None,
        hint: str,
        node: gast.AST | None,
    ) -> None:
        """A loop over a range, whose op says how many states are kept."""
        trips, count = marked.sources
        before = len(self.builder.ops)
        self.iterate(trips, consume, exit_flag, hint, node)
        for k in range(len(self.builder.ops) - 1, before - 1, -1):
            op = self.builder.ops[k]
            if op.primitive is LOOP:
                self.builder.ops[k] = replace(op, keywords=(("snapshots", self.as_atom(count, node)),))
                return
