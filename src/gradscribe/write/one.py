"""Single operations as text, under names that are given: what a listing of a program shows."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from ..ir.nodes import Atom, Op, Var
from .expressions import Expressions
from .layout import statement_text
from .scope import Scope
from .statements import Statements
from .undefined import Gaps, none_of

_NOTHING: Mapping[Var, Op] = {}


def expression_text(op: Op, names: Mapping[Var, str], inlined: Mapping[Var, Op] = _NOTHING) -> str:
    """An operation as a person would write it: `x1 * x2`, `a[i] += v`.

    Args:
        op: an operation without blocks.
        names: a name for each value that it mentions.
        inlined: values that are shown as the operations that compute them.
    """
    build = Expressions(names, inlined, inlined, Scope(()))
    if op.results:
        return statement_text(ast.Expr(build.op(op)))
    statements = Statements(build, names, Gaps([], dict(names), lambda atom: ()), frozenset(names), none_of)
    return statement_text(statements.effect(op))


def atom_text(atom: Atom, names: Mapping[Var, str]) -> str:
    """An operand as text."""
    return statement_text(ast.Expr(Expressions(names, _NOTHING, _NOTHING, Scope(())).atom(atom)))
