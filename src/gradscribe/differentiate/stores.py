"""Forward mode: the tangents of writes into arrays and lists, of new lists, and of copies.

What is written into active memory is written into its shadow too, in the same way and the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UntrackableAlias
from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import APPEND, COPY, LIST, POP, SETITEM
from ..ir.types import Array, List, Object, is_continuous
from .tangents import Tangent, dot

if TYPE_CHECKING:
    from .forward import Forward


def _stored(forward: Forward, op: Op) -> bool:
    """Whether an operation writes to memory that has a shadow; refuses what would be lost."""
    target, value = op.args[0], op.args[-1]
    if forward.is_pointer(target):
        assert isinstance(target, Var)
        if forward.memory.is_foreign(target) or forward.memory.is_clobbered(target):
            raise UntrackableAlias(f"active values are stored in {target.hint}, which other code can reach", op.origin)
        return True
    of_object = isinstance(target, Var) and isinstance(target.type, Object)
    if of_object and any(map(forward.is_pointer, forward.memory.members(forward.memory.of(target)))):  # type: ignore[arg-type]
        raise UntrackableAlias(f"active memory is written through {target.hint}, which is not followed", op.origin)  # type: ignore[union-attr]
    if isinstance(value, Var) and value in forward.active and not _cuts(target):
        raise UntrackableAlias(f"an active value is stored in {getattr(target, 'hint', 'an object')}", op.origin)
    return False


def _cuts(target: Atom) -> bool:
    """Whether what is stored in an array loses its derivative, being made an integer."""
    return isinstance(target.type, Array) and not is_continuous(target.type)


def setitem(forward: Forward, op: Op, builder: Builder) -> None:
    if not _stored(forward, op):
        return
    target, index, value = op.args
    tangent = forward.tangent(value)
    if isinstance(target.type, List):
        tangent = _entry(forward, builder, value)
    elif tangent is None:
        tangent = Const(0.0)
    builder.perform(SETITEM, forward.tangents[target], index, tangent)  # type: ignore[index]


def add_at(forward: Forward, op: Op, builder: Builder) -> None:
    target, index, value = op.args
    tangent = forward.tangent(value)
    if _stored(forward, op) and tangent is not None:
        builder.perform(op.primitive, forward.tangents[target], index, tangent)  # type: ignore[index]


def append(forward: Forward, op: Op, builder: Builder) -> None:
    if _stored(forward, op):
        target, value = op.args
        builder.perform(APPEND, forward.tangents[target], _entry(forward, builder, value))  # type: ignore[index]


def pop(forward: Forward, op: Op, builder: Builder) -> None:
    target, *index = op.args
    if not forward.is_pointer(target):
        return
    _stored(forward, op)
    result = op.result
    hint = dot(result.hint)
    shadow = forward.tangents[target]  # type: ignore[index]
    popped = builder.emit(POP, shadow, *index, type=result.type, hint=hint, named=result.named)
    if result in forward.active:
        forward.tangents[result] = popped
        forward.exact.add(result)
        if forward.is_pointer(result):
            forward.ownership.add(popped)


def _entry(forward: Forward, builder: Builder, value: Atom) -> Atom:
    """The tangent of a value that is put into a list."""
    return forward.whole(builder, value) if forward.is_pointer(value) else forward.plain(builder, value)


def new_list(forward: Forward, op: Op, builder: Builder) -> Tangent:
    entries = [_entry(forward, builder, a) for a in op.args]
    made = builder.emit(LIST, *entries, type=op.result.type, hint=dot(op.result.hint))
    forward.ownership.add(made)
    return made


def copy_of(forward: Forward, op: Op, builder: Builder) -> Tangent:
    tangent = forward.tangent(op.args[0])
    if tangent is None:
        return None
    if not forward.is_pointer(op.result) and (not isinstance(tangent, Var) or tangent not in forward.ownership.shared):
        return tangent
    style = op.style if isinstance(tangent.type, Array) else None
    return builder.emit(COPY, forward.whole(builder, op.args[0]), style=style, hint=dot(op.result.hint))
