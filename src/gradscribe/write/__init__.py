"""From the IR to Python text that reads as a person would write it.

    real_powers  `x**y` that may be complex
    portable     what arrays of other libraries cannot do
    prune        what nobody needs
    own          sums into arrays become updates in place where the array is nobody else's
    lines_of     lines with jumps; exit flags become `break`
    sweeten      `for x in xs`
    Inliner      single-use values go back into expressions
    Liveness, Locations, name_all
                 which values share a name, and what it is
    Statements   trees of `ast`
    layout       text

Nothing here knows what a derivative is.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..analyse.foreign import Foreign, arrays_of, unwritable
from ..ir.namespaces import Namespace
from ..ir.nodes import Block, Function, Var, walk
from ..ir.solvers import callees_of
from ..process import deep_recursion
from .exits import lines_of
from .expressions import Expressions
from .inline import Inliner
from .layout import function_text, parameter_list
from .lines import atoms_of, every_line
from .liveness import Liveness
from .names import Locations, feeds, name_all, parts_of_statements
from .ordering import Ordering
from .own import own
from .portable import portable
from .powers import real_powers
from .prune import prune, users_ops
from .scope import Scope
from .spelling import Spelling
from .statements import Statements
from .sugar import sweeten
from .undefined import Gaps, none_of, zero_of

__all__ = ["Written", "in_place", "write"]


@dataclass(frozen=True)
class Written:
    """The text of a program.

    Args:
        text: a module: import lines and functions.
        imports: the import lines.
        externals: names that the caller must bind in the module's namespace: to the value of an `External` (read when
            the function is called), or to the object itself.
        bodies: the statements of each function in the text, in order, as trees (see `places`).
    """

    text: str
    imports: tuple[str, ...]
    externals: dict[str, Any]
    bodies: tuple[list[ast.stmt], ...] = ()


def write(
    function: Function,
    *,
    statements: bool = False,
    cite: bool = False,
    nopython: bool = False,
    namespace: Namespace | None = None,
) -> Written:
    """Write a function as Python text.

    Args:
        function: a valid function; those that it calls are written beside it.
        statements: one primitive a line.
        cite: whether statements behind the comment "reverse" end with the source line that they come from.
        nopython: whether numba will compile the text: loops over indices, and no name that may be None.
        namespace: what stands in place of NumPy.

    Returns:
        the text, what it imports, and what it must be given.
    """
    functions = _called(function)
    foreign = unwritable(function) if namespace is None else arrays_of(function, namespace.home)
    spelling = None if namespace is None else Spelling(namespace, foreign.maybe)
    with deep_recursion():
        plans = [_Plan(f, name, statements, nopython, foreign, namespace) for f, name in functions.items()]
        scope = Scope((p.var.hint for f in functions for p in f.parameters), spelling)
        scope.define(function, function.name)
        texts = [plan.text(scope, cite) for plan in plans]
        while any(plan.hides(scope) for plan in plans):
            texts = [plan.text(scope, cite) for plan in plans]
    bodies = tuple(plan.body for plan in plans)
    imports = scope.imports()
    head = "\n".join(imports) + "\n\n\n" if imports else ""
    return Written(head + "\n\n".join(texts), imports, dict(scope.externals), bodies)


def in_place(
    function: Function,
    foreign: Foreign | None = None,
    namespace: Namespace | None = None,
    *,
    statements: bool = False,
    anew: bool = True,
) -> Function:
    """The function as it is put into lines: without what nobody needs, and with its sums in place.

    Args:
        function: one that is written.
        foreign: the arrays that may not be NumPy's.
        namespace: what stands in place of NumPy.
        statements: see `write`.
        anew: see `own`.
    """
    foreign = unwritable(function) if foreign is None else foreign
    function = portable(real_powers(function), foreign, namespace)
    return own(prune(function, statements=statements), foreign.maybe, anew=anew)


def _called(function: Function) -> dict[Function, str]:
    """The function and those it calls, callees first, with their names."""
    found: dict[Function, str] = {}
    todo = [(function, function.name)]
    while todo:
        caller, name = todo.pop()
        if caller not in found:
            found[caller] = name
            todo += [(callee.function, callee.name) for op in walk(caller.body) for callee in callees_of(op)]
    return dict(reversed(found.items()))


class _Plan:
    """One function on its way to text, as far as global names play no part."""

    def __init__(
        self,
        function: Function,
        name: str,
        statements: bool,
        nopython: bool,
        foreign: Foreign,
        namespace: Namespace | None,
    ) -> None:
        self.original, self.name = function, name
        self.function = in_place(function, foreign, namespace, statements=statements)
        shown = {r for op in users_ops(self.function.body) for r in op.results} if statements else set()
        self.params = self.function.body.params
        ordering = Ordering(self.function)
        self.lines = lines_of(self.function, ordering, choices=not statements)
        self.nopython = nopython
        if not nopython:
            sweeten(self.lines, ordering)
        for _ in range(2):
            before = Inliner(self.lines, ordering)
            if not Liveness(self.lines, self.params, before.leaves, before.inlined, drop=True, kept=shown).dropped:
                break
        self.inliner = Inliner(self.lines, ordering, statements=statements)
        self.inliner.choose(self.lines)
        ranges = Liveness(self.lines, self.params, self.inliner.leaves, self.inliner.inlined).ranges
        self.locations = Locations(ranges, self.params, self.lines, self.inliner.inlined).all()
        self.read = shown | {atom for line in every_line(self.lines) for atom in atoms_of(line)}
        self.fed = {} if statements else feeds(self.lines, self.inliner.leaves)
        self.parts = parts_of_statements(shown, self.lines) if statements else None

    def text(self, scope: Scope, cite: bool) -> str:
        """The text, with names for locals that avoid the global names known so far."""
        self.names = names = name_all(self.locations, set(scope.used), self.fed, self.parts)
        expressions = Expressions(names, self.inliner.inlined, self.inliner.definition, scope)
        filler = zero_of if self.nopython else none_of
        gaps = Gaps(self.lines, names, self.inliner.leaves)
        build = Statements(expressions, names, gaps, self.read, filler, fits=not self.nopython)
        self.body = build.block(self.lines)
        parameters = parameter_list(self.function.parameters, expressions)
        name = scope.function(self.original, self.name)
        return function_text(name, parameters, self.function.doc, self.body, cite=cite)

    def hides(self, scope: Scope) -> bool:
        """Whether a local has a global name that the text uses."""
        return any(name in scope.used for var, name in self.names.items() if var not in self.params)
