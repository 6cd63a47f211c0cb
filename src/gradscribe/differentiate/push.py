"""The tangent of one operation without blocks: what changes of its operands do to its result and to memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..analyse.regions import OPAQUE, has_memory
from ..errors import UnsupportedCall, UntrackableAlias
from ..ir.build import Builder
from ..ir.infer import is_basic_index
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import (
    ADDAT,
    APPEND,
    COMMENT,
    COPY,
    DICT,
    FIXED_LIST,
    FULL_LIKE,
    GETATTR,
    GETITEM,
    LAST_WRITE,
    LIST,
    POP,
    RECORD,
    SCATTER_ADD,
    SETITEM,
    TUPLE,
    UNBROADCAST,
    VADDAT,
    ZEROS_LIKE,
    Primitive,
)
from ..ir.types import STRUCTURES, Array, List, Scalar, Type
from ..rules.table import rule_of
from . import tangent_writes as writes
from .shadows import CHECK_VIEW
from .structures import item_of, position_of
from .tangent_rules import applied, by_rule, operands
from .tangents import Tangent, dot, items, made_by

if TYPE_CHECKING:
    from .forward import Forward


def push(forward: Forward, op: Op, builder: Builder) -> None:
    """Append the tangent of an operation, which has just been appended itself."""
    special = _SPECIAL.get(op.primitive)
    if op.primitive in OPAQUE:
        _opaque(forward, op)
    elif op.primitive.writes:
        (special or writes.refuse_write)(forward, op, builder)
    elif op.results and op.result in forward.active:
        mark = len(builder.ops)
        tangent = (special or by_rule)(forward, op, builder)
        if tangent is not None and _is_exact(forward, op):
            forward.exact.add(op.result)
        _define(forward, op, builder, tangent, mark)


def _define(forward: Forward, op: Op, builder: Builder, tangent: Tangent, mark: int) -> None:
    """Let the tangent be that of the result: a shadow of its own where it will be written, else a plain value."""
    result = op.result
    own = made_by(builder.ops[mark:])
    forward.ownership.follow(builder.ops[mark:])
    if isinstance(result.type, STRUCTURES):
        tangent = _of_structure(forward, op, builder, tangent)
    elif not forward.is_pointer(result):
        tangent = forward.ownership.value(builder, tangent)
    elif op.primitive.aliasing == "any":
        reason = f"the result of {op.primitive} may share memory with an operand, and is written or read again"
        raise UntrackableAlias(reason, op.origin, "copy it with .copy() before it is written")
    elif _shares(op):
        _share(forward, op, builder, tangent)
    elif not isinstance(result.type, List):
        tangent = forward.ownership.shadow(builder, tangent, result, own, result in forward.exact)
        forward.exact.add(result)
    if isinstance(tangent, Var) and any(tangent in made.results for made in builder.ops[mark:]):
        tangent.hint, tangent.named = dot(result.hint), result.named
    forward.tangents[result] = tangent


def _is_exact(forward: Forward, op: Op) -> bool:
    """Whether the tangent of a result, made from those of the operands, is known to have the shape of the result."""
    if op.primitive in (GETITEM, GETATTR):
        return not isinstance(forward.tangent(op.args[0]), tuple)
    if op.primitive is COPY:
        return op.args[0] in forward.exact
    rule = rule_of(op.primitive)
    if rule is None or op.primitive in _SPECIAL:
        return op.primitive in (VADDAT, UNBROADCAST, LAST_WRITE, LIST)
    active = [(name, atom) for name, _, atom in operands(op) if forward.tangent(atom) is not None]
    if any(name in rule.linear for name, _ in active):
        return True
    return rule.elementwise and any(atom in forward.exact and _covers(atom, op) for _, atom in active)


def _covers(atom: Atom, op: Op) -> bool:
    """Whether the result of an operation that broadcasts has the shape of this operand."""
    return all(
        other is atom or isinstance(other.type, Scalar) or _fits_in(other.type, atom.type) for other in op.inputs
    )


def _fits_in(other: Type, type_: Type) -> bool:
    if not isinstance(other, Array) or not isinstance(type_, Array) or other.ndim > type_.ndim:
        return False
    ending = type_.shape[type_.ndim - other.ndim :]
    return all(a.one or a.same_as(b) for a, b in zip(other.shape, ending, strict=True))


def _of_structure(forward: Forward, op: Op, builder: Builder, tangent: Tangent) -> Tangent:
    """A structure that is put together, or taken from another, passes on the tangents of its entries."""
    if op.primitive in _SPECIAL:
        return tangent
    if forward.is_written_inside(op.result):
        raise UntrackableAlias(f"what {op.primitive} returns holds active arrays that are written", op.origin)
    return forward.ownership.value(builder, tangent)


def _shares(op: Op) -> bool:
    """Whether the result is memory that was there before."""
    if op.primitive is GETITEM and isinstance(op.args[0].type, Array):
        return isinstance(op.result.type, Array) and is_basic_index(op.args[1])
    return op.primitive.aliasing in ("view", "maybe", "element", "item")


def _share(forward: Forward, op: Op, builder: Builder, tangent: Tangent) -> None:
    """A view in written memory: its shadow is the same view of the shadow."""
    if not isinstance(tangent, Var):
        raise UntrackableAlias(f"the memory of {op.result.hint} cannot be followed", op.origin)
    forward.ownership.add(tangent)
    if op.primitive.aliasing == "maybe":  # a copy here and a view there would part
        base = forward.tangents[op.args[0]]  # type: ignore[index]
        builder.perform(CHECK_VIEW, op.result, op.args[0])
        builder.perform(CHECK_VIEW, tangent, base)


def _getitem(forward: Forward, op: Op, builder: Builder) -> Tangent:
    container, index = op.args
    tangent = forward.tangent(container)
    if tangent is None or not isinstance(container, Var):
        return None
    if isinstance(container.type, STRUCTURES):
        return _field(forward, op, builder)
    if isinstance(container.type, List):
        return builder.emit(GETITEM, tangent, index, type=op.result.type, hint=dot(op.result.hint))
    whole = forward.whole(builder, container)
    return builder.emit(GETITEM, whole, index, hint=dot(op.result.hint))


def _field(forward: Forward, op: Op, builder: Builder) -> Tangent:
    container = op.args[0]
    index: Atom = Const(op.static) if op.primitive is GETATTR else op.args[1]
    tangent = forward.tangent(container)
    if tangent is None:
        return None
    if not isinstance(container.type, STRUCTURES):
        raise UnsupportedCall(f"the attribute {op.static} of an active value has no derivative", op.origin)
    position = position_of(container.type, index)
    if position is None:
        return _slice_of_structure(op, builder, tangent, index)
    if isinstance(tangent, tuple):
        return tangent[position]
    return item_of(builder, tangent, position)


def _slice_of_structure(op: Op, builder: Builder, tangent: Tangent, index: Atom) -> Tangent:
    type_ = op.args[0].type
    if not isinstance(index, Const) or not isinstance(index.value, slice):
        raise UnsupportedCall("an active structure is read at an index that is not constant", op.origin)
    return items(builder, type_, tangent)[index.value]


def _make(forward: Forward, op: Op, builder: Builder) -> Tangent:
    return tuple(forward.tangent(a) for a in op.args)


def _copy(forward: Forward, op: Op, builder: Builder) -> Tangent:
    tangent = forward.tangent(op.args[0])
    if tangent is None:
        return None
    if not forward.is_pointer(op.result) and (not isinstance(tangent, Var) or tangent not in forward.ownership.shared):
        return tangent
    style = op.style if isinstance(tangent.type, Array) else None
    return builder.emit(COPY, forward.whole(builder, op.args[0]), style=style, hint=dot(op.result.hint))


def _full_like(forward: Forward, op: Op, builder: Builder) -> Tangent:
    return forward.tangent(op.args[1])


def _vaddat(forward: Forward, op: Op, builder: Builder) -> Tangent:
    base, index, value = op.args
    part = forward.tangent(value)
    if part is None:
        return forward.whole(builder, base)
    return builder.emit(VADDAT, forward.whole(builder, base), index, part, hint=dot(op.result.hint))


def _linear_in_first(forward: Forward, op: Op, builder: Builder) -> Tangent:
    tangent = forward.tangent(op.args[0])
    if tangent is None:
        return None
    return applied(op, builder, {0: forward.whole(builder, op.args[0])})


def _nothing(forward: Forward, op: Op, builder: Builder) -> Tangent:
    return None


def _opaque(forward: Forward, op: Op) -> None:
    """Code that is not looked into may see active values, but neither return one nor write to their memory."""
    if any(r in forward.active for r in op.results):
        raise UnsupportedCall(f"{op.primitive} of an active value has no derivative", op.origin)
    for var in (a for a in op.inputs if isinstance(a, Var) and a in forward.active and has_memory(a.type)):
        if op in forward.memory.writes(forward.memory.of(var)):
            raise UntrackableAlias(f"{var.hint} is given to code that may write to it", op.origin)


_SPECIAL: dict[Primitive, Callable[[Any, Op, Builder], Any]] = {
    GETITEM: _getitem,
    GETATTR: _field,
    TUPLE: _make,
    FIXED_LIST: _make,
    DICT: _make,
    RECORD: _make,
    SETITEM: writes.setitem,
    ADDAT: writes.add,
    SCATTER_ADD: writes.add,
    APPEND: writes.append,
    POP: writes.pop,
    LIST: writes.list,
    COPY: _copy,
    FULL_LIKE: _full_like,
    ZEROS_LIKE: _nothing,
    VADDAT: _vaddat,
    UNBROADCAST: _linear_in_first,
    LAST_WRITE: _linear_in_first,
    COMMENT: _nothing,
}
