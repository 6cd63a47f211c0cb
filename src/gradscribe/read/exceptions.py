"""`try`: what the body computes is tried first, and the path that it takes is a branch.

A statement that can raise is evaluated once in the call `caught(lambda: ..., ValueError)`, which tells what handler
its exception has, and then, where there was none, for good. So it must have no effect that could be seen twice: any
other is refused. The rest of the body, the handlers and `else` become arms of branches, `finally` follows.
"""

from __future__ import annotations

import ast
import copy
import operator
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import gast
import numpy as np

from .. import runtime
from ..ir import primitives as P
from ..ir.build import UNDEF, Builder
from ..ir.nodes import Atom, Block, Const, Op, Var, walk
from ..ir.primitives import ExpressionSource
from ..ir.types import INT, OBJECT, STRING, STRUCTURES, Array, Numeric, Object, Scalar
from .core import Core
from .operators import BINARY
from .values import Cell, TupleValue, Value, is_code, is_const

_SAFE = {
    P.ADD, P.SUBTRACT, P.MULTIPLY, P.NEGATIVE, P.POSITIVE, P.LESS, P.LESS_EQUAL, P.GREATER, P.GREATER_EQUAL, P.EQUAL,
    P.NOT_EQUAL, P.NOT, P.IS, P.IS_NOT,
}  # fmt: skip
_MAKING = {P.TUPLE, P.FIXED_LIST, P.DICT, P.RECORD, P.LIST, P.SLICE_, P.EXTERNAL, P.SHAPE, P.COPY, P.COMMENT}
_QUIET = {range, len, int, float, bool, list, tuple, sorted, min, max, abs, sum, isinstance, str, repr, complex, round}
_HINT = "test the condition with `if` instead"


class Exceptions(Core):
    """`_run_Try`."""

    def _run_Try(self, node: gast.Try) -> None:
        if not node.handlers:
            self.block(node.body)
            if not self.dead:
                self.block(node.finalbody)
            return
        attempt = _Attempt(self, node)
        attempt.block(node.body)
        failed = self.truth(attempt.failed()) if not self.dead else None
        if failed is not None:
            self.branch(failed, lambda: attempt.handle(0), lambda: self.block(node.orelse))
        if not self.dead:
            self.block(node.finalbody)


class _Attempt:
    """One `try`: `code` holds the number of the handler that is to run, 0 for none."""

    def __init__(self, reader: Any, node: gast.Try) -> None:
        self.reader, self.node = reader, node
        self.code, self.error = Cell("temporary", "caught"), Cell("temporary", "error")
        self.classes = [self._classes_of(handler) for handler in node.handlers]
        self.is_named = any(handler.name for handler in node.handlers)
        reader.store.set(self.code, Const(0))
        reader.store.set(self.error, UNDEF)

    def _classes_of(self, handler: gast.ExceptHandler) -> tuple[type[BaseException], ...]:
        if handler.type is None:
            return (BaseException,)
        value = self.reader.expression(handler.type)
        items = value.items if isinstance(value, TupleValue) else (value,)
        for item in items:
            if not is_const(item, type) or not issubclass(item.value, BaseException):
                self.reader.refuse("an exception whose class is known at run time only", handler, _HINT)
        return tuple(item.value for item in items)

    def failed(self) -> Value:
        code = self.reader.store.get(self.code)
        if isinstance(code, Const):
            return Const(code.value != 0)
        return self.reader.compare(operator.ne, code, Const(0), self.node)  # type: ignore[no-any-return]

    # the body ---------------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[gast.stmt]) -> None:
        """Read statements of the body up to one that certainly raises."""
        for k, statement in enumerate(statements):
            failed = self.failed()
            if self.reader.dead or (is_const(failed) and failed.value):  # type: ignore[union-attr]
                return
            if not is_const(failed):
                rest = statements[k:]
                self._unless_failed(lambda rest=rest: self.block(rest))
                return
            self.reader.at(statement)
            self.statement(statement)

    def statement(self, node: gast.stmt) -> None:
        if isinstance(node, gast.Raise):
            self._raise(node)
            return
        if isinstance(node, gast.Assert):
            self._attempt([node.test], node)
            self._unless_failed(lambda: self._assert(node))
            return
        if isinstance(node, gast.If) and not self._is_safe(node):
            self._attempt([node.test], node)
            self._unless_failed(lambda: self._branch(node))
            return
        if self._is_safe(node):
            self.reader.block([node])
            return
        self._attempt(self._expressions(node), node)
        self._unless_failed(lambda: self.reader.block([node]))

    def _assert(self, node: gast.Assert) -> None:
        reader = self.reader
        test = reader.truth(reader.expression(node.test))

        def fail() -> None:
            message = () if node.msg is None else (reader.as_atom(reader.expression(node.msg), node.msg),)
            made = Const(AssertionError, name="AssertionError")
            error = reader.emit(P.CALL_PYTHON, made, *message, type=Object(AssertionError), hint="error", inactive=True)
            self._fail(AssertionError, error, node)

        reader.branch(test, lambda: None, fail)

    def _branch(self, node: gast.If) -> None:
        test = self.reader.truth(self.reader.expression(node.test))
        self.reader.branch(test, lambda: self.block(node.body), lambda: self.block(node.orelse))

    def _unless_failed(self, run: Callable[[], None]) -> None:
        def go_on() -> None:
            self.reader.store.set(self.code, Const(0))
            run()

        self.reader.branch(self.reader.truth(self.failed()), lambda: None, go_on)

    def _raise(self, node: gast.Raise) -> None:
        """An exception of the user's: whether a handler takes it is known."""
        if node.exc is None:
            self.reader.refuse("`raise` without an exception", node)
        error = self.reader.expression(node.exc)
        cls = error.value if is_code(error) and isinstance(error.value, type) else getattr(error.type, "cls", None)
        if not isinstance(cls, type) or not issubclass(cls, BaseException):
            self.reader.refuse("an exception whose class is known at run time only", node, _HINT)
        self._fail(cls, error if not is_code(error) else self.reader.call(error, (), {}, node), node)

    def _fail(self, cls: type, error: Value, node: gast.stmt) -> None:
        number = next((k for k, known in enumerate(self.classes, 1) if issubclass(cls, known)), 0)
        if not number:
            self.reader.perform(P.RAISE, self.reader.as_atom(error))
            self.reader.dead = True
            return
        self.reader.store.set(self.code, Const(number))
        self.reader.store.set(self.error, error)

    def _expressions(self, node: gast.stmt) -> list[gast.AST]:
        """What a simple statement evaluates."""
        if isinstance(node, gast.Expr):
            return [node.value]
        if isinstance(node, (gast.Assign, gast.AnnAssign)):
            targets = node.targets if isinstance(node, gast.Assign) else [node.target]
            if node.value is not None and all(isinstance(t, (gast.Name, gast.Tuple)) for t in targets):
                return [node.value]
        if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            old = self.reader.load(node.target.id, node.target)
            if isinstance(getattr(old, "type", None), Scalar) and type(node.op) in BINARY:
                name = gast.Name(id=node.target.id, ctx=gast.Load(), annotation=None, type_comment=None)
                made = gast.BinOp(left=gast.copy_location(name, node), op=node.op, right=node.value)
                return [gast.copy_location(made, node)]
        word = type(node).__name__.lower()
        self.reader.refuse(f"`{word}` inside of `try`, where it may raise an exception,", node, _HINT)
        return []

    # trying -----------------------------------------------------------------------------------------------------------

    def _is_safe(self, node: gast.stmt) -> bool:
        """Whether a statement certainly raises nothing."""
        if isinstance(node, (gast.Pass, gast.FunctionDef, gast.Import, gast.ImportFrom, gast.Global, gast.Nonlocal)):
            return True
        if isinstance(node, (gast.Try, gast.With)) or self._is_doubtful(node):
            return False
        return all(_cannot_raise(op) for op in self._trial(lambda: self.reader.block([node])))

    def _is_doubtful(self, node: gast.AST) -> bool:
        """Whether an attribute of a number is read: a Python number may not have it."""
        owners = [part.value for part in gast.walk(node) if isinstance(part, gast.Attribute)]
        names = [owner.id for owner in owners if isinstance(owner, gast.Name) and self.reader.frame_of(owner.id)]
        return any(isinstance(getattr(self.reader.load(name), "type", None), (Scalar, Numeric)) for name in names)

    def _trial(self, run: Callable[[], Any]) -> list[Op]:
        """The operations that come of reading something, which leaves no trace."""
        reader = self.reader
        outer = (reader.builder, reader.frame, reader.node, reader.dead, reader.depth, reader.hint)
        reader.builder = Builder(reader.builder.origin)
        reader.store.begin()
        try:
            run()
            return list(reader.builder.ops)
        finally:
            reader.store.end()
            reader.builder, reader.frame, reader.node, reader.dead, reader.depth, reader.hint = outer

    def _attempt(self, expressions: Sequence[gast.AST], node: gast.stmt) -> None:
        for expression in expressions:
            ops = self._trial(lambda expression=expression: self.reader.expression(expression))
            doubtful = self._is_doubtful(expression)
            raised = None if doubtful else _certain(ops)
            if raised is not None:
                error = self.reader.emit(
                    P.CALL_PYTHON, *raised.args, type=raised.result.type, hint="error", inactive=True
                )
                self._fail(raised.args[0].value, error, node)  # type: ignore[union-attr]
                return
            if not doubtful and all(map(_cannot_raise, ops)):
                continue
            if not _has_no_effect(ops):
                self.reader.refuse(
                    "an effect inside of `try`, in an expression that may raise an exception,", node, _HINT
                )
            tree, names, atoms = self._captured(expression)
            code = self._caught(runtime.caught, tree, names, atoms, INT)
            self.reader.store.set(self.code, code)
            if self.is_named:
                self._unless_passed(code, tree, names, atoms)

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
        return self.reader.emit(P.EXPRESSION, *given, static=source, type=type_, inactive=True, hint="caught")  # type: ignore[no-any-return]

    def _captured(self, expression: gast.AST) -> tuple[Any, list[str], list[Atom]]:
        """An expression over names of its own, with what these stand for."""
        made = copy.deepcopy(expression)
        bound = _bound_inside(made)
        renamed: dict[str, str] = {}
        atoms: list[Atom] = []
        for part in gast.walk(made):
            if isinstance(part, gast.NamedExpr):
                self.reader.refuse("`:=` inside of `try`, where an exception may be raised,", expression, _HINT)
            if not isinstance(part, gast.Name) or part.id in bound:
                if isinstance(part, gast.Name) and self.reader.frame_of(part.id) is not None:
                    self.reader.refuse(
                        f"`{part.id}` has two meanings inside of `try`", expression, "rename one of them"
                    )
                continue
            if part.id not in renamed:
                renamed[part.id] = f"v{len(renamed)}"
                atoms.append(self.reader.as_atom(self.reader.load(part.id, part), expression))
            part.id = renamed[part.id]
        return gast.gast_to_ast(made), list(renamed.values()), atoms

    # the handlers -----------------------------------------------------------------------------------------------------

    def handle(self, k: int) -> None:
        """Run the handler whose number `code` has, of those from k on."""
        handlers = self.node.handlers
        code = self.reader.store.get(self.code)
        if k + 1 == len(handlers):
            self._run(handlers[k])
            return
        chosen = self.reader.compare(operator.eq, code, Const(k + 1), self.node)
        self.reader.branch(self.reader.truth(chosen), lambda: self._run(handlers[k]), lambda: self.handle(k + 1))

    def _run(self, handler: gast.ExceptHandler) -> None:
        reader = self.reader
        if handler.name:
            name = handler.name if isinstance(handler.name, str) else handler.name.id
            reader.store.set((reader.frame, name), reader.store.get(self.error))
        reader.block(handler.body)
        if handler.name:
            reader.store.set((reader.frame, name), UNDEF)


def _bound_inside(expression: gast.AST) -> set[str]:
    """The names that comprehensions and lambdas in an expression bind."""
    bound: set[str] = set()
    for part in gast.walk(expression):
        if isinstance(part, gast.comprehension):
            bound |= {n.id for n in gast.walk(part.target) if isinstance(n, gast.Name)}
        elif isinstance(part, gast.Lambda):
            bound |= {n.id for n in gast.walk(part.args) if isinstance(n, gast.Name)}
    return bound


def _certain(ops: Sequence[Op]) -> Op | None:
    """The construction of the exception that operations certainly raise, as a failed look-up does."""
    made: dict[Var, Op] = {op.result: op for op in ops if op.primitive is P.CALL_PYTHON and op.results}
    for op in ops:
        if op.primitive is P.RAISE:
            error = made.get(op.args[0])  # type: ignore[arg-type]
            known = error is not None and isinstance(error.args[0], Const) and isinstance(error.args[0].value, type)
            return error if known else None
        if not _cannot_raise(op) and not any(result in made for result in op.results):
            return None
    return None


def _cannot_raise(op: Op) -> bool:
    """Whether an operation raises no exception, whatever its operands are."""
    if op.blocks:
        return all(_cannot_raise(inner) for block in op.blocks for inner in block.ops)
    if op.primitive is P.CALL_PYTHON:
        callee = op.args[0]
        return isinstance(callee, Const) and callee.value in (print, warnings.warn, range)
    if op.primitive is P.GETITEM:
        return isinstance(op.args[0].type, STRUCTURES) and isinstance(op.args[1], Const)
    if op.primitive in _MAKING:
        return True
    arrays = [a for a in op.args if isinstance(a.type, Array)]
    return op.primitive in _SAFE and len(arrays) <= 1 and all(isinstance(a.type, (Scalar, Array)) for a in op.args)


def _has_no_effect(ops: Iterable[Op]) -> bool:
    """Whether operations can be run twice, and nobody sees it."""
    every = list(walk(Block((), tuple(ops))))
    own = {result for op in every for result in op.results if op.aliasing == "fresh"}
    return all(_is_quiet(op, own) for op in every)


def _is_quiet(op: Op, own: set[Var]) -> bool:
    if any(op.args[k] not in own for k in op.primitive.writes):
        return False
    if op.primitive is P.CALL_PYTHON:
        return _is_quiet_function(op.args[0])
    if op.primitive is P.CALL_METHOD:
        return isinstance(op.args[0].type, (Scalar, Array)) or op.args[0].type == STRING
    if op.primitive is P.CALL:
        function = op.static.function
        return function is not None and _has_no_effect(function.body.ops)
    return not op.primitive.effect or op.primitive in (P.RAISE, P.ASSERT, P.EXPRESSION, P.COMMENT)


def _is_quiet_function(callee: Atom) -> bool:
    if not isinstance(callee, Const):
        return False
    function = callee.value
    if isinstance(function, type) and issubclass(function, BaseException):
        return True
    if any(function is known for known in _QUIET):
        return True
    module = getattr(function, "__module__", None) or ""
    return isinstance(function, np.ufunc) or module in ("math", "numpy", "numpy.linalg", "cmath")
