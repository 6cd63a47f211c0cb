"""Functions that are handed to a library: each is read as a function of the program, with what it captures as further
parameters. Knows nothing of what the library does with it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

import gast

from ..errors import UnsupportedCall
from ..ir import primitives as P
from ..ir.build import Builder, clone
from ..ir.nodes import Atom, Block, Callee, Const, Function, Op, Parameter, Var, walk
from ..ir.types import is_continuous
from .core import Core
from .outline import distinct, free
from .solved import Native
from .values import Closure, Partial, Value

_HARMLESS = (P.RAISE, P.ASSERT, P.COMMENT)


class FunctionArguments(Core):
    """`as_callee`."""

    def as_callee(
        self,
        function: Value,
        own: Sequence[Var],
        name: str,
        node: gast.AST | None,
        finish: Callable[[Value], Atom],
        order: Sequence[int] = (),
    ) -> tuple[Callee, tuple[Var, ...]]:
        """A function of the program for a function that a library will call.

        Args:
            function: the value.
            own: the parameters that the library fills in; they count as active.
            name: what it is called where it has no name.
            node: the place.
            finish: from what it returns to the result.
            order: the positions of `own` in the call of the function, where they differ.

        Returns:
            the function, of `own` and of what it captures; what it captures.
        """
        kept = (self.builder, self.root, self.externals, self.depth, self.dead)
        self.builder = self.root = Builder(self.builder.origin)
        self.externals, self.depth, self.dead = {}, 0, False
        for var in own:
            self.born[var] = len(self.born)
            self.parameters.add(var)
            if is_continuous(var.type):
                self.activate(var)
        self.store.begin()
        try:
            given = [own[k] for k in order or range(len(own))]
            result = finish(self.call(function, given, {}, node))
            ops = tuple(self.builder.ops)
        finally:
            changes = self.store.end()
            self.builder, self.root, self.externals, self.depth, self.dead = kept
        self._refuse_effects(ops, changes.outer(), node)
        return self._closed(_name(function, name), own, Block(tuple(own), ops, (result,)))

    def _refuse_effects(self, ops: Sequence[Op], changed: Sequence[object], node: gast.AST | None) -> None:
        """The derivative calls the function too: it may do nothing but compute."""
        acting = [op for op in walk(Block((), tuple(ops))) if op.primitive.effect and op.primitive not in _HARMLESS]
        if acting or changed:
            self.refuse(
                "a function that is handed to a library does more than compute its result, or calls what cannot be "
                "read: the derivative would do that again",
                node,
                "let it compute from its arguments alone",
                UnsupportedCall,
            )

    def _closed(self, name: str, own: Sequence[Var], body: Block) -> tuple[Callee, tuple[Var, ...]]:
        captured = tuple(free(body))
        inner = [Var(v.hint, v.type, v.named) for v in captured]
        for var in inner:
            self.born[var] = len(self.born)
        moved = clone(body, dict(zip((*own, *captured), (*own, *inner), strict=True)))
        params = (*own, *inner)
        if any(op.args[k] in params for op in walk(moved) for k in op.primitive.writes):
            self.refuse(
                "a function that is handed to a library writes to an array that it is given",
                None,
                "return a new array",
                UnsupportedCall,
            )
        for var, hint in zip(params, distinct([p.hint for p in params]), strict=True):
            var.hint = hint
        parameters = tuple(Parameter(var, inspect.Parameter.POSITIONAL_OR_KEYWORD) for var in params)
        block = Block(params, moved.ops, moved.yields)
        return Callee(name, Function(name, parameters, block), plain=True), captured


def _name(function: Value, name: str) -> str:
    found = function
    while isinstance(found, (Partial, Native)):
        found = found.function if isinstance(found, Partial) else found.model
    if isinstance(found, Closure):
        own = found.code.name
    else:
        own = getattr(found.value, "__name__", "") if isinstance(found, Const) else ""
    return own if own.isidentifier() and own != "<lambda>" else name
