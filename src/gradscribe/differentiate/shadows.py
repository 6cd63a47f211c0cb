"""Shadows in the mirror: reading what one holds, adding to it, and the checks that the derivative does as it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import UntrackableAlias
from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import (
    ADDAT,
    define,
)
from ..ir.types import List
from .adjoints import Adjoint, Adjoints

if TYPE_CHECKING:
    from .frames import Sweep


CHECK_VIEW = define("check_view", infer=None, effect=True, reads=False)
"""`check_view(view, base)`: raise unless both share memory (by `runtime`)."""


CHECK_APART = define("check_apart", infer=None, effect=True, reads=False)
"""`check_apart(x, y, ...)`: raise if two of the arrays share memory (by `runtime`)."""


def check_view(builder: Builder, view: Var, base: Var) -> None:
    builder.perform(CHECK_VIEW, view, base)


def add_to_shadow(sweep: Sweep) -> Callable[[Builder, Var, Atom], None]:
    """How a contribution to a value in written memory is added to its shadow."""

    def add(builder: Builder, var: Var, contribution: Atom) -> None:
        if isinstance(var.type, List):
            raise UntrackableAlias(f"the list {var.hint} is used as a whole where its entries are active")
        builder.perform(ADDAT, *address(sweep, sweep.shadow(var), Const(...)), contribution)

    return add


def address(sweep: Sweep, shadow: Var, index: Atom) -> tuple[Var, Atom]:
    """The buffer and the index of cells; the whole of a view is a part of what it is a view of."""
    whole = isinstance(index, Const) and index.value is ...
    return sweep.shadow_views.get(shadow, (shadow, index)) if whole else (shadow, index)


def cotangent(sweep: Sweep, result: Var, adjoints: Adjoints) -> Adjoint:
    """The adjoint of a result: its value, or what its shadow holds (which then belongs to the operands alone)."""
    if not sweep.is_pointer(result):
        return adjoints.take(result)
    return sweep.shadow(result)
