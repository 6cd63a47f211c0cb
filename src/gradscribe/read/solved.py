"""Values that calls of solvers bring up: what they return, and functions that the reader itself makes for them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..ir.nodes import Atom
from .values import Compound, Value


@dataclass(frozen=True, eq=False)
class Solved(Compound):
    """What a solver returns: the object, and its attributes that are differentiated."""

    made: Atom
    known: Mapping[str, Value]
    path: str

    @property
    def parts(self) -> tuple[Value, ...]:
        return (self.made, *self.known.values())

    def rebuilt(self, parts: tuple[Value, ...]) -> Solved:
        return Solved(parts[0], dict(zip(self.known, parts[1:], strict=True)), self.path)  # type: ignore[arg-type]

    @property
    def shape(self) -> Hashable:
        return (Solved, tuple(self.known), self.path)


@dataclass(frozen=True, eq=False)
class FinalColumn(Compound):
    """The values at times of the solver's own choice, of which the last alone is a smooth function."""

    last: Value

    @property
    def parts(self) -> tuple[Value, ...]:
        return (self.last,)

    def rebuilt(self, parts: tuple[Value, ...]) -> FinalColumn:
        return FinalColumn(parts[0])

    @property
    def shape(self) -> Hashable:
        return (FinalColumn,)


@dataclass(frozen=True, eq=False)
class Native(Compound):
    """A function that the reader runs itself: from the values of its arguments to that of its result.

    Args:
        run: the function.
        model: the user's function that it goes back to, for its name.
    """

    run: Callable[[Sequence[Value]], Value]
    model: Any

    @property
    def shape(self) -> Hashable:
        return (Native, id(self.run))
