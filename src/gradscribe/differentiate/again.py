"""The library is called again, with a function derived from the one that it was given, by the same method and to the
same tolerances."""

from __future__ import annotations

from collections.abc import Sequence

from ..ir.build import Builder
from ..ir.nodes import Atom, Callee, Const, Op, Var
from ..ir.primitives import GETATTR, GETITEM
from ..ir.solvers import LIBRARY_CALL, SOLVERS, FunctionArgument, LibraryCall, Place
from ..ir.types import FLOAT, OBJECT, UNKNOWN, Array, Type
from .derived import is_number
from .expand import wrap


def library_function(path: str) -> object:
    """The function of a library that SOLVERS knows by this path."""
    return next(function for function, solver in SOLVERS.items() if solver.path == path)


def call(
    builder: Builder,
    path: str,
    callee: Callee,
    own: int,
    args: Sequence[Atom],
    keywords: Sequence[tuple[str, Atom]],
    captured: Sequence[Atom],
    type_: Type,
) -> Var:
    """`path(lambda *own: callee(*own, *captured), *args, **keywords)`."""
    operands: list[Atom] = []

    def place(atom: Atom) -> int:
        found = next((k for k, known in enumerate(operands) if known is atom), None)
        if found is not None:
            return found
        operands.append(atom)
        return len(operands) - 1

    first = FunctionArgument(callee, own, tuple(map(place, captured)))
    rest: list[Place] = [place(a) for a in args]
    named = tuple((name, place(a)) for name, a in keywords)
    how = LibraryCall(library_function(path), path, (first, *rest), named)  # type: ignore[arg-type]
    return builder.emit(LIBRARY_CALL, *operands, static=how, type=type_, hint="found")


def integrate(builder: Builder, op: Op, callee: Callee, captured: Sequence[Atom]) -> Var:
    """The integral of another function between the limits of an integral."""
    assert callee.function is not None
    type_ = callee.function.body.yields[0].type
    number = is_number(type_) and op.static.call.endswith(".quad")
    path = "scipy.integrate.quad" if number else "scipy.integrate.quad_vec"
    found = call(builder, path, callee, 1, op.args[1:3], op.keywords, captured, OBJECT)
    return builder.emit(GETITEM, found, Const(0), type=FLOAT if number else type_, hint="q")


def solve_initial_values(builder: Builder, op: Op, callee: Callee, start: Atom, captured: Sequence[Atom]) -> Var:
    """Another initial-value problem, at the times of one."""
    how = op.static.call
    named = dict(op.keywords)
    if how == "odeint":
        times = named.pop("t")
        type_ = Array("float64", (UNKNOWN, UNKNOWN))
        return call(builder, "scipy.integrate.odeint", callee, 2, (start, times), tuple(named.items()), captured, type_)
    span = named.pop("t_span")
    path = "scipy.integrate.solve_ivp"
    found = call(builder, path, callee, 2, (span, start), tuple(named.items()), captured, OBJECT)
    y = builder.emit(GETATTR, found, static="y", type=Array("float64", (UNKNOWN, UNKNOWN)), hint="y")
    if how != "final":
        return y
    last = wrap(builder, y)[:, -1].atom
    assert isinstance(last, Var)
    return last
