"""The mirrors of writes to an array: what the cells of the shadow hold goes to the value that was written there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UntrackableAlias
from ..ir.build import Builder
from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import (
    ADDAT,
    COPY,
    GETITEM,
    LAST_WRITE,
    SETITEM,
)
from ..ir.types import Array, List, Object, is_continuous
from .adjoints import Adjoints, bar
from .items import known_parts
from .lists import mirror_list_write
from .shadows import address

if TYPE_CHECKING:
    from .frames import Sweep


def mirror_setitem(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    target, index, value = op.args
    if not sweep.is_pointer(target):
        _refuse_lost_write(sweep, op)
        return
    assert isinstance(target, Var)
    builder, shadow = adjoints.builder, sweep.buffer(target)
    if isinstance(target.type, List):
        mirror_list_write(sweep, op, adjoints)
        return
    sweep.note_overwritten(target, index)
    if isinstance(value, Var) and value in sweep.active:
        g = _cells(builder, shadow, index, bar(value.hint))
        if isinstance(g.type, Array) and is_basic_index(index):
            g = builder.emit(COPY, g, hint=bar(value.hint))
        g = _only_last(sweep, builder, sweep.signed(builder, target, g), shadow, index)
        builder.perform(SETITEM, *address(sweep, shadow, index), Const(0.0))
        adjoints.add(value, _summed(sweep, adjoints, g, op))
    else:
        builder.perform(SETITEM, *address(sweep, shadow, index), Const(0.0))


def _summed(sweep: Sweep, adjoints: Adjoints, g: Atom, op: Op) -> Atom:
    """The adjoint of the cells that a value was written to, of the shape of the value."""
    target, index, value = op.args
    assert isinstance(target, Var)
    return g if sweep.extents.fits_cells(value, target, index) else adjoints.unbroadcast(g, value)


def _cells(builder: Builder, shadow: Var, index: Atom, hint: str) -> Var:
    """The cells of a shadow that an index names."""
    if isinstance(index, Const) and index.value is ...:
        return shadow
    return builder.emit(GETITEM, shadow, index, hint=hint)


def _refuse_lost_write(sweep: Sweep, op: Op) -> None:
    """An active value stored where no derivative can follow: integers cut the gradient, anything else is refused."""
    value = op.args[-1]
    target = op.args[0]
    of_object = isinstance(target, Var) and isinstance(target.type, Object)
    if of_object and any(map(sweep.is_pointer, sweep.memory.members(sweep.memory.of(target)))):  # type: ignore[arg-type]
        raise UntrackableAlias(f"active memory is written through {target.hint}, which is not followed", op.origin)  # type: ignore[union-attr]
    cuts = isinstance(target.type, Array) and not is_continuous(target.type)
    if isinstance(value, Var) and value in sweep.active and not cuts:
        what = f"an active value is stored in {getattr(target, 'hint', 'an object')}"
        raise UntrackableAlias(what, op.origin, "store it in an array or a list that the function makes")


def _only_last(sweep: Sweep, builder: Builder, g: Atom, shadow: Var, index: Atom) -> Atom:
    """Of the entries of a repeated index only the last one to be written counts."""
    if known_parts(index) or sweep.names_no_cell_twice(index):
        return g
    return builder.emit(LAST_WRITE, g, shadow, index, hint=getattr(g, "hint", "g"))


def mirror_addat(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    target, index, value = op.args
    if not sweep.is_pointer(target):
        _refuse_lost_write(sweep, op)
        return
    assert isinstance(target, Var)
    if not isinstance(value, Var) or value not in sweep.active:
        return
    builder, shadow = adjoints.builder, sweep.buffer(target)
    g: Atom = sweep.signed(builder, target, _cells(builder, shadow, index, bar(value.hint)))
    if op.primitive is ADDAT:
        g = _only_last(sweep, builder, g, shadow, index)
    g = _summed(sweep, adjoints, g, op)
    if isinstance(g.type, Array) and (g is shadow or is_basic_index(index)) and not sweep.is_pointer(value):
        g = builder.emit(COPY, g, hint=bar(value.hint))
    adjoints.add(value, g)
