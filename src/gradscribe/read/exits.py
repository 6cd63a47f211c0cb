"""What normalised statements are put into, and what an exit leaves.

A block knows where the next statement goes: behind the last one, in the arm of a branch that is the only one to
complete, or in a guard. A scope (the function, a loop, a `with` or `try`) knows how an exit is written down in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NoReturn, Protocol

import gast

RESULT = "%result"
Exit = gast.Return | gast.Break | gast.Continue


class Flags(Protocol):
    """What a scope needs of the walk over the function."""

    def fresh(self, hint: str) -> str:
        """A flag."""

    def set_flag(self, block: Block, flag: str, node: gast.AST, value: bool = True) -> None:
        """Append an assignment to a flag."""

    def refuse(self, reason: str, node: gast.AST, hint: str | None = None) -> NoReturn:
        """Raise UnsupportedSyntax."""


# --- blocks


class Block:
    """Normalised statements, and where what follows them goes.

    Attributes:
        statements: the statements; more may be appended further inside.
        falls: whether the end may be reached.
        exits: the flags of the exits by which it may be left, of which one is true if it is left by one.
    """

    def __init__(self, read: set[str], pending: Iterable[str] = (), origin: gast.AST | None = None) -> None:
        self.statements: list[gast.stmt] = []
        self.falls = True
        self.exits: dict[str, None] = {}
        self.last = self.statements  # where the next statement goes
        self._pending = tuple(pending)  # the flags that must be false for it to run
        self._origin = origin
        self._read = read

    def append(self, statement: gast.stmt) -> None:
        """Let a statement run if no exit has been taken."""
        for flag in self._pending:
            guard = if_(name_of(flag, self._origin), [at(self._origin, gast.Pass())], [], self._origin)
            self._read.add(flag)
            self.last.append(guard)
            self.last = guard.orelse
        self._pending = ()
        self.last.append(statement)

    def leave(self, flag: str) -> None:
        """The end is not reached: an exit has been taken, which `flag` tells."""
        self.falls = False
        self.exits[flag] = None

    def branch(self, statement: gast.stmt, arms: Sequence[Block]) -> None:
        """Append a statement with arms, of which one runs. What follows goes into the only arm that completes; if
        the others merely raise, there is no need to."""
        self.append(statement)
        exits = {flag: None for arm in arms for flag in arm.exits}
        self.exits |= exits
        falling = [arm for arm in arms if arm.falls]
        self.falls = bool(falling)
        if len(falling) == 1 and exits:
            self.last, self._pending, self._origin = falling[0].last, falling[0]._pending, falling[0]._origin
        else:
            self._pending, self._origin = tuple(exits), statement


# --- scopes: what an exit leaves


class Scope:
    """The function, a loop, or a `with` or `try` that exits lead out of."""

    def leave(self, node: Exit, block: Block, to: Flags) -> None:
        """Append to the block what takes an exit."""
        raise NotImplementedError


class FunctionScope(Scope):
    def __init__(self, returned: str) -> None:
        self.returned = returned

    def leave(self, node: Exit, block: Block, to: Flags) -> None:
        assert isinstance(node, gast.Return)
        if not _is_result(node.value):
            block.append(assign(RESULT, node.value or constant(None, node), node))
        to.set_flag(block, self.returned, node)
        block.leave(self.returned)


class LoopScope(Scope):
    def __init__(self, end: str, skip: str) -> None:
        self.end, self.skip = end, skip
        self.broke: str | None = None
        self.returns: list[tuple[str, Exit]] = []

    def leave(self, node: Exit, block: Block, to: Flags) -> None:
        if isinstance(node, gast.Continue):
            to.set_flag(block, self.skip, node)
            block.leave(self.skip)
            return
        if isinstance(node, gast.Break):
            self.broke = self.broke or to.fresh("broke")
            to.set_flag(block, self.broke, node)
        else:
            self.returns.append((to.fresh("returned"), node))
            to.set_flag(block, self.returns[-1][0], node)
        to.set_flag(block, self.end, node)
        block.leave(self.end)


class Region(Scope):
    """A `with` or `try`. Its flags count only if it is left without an exception, and so are tested behind it."""

    def __init__(self) -> None:
        self.exits: dict[type, tuple[str, Exit]] = {}

    def leave(self, node: Exit, block: Block, to: Flags) -> None:
        if type(node) not in self.exits:
            self.exits[type(node)] = to.fresh(_FLAG_OF[type(node)]), _behind_region(node)
        flag = self.exits[type(node)][0]
        if isinstance(node, gast.Return) and not _is_result(node.value):
            block.append(assign(RESULT, node.value or constant(None, node), node))
        to.set_flag(block, flag, node)
        block.leave(flag)


class Finally(Scope):
    def leave(self, node: Exit, block: Block, to: Flags) -> None:
        word = type(node).__name__.lower()
        to.refuse(f"`{word}` in a `finally`", node, "it would swallow exceptions: move it behind the `try`")


_FLAG_OF = {gast.Return: "returned", gast.Break: "broke", gast.Continue: "skip"}


def _behind_region(node: Exit) -> Exit:
    again = gast.Return(value=name_of(RESULT, node)) if isinstance(node, gast.Return) else type(node)()
    return at(node, again)  # type: ignore[no-any-return]


def _is_result(value: gast.AST | None) -> bool:
    return isinstance(value, gast.Name) and value.id == RESULT


# --- nodes


def at(place: Any, made: Any) -> Any:
    return gast.copy_location(made, place)


def name_of(name: str, place: Any, context: Any = None) -> Any:
    return at(place, gast.Name(id=name, ctx=context or gast.Load(), annotation=None, type_comment=None))


def constant(value: Any, place: Any) -> Any:
    return at(place, gast.Constant(value=value, kind=None))


def assign(name: str, value: Any, place: Any) -> Any:
    return at(place, gast.Assign(targets=[name_of(name, place, gast.Store())], value=value, type_comment=None))


def if_(test: Any, body: list[Any], orelse: list[Any], place: Any) -> Any:
    return at(place, gast.If(test=test, body=body, orelse=orelse))
