"""What goes wrong unexpectedly becomes an error of gradscribe's own, with the user's line where it can be told.

An exception inside the compiler is an `InternalError`; one that emitted code raises because an assumption does not hold
is a `NotAsAssumed`. What the user's own function raises passes. Nothing here knows what was being done.
"""

from __future__ import annotations

import functools
import linecache
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from . import runtime
from .errors import GradscribeError, InternalError, Location, NotAsAssumed, NotReal
from .process import collector_paused, deep_recursion
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
        with deep_recursion():
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


def compiles(make: Callable[..., Any]) -> Callable[..., Any]:
    """Without pauses for garbage, and with errors that a user can read."""

    @functools.wraps(make)
    def made(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        with collector_paused(), compiling(function):
            return make(function, *args, **keywords)

    return made


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
    if where is None:
        where = getattr(getattr(reader, "builder", None), "origin", None)
    return where if isinstance(where, Location) else None


def head_of(function: Callable[..., Any]) -> Location | None:
    """Where a function is defined, as its code says."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None:
        return None
    text = linecache.getline(code.co_filename, code.co_firstlineno)
    return Location(code.co_filename, code.co_firstlineno, 0, len(text.rstrip()), code.co_qualname, text.strip())


def reporting(call: Callable[..., Any]) -> Callable[..., Any]:
    """Let `call` raise what `explained` makes of the errors of emitted code."""

    @functools.wraps(call)
    def reported(*args: Any, **keywords: Any) -> Any:
        try:
            return call(*args, **keywords)
        except ValueError as error:
            raise explained(error)  # noqa: B904  the error itself in most cases

    return reported


def explained(error: ValueError) -> ValueError:
    """What to raise in place of an error from emitted code: where a check of its own failed, or a power is not real,
    one that says so, with the emitted line; else the error itself."""
    place = _emitted(error.__traceback__)
    line = "" if place is None else linecache.getline(place.filename, place.line).strip()
    if isinstance(error, CheckFailed):
        reason, _, hint = str(error).partition("; ")
        made: ValueError = NotAsAssumed(reason, place, hint or None)
    elif place is None or "math.pow(" not in line:
        return error
    else:
        reason = (
            "a power is not real: of a negative number to an exponent that is no integer, or of 0 to a negative one"
        )
        hint = "use np.float64(x) ** y, which is nan or inf there, or complex numbers from the start: complex(x) ** y"
        made = NotReal(reason, place, hint)
    made.__cause__ = error
    return made


def _emitted(traceback: TracebackType | None) -> Location | None:
    """The innermost line of emitted code, where that raised the error (or a helper that it calls)."""
    place = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename.startswith("<gradscribe "):
            text = linecache.getline(code.co_filename, traceback.tb_lineno).strip()
            place = Location(code.co_filename, traceback.tb_lineno, 0, 0, code.co_qualname, text)
        elif code.co_filename != runtime.__file__:
            place = None
        traceback = traceback.tb_next
    return place
