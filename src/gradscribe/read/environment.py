"""The state of the reading: what each name and each cell holds, with undo, so that branches can be read and joined.

A key is a pair (frame, name) for a variable or a `Cell` for what a list, dict or instance holds. `Store.begin` opens a
scope in which writes are logged; `Store.end` undoes them and returns what they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..ir.build import UNDEF
from ..ir.nodes import Var
from .values import Cell, Closure, Compound, Lazy, Reference, Value, atoms_of, serial

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

    def is_held(self, value: Value) -> bool:
        """Whether a name or container still holds a value."""
        key = self._holders.get(value)
        return key is not None and self._values.get(key) is value

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

    def references(self, frame: Frame, changes: Changes | None = None) -> Counter[Cell]:
        """How often each cell is referred to by what can still be used: the variables of the frames that are active,
        those that functions made there see, and all that these hold.

        Args:
            frame: the innermost active frame.
            changes: what a scope that is closed has written, to count as at its end.
        """
        values = self._values if changes is None else {**self._values, **changes.values}
        return _Walk(values, frame).counted

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


class _Walk:
    """Goes through all values that can be reached from a frame."""

    def __init__(self, values: Mapping[Key, Value], frame: Frame) -> None:
        self.values = values
        self.counted: Counter[Cell] = Counter()
        self._frames: set[Frame] = set()
        self._variables: dict[Frame, list[Value]] = {}
        for key, value in values.items():
            if not isinstance(key, Cell):
                self._variables.setdefault(key[0], []).append(value)
            elif key.kind == "temporary":
                self._visit(value)
        self._enter(frame)

    def _enter(self, frame: Frame | None) -> None:
        if frame is None or frame in self._frames:
            return
        self._frames.add(frame)
        for value in self._variables.get(frame, ()):
            self._visit(value)
        for around in (frame.caller, frame.outer):
            self._enter(around)

    def _visit(self, value: Value) -> None:
        if isinstance(value, Reference):
            self.counted[value.cell] += 1
            if self.counted[value.cell] <= 2:  # what an object with two names holds has two names
                self._visit(self.values.get(value.cell, UNDEF))
        elif isinstance(value, Compound):
            self._enter_frames_of(value)
            for part in value.parts:
                self._visit(part)

    def _enter_frames_of(self, value: Compound) -> None:
        """The frames that a function or a generator sees."""
        if isinstance(value, Closure):
            self._enter(value.frame)
        elif isinstance(value, Lazy) and isinstance(value.extra, tuple):
            for part in value.extra:
                if isinstance(part, Frame):
                    self._enter(part)
                elif isinstance(part, Compound):
                    self._visit(part)


def _mentions(value: Value, cell: Cell) -> bool:
    if isinstance(value, Reference):
        return value.cell is cell
    return isinstance(value, Compound) and any(_mentions(part, cell) for part in value.parts)


def _is_holder(key: Key) -> bool:
    """Whether a key is a container or a name of the user's."""
    return isinstance(key, Cell) or not key[1].startswith("%")
