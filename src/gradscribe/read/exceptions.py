"""`try`: what the body computes is tried first, and the path that it takes is a branch.

A statement that can raise is evaluated once in the call `caught(lambda: ..., ValueError)`, which tells what handler
its exception has, and then, where there was none, for good. So it must have no effect that could be seen twice: any
other is refused. The rest of the body, the handlers and `else` become arms of branches, `finally` follows. A `try`
inside of another knows the handlers of both; a loop ends where a handler is to run.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gast

from ..ir import primitives as P
from ..ir.build import UNDEF
from ..ir.nodes import Const, Var
from ..ir.types import Object, Scalar
from .core import Core
from .exits import at, name_of
from .rehearsing import Rehearsing
from .trying import HINT
from .values import FALSE, TRUE, Cell, Lazy, Range, Reference, TupleValue, Value, atoms_of, is_code, is_const


class Exceptions(Core):
    """`_run_Try`."""

    def _run_Try(self, node: gast.Try) -> None:
        if not node.handlers:
            self.block(node.body)
            if not self.dead:
                self.block(node.finalbody)
            return
        _Attempt(self, node).run()

    def iterate_by_next(
        self, method: Value, consume: Callable[[Value], None], exit_flag: Any, node: gast.AST | None
    ) -> None:
        """A loop over an object that has `__next__`, up to the trip in which that raises `StopIteration`."""
        place = node or self.node
        handler = at(place, gast.ExceptHandler(type=name_of("StopIteration", place), name=None, body=[]))
        guard = at(place, gast.Try(body=[], handlers=[handler], orelse=[], finalbody=[]))
        end = Cell("temporary", "end")
        self.store.set(end, FALSE)

        def receive(value: Value) -> None:
            consume(value)
            if exit_flag is not None and not self.dead:
                self.store.set(end, self.store.get(exit_flag))

        def trip(_: Any) -> None:
            attempt = _Attempt(self, guard)
            value = attempt.called(lambda: self.call(method, (), {}, node))
            if not self.dead:
                failed = self.truth(attempt.failed())
                self.branch(failed, lambda: self.store.set(end, TRUE), lambda: receive(value))

        self.loop(None, trip, end)


class _Attempt(Rehearsing):
    """One `try`."""

    is_named: bool

    def __init__(self, reader: Any, node: gast.Try, outer: _Attempt | None = None) -> None:
        self.reader, self.node, self.outer = reader, node, outer
        self.code, self.error = Cell("temporary", "caught"), Cell("temporary", "error")
        self.classes = [self._classes_of(handler) for handler in node.handlers] + (outer.classes if outer else [])
        again = any(isinstance(part, gast.Raise) and part.exc is None for part in gast.walk(node))
        self.is_named = (
            any(handler.name for handler in node.handlers) or again or (outer is not None and outer.is_named)
        )
        reader.store.set(self.code, Const(0))
        reader.store.set(self.error, UNDEF)

    def run(self) -> None:
        """Read the body, the handler that it leads to or `else`, and `finally`."""
        self.block(self.node.body)
        if not self.reader.dead:
            failed = self.reader.truth(self.failed())
            self.reader.branch(failed, lambda: self.handle(0), lambda: self._outside(self.node.orelse))
        if not self.reader.dead and self.node.finalbody:
            self._finish()

    def _outside(self, statements: Sequence[gast.stmt]) -> None:
        """Read what this `try` does not guard."""
        (self.reader if self.outer is None else self.outer).block(statements)

    def _finish(self) -> None:
        """`finally`, also where an exception goes on to the `try` around this one."""
        outer, store = self.outer, self.reader.store
        if outer is None:
            self.reader.block(self.node.finalbody)
            return
        code, error = store.get(outer.code), store.get(outer.error)
        store.set(outer.code, Const(0))
        outer.block(self.node.finalbody)

        def go_on() -> None:
            store.set(outer.code, code)
            store.set(outer.error, error)

        if not self.reader.dead and not (is_const(code) and code.value == 0):
            self.reader.branch(self.reader.truth(outer.failed()), lambda: None, go_on)

    def _classes_of(self, handler: gast.ExceptHandler) -> tuple[type[BaseException], ...]:
        if handler.type is None:
            return (BaseException,)
        value = self.reader.expression(handler.type)
        items = value.items if isinstance(value, TupleValue) else (value,)
        classes = tuple(item.value for item in items if is_const(item, type))
        if len(classes) < len(items) or not all(issubclass(cls, BaseException) for cls in classes):
            self.reader.refuse("an exception whose class is known at run time only", handler, HINT)
        return classes

    def failed(self) -> Value:
        code = self.reader.store.get(self.code)
        if isinstance(code, Const):
            return Const(code.value != 0)
        return self.reader.compare(operator.ne, code, Const(0), self.node)

    # the body ---------------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[gast.stmt]) -> None:
        """Read statements of the body up to one that certainly raises."""
        for k, statement in enumerate(statements):
            failed = self.failed()
            if self.reader.dead or (is_const(failed) and failed.value):
                return
            if not is_const(failed):
                rest = statements[k:]
                self._unless_failed(partial(self.block, rest))
                return
            self.reader.at(statement)
            self.statement(statement)

    def statement(self, node: gast.stmt) -> None:
        if any(issubclass(cls, NameError) for classes in self.classes for cls in classes):
            self._demand_names(node)
        method = getattr(self, f"_run_{type(node).__name__}", None)
        if method is not None and (isinstance(node, (gast.Raise, gast.Try)) or not self.is_safe(node)):
            method(node)
        elif (method is None and self.is_safe(node)) or method is not None:
            self.reader.block([node])
        else:
            self._run_simple(node)

    def _demand_names(self, node: gast.stmt) -> None:
        """Where a handler waits for it, refuse a name that may be without a value: reading it is no operation."""
        reader = self.reader
        read = [p for p in gast.walk(node) if isinstance(p, gast.Name) and isinstance(p.ctx, gast.Load)]
        for part in read:
            frame = reader.frame_of(part.id)
            if frame is not None and not reader.unsure.isdisjoint(atoms_of(reader.store.get((frame, part.id)))):
                hint = "give it a value before, and test for that"
                reader.refuse(f"`{part.id}` may be without a value inside of `try`, which handles that", part, hint)

    def _run_Assert(self, node: gast.Assert) -> None:
        self.attempt([node.test], node)
        self._unless_failed(lambda: self._assert(node))

    def _run_If(self, node: gast.If) -> None:
        self.attempt([node.test], node)
        self._unless_failed(lambda: self._branch(node))

    def _run_Try(self, node: gast.Try) -> None:
        _Attempt(self.reader, node, self).run()

    def _run_Match(self, node: gast.Match) -> None:
        """A choice by literals of numbers raises nothing itself."""
        if not _compares_only(node) or not all(
            isinstance(a.type, Scalar) for a in atoms_of(self.seen_at(node.subject))
        ):
            self.reader.refuse("`match` inside of `try`, where it may raise an exception,", node, HINT)
        self.attempt([node.subject], node)
        self._unless_failed(lambda: self.called(lambda: self.reader._run_Match(node)))

    def _run_For(self, node: gast.For) -> None:
        self.attempt([node.iter], node)
        self._unless_failed(lambda: self._for(node))

    def _for(self, node: gast.For) -> None:
        reader = self.reader
        iterable = reader.expression(node.iter)
        if not _is_plain(iterable):
            reader.refuse("a loop inside of `try` over what is computed on the way", node, "make a list of it first")

        def trip(item: Value) -> None:
            reader.at(node)
            reader.assign(node.target, item)
            self.block(node.body)

        name = node.target.id if isinstance(node.target, gast.Name) else "item"
        self._until_failed(
            node, lambda run, end: reader.iterate(iterable, lambda i: run(lambda: trip(i)), end, name, node)
        )

    def _run_While(self, node: gast.While) -> None:
        loop = self.reader.loop
        self._until_failed(node, lambda run, end: loop(None, lambda _: run(lambda: self.block(node.body)), end))

    def _until_failed(self, node: gast.For | gast.While, loop: Callable[..., None]) -> None:
        """A loop that ends where its own flag says so, or where a handler is to run."""
        reader = self.reader
        end, own = Cell("temporary", "end"), reader.exit_flag_of(node)
        reader.store.set(end, FALSE)

        def run(trip: Callable[[], None]) -> None:
            trip()
            if reader.dead:
                return
            if own is not None:
                reader.store.set(end, reader.store.get(own))
            reader.branch(reader.truth(self.failed()), lambda: reader.store.set(end, TRUE), lambda: None)

        loop(run, end)

    def called(self, call: Callable[[], Any]) -> Any:
        """The result of a call whose body this `try` guards."""
        reader = self.reader
        before = reader.attempt, reader.whole
        reader.attempt, reader.whole = self, True
        try:
            return call()
        finally:
            reader.attempt, reader.whole = before

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

    def _unless_failed(self, run: Callable[[], object]) -> None:
        def go_on() -> None:
            self.reader.store.set(self.code, Const(0))
            run()

        self.reader.branch(self.reader.truth(self.failed()), lambda: None, go_on)

    def _run_Raise(self, node: gast.Raise) -> None:
        """An exception of the user's: whether a handler takes it is known."""
        if node.exc is None:
            self._raise_again(node)
            return
        error = self.reader.expression(node.exc)
        cls: Any = error.value if is_const(error, type) and is_code(error) else getattr(error.type, "cls", None)
        if not isinstance(cls, type) or not issubclass(cls, BaseException):
            self.reader.refuse("an exception whose class is known at run time only", node, HINT)
        self._fail(cls, error if not is_code(error) else self.reader.call(error, (), {}, node), node)

    def _raise_again(self, node: gast.Raise) -> None:
        """A bare `raise` in a handler: what handler takes the exception must follow from the class handled."""
        error, classes = self.reader.handled(node)
        numbers = {self._number_of(cls) for cls in classes}
        narrower = any(
            issubclass(known, cls) and known is not cls for n in self.classes for known in n for cls in classes
        )
        if len(numbers) > 1 or narrower:
            self.reader.refuse("`raise` of an exception whose class is known at run time only", node, HINT)
        self._fail(classes[0], error, node)

    def _number_of(self, cls: type) -> int:
        return next((k for k, known in enumerate(self.classes, 1) if issubclass(cls, known)), 0)

    def _fail(self, cls: type, error: Value, node: gast.stmt) -> None:
        number = self._number_of(cls)
        if not number:
            self.reader.perform(P.RAISE, self.reader.as_atom(error))
            self.reader.dead = True
            return
        self.reader.store.set(self.code, Const(number))
        self.reader.store.set(self.error, error)

    # the handlers -----------------------------------------------------------------------------------------------------

    def handle(self, k: int) -> None:
        """Run the handler whose number `code` has, of those from k on; one further out is left to its `try`."""
        handlers, outer, store = self.node.handlers, self.outer, self.reader.store
        code = store.get(self.code)
        if k == len(handlers):
            assert outer is not None
            store.set(outer.code, self.reader.binary(operator.sub, code, Const(k)))
            store.set(outer.error, store.get(self.error))
            return
        if k + 1 == len(self.classes):
            self._handle(handlers[k])
            return
        chosen = self.reader.compare(operator.eq, code, Const(k + 1), self.node)
        self.reader.branch(self.reader.truth(chosen), lambda: self._handle(handlers[k]), lambda: self.handle(k + 1))

    def _handle(self, handler: gast.ExceptHandler) -> None:
        reader = self.reader
        error = reader.store.get(self.error)
        if handler.name:
            name = handler.name if isinstance(handler.name, str) else handler.name.id
            reader.store.set((reader.frame, name), error)
        reader.handling.append((error, self.classes[self.node.handlers.index(handler)]))
        try:
            self._outside(handler.body)
        finally:
            reader.handling.pop()
        if handler.name and not reader.dead:
            reader.store.set((reader.frame, name), UNDEF)


_LITERAL = (
    gast.MatchValue, gast.MatchSingleton, gast.MatchSequence, gast.MatchStar, gast.MatchAs, gast.MatchOr, gast.Constant,
    gast.UnaryOp, gast.USub,
)  # fmt: skip


def _compares_only(node: gast.Match) -> bool:
    """Whether the patterns are numbers and names, and no case has a guard."""
    if any(case.guard is not None for case in node.cases):
        return False
    return all(isinstance(part, _LITERAL) for case in node.cases for part in gast.walk(case.pattern))


def _is_plain(iterable: Value) -> bool:
    """Whether nothing is computed where an iterable hands on its items."""
    if isinstance(iterable, Lazy):
        plain = iterable.kind in ("zip", "enumerate", "reversed", "keys", "values", "items")
        return plain and all(map(_is_plain, iterable.sources))
    if isinstance(iterable, Reference):
        return iterable.cell.kind in ("list", "dict", "set")
    return isinstance(iterable, (Range, TupleValue, Const, Var))
