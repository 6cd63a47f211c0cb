"""Functions derived from one that a program hands to a library: its tangent, its adjoint, its Jacobian, and those of
what solvers do with it. Each is a function of the program of its own, made once.

A rule that is put together from such functions is written as Python on traced values, like the rules of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter as Kind
from typing import Any

import numpy as np

from ..ir.build import Builder, inline
from ..ir.nodes import Atom, Block, Callee, Const, Function, Parameter, Var
from ..ir.primitives import CALL, COMMENT, GETITEM, SETITEM
from ..ir.types import INT, Array, Scalar, Tuple, Type
from .calls import seed_of
from .expand import Traced, call, unwrap, wrap


class Derived:
    """What has been derived from a function; the table lives in the `Solution`, so that both modes share it."""

    def __init__(self, table: dict[Any, Callee]) -> None:
        self.table = table

    def made(self, key: tuple[Any, ...], make: Callable[[], Callee]) -> Callee:
        if key not in self.table:
            self.table[key] = make()
        return self.table[key]

    def tangent(self, callee: Callee, active: Sequence[int]) -> Callee:
        """`callee_jvp(*params, *tangents)`: the value and its tangent, for these active parameters."""
        from .forward import Callees, Forward

        def make() -> Callee:
            function = _function(callee)
            name = f"{callee.name}_jvp"
            inputs = [function.body.params[k] for k in active]
            return Callee(name, Forward(function, inputs, Callees(), owned=False).run(name), plain=True)

        return self.made(("tangent", callee, tuple(active)), make)

    def adjoint(self, callee: Callee, active: Sequence[int]) -> Callee:
        """`callee_vjp(*params, seed)`: a tuple with the adjoint of each of these parameters."""
        from .reverse import reverse

        def make() -> Callee:
            function = _function(callee)
            name = f"{callee.name}_vjp"
            seed = seed_of(function.body.yields[0].type)
            whole = reverse(function, active, name=name, several=True, seed=seed)
            bare = tuple(Parameter(p.var, Kind.POSITIONAL_OR_KEYWORD) for p in whole.parameters)
            ops = tuple(op for op in whole.body.ops if op.primitive is not COMMENT)
            return Callee(name, Function(name, bare, Block(whole.body.params, ops, whole.body.yields)), plain=True)

        return self.made(("adjoint", callee, tuple(active)), make)

    def jacobian(self, callee: Callee) -> Callee:
        """`callee_jacobian(u, *captured)`: the matrix of derivatives in the first parameter, a vector."""

        def make() -> Callee:
            return define_function(f"{callee.name}_jacobian", _function(callee).body.params, body)

        def body(builder: Builder, u: Traced, *captured: Any) -> Any:
            n = named(np.size(u), "n")
            rows = named(zeros(builder, (n, n)), "rows")

            def row(inner: Builder, k: Traced) -> None:
                unit = named(np.zeros_like(wrap(inner, u.atom)), "unit")
                inner.perform(SETITEM, unit.atom, k.atom, Const(1.0))
                both = called(inner, self.tangent(callee, (0,)), u, *captured, unit)
                inner.perform(SETITEM, rows.atom, k.atom, part(inner, both, 1).atom)

            count(builder, n, row)
            return np.transpose(rows)

        return self.made(("jacobian", callee), make)


def _function(callee: Callee) -> Function:
    assert callee.function is not None
    return callee.function


def define_function(name: str, like: Sequence[Var], body: Callable[..., Any]) -> Callee:
    """A function of the program, from Python that runs on traced values.

    Args:
        name: its name.
        like: what its parameters are like.
        body: `(builder, *params)` -> result.
    """
    params = [Var(v.hint, v.type, v.named) for v in like]
    for k, var in enumerate(params):
        while var.hint in [p.hint for p in params[:k]]:
            var.hint += "_"
    builder = Builder()
    result = as_atom(builder, body(builder, *(wrap(builder, p) for p in params)))
    parameters = tuple(Parameter(p, Kind.POSITIONAL_OR_KEYWORD) for p in params)
    block = Block(tuple(params), tuple(builder.ops), (result,))
    return Callee(name, Function(name, parameters, block), plain=True)


def as_atom(builder: Builder, value: Any) -> Atom:
    """A traced value or a constant as an atom."""
    found = unwrap(builder, value)
    assert isinstance(found, (Var, Const))
    return found


def called(builder: Builder, callee: Callee, *args: Any) -> Any:
    """Call a function of the program on traced values."""
    type_ = _function(callee).body.yields[0].type
    hint = "both" if isinstance(type_, Tuple) else "value"
    return Traced(
        builder, builder.emit(CALL, *(as_atom(builder, a) for a in args), static=callee, type=type_, hint=hint)
    )


def part(builder: Builder, value: Traced, k: int, hint: str = "t") -> Any:
    """An entry of a tuple."""
    type_: Type = value.atom.type
    assert isinstance(type_, Tuple)
    return Traced(builder, builder.emit(GETITEM, value.atom, Const(k), type=type_.items[k], hint=hint))


def named(value: Any, hint: str) -> Any:
    """The value, with the name that it would like to have."""
    if isinstance(value, Traced):
        value.atom.hint = hint
    return value


def zeros(builder: Builder, shape: Any) -> Any:
    """`np.zeros(shape)` of lengths that are known at run time only."""
    return call(builder, np.zeros, (shape,), {})


def count(builder: Builder, n: Any, body: Callable[[Builder, Traced], None]) -> None:
    """`for k in range(n)`: run the body on each k."""
    inner, k = Builder(builder.origin), Var("k", INT)
    body(inner, Traced(inner, k))
    builder.loop((Const(0), as_atom(builder, n), Const(1)), (), Block((k,), tuple(inner.ops), ()), (), exits=False)


def inlined(builder: Builder, callee: Callee, *args: Any) -> Traced:
    """The body of a function of the program, on traced values."""
    return wrap(builder, inline(builder, _function(callee), [as_atom(builder, a) for a in args], builder.origin))


def is_number(type_: Type) -> bool:
    return isinstance(type_, Scalar) or (isinstance(type_, Array) and type_.ndim == 0)
