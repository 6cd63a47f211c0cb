"""What goes wrong unexpectedly becomes an error of gradscribe's own, with the user's line where it can be told.

An exception inside the compiler is an `InternalError`; one that emitted code raises because an assumption does not hold
is a `NotAsAssumed`. What the user's own function raises passes. Nothing here knows what was being done.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from .errors import GradscribeError, InternalError, Location, NotAsAssumed
from .runtime import CheckFailed

_REPORT = "this is a mistake in gradscribe: please report it, with the function"
_DEEP = "split the function into smaller ones"


@contextmanager
def compiling(function: Callable[..., Any]) -> Iterator[None]:
    """Turn an unexpected exception of the compiler into an InternalError.

    Args:
        function: what is differentiated.
    """
    try:
        yield
    except GradscribeError as error:
        if error.where is None:
            error.place(_place(error.__traceback__) or head_of(function))
        raise
    except Exception as error:
        name = getattr(function, "__qualname__", None) or repr(function)
        hint = _DEEP if isinstance(error, (RecursionError, MemoryError)) else _REPORT
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        where = _place(error.__traceback__) or head_of(function)
        raise InternalError(f"{name} cannot be compiled ({what})", where, hint) from error


def _place(traceback: TracebackType | None) -> Location | None:
    """The statement that was being worked on: the innermost that an operation or a reader of the traceback names."""
    found = None
    while traceback is not None:
        found = _place_in(traceback.tb_frame) or found
        traceback = traceback.tb_next
    return found


def _place_in(frame: FrameType) -> Location | None:
    op, reader = frame.f_locals.get("op"), frame.f_locals.get("self")
    where = getattr(op, "origin", None)
    if where is None and hasattr(reader, "builder"):
        where = getattr(reader.builder, "origin", None)
    return where if isinstance(where, Location) else None


def head_of(function: Callable[..., Any]) -> Location | None:
    """Where a function is defined, as its code says."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None:
        return None
    return Location(code.co_filename, code.co_firstlineno, 0, 0, code.co_qualname, "")


def reporting(call: Callable[..., Any]) -> Callable[..., Any]:
    """Make what checks in emitted code find, while `call` runs, errors of gradscribe's own."""

    @functools.wraps(call)
    def reported(*args: Any, **keywords: Any) -> Any:
        try:
            return call(*args, **keywords)
        except CheckFailed as error:
            raise not_as_assumed(error) from None

    return reported


def not_as_assumed(error: CheckFailed) -> NotAsAssumed:
    """What a check in emitted code found, as an error with the line of the emitted text."""
    place = None
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename.startswith("<gradscribe "):
            place = Location(code.co_filename, traceback.tb_lineno, 0, 0, code.co_qualname, "")
        traceback = traceback.tb_next
    reason, _, hint = str(error).partition("; ")
    return NotAsAssumed(reason, place, hint or None)
