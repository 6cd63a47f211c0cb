"""A Python expression with its free names replaced, whatever the names inside it bind (comprehensions, lambdas)."""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Iterable, Mapping
from typing import Any

from .scope import Scope

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


def substituted(tree: ast.expr, known: Mapping[str, ast.expr], scope: Scope) -> ast.expr:
    """The expression with each free name of `known` replaced.

    Names that the expression itself binds are renamed where they would capture a name that comes in. Other free names
    are builtins.
    """
    incoming = {n.id for node in known.values() for n in ast.walk(node) if isinstance(n, ast.Name)}
    made: ast.expr = _Substitute(known, incoming, scope).visit(copy.deepcopy(tree))
    return made


class _Substitute(ast.NodeTransformer):
    def __init__(self, known: Mapping[str, ast.expr], incoming: set[str], scope: Scope) -> None:
        self.known, self.incoming, self.scope = dict(known), incoming, scope

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.known:
            return self.known[node.id]
        return self.scope.builtin(node.id) if hasattr(builtins, node.id) else node

    def _inside(self, bound: Iterable[str]) -> tuple[_Substitute, dict[str, str]]:
        """The same inside a scope that binds names: these hide what comes in, and are renamed where they clash."""
        names = {n: n for n in bound}
        for name in names:
            while names[name] in self.incoming or names[name] in self.scope.used:
                names[name] += "_"
        known = {**self.known, **{old: ast.Name(new) for old, new in names.items()}}
        return _Substitute(known, self.incoming, self.scope), names

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        args = node.args
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs, *filter(None, (args.vararg, args.kwarg))]
        args.defaults = [self.visit(d) for d in args.defaults]
        args.kw_defaults = [d and self.visit(d) for d in args.kw_defaults]
        inner, names = self._inside(a.arg for a in every)
        for arg in every:
            arg.arg = names[arg.arg]
        node.body = inner.visit(node.body)
        return node

    def generic_visit(self, node: ast.AST) -> Any:
        return self._comprehension(node) if isinstance(node, _COMPREHENSIONS) else super().generic_visit(node)

    def _comprehension(self, node: Any) -> ast.expr:
        bound = [n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)]
        inner, _ = self._inside(bound)
        for k, generator in enumerate(node.generators):
            generator.iter = (inner if k else self).visit(generator.iter)
            generator.target = inner.visit(generator.target)
            generator.ifs = [inner.visit(test) for test in generator.ifs]
        for field in ("elt", "key", "value"):
            if hasattr(node, field):
                setattr(node, field, inner.visit(getattr(node, field)))
        return node
