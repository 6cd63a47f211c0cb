"""Where values are carried through a loop: the slots of a shape, and the atoms of a value that stand there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..ir.build import UNDEF
from ..ir.nodes import Atom, Var
from ..ir.types import STRUCTURES, Type, Undefined
from .carried import Carried
from .values import Cell, Choice, Compound, Content, Reference, Value, as_optional, is_optional


@dataclass(frozen=True, eq=False)
class Slot(Compound):
    """Where a value is carried through a loop."""

    type: Type
    active: bool = False
    owned: bool = False

    @property
    def shape(self) -> Any:
        return (Slot,)


@dataclass(frozen=True)
class Side:
    """How values are taken before the loop, or at the end of its body."""

    atom: Callable[[Value], Atom]
    held: Callable[[Cell], Value]
    opened: Callable[[Var], Value]


def at_slots(shape: Value, value: Value, side: Side) -> Iterator[Atom]:
    """The atoms of a value that stand where the shape has slots."""
    if isinstance(shape, Slot):
        if not isinstance(shape.type, Undefined):
            yield side.atom(value)
    elif isinstance(shape, Carried):
        known = side.opened(value) if isinstance(value, Var) else value
        yield from at_slots(shape.content, side.held(known.cell) if isinstance(known, Reference) else UNDEF, side)
    elif isinstance(shape, Content) and isinstance(value, Content) and shape.keys is not None:
        for key, part in zip(shape.keys, shape.parts, strict=True):
            yield from at_slots(part, value.get(key) or UNDEF, side)
    elif isinstance(shape, Choice):
        value = as_optional(value) or value if is_optional(shape) else value
        yield from _at_parts(shape, value, side)
    elif isinstance(shape, Compound):
        yield from _at_parts(shape, value, side)


def _at_parts(shape: Compound, value: Value, side: Side) -> Iterator[Atom]:
    value = side.opened(value) if isinstance(value, Var) and isinstance(value.type, STRUCTURES) else value
    parts = value.parts if isinstance(value, Compound) else (UNDEF,) * len(shape.parts)
    for part, item in zip(shape.parts, parts, strict=True):
        yield from at_slots(part, item, side)
