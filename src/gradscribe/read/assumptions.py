"""What is assumed while a function is read, and found out to be otherwise; which values may share memory."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from ..ir.nodes import Var
from ..ir.types import (
    Type,
)

ANY = object()
"""Stands for all keys."""


class Restart(Exception):
    """An assumption has been given up: the function is read again."""


@dataclass
class Assumptions:
    """What is assumed while a function is read; it grows from one reading to the next.

    Args:
        lists: the places that make a list whose length is known at run time only, with the type of its items.
        expanded: the parameters that are taken apart because the function writes to them.
        unrolled: the loops over a constant range that are unrolled, because their index selects from a structure.
        inlined: the calls that must be read, though their arguments are inactive.
        live: the loops over a list that the loop itself changes.
        outlined: the functions that call themselves, which become functions of the program.
        again: those that become functions of the program because they are computed again on the way back.
        callees: what is assumed of each of these: the types of its parameters and result.
        opaque: the globals whose structure is changed, and so is not known.
        volatile: whether a call that is not read might rebind globals.
        tables: the places that make a dict whose keys are known at run time only.
        changed: the attributes and keys under which objects from outside get other values.
        rebound: the globals that the functions read assign, by their names and namespaces.
        hiding: the fields that hide a value of the class, by the site of the instance and the name.
        in_place: the places where memory is written that could be left, since it is written elsewhere too.
        settled: whether integers from outside are taken as they are (see `Resolve.settles`).
    """

    lists: dict[Hashable, Type] = field(default_factory=dict)
    expanded: set[str] = field(default_factory=set)
    unrolled: set[Hashable] = field(default_factory=set)
    inlined: set[Hashable] = field(default_factory=set)
    live: set[Hashable] = field(default_factory=set)
    outlined: set[int] = field(default_factory=set)
    again: set[int] = field(default_factory=set)
    callees: dict[Hashable, Any] = field(default_factory=dict)
    opaque: set[Any] = field(default_factory=set)
    volatile: bool = False
    tables: set[Hashable] = field(default_factory=set)
    changed: set[Any] = field(default_factory=set)
    rebound: dict[Any, Any] = field(default_factory=dict)
    hiding: dict[Any, Any] = field(default_factory=dict)
    in_place: set[Hashable] = field(default_factory=set)
    settled: bool = False


class Regions:
    """Which values may share memory (union-find), to know which arrays hold active values.

    Attributes:
        written: what is written in place.
        bound_anew: what a name is bound to where it could be written in place, with the places.
    """

    def __init__(self) -> None:
        self._parent: dict[Var, Var] = {}
        self._united: set[Var] = set()
        self.written: set[Var] = set()
        self.bound_anew: dict[Var, Hashable] = {}

    def find(self, var: Var) -> Var:
        while var in self._parent:
            var = self._parent[var]
        return var

    def is_alone(self, var: Var) -> bool:
        """Whether a value shares memory with none so far."""
        return var not in self._united

    def unite(self, left: Var, right: Var) -> tuple[Var, Var]:
        """Unite two regions; return the representatives from before."""
        if left is not right:
            self._united |= {left, right}
        a, b = self.find(left), self.find(right)
        if a is not b:
            self._parent[a] = b
        return a, b
