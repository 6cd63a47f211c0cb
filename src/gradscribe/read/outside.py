"""What a reading takes from outside of the function as it is there: noted, to be compared at each call."""

from __future__ import annotations

from collections.abc import Hashable
from types import FunctionType, ModuleType
from typing import Any

from ..dispatch import FORM
from ..ir.primitives import External
from ..ir.signature import is_library_name
from .assumptions import ANY, Assumptions, Restart
from .parts import Parts


class Outside(Parts):
    """`note`, `changes` and `meddles`."""

    assumed: Assumptions
    resolved: dict[tuple[int, str], tuple[Any, str, Any]]

    def note(self, owner: Any, name: Any, value: Any) -> None:
        """Remember what was taken as it is: where it was found and what it was. The standard library and NumPy are
        trusted to stay as they are."""
        if isinstance(owner, ModuleType) and is_library_name(owner.__name__):
            return
        if isinstance(owner, type) and is_library_name(owner.__module__):
            return
        try:
            stable = External(name, owner).read() is value
        except NameError:
            return
        if stable:
            self.resolved[id(owner), str(name)] = (owner, name, value)
            self.note_form(value)

    def note_form(self, function: Any) -> None:
        """Remember what a function is made of: its code and its defaults can be replaced."""
        if isinstance(function, FunctionType) and not is_library_name(function.__module__ or ""):
            for name in FORM:
                self.resolved[id(function), name] = (function, name, getattr(function, name))

    def changes(self, key: Any) -> None:
        """An object from outside gets another value under an attribute or key: what is there now decides nothing."""
        if key not in self.assumed.changed:
            self.assumed.changed.add(key)
            raise Restart

    def is_changed(self, key: Any) -> bool:
        """Whether the function itself puts other values under this key into objects from outside."""
        changed = self.assumed.changed
        return bool(changed) and (ANY in changed or (isinstance(key, Hashable) and key in changed))

    def meddles(self) -> None:
        """A call that is not read may change what is outside: what is taken from there as it is must be compared."""
        if not self.assumed.volatile:
            self.assumed.volatile = True
            raise Restart
