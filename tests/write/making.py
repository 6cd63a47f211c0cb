"""Short ways to make IR programs by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter as Kind

from gradscribe.ir.build import Builder
from gradscribe.ir.check import check
from gradscribe.ir.nodes import Atom, Block, Const, Function, Parameter, Var
from gradscribe.ir.types import BOOL, FLOAT, INT, Array, Dim, Type

VECTOR = Array("float64", (Dim("x.0", 0, False),))
Made = tuple[list[Var], Sequence[Atom]]


def user(hint: str, type_: Type = FLOAT) -> Var:
    """A value that the user named."""
    return Var(hint, type_, True)


def value(hint: str, type_: Type = FLOAT) -> Var:
    """A value that the compiler named."""
    return Var(hint, type_)


def function(params: Sequence[Var], builder: Builder, result: Atom, name: str = "f", **defaults: object) -> Function:
    """A checked function."""
    made = [
        Parameter(p, Kind.POSITIONAL_OR_KEYWORD, Const(defaults[p.hint]) if p.hint in defaults else None)
        for p in params
    ]
    return check(Function(name, tuple(made), builder.block(params, (result,))))


def arm(*yields: Atom, do: Callable[[Builder], Sequence[Atom] | None] | None = None) -> Block:
    """An arm of a branch: the yields, or what `do` returns after adding ops."""
    builder = Builder()
    made = do(builder) if do else None
    return builder.block((), yields if made is None else made)


__all__ = ["BOOL", "FLOAT", "INT", "VECTOR", "arm", "function", "user", "value"]
