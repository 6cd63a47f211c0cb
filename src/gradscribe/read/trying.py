"""Trying an expression: `caught(lambda: ..., ValueError)` tells what handler the exception that it raises has.

What certainly raises nothing is left alone; what has an effect that could be seen twice is refused.
"""

from __future__ import annotations

import ast
import copy
import types
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gast

from .. import runtime
from ..errors import GradscribeError
from ..ir import primitives as P
from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Op
from ..ir.primitives import ExpressionSource, definition_of, overloads
from ..ir.solvers import solver_of
from ..ir.types import INT, OBJECT, Numeric, Object, Scalar
from .iterators import is_iterator
from .raising import cannot_raise, certain, has_no_effect
from .resolve import is_library
from .values import Cell, Choice, Closure, Method, Value, is_code, may_be_none

_CODE = (P.RAISE, P.CALL, P.CALL_PYTHON, P.CALL_METHOD, P.EXPRESSION, P.EXTERNAL)
HINT = "test the condition with `if` instead"


class Trying:
    """`code` holds the number of the handler that is to run, 0 for none; `error` its exception, if one asks for it."""

    reader: Any
    code: Cell
    error: Cell
    classes: list[tuple[type[BaseException], ...]]
    is_named: bool
    leaves_traces = False

    def _fail(self, cls: type, error: Value, node: gast.stmt) -> None:
        raise NotImplementedError

    def _unless_failed(self, run: Callable[[], object]) -> None:
        raise NotImplementedError

    def failed(self) -> Value:
        raise NotImplementedError

    def is_safe(self, node: gast.stmt) -> bool:
        """Whether a statement certainly raises nothing."""
        if isinstance(node, (gast.Pass, gast.FunctionDef, gast.Import, gast.ImportFrom, gast.Global, gast.Nonlocal)):
            return True
        if isinstance(node, (gast.Try, gast.With)) or self.is_doubtful(node):
            return False
        if any(map(self._is_step, gast.walk(node))):
            return False
        return all(map(self.is_harmless, self.trial(lambda: self.reader.block([node]))))

    def is_harmless(self, op: Op) -> bool:
        """Whether an operation raises nothing that has a handler: only code raises `StopIteration`."""
        if cannot_raise(op):
            return True
        if any(known != (StopIteration,) for known in self.classes) or op.primitive in _CODE:
            return False
        return all(self.is_harmless(inner) for block in op.blocks for inner in block.ops)

    def is_doubtful(self, node: gast.AST) -> bool:
        """Whether an attribute of a number is read: a Python number may not have it."""
        owners = [part.value for part in gast.walk(node) if isinstance(part, gast.Attribute)]
        names = [owner.id for owner in owners if isinstance(owner, gast.Name) and self.reader.frame_of(owner.id)]
        return any(isinstance(self.typed_name(name), (Scalar, Numeric)) for name in names)

    def trial(self, run: Callable[[], Any]) -> list[Op]:
        """The operations that come of reading something, which is undone; `leaves_traces` says whether it changes what
        is there already: names, lists, dicts, instances."""
        reader = self.reader
        outer = (reader.builder, reader.frame, reader.node, reader.dead, reader.depth, reader.hint, reader.facts)
        reader.builder = Builder(reader.builder.origin)
        reader.store.begin()
        try:
            run()
            return list(reader.builder.ops)
        finally:
            self.leaves_traces = any(_is_seen(key) for key in reader.store.end().outer())
            reader.builder, reader.frame, reader.node, reader.dead, reader.depth, reader.hint, reader.facts = outer

    def is_repeatable(self, expression: gast.AST) -> bool:
        """Whether an expression can be tried, or need not be."""
        reader = self.reader
        ops = self.trial(lambda: reader.expression(expression))
        changes = self.leaves_traces
        if all(map(self.is_harmless, ops)) or self._is_step(expression):
            return True
        if changes or certain(ops) is not None:
            return not changes
        if not has_no_effect(ops):
            return False
        try:
            self.trial(lambda: self._captured(expression))
        except GradscribeError:
            return False
        return True

    def seen(self, read: Callable[[], Value]) -> Value:
        """A value that is asked about and not computed: what reading it emits is undone."""
        found: list[Value] = []
        self.trial(lambda: found.append(read()))
        return found[0]

    def typed(self, expression: gast.AST) -> Any:
        """The type of an expression."""
        return getattr(self.seen(partial(self.reader.expression, expression)), "type", None)

    def typed_name(self, name: str) -> Any:
        """The type of what a name holds; that it may be unbound here is found where it is read."""
        return getattr(self.seen(partial(self.reader.load, name)), "type", None)

    def attempt(self, expressions: Sequence[gast.AST], node: gast.stmt) -> None:
        """Evaluate expressions one after the other, up to one that fails."""
        for k, expression in enumerate(expressions, 1):
            rest = partial(self.attempt, expressions[k:], node)
            if self._steps(expression, node):
                self._unless_failed(rest)
                return
            ops = self.trial(partial(self.reader.expression, expression))
            changes = self.leaves_traces
            doubtful = self.is_doubtful(expression)
            raised = None if doubtful or changes else certain(ops)
            if raised is not None:
                error = self.reader.emit(
                    P.CALL_PYTHON, *raised.args, type=raised.result.type, hint="error", inactive=True
                )
                self._fail(raised.args[0].value, error, node)  # type: ignore[union-attr]
                return
            if not doubtful and all(map(self.is_harmless, ops)):
                continue
            if changes or not has_no_effect(ops):
                self.reader.refuse(
                    "an effect inside of `try`, in an expression that may raise an exception,", node, HINT
                )
            self.try_out(expression)
            if k < len(expressions):
                self._unless_failed(rest)
            return

    def try_out(self, expression: gast.AST) -> None:
        """Evaluate an expression that has no effect, to know whether it fails."""
        tree, names, atoms = self._captured(expression)
        code = self._caught(runtime.caught, tree, names, atoms, INT)
        self.reader.store.set(self.code, code)
        if self.is_named:
            self._unless_passed(code, tree, names, atoms)

    def _is_step(self, expression: gast.AST) -> bool:
        """Whether this is `next(iterator)`, of an iterator that is followed."""
        if not isinstance(expression, gast.Call) or len(expression.args) != 1 or expression.keywords:
            return False
        if not isinstance(expression.func, gast.Name) or not isinstance(expression.args[0], gast.Name):
            return False
        callee = self.seen(partial(self.reader.expression, expression.func))
        if not is_code(callee) or callee.value is not next:
            return False
        return is_iterator(self.seen(partial(self.reader.expression, expression.args[0])))

    def _steps(self, expression: gast.AST, node: gast.stmt) -> bool:
        """`next(iterator)`: whether there is another item is known without trying."""
        if not self._is_step(expression):
            return False
        iterator = self.reader.expression(expression.args[0])
        more = self.reader.truth(self.reader.has_next(iterator, expression))
        made = Const(StopIteration, name="StopIteration")

        def end() -> None:
            error = self.reader.emit(P.CALL_PYTHON, made, type=Object(StopIteration), hint="error", inactive=True)
            self._fail(StopIteration, error, node)

        self.reader.not_at_end.add(id(expression))
        self.reader.branch(more, lambda: None, end)
        return True

    def _unless_passed(self, code: Atom, tree: Any, names: list[str], atoms: list[Atom]) -> None:
        """Where a handler wants to see the exception, have it."""

        def note() -> None:
            error = self._caught(runtime.exception_of, tree, names, atoms, OBJECT)
            self.reader.store.set(self.error, error)

        self.reader.branch(self.reader.truth(self.failed()), note, lambda: None)

    def _caught(self, function: Any, tree: Any, names: list[str], atoms: list[Atom], type_: Any) -> Atom:
        """`function(lambda: tree, (classes of the first handler), ...)`."""
        arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        groups: list[ast.expr] = []
        given, used = list(atoms), list(names)
        for classes in self.classes:
            group = []
            for cls in classes:
                used.append(f"w{len(used)}")
                given.append(Const(cls, name=cls.__name__))
                group.append(ast.Name(id=used[-1], ctx=ast.Load()))
            groups.append(group[0] if len(group) == 1 else ast.Tuple(elts=group, ctx=ast.Load()))  # type: ignore[arg-type]
        used.append("caught")
        given.append(Const(function, name=function.__name__))
        call = ast.Call(
            func=ast.Name(id="caught", ctx=ast.Load()),
            args=[ast.Lambda(args=arguments, body=tree), *groups],
            keywords=[],
        )
        source = ExpressionSource(ast.fix_missing_locations(call), tuple(used), leaves_alone=True)
        return self.reader.emit(P.EXPRESSION, *given, static=source, type=type_, inactive=True, hint="caught")

    def _captured(self, expression: gast.AST) -> tuple[Any, list[str], list[Atom]]:
        """An expression over names of its own, with what these stand for."""
        made = copy.deepcopy(expression)
        bound = _bound_inside(made)
        renamed: dict[str, str] = {}
        atoms: list[Atom] = []
        for part in gast.walk(made):
            if isinstance(part, gast.NamedExpr):
                self.reader.refuse("`:=` inside of `try`, where an exception may be raised,", expression, HINT)
            if not isinstance(part, gast.Name) or part.id in bound:
                if isinstance(part, gast.Name) and self.reader.frame_of(part.id) is not None:
                    self.reader.refuse(
                        f"`{part.id}` has two meanings inside of `try`", expression, "rename one of them"
                    )
                continue
            if part.id not in renamed:
                renamed[part.id] = f"v{len(renamed)}"
                atoms.append(self._operand(part, expression))
            part.id = renamed[part.id]
        return gast.gast_to_ast(made), list(renamed.values()), atoms

    def _operand(self, name: Any, expression: gast.AST) -> Atom:
        value = self.reader.load(name.id, name)
        if isinstance(value, Choice) and may_be_none(value) and self.reader.facts_about(value.chosen) is value.chosen:
            self.reader.refuse(f"`{name.id}` may be None inside of `try`", expression, "test it with `is None` first")
        return self.reader.as_atom(value, expression)


def _is_seen(key: Any) -> bool:
    """Whether a key of the store is a name or a container of the user's."""
    return key.kind != "temporary" if isinstance(key, Cell) else not key[1].startswith("%")


def _bound_inside(expression: gast.AST) -> set[str]:
    """The names that comprehensions and lambdas in an expression bind."""
    bound: set[str] = set()
    for part in gast.walk(expression):
        if isinstance(part, gast.comprehension):
            bound |= {n.id for n in gast.walk(part.target) if isinstance(n, gast.Name)}
        elif isinstance(part, gast.Lambda):
            bound |= {n.id for n in gast.walk(part.args) if isinstance(n, gast.Name)}
    return bound


def is_read(reader: Any, callee: Value) -> bool:
    """Whether a call reads the body of a function of the user's, and does nothing else."""
    if isinstance(callee, Method):
        return is_read(reader, callee.function)
    if isinstance(callee, Choice):
        return is_read(reader, callee.first) and is_read(reader, callee.second)
    if isinstance(callee, Const) and isinstance(callee.value, types.FunctionType):
        function = callee.value
        known = reader.special(function) is not None or overloads(function) or solver_of(function)
        ours = hasattr(function, "computed_again") or hasattr(function, "makes_derivative")
        return not known and not ours and not is_library(function) and definition_of(function) is None
    return isinstance(callee, Closure)
