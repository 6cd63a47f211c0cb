"""Errors in generated code, with a note of the user's statement that the line comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import GradscribeError
from ..pipeline import Compiled
from ..write.places import places


def citing(compiled: Compiled) -> Callable[..., Any]:
    """The function of a derivative, whose errors say which statement of the user's they come from."""
    function = compiled.function

    def called(*args: Any) -> Any:
        try:
            return function(*args)
        except Exception as error:
            cite(error, compiled)
            raise

    called.__wrapped__ = function  # type: ignore[attr-defined]
    return called


def cite(error: BaseException, compiled: Compiled | None) -> None:
    """Add to an error that left a derivative which statement of the user's it comes from.

    Args:
        error: the error, as it was caught.
        compiled: the derivative that was called.
    """
    code = getattr(compiled.function, "__code__", None) if compiled is not None else None
    if compiled is None or code is None or compiled.machine is not None or isinstance(error, GradscribeError):
        return
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is code:
            line = trace.tb_lineno
        trace = trace.tb_next
    found = places(compiled.written).get(line, ()) if line else ()
    notes = [f"  from {place.filename}:{place.line}: {place.text}" for place in found]
    if line and isinstance(error, ArithmeticError):
        notes.append("  (debug_nans=True says which operand is to blame)")
    for note in notes:
        if note not in getattr(error, "__notes__", ()):  # one object may be raised again
            error.add_note(note)
