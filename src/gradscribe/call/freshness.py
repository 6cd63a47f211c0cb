"""Whether what a compiled derivative has taken from outside is as it was."""

from __future__ import annotations

import builtins
import inspect
import types
from typing import Any

from ..dispatch import FORM, Guard, guards, value_guard
from ..ir.primitives import External
from ..pipeline import Compiled
from ..signature import key_of


def refresh(compiled: Compiled) -> bool:
    """Bring the values from outside that a compiled derivative uses up to date.

    Returns:
        False where they have changed so that it must be compiled anew: a function that was resolved is another one
        now, or a value has another type.
    """
    if any(now_under(owner, name) is not seen for owner, name, seen in compiled.lowered.resolved):
        return False
    try:
        if any(key_of(external.read()) != key for external, key in compiled.lowered.externals):
            return False
    except NameError:
        return False
    namespace = getattr(inspect.unwrap(compiled.function), "__globals__", {})
    for name, value in compiled.written.externals.items():
        if isinstance(value, External):
            namespace[name] = value.read()
    return True


def form_of(function: Any) -> tuple[Any, ...]:
    """The code and the defaults of a function or method; a tuple of None for other things."""
    function = getattr(function, "__func__", function)
    return tuple(getattr(function, name, None) if type(function) is types.FunctionType else None for name in FORM)


def guards_of(compiled: Compiled) -> tuple[Guard, ...] | None:
    """What must be as it was for `refresh` to have nothing to do; None where only `refresh` can tell."""
    found: list[Guard | None] = list(guards(compiled.lowered.resolved, now_under))
    outside = [external for external, _ in compiled.lowered.externals]
    outside += [value for value in compiled.written.externals.values() if isinstance(value, External)]
    for external in dict.fromkeys(outside):
        found.append(value_guard(external.owner, external.name, external.read(), now_under))
    kept = tuple(guard for guard in found if guard is not None)
    return kept if len(kept) == len(found) else None


def now_under(owner: Any, name: Any) -> Any:
    """What stands under a name today, in a namespace, a cell, or as an attribute."""
    try:
        if isinstance(owner, dict):
            return owner[name] if name in owner else getattr(builtins, name)
        if isinstance(owner, types.CellType):
            return owner.cell_contents
        return inspect.getattr_static(owner, name) if isinstance(owner, type) else getattr(owner, name)
    except (AttributeError, ValueError, TypeError):
        return _MISSING


_MISSING = object()
