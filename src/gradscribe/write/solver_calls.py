"""Calls of library functions that take functions, as expressions: `brentq(lambda u: residual(u, x), 0.0, 3.0)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..ir.nodes import Op
from ..ir.solvers import FunctionArgument, LibraryCall, Place

if TYPE_CHECKING:
    from .expressions import Expressions


def library_call(expressions: Expressions, op: Op) -> ast.expr:
    """The call, with each function as its name or as a lambda that adds what it has captured."""
    how: LibraryCall = op.static
    args = [_argument(expressions, op, place) for place in how.args]
    keywords = [ast.keyword(name, _argument(expressions, op, place)) for name, place in how.keywords]
    return ast.Call(expressions.scope.path(how.path), args, keywords)


def _argument(expressions: Expressions, op: Op, place: Place) -> ast.expr:
    if not isinstance(place, FunctionArgument):
        return expressions.atom(op.args[place])
    made = place.callee.function
    assert made is not None
    function = ast.Name(expressions.scope.function(made, place.callee.name))
    if not place.captured:
        return function
    held = expressions.atoms([op.args[k] for k in place.captured])
    taken = {node.id for part in held for node in ast.walk(part) if isinstance(node, ast.Name)}
    own = [_free_name(p.var.hint, taken) for p in made.parameters[: place.own]]
    syntax = ast.arguments([], [ast.arg(name) for name in own], None, [], [], None, [])
    return ast.Lambda(syntax, ast.Call(function, [*map(ast.Name, own), *held], []))


def _free_name(wanted: str, taken: set[str]) -> str:
    """A name like `wanted` that nothing captured has."""
    while wanted in taken:
        wanted += "_"
    return wanted
