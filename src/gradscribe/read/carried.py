"""Dicts and instances that a name stands for in turn: bound anew in each trip of a loop, or on one path of a branch.

What such an object holds goes on in a cell of its own, value by value. Which object it is is not known any more, and
need not be as long as no other name stands for it; where one may, the object is only read from there on.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from .values import Cell, Compound, Content, Value, same_atom

OPENED = "opened"
"""Begins the site of an object of the program that is taken apart; a list among them cannot grow."""

UNSURE = "which object it is is decided at run time, and another name may stand for it"


@dataclass(frozen=True, eq=False)
class Carried(Compound):
    """The shape of an object that a loop carries: what `cell` is an example of, holding `content`."""

    cell: Cell
    content: Value
    frozen: str | None = None

    @property
    def parts(self) -> tuple[Value, ...]:
        return (self.content,)

    @property
    def shape(self) -> Hashable:
        return (Carried, self.cell.kind, self.cell.cls)


def successor(cell: Cell, frozen: str | None) -> Cell:
    """A new cell for an object like this one."""
    return Cell(cell.kind, cell.site, cell.cls, factory=cell.factory, frozen=frozen)


def can_follow(left: Cell, right: Cell) -> bool:
    """Whether a name may stand for one object and then for the other."""
    kinds = ("dict", "instance", "list") if OPENED in (_source(left), _source(right)) else ("dict", "instance")
    return left.kind in kinds and are_alike(left, right)


def are_alike(left: Cell, right: Cell) -> bool:
    """Whether two objects are of one class."""
    return left.kind == right.kind and left.cls is right.cls and same_factory(left.factory, right.factory)


def same_factory(left: Any, right: Any) -> bool:
    return left is right or (left is not None and right is not None and same_atom(left, right))


def _source(cell: Cell) -> Any:
    return cell.site[0] if isinstance(cell.site, tuple) and cell.site else None


def misses_field(cell: Cell, left: Content, right: Content) -> bool:
    """Whether a field that only one of two instances has is an attribute of the class for the other."""
    if left.kind != "instance":
        return False
    names = set(left.keys or ()) ^ set(right.keys or ())
    return any(inspect.getattr_static(cell.cls, name, None) is not None for name in names)


def freeze(cells: tuple[Cell, Cell], counts: tuple[Counter[Cell], Counter[Cell]]) -> str | None:
    """Why what is made of two objects cannot be written; objects that another name stands for cannot be either.

    Args:
        cells: the objects.
        counts: how many names stand for an object, where the first and where the second is bound.
    """
    for cell, counted in zip(cells, counts, strict=True):
        if counted[cell] > 1 or cell.origin is not None or cell.frozen is not None:
            for each in cells:
                each.frozen = UNSURE
            return UNSURE
    return None
