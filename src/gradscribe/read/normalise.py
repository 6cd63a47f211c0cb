"""Exits become nesting: a function body without `break`, `continue`, `return`, loop `else` and `while` tests.

    if c: return a          if c: %result = a           while c: A      %end = False
    B                       else: B                                     loop: if c: A
    return b                      %result = b                                 else: %end = True

What follows an exit moves into the other arm of its branch. Where more than one arm may complete, flags guard what
follows; nothing is copied. A block, once normalised, tells by which exits it may be left: nothing looks at the source a
second time. Nothing here knows values or types.

A `return` in a loop sets a flag, and its expression is evaluated behind the loop: nothing runs in between, so that the
names in it still hold. An exit from a `with` or `try` is noted in a flag and taken behind it, once it has been left
without an exception; what it returns is evaluated inside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NoReturn

import gast

from ..errors import UnsupportedSyntax
from ..source.text import FunctionSource, location_of
from .exits import (
    RESULT,
    Block,
    Exit,
    Finally,
    FunctionScope,
    LoopScope,
    Region,
    Scope,
    assign,
    at,
    constant,
    if_,
    name_of,
)
from .suspension import with_stops

__all__ = ["RESULT", "normalise"]

_SUSPENDING = (gast.Yield, gast.YieldFrom, gast.Await, gast.AsyncFor, gast.AsyncWith)
_SCOPES = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda, gast.ClassDef)


def normalise(source: FunctionSource, suspends: bool = False) -> gast.FunctionDef:
    """The definition without exits.

    Args:
        source: the function; its tree is not changed, but the result shares expressions and simple statements with it.
        suspends: whether it may be a generator.

    Returns:
        A definition in whose body
        - each path assigns `%result`, unless it raises;
        - `While` has the test `True`, no loop has an `else`, and each has an attribute `exit_flag`: the variable,
          assigned False before the loop, that ends it after a trip at whose end it is true, or None;
        - guards are `if flag: pass`, with what is guarded in the other arm;
        - the names of flags start with `%`, and new nodes have the place of the statement that they stem from.

    Raises:
        UnsupportedSyntax: a coroutine or generator, an exit from a `finally`, or `except*`.
    """
    return _Normaliser(source).definition(suspends)


class _Normaliser:
    """One function. `read` collects the flags that something tests; assignments to others are dropped in the end."""

    def __init__(self, source: FunctionSource) -> None:
        self._source = source
        self._names: Counter[str] = Counter()
        self._read: set[str] = set()
        self._set: list[tuple[list[gast.stmt], gast.stmt, str]] = []
        self._bodies: list[tuple[list[gast.stmt], gast.AST]] = []

    def definition(self, suspends: bool) -> gast.FunctionDef:
        tree = self._source.tree
        self._refuse_suspension(tree, _SUSPENDING[2:] if suspends else _SUSPENDING)
        if suspends:
            tree = with_stops(tree, self.refuse)
        scope = FunctionScope(self.fresh("done"))
        block = self._block(tree.body, scope)
        if block.falls:
            last = tree.body[-1]
            block.append(assign(RESULT, constant(None, last), last))
        self._finish()
        self._reset_first(block, scope.returned, tree.body[0])
        fields = {name: getattr(tree, name) for name in tree._fields} | {"body": block.statements}
        return at(tree, gast.FunctionDef(**fields))

    def fresh(self, hint: str) -> str:
        """A flag."""
        self._names[hint] += 1
        number = self._names[hint]
        return f"%{hint}{number if number > 1 else ''}"

    def set_flag(self, block: Block, flag: str, node: gast.AST, value: bool = True) -> None:
        """Append an assignment to a flag."""
        statement = assign(flag, constant(value, node), node)
        block.append(statement)
        self._set.append((block.last, statement, flag))

    def refuse(self, reason: str, node: gast.AST, hint: str | None = None) -> NoReturn:
        """Raise UnsupportedSyntax."""
        raise UnsupportedSyntax(f"{reason} is not supported", location_of(node, self._source), hint)

    def _refuse_suspension(self, tree: gast.AST, suspending: tuple[type, ...]) -> None:
        if isinstance(tree, gast.AsyncFunctionDef):
            self.refuse("a coroutine", tree, "differentiate a plain function")
        waiting: list[gast.AST] = list(tree.body)
        while waiting:
            node = waiting.pop()
            if isinstance(node, suspending):
                self.refuse(f"`{_WORDS.get(type(node), 'await')}`", node, "differentiate a function that returns")
            if not isinstance(node, _SCOPES):
                waiting.extend(gast.iter_child_nodes(node))

    def _finish(self) -> None:
        """Drop what is assigned to flags that nothing reads, and let no block be empty."""
        unread = [(block, statement) for block, statement, flag in self._set if flag not in self._read]
        dropped = {id(statement) for _, statement in unread}
        for block in {id(block): block for block, _ in unread}.values():
            block[:] = [statement for statement in block if id(statement) not in dropped]
        for block, node in self._bodies:
            if not block:
                block.append(at(node, gast.Pass()))

    def _reset_first(self, block: Block, flag: str, node: gast.AST) -> None:
        if flag in self._read:
            block.statements.insert(0, assign(flag, constant(False, node), node))

    def _body(self, block: Block, node: gast.AST) -> list[gast.stmt]:
        self._bodies.append((block.statements, node))
        return block.statements

    # statements

    def _block(self, statements: Iterable[gast.stmt], scope: Scope, pending: Iterable[str] = ()) -> Block:
        statements = list(statements)
        block = Block(self._read, pending, statements[0] if statements else None)
        self._extend(block, statements, scope)
        return block

    def _extend(self, block: Block, statements: Iterable[gast.stmt], scope: Scope) -> None:
        for statement in statements:
            if not block.falls:
                return
            if isinstance(statement, Exit):
                scope.leave(statement, block, self)
                continue
            method = getattr(self, f"_read_{type(statement).__name__}", None)
            if method is None:
                block.append(statement)
            else:
                method(statement, block, scope)

    def _read_Raise(self, node: gast.Raise, block: Block, scope: Scope) -> None:
        block.append(node)
        block.falls = False

    def _read_If(self, node: gast.If, block: Block, scope: Scope) -> None:
        """A chain of `elif`s is put together from its end, as it may be longer than recursion is deep."""
        chain = [node]
        while len(chain[-1].orelse) == 1 and isinstance(chain[-1].orelse[0], gast.If):
            chain.append(chain[-1].orelse[0])
        arms = [self._block(part.body, scope) for part in chain]
        other = self._block(chain[-1].orelse, scope)
        for part, arm in zip(chain[:0:-1], arms[:0:-1], strict=True):
            outer = Block(self._read)
            self._branch(outer, part, part.test, arm, other)
            other = outer
        self._branch(block, node, node.test, arms[0], other)

    def _branch(self, block: Block, node: gast.AST, test: gast.AST, arm: Block, other: Block) -> None:
        block.branch(if_(test, self._body(arm, node), other.statements, node), [arm, other])

    def _read_Match(self, node: gast.Match, block: Block, scope: Scope) -> None:
        cases = list(node.cases)
        last = cases[-1]
        irrefutable = last.guard is None and isinstance(last.pattern, gast.MatchAs) and last.pattern.pattern is None
        if not irrefutable:
            wildcard = at(node, gast.MatchAs(pattern=None, name=None))
            cases.append(gast.match_case(pattern=wildcard, guard=None, body=[]))
        arms = [self._block(case.body, scope) for case in cases]
        made = [
            gast.match_case(pattern=case.pattern, guard=case.guard, body=self._body(arm, node))
            for case, arm in zip(cases, arms, strict=True)
        ]
        block.branch(at(node, gast.Match(subject=node.subject, cases=made)), arms)

    # loops

    def _read_For(self, node: gast.For, block: Block, scope: Scope) -> None:
        loop = LoopScope(self.fresh("end"), self.fresh("skip"))
        body = self._block(node.body, loop)
        made = gast.For(target=node.target, iter=node.iter, body=self._body(body, node), orelse=[], type_comment=None)
        self._loop(node, made, loop, body, block)
        self._extend(block, self._behind(loop.returns, False, self._else_of(node, loop)), scope)

    def _read_While(self, node: gast.While, block: Block, scope: Scope) -> None:
        loop = LoopScope(self.fresh("end"), self.fresh("skip"))
        endless = isinstance(node.test, gast.Constant) and bool(node.test.value)
        body = self._block(node.body, loop)
        if not endless:
            inner, body = body, Block(self._read)
            over = Block(self._read)
            self.set_flag(over, loop.end, node)
            over.leave(loop.end)
            self._branch(body, node, node.test, inner, over)
        made = gast.While(test=constant(True, node), body=self._body(body, node), orelse=[])
        self._loop(node, made, loop, body, block)
        orelse = [] if endless else self._else_of(node, loop)
        always_exits = endless and not loop.broke
        self._extend(block, self._behind(loop.returns, always_exits, orelse), scope)
        if always_exits and not loop.returns:
            block.falls = False

    def _loop(self, node: gast.stmt, made: Any, loop: LoopScope, body: Block, block: Block) -> None:
        self._reset_first(body, loop.skip, node)
        made.exit_flag = loop.end if loop.end in body.exits else None
        if made.exit_flag:
            self._read.add(loop.end)
        for flag in (loop.end, loop.broke, *(flag for flag, _ in loop.returns)):
            if flag:
                self.set_flag(block, flag, node, False)
        block.append(at(node, made))

    def _else_of(self, node: Any, loop: LoopScope) -> list[gast.stmt]:
        """The `else` of a loop, where it is known that the loop was not left by a `return`."""
        if not (node.orelse and loop.broke):
            return list(node.orelse)
        self._read.add(loop.broke)
        unbroken = at(node, gast.UnaryOp(op=gast.Not(), operand=name_of(loop.broke, node)))
        return [if_(unbroken, node.orelse, [], node)]

    def _behind(self, exits: list[tuple[str, Exit]], certain: bool, orelse: list[gast.stmt]) -> list[gast.stmt]:
        """Take the exits that flags tell of; `certain` says that one of them has been taken."""
        chain = orelse
        for number, (flag, node) in reversed(list(enumerate(exits, 1))):
            if certain and number == len(exits):
                chain = [node]
                continue
            self._read.add(flag)
            chain = [if_(name_of(flag, node), [node], chain, node)]
        return chain

    # regions

    def _read_With(self, node: gast.With, block: Block, scope: Scope) -> None:
        """A context manager may swallow an exception, so what follows may be reached even behind a `return`."""
        region = Region()
        body = self._block(node.body, region)
        made = gast.With(items=node.items, body=self._body(body, node), type_comment=None)
        self._region(block, at(node, made), region, True, scope)

    def _read_Try(self, node: gast.Try, block: Block, scope: Scope) -> None:
        region = Region()
        body = self._block(node.body, region)
        orelse = self._block(node.orelse if body.falls else [], region, body.exits)
        caught = [self._block(handler.body, region) for handler in node.handlers]
        final = self._block(node.finalbody, Finally())
        handlers = [
            at(handler, gast.ExceptHandler(type=handler.type, name=handler.name, body=self._body(arm, handler)))
            for handler, arm in zip(node.handlers, caught, strict=True)
        ]
        made = gast.Try(
            body=self._body(body, node), handlers=handlers, orelse=orelse.statements, finalbody=final.statements
        )
        falls = (body.falls and orelse.falls) or any(arm.falls for arm in caught)
        self._region(block, at(node, made), region, falls and final.falls, scope)

    def _region(self, block: Block, made: gast.stmt, region: Region, falls: bool, scope: Scope) -> None:
        exits = list(region.exits.values())
        for flag, _ in exits:
            self.set_flag(block, flag, made, False)
        block.append(made)
        self._extend(block, self._behind(exits, not falls, []), scope)
        if not falls:
            block.falls = False

    def _read_TryStar(self, node: gast.AST, block: Block, scope: Scope) -> None:
        self.refuse("`except*`", node)


_WORDS = {gast.Yield: "yield", gast.YieldFrom: "yield from"}
