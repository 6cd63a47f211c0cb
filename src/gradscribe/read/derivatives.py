"""Derivatives in the code that is read: `grad(f)` of a known function is made at once, and a call of a gradient is its
program. Knows nothing of how a program is differentiated: the gradient itself is asked (`program_for`)."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import gast

from ..errors import UnsupportedCall
from ..ir import primitives as P
from ..ir.nodes import Atom, Const
from ..ir.types import Scalar, does_otherwise
from .custom import CustomRules
from .parts import Keywords
from .values import (
    TupleValue,
    Value,
)


class Derivatives(CustomRules):
    """`make_derivative` and `call_derivative`."""

    def call_of_ours(self, callee: Const, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """A derivative, what makes one, a function in machine code, or one with a rule of its own."""
        function = callee.value
        if hasattr(type(function), "program_for"):
            return self.call_derivative(function, args, keywords, node)
        if hasattr(type(function), "same_as_primal"):
            return self.call(self.lift(function.primal, callee.name or function.primal.__name__), args, keywords, node)
        if hasattr(type(function), "custom_rule"):
            return self.call_custom(function, args, keywords, node)
        if getattr(function, "makes_derivative", False):
            return self.make_derivative(callee, args, keywords, node)
        return NotImplemented

    def make_derivative(self, callee: Const, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """`grad(f)` of a function that is known: the derivative is known too."""
        values = [self.as_constant(v) for v in (*args, *keywords.values())]
        if any(v is None for v in values):
            self.refuse(
                f"`{callee.name}` of a function that is made here",
                node,
                "define the function outside, with what it needs as arguments",
                UnsupportedCall,
            )
        known = [v.value for v in values if v is not None]
        made = callee.value(*known[: len(args)], **dict(zip(keywords, known[len(args) :], strict=True)))
        return Const(made, name=getattr(made, "__name__", callee.name))

    def as_constant(self, value: Value) -> Const | None:
        """A value that is known, tuples of such included; None for any other."""
        if isinstance(value, Const):
            return value
        if isinstance(value, TupleValue):
            items = [self.as_constant(v) for v in value.items]
            return None if None in items else Const(tuple(i.value for i in items if i is not None))
        return None

    def call_derivative(self, function: Any, args: Sequence[Value], keywords: Keywords, node: gast.AST | None) -> Value:
        """A gradient: its program takes the place of the call."""
        if any(does_otherwise(parameter.type) for parameter in self.parameters):
            hint = "pass arrays of NumPy, or differentiate it outside"
            self.refuse("a gradient inside of a function of arrays with labels or units", node, hint, UnsupportedCall)
        function = function.for_call(len(args), keywords)
        signature = inspect.signature(function)
        try:
            bound = signature.bind(*args, **keywords)
        except TypeError as wrong:
            self.refuse(f"`{function.__name__}`: {wrong}", node, error=UnsupportedCall)
        for name, parameter in signature.parameters.items():
            if name not in bound.arguments and parameter.default is not parameter.empty:
                bound.arguments[name] = self.lift(parameter.default, name)
        values = {name: bound.arguments[name] for name in signature.parameters if name in bound.arguments}
        atoms = {name: self.as_atom(value, node) for name, value in values.items()}
        static = {name: a.value for name, a in atoms.items() if isinstance(a, Const) and not isinstance(a.type, Scalar)}
        active = [name for name, value in values.items() if self.is_active(value)]
        made = function.program_for({name: a.type for name, a in atoms.items()}, static, active)
        self.assumed_types.extend(made.externals)
        self.resolved.update({(id(owner), name): (owner, name, seen) for owner, name, seen in made.resolved})
        return self._entries_made(self.insert(made.function, list(atoms.values()), bool(active)))

    def _entries_made(self, atom: Atom) -> Value:
        """A tuple that the program has just made, as its entries."""
        made = next((op for op in reversed(self.builder.ops) if atom in op.results), None)
        if made is None or made.primitive is not P.TUPLE or made.static is not None:
            return atom
        return TupleValue(tuple(self._entries_made(a) for a in made.args))
