"""What a user can see go wrong. Each error says where, why, and what to write instead."""

from __future__ import annotations

import linecache
import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import Self


@dataclass(frozen=True)
class Location:
    """A place in the user's source. `line` counts from 1 in the file, `column` and `end_column` are offsets in
    characters, from 0; `text` is the source of the statement (its first line, stripped) and `function` the name of the
    function that holds it."""

    filename: str
    line: int
    column: int
    end_column: int
    function: str
    text: str

    def __str__(self) -> str:
        return f"{self.filename}:{self.line}:{self.column + 1}"


Chain = tuple[tuple[str, Location], ...]


class GradscribeError(Exception):
    """The base of all errors that gradscribe raises.

    Args:
        reason: what is wrong, one sentence.
        where: the place in the user's source, if there is one.
        hint: what to write instead.
        chain: the calls that lead to `where`, outermost first: the name of the function that calls, and where it does.
        because: why the value is differentiated, in lines: the argument that it depends on, and the statements between.

    Attributes:
        reason, where, hint, chain, because: as given.
        filename, lineno, col_offset, function: the parts of `where` (None without it).
    """

    remedy: str | None = None
    """What to do where no better hint is known."""

    def __init__(
        self,
        reason: str,
        where: Location | None = None,
        hint: str | None = None,
        chain: Chain = (),
        because: tuple[str, ...] = (),
    ) -> None:
        super().__init__(reason)
        self.reason, self.hint, self.chain, self.because = reason, hint or self.remedy, chain, because
        self.place(where)

    def place(self, where: Location | None) -> None:
        """Say where it is, where that was not known."""
        self.where = where
        self.filename = where.filename if where else None
        self.lineno = where.line if where else None
        self.col_offset = where.column if where else None
        self.function = where.function if where else None
        self.args = (self.reason, self.where, self.hint, self.chain, self.because)

    def called_from(self, name: str, where: Location) -> Self:
        """Note that what went wrong was called by the function `name` at `where`; the error itself is returned."""
        self.chain = ((name, where), *self.chain)
        self.place(self.where)
        return self

    def __str__(self) -> str:
        lines = [self.reason]
        if self.where is not None:
            lines = [f"{self.where}: {self.reason}", *_excerpt(self.where), f"  in {self.function}"]
        for (name, where), same in groupby(reversed(self.chain)):
            times = len(list(same))
            lines.append(f"  called from {name} at {where}: {where.text}" + (f" ({times} times)" if times > 1 else ""))
        lines += [f"  {line}" for line in self.because]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


def _excerpt(where: Location) -> list[str]:
    """The line of the file, and a line of carets under the columns. Where the file has no such line (any more), the
    text that was kept, without carets: its columns are not known."""
    line = linecache.getline(where.filename, where.line).rstrip()
    if not line or where.text not in line:
        return [f"    {where.text}"] if where.text else []
    shown = line.lstrip()
    indent = len(line) - len(shown)
    start = min(max(where.column, indent), len(line))
    end = min(max(where.end_column, start + 1), max(len(line), start + 1))
    blanks = "".join("\t" if c == "\t" else " " * _width(c) for c in line[indent:start])
    carets = sum(map(_width, line[start:end])) or 1
    return [f"    {shown}", f"    {blanks}{'^' * carets}"]


def _width(character: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class NoSource(GradscribeError):
    """The source of a function cannot be found."""


class StaleSource(GradscribeError):
    """The source that is found is not that of the code that runs."""


class UnsupportedSyntax(GradscribeError):
    """A construct of the language that is not differentiated."""

    remedy = "compute it outside of the function and pass it as an argument"


class UnsupportedCall(GradscribeError):
    """A call, with an active argument, of something that has neither source nor a rule, or with a keyword that the
    rule does not support."""

    remedy = "write it with functions that have rules, or register a rule; pass what is constant as an argument"


class UnsupportedKeyword(UnsupportedCall):
    """A call with a keyword that the rule of the callee does not support."""


class UnsupportedType(GradscribeError, TypeError):
    """An operation on active values of a type that it is not differentiated for."""

    remedy = "use floats and arrays of floats"


class UnresolvedName(GradscribeError, NameError):
    """A name that is bound nowhere, or not on every path that leads to where it is read."""

    remedy = "give the name a value on each path, before it is read"


class UntrackableAlias(GradscribeError):
    """Whether two arrays share memory cannot be known, and it matters."""

    remedy = "copy the array with .copy() before it is written, or build a new one"


class BadArgument(GradscribeError, TypeError):
    """An argument with respect to which, or at which, a function cannot be differentiated."""

    remedy = "choose the arguments to differentiate by with argnums="


class BadResult(GradscribeError, TypeError):
    """A result that cannot be differentiated (not a real number, say)."""

    remedy = "return a real number"


class NotReal(GradscribeError, ValueError):
    """A power of a Python number that is complex, or infinite, where a real number is needed."""


class NonFinite(GradscribeError, FloatingPointError):
    """With `debug_nans=True`: nan or infinity gets into a derivative."""


class BadRule(GradscribeError):
    """A rule that contradicts itself or the primitive that it is for."""

    remedy = "correct the rule"


class NotAsAssumed(GradscribeError, ValueError):
    """What a derivative was compiled for does not hold in a call: arrays share memory, a reshape made a copy, the
    result is not a number."""

    remedy = "pass arguments of the kind that the derivative was compiled for; copies where memory is shared"


class InternalError(GradscribeError):
    """The compiler failed at a function that it should have differentiated or refused: a mistake in gradscribe."""


class GradientMismatch(GradscribeError):
    """A derivative that `check_grads` found to be wrong.

    Attributes:
        report: all that was compared.
        parting: where tangents and differences part, if that is known.
    """

    report: object = None
    parting: object = None
