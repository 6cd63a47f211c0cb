"""Shadows in the mirror: reading what one holds, adding to it, and the checks that the derivative does as it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .. import runtime
from ..errors import UntrackableAlias
from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import ADD, ADDAT, GETITEM, LENGTH, SETITEM, define
from ..ir.types import INT, Array, List, Type, is_numeric
from .adjoints import Adjoint, Adjoints

if TYPE_CHECKING:
    from .frames import Sweep


CHECK_VIEW = define("check_view", infer=None, effect=True, reads=False)
"""`check_view(view, base)`: raise unless both share memory (by `runtime`)."""


CHECK_APART = define("check_apart", runtime.check_apart, infer=None, effect=True, reads=False)
"""`check_apart(x, y, written=1)`: raise if the first arrays share memory with one another or with the rest."""


def check_view(builder: Builder, view: Var, base: Var) -> None:
    builder.perform(CHECK_VIEW, view, base)


def add_to_shadow(sweep: Sweep) -> Callable[[Builder, Var, Atom], None]:
    """How a contribution to a value in written memory is added to its shadow."""

    def add(builder: Builder, var: Var, contribution: Atom) -> None:
        if isinstance(var.type, List):
            if not _is_of_rows(var.type, contribution.type):
                raise UntrackableAlias(f"the list {var.hint} is used as a whole where its entries are active")
            _add_rows(builder, sweep.shadow(var), var.type, contribution, sweep.holds_pointers(var.type, var))
            return
        contribution = sweep.signed(builder, var, contribution)
        builder.perform(ADDAT, *address(sweep, sweep.buffer(var), Const(...)), contribution)

    return add


def _is_of_rows(type_: Type, contribution: Type) -> bool:
    """Whether a contribution is an array with a row for each entry of a list."""
    if isinstance(type_, List):
        return isinstance(contribution, Array) and contribution.ndim > 0 and _is_of_rows(type_.item, contribution)
    return is_numeric(type_) and (contribution.kind != "c" or getattr(type_, "kind", "") == "c")  # type: ignore[attr-defined]


def _add_rows(builder: Builder, shadow: Var, type_: List, contribution: Atom, pointers: bool) -> None:
    """Add the rows of an array to the entries of the shadow of a list."""
    n = builder.emit(LENGTH, shadow, hint="n")
    inner, k = Builder(builder.origin), Var("k", INT)
    row = inner.emit(GETITEM, contribution, k, hint=shadow.hint)
    entry = inner.emit(GETITEM, shadow, k, type=type_.item, hint=shadow.hint)
    if isinstance(type_.item, List):
        _add_rows(inner, entry, type_.item, row, False)
    elif pointers:
        inner.perform(ADDAT, entry, Const(...), row)
    else:
        inner.perform(SETITEM, shadow, k, inner.emit(ADD, entry, row, hint=shadow.hint))
    builder.loop((Const(0), n, Const(1)), (), inner.block((k,)), (), exits=False)


def address(sweep: Sweep, shadow: Var, index: Atom) -> tuple[Var, Atom]:
    """The buffer and the index of cells; the whole of a view is a part of what it is a view of."""
    whole = isinstance(index, Const) and index.value is ...
    return sweep.shadow_views.get(shadow, (shadow, index)) if whole else (shadow, index)


def cotangent(sweep: Sweep, result: Var, adjoints: Adjoints) -> Adjoint:
    """The adjoint of a result: its value, or what its shadow holds (which then belongs to the operands alone)."""
    if not sweep.is_pointer(result):
        return adjoints.take(result)
    return sweep.signed(adjoints.builder, result, sweep.buffer(result))
