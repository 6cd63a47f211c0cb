"""The state of the reading: what each name and each cell holds, with undo, so that branches can be read and joined.

A key is a pair (frame, name) for a variable or a `Cell` for what a list, dict or instance holds. `Store.begin` opens a
scope in which writes are logged; `Store.end` undoes them and returns what they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..ir.build import UNDEF
from ..ir.nodes import Var
from .values import Cell, Compound, Reference, Value, atoms_of, serial

if TYPE_CHECKING:
    from .syntax import Code


@dataclass(eq=False)
class Frame:
    """One activation of a function that is read: its code, and the frame around it for a nested one.

    Args:
        code: the function.
        outer: the frame in which a nested function was made.
        path: the call sites that led here; with a node it names a place that is the same in each reading.
        local: the names that live here.
        depth: how many branches and loops decided at run time enclose the call.
        caller: the frame of the call.
        method_of, first: the class of which the function is a method, and its first argument.
        receive: what a generator hands on to where it yields.
    """

    code: Code
    outer: Frame | None
    path: tuple[int, ...]
    local: frozenset[str]
    depth: int = 0
    caller: Frame | None = None
    method_of: type | None = None
    first: Value | None = None
    receive: Any = None
    born: int = field(default_factory=lambda: next(serial))


Key = tuple[Frame, str] | Cell
_MISSING = object()


class Store:
    """The values of all variables and cells."""

    def __init__(self) -> None:
        self.shared: set[Any] = set()
        self._holders: dict[Any, Key] = {}
        self._values: dict[Key, Value] = {}
        self._logs: list[dict[Key, Any]] = []
        self._births: list[int] = []

    def get(self, key: Key) -> Value:
        return self._values.get(key, UNDEF)

    def set(self, key: Key, value: Value) -> None:
        if self._logs:
            self._logs[-1].setdefault(key, self._values.get(key, _MISSING))
        self._values[key] = value
        if not isinstance(key, Cell) or key.kind != "temporary":
            self._hold(key, value)

    def _hold(self, key: Key, value: Value) -> None:
        """Note the values that more than one name or container holds."""
        if isinstance(value, Compound):
            self.shared.update(atoms_of(value))
        elif isinstance(value, Var) and _is_holder(key) and self._holders.setdefault(value, key) != key:
            self.shared.add(value)

    def begin(self) -> None:
        """Log writes from here on."""
        self._logs.append({})
        self._births.append(next(serial))

    def end(self) -> Changes:
        """Undo the writes since the matching `begin`, and return the values that they left."""
        log, born = self._logs.pop(), self._births.pop()
        written = {key: self._values[key] for key in log}
        for key, old in log.items():
            if old is _MISSING:
                del self._values[key]
            else:
                self._values[key] = old
        return Changes(written, born)

    def referring(self, cell: Cell) -> list[Key]:
        """The keys whose values mention a cell."""
        return [key for key, value in self._values.items() if _mentions(value, cell)]


@dataclass(frozen=True)
class Changes:
    """What was written in a scope; `born` tells what is older than the scope."""

    values: Mapping[Key, Value]
    born: int

    def is_outer(self, key: Key) -> bool:
        """Whether a variable or cell is older than the scope, and so may be seen behind it."""
        return (key.born if isinstance(key, Cell) else key[0].born) < self.born

    def outer(self) -> list[Key]:
        return [key for key in self.values if self.is_outer(key)]


def _mentions(value: Value, cell: Cell) -> bool:
    if isinstance(value, Reference):
        return value.cell is cell
    return isinstance(value, Compound) and any(_mentions(part, cell) for part in value.parts)


def _is_holder(key: Key) -> bool:
    """Whether a key is a container or a name of the user's."""
    return isinstance(key, Cell) or not key[1].startswith("%")
