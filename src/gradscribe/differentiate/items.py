"""The mirrors of reading: an item of an array, a field of a structure; and of building a structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UnsupportedCall
from ..ir.bundles import position_of
from ..ir.indexing import index_parts, is_basic_index
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import (
    ADD,
    ADDAT,
    GETATTR,
    SCATTER_ADD,
    VADDAT,
    ZEROS_LIKE,
)
from ..ir.types import STRUCTURES, Array, List, Numeric
from .adjoints import Adjoints, bar
from .lists import mirror_list_item
from .shadows import cotangent

if TYPE_CHECKING:
    from .frames import Sweep


def mirror_getitem(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    container, index = op.args
    if not isinstance(container, Var) or container not in sweep.active or op.result not in sweep.active:
        return
    if isinstance(container.type, List):
        mirror_list_item(sweep, op, adjoints)
    elif isinstance(container.type, STRUCTURES):
        mirror_field(sweep, op, adjoints)
    elif sweep.is_pointer(container):
        _mirror_pointer_item(sweep, op, adjoints)
    elif isinstance(index, Const) and index.value == () and getattr(container.type, "ndim", 0) == 0:
        adjoints.add(container, cotangent(sweep, op.result, adjoints))
    else:
        g = cotangent(sweep, op.result, adjoints)
        if g is not None:
            base = _buffer(adjoints, container)
            g = adjoints.real(g, container.type)
            made = adjoints.builder.emit(VADDAT, base, index, g, hint=bar(container.hint))
            adjoints.values[container] = made
            if getattr(index.type, "kind", "") == "b" or g in adjoints.cut:
                adjoints.cut.add(made)
            if g in adjoints.masked:
                adjoints.masked.add(made)


def _buffer(adjoints: Adjoints, container: Var) -> Atom:
    """The adjoint of an array that has been read (so it has a value), of its own shape."""
    if isinstance(container.type, Numeric) or container in adjoints.undefined:
        zeros = adjoints.builder.emit(ZEROS_LIKE, container, hint=bar(container.hint))
        adjoint = adjoints.get(container)
        return zeros if adjoint is None else adjoints.builder.emit(ADD, zeros, adjoint, hint=bar(container.hint))
    return adjoints.full(adjoints.get(container), container)


def mirror_field(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    container = op.args[0]
    if not isinstance(container, Var):
        return
    index: Atom = Const(op.static) if op.primitive is GETATTR else op.args[1]
    if not isinstance(container.type, STRUCTURES):
        if op.result in sweep.active and adjoints.take(op.result) is not None:
            raise UnsupportedCall(f"the attribute {op.static} of an active value has no derivative", op.origin)
        return
    if sweep.is_pointer(op.result):
        return  # see `leaves`
    g = adjoints.take(op.result)
    position = position_of(container.type, index)
    if g is None:
        return
    if position is None:
        raise UnsupportedCall("an active structure is read at an index that is not constant", op.origin)
    adjoints.add_item(container, position, g)


def _mirror_pointer_item(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    container, index = op.args
    assert isinstance(container, Var)
    if sweep.is_pointer(op.result) and is_basic_index(index):
        return  # a view: its shadow is a view of the shadow
    g = cotangent(sweep, op.result, adjoints)
    if g is None:
        return
    target = sweep.buffer(container)
    repeats = any(isinstance(t, Array) and t.kind != "b" for t, _ in index_parts(index)) or not known_parts(index)
    repeats = repeats and not sweep.names_no_cell_twice(index)
    part = sweep.signed(adjoints.builder, container, adjoints.real(g, container.type))
    adjoints.builder.perform(SCATTER_ADD if repeats else ADDAT, target, index, part)


def known_parts(index: Atom) -> bool:
    return is_basic_index(index) or all(isinstance(t, Array) and t.kind == "b" for t, _ in index_parts(index))


def mirror_structure(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    g = adjoints.take(op.result)
    if g is None:
        return
    for arg, part in zip(op.args, adjoints.items(op.result.type, g), strict=True):
        adjoints.add(arg, part)
