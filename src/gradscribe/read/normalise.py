"""Exits become nesting: a function body without `break`, `continue` and `return`.

What follows an exit moves into the other arm of its branch; where neither arm always exits, a flag guards the rest.
Nothing is copied. A loop gets an `exit_flag`, a variable that is false before it and ends it after a trip at whose end
it is true; a `while` has the test `True`. What is returned is assigned to `%result`; a `return` inside a loop sets a
flag, and its expression is evaluated behind the loop. All names made here start with `%`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import gast

from ..source import FunctionSource

RESULT, DONE = "%result", "%done"


def normalise(source: FunctionSource) -> gast.FunctionDef:
    """The definition with a body without exits; the tree of the source is not changed."""
    with _deep_recursion():
        return _Normaliser().definition(source.tree)


@dataclass
class _Loop:
    """The flags of a loop that is being read."""

    end: str
    skip: str
    broke: str
    returns: list[tuple[str, gast.Return]] = field(default_factory=list)


@dataclass
class _Part:
    """Statements without exits; `always` says that each path takes an exit, `flags` which flags tell of one."""

    body: list[gast.stmt]
    flags: dict[str, None] = field(default_factory=dict)
    always: bool = False


class _Stop(gast.Pass):
    """The end of a `while` whose test is false."""


class _Normaliser:
    def __init__(self) -> None:
        self.numbers = count(1)
        self.used: set[str] = set()
        self.loop: _Loop | None = None

    def definition(self, tree: gast.FunctionDef) -> gast.FunctionDef:
        part = self.block(tree.body)
        body = part.body
        if DONE in self.used:
            body = [_assign(DONE, _constant(False, tree), tree), *body]
        made = gast.FunctionDef(**{f: getattr(tree, f) for f in tree._fields})
        made.body = list(self._without_unused(body))
        return gast.copy_location(made, tree)

    def _without_unused(self, body: Sequence[gast.stmt]) -> Iterator[gast.stmt]:
        """Drop what is assigned to flags that nothing reads."""
        for statement in body:
            name = _assigned_flag(statement)
            if name is not None and name != RESULT and name not in self.used:
                continue
            if not isinstance(statement, (gast.FunctionDef, gast.ClassDef)):
                for part in ("body", "orelse", "finalbody"):
                    if isinstance(getattr(statement, part, None), list):
                        setattr(statement, part, list(self._without_unused(getattr(statement, part))))
                for inner in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                    inner.body = list(self._without_unused(inner.body))
            yield statement

    # statements -------------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[gast.stmt]) -> _Part:
        out: list[gast.stmt] = []
        for k, statement in enumerate(statements):
            if isinstance(statement, (gast.Return, gast.Break, gast.Continue, _Stop)):
                return _Part([*out, *self._exit(statement)], dict.fromkeys([self._flag_of(statement)]), True)
            if isinstance(statement, (gast.For, gast.While)):
                behind = self._run_loop(statement, out)
                if behind:
                    return self._then(out, self.block([*behind, *statements[k + 1 :]]))
                continue
            parts = self._parts(statement)
            if parts is None:
                out.append(statement)
                continue
            made, arms = parts
            if any(arm.flags for arm in arms):
                return self._joined(out, made, arms, statements[k + 1 :], statement)
            out.append(made)
        return _Part(out)

    def _then(self, out: list[gast.stmt], rest: _Part) -> _Part:
        return _Part([*out, *rest.body], rest.flags, rest.always)

    def _joined(
        self, out: list[gast.stmt], made: Any, arms: list[_Part], following: Sequence[gast.stmt], node: gast.stmt
    ) -> _Part:
        """A statement with exits inside, and what follows it."""
        flags = {flag: None for arm in arms for flag in arm.flags}
        if all(arm.always for arm in arms):
            return _Part([*out, made], flags, True)
        rest = self.block(following)
        if not rest.body:
            return _Part([*out, made], flags, False)
        if isinstance(made, gast.If):
            for arm, attribute in zip(arms[::-1], ("body", "orelse"), strict=True):
                if arm.always:
                    other = arms[0] if attribute == "body" else arms[1]
                    moved = self._guarded(other.flags, rest.body, node) if other.flags else rest.body
                    setattr(made, attribute, [*_without_pass(getattr(made, attribute)), *moved])
                    return _Part([*out, made], {**flags, **rest.flags}, rest.always)
        guarded = self._guarded(flags, rest.body, node)
        return _Part([*out, made, *guarded], {**flags, **rest.flags}, rest.always)

    def _guarded(self, flags: dict[str, None], body: list[gast.stmt], node: gast.AST) -> list[gast.stmt]:
        self.used |= set(flags)
        test = _any_of(list(flags), node)
        return [gast.copy_location(gast.If(test=test, body=[_pass(node)], orelse=body), node)]

    def _parts(self, node: gast.stmt) -> tuple[gast.stmt, list[_Part]] | None:
        """A compound statement with its blocks normalised, and these; None for a simple statement."""
        if isinstance(node, gast.If):
            then, orelse = self.block(node.body), self.block(node.orelse)
            made: Any = gast.If(test=node.test, body=then.body or [_pass(node)], orelse=orelse.body)
            return gast.copy_location(made, node), [then, orelse]
        if isinstance(node, gast.With):
            inner = self.block(node.body)
            made = gast.With(items=node.items, body=inner.body, type_comment=None)
            return gast.copy_location(made, node), [inner]
        if isinstance(node, gast.Match):
            arms = [self.block(case.body) for case in node.cases]
            cases = [
                gast.match_case(pattern=c.pattern, guard=c.guard, body=a.body or [_pass(node)])
                for c, a in zip(node.cases, arms, strict=True)
            ]
            made = gast.Match(subject=node.subject, cases=cases)
            return gast.copy_location(made, node), [*arms, *([] if _catches_all(node.cases[-1]) else [_Part([])])]
        if isinstance(node, gast.Try):
            return self._try(node)
        return None

    def _try(self, node: gast.Try) -> tuple[gast.stmt, list[_Part]]:
        body, orelse, final = (self.block(b) for b in (node.body, node.orelse, node.finalbody))
        caught = [self.block(h.body) for h in node.handlers]
        handlers = [
            gast.copy_location(gast.ExceptHandler(type=h.type, name=h.name, body=c.body), h)
            for h, c in zip(node.handlers, caught, strict=True)
        ]
        made = gast.Try(body=body.body, handlers=handlers, orelse=orelse.body, finalbody=final.body)
        return gast.copy_location(made, node), [body, *caught, orelse, final]

    # exits ------------------------------------------------------------------------------------------------------------

    def _flag_of(self, node: gast.stmt) -> str:
        """The flag that tells of an exit."""
        if self.loop is None:
            return DONE
        return self.loop.skip if isinstance(node, gast.Continue) else self.loop.end

    def _exit(self, node: gast.stmt) -> list[gast.stmt]:
        true = _constant(True, node)
        if isinstance(node, gast.Return) and self.loop is None:
            return [_assign(RESULT, node.value or _constant(None, node), node), _assign(DONE, true, node)]
        assert self.loop is not None
        if isinstance(node, gast.Continue):
            return [_assign(self.loop.skip, true, node)]
        self.used.add(self.loop.end)
        out = [_assign(self.loop.end, true, node)]
        if isinstance(node, gast.Break):
            out.append(_assign(self.loop.broke, true, node))
        if isinstance(node, gast.Return):
            name = f"%returned{next(self.numbers)}"
            self.loop.returns.append((name, node))
            self.used.add(name)
            out.append(_assign(name, true, node))
        return out

    def _run_loop(self, node: Any, out: list[gast.stmt]) -> list[gast.stmt]:
        """Append a loop to `out`; return the statements, with exits, that follow it."""
        number = next(self.numbers)
        outer, loop = self.loop, _Loop(f"%end{number}", f"%skip{number}", f"%broke{number}")
        self.loop = loop
        body = self.block(self._loop_body(node)).body
        self.loop = outer
        false = _constant(False, node)
        out.append(_assign(loop.end, false, node))
        body = [_assign(loop.skip, false, node), *body]
        for name, _ in loop.returns:
            out.append(_assign(name, false, node))
        out.append(_assign(loop.broke, false, node))
        if isinstance(node, gast.For):
            made: Any = gast.For(target=node.target, iter=node.iter, body=body, orelse=[], type_comment=None)
        else:
            made = gast.While(test=_constant(True, node), body=body, orelse=[])
        made.exit_flag = loop.end if loop.end in self.used else None
        out.append(gast.copy_location(made, node))
        return self._behind(node, loop)

    def _loop_body(self, node: Any) -> list[gast.stmt]:
        if isinstance(node, gast.For) or (isinstance(node.test, gast.Constant) and node.test.value):
            return list(node.body)
        stop = gast.copy_location(_Stop(), node)
        return [gast.copy_location(gast.If(test=node.test, body=node.body, orelse=[stop]), node)]

    def _behind(self, node: Any, loop: _Loop) -> list[gast.stmt]:
        behind = [
            gast.copy_location(gast.If(test=_name(name, statement), body=[statement], orelse=[]), statement)
            for name, statement in loop.returns
        ]
        if node.orelse:
            self.used.add(loop.broke)
            unbroken = gast.copy_location(gast.UnaryOp(op=gast.Not(), operand=_name(loop.broke, node)), node)
            behind.append(gast.copy_location(gast.If(test=unbroken, body=node.orelse, orelse=[]), node))
        return behind


def _assigned_flag(statement: gast.stmt) -> str | None:
    if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
        name = statement.targets[0].id
        return name if name.startswith("%") else None
    return None


def _name(name: str, node: gast.AST, context: Any = None) -> gast.Name:
    made = gast.Name(id=name, ctx=context or gast.Load(), annotation=None, type_comment=None)
    return gast.copy_location(made, node)


def _constant(value: Any, node: gast.AST) -> gast.Constant:
    return gast.copy_location(gast.Constant(value=value, kind=None), node)


def _assign(name: str, value: gast.AST, node: gast.AST) -> gast.Assign:
    made = gast.Assign(targets=[_name(name, node, gast.Store())], value=value, type_comment=None)
    return gast.copy_location(made, node)


def _pass(node: gast.AST) -> gast.stmt:
    return gast.copy_location(gast.Pass(), node)


def _without_pass(body: list[gast.stmt]) -> list[gast.stmt]:
    return [s for s in body if type(s) is not gast.Pass]


def _any_of(names: list[str], node: gast.AST) -> gast.AST:
    values = [_name(name, node) for name in names]
    return values[0] if len(values) == 1 else gast.copy_location(gast.BoolOp(op=gast.Or(), values=values), node)


def _catches_all(case: gast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, gast.MatchAs) and case.pattern.pattern is None


@contextmanager
def _deep_recursion() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 50_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
