"""What a user can see go wrong. Each error says where, why, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Location:
    """A place in the user's source. `line` counts from 1 in the file, `column` from 0; `text` is the source of the
    statement (its first line, stripped) and `function` the name of the function that holds it."""

    filename: str
    line: int
    column: int
    end_column: int
    function: str
    text: str


class GradscribeError(Exception):
    """The base of all errors that gradscribe raises.

    Attributes:
        reason: what is wrong, one sentence.
        hint: what to write instead, or None.
        where: the place in the user's source, or None.
        filename, lineno, col_offset, function: the parts of `where` (None without it).
    """

    def __init__(self, reason: str, where: Location | None = None, hint: str | None = None) -> None:
        self.reason, self.where, self.hint = reason, where, hint
        self.filename = where.filename if where else None
        self.lineno = where.line if where else None
        self.col_offset = where.column if where else None
        self.function = where.function if where else None
        super().__init__(self._message())

    def _message(self) -> str:
        lines = [self.reason]
        if self.where is not None:
            lines = [f"{self.filename}:{self.lineno}:{self.col_offset}: {self.reason}", f"  in {self.function}"]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


class NoSource(GradscribeError):
    """The source of a function cannot be found."""


class StaleSource(GradscribeError):
    """The source that is found is not that of the code that runs."""


class UnsupportedSyntax(GradscribeError):
    """A construct of the language that is not differentiated."""


class UnsupportedCall(GradscribeError):
    """A call, with an active argument, of something that has neither source nor a rule, or with a keyword that the
    rule does not support."""


class UntrackableAlias(GradscribeError):
    """Whether two arrays share memory cannot be known, and it matters."""


class BadArgument(GradscribeError, TypeError):
    """An argument with respect to which, or at which, a function cannot be differentiated."""


class BadResult(GradscribeError, TypeError):
    """A result that cannot be differentiated (not a real number, say)."""
