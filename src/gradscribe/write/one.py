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


def expression_text(op: Op, names: Mapping[Var, str]) -> str:
    """An operation as a person would write it: `x1 * x2`, `a[i] += v`.

    Args:
        op: an operation without blocks.
        names: a name for each value that it mentions.
    """
    build = _builder(names)
    if op.results:
        return statement_text(ast.Expr(build.op(op)))
    statements = Statements(build, names, Gaps([], dict(names)), frozenset(names), none_of)
    return statement_text(statements.effect(op))


def atom_text(atom: Atom, names: Mapping[Var, str]) -> str:
    """An operand as text."""
    return statement_text(ast.Expr(_builder(names).atom(atom)))


def _builder(names: Mapping[Var, str]) -> Expressions:
    return Expressions(names, frozenset(), {}, Scope(()))
