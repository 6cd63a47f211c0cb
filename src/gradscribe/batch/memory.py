"""Reading and writing entries, containers, and copies, for k directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..ir.bundles import item_of
from ..ir.indexing import index_parts, item
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import ADD, COPY, GETITEM, SETITEM, SHAPE, TUPLE, VADDAT, ZEROS_LIKE
from ..ir.types import STRUCTURES, Array, FixedList, List, Numeric, Object, Scalar, Slice, Tuple, Type
from .values import NotBatched, rank_of, widened

if TYPE_CHECKING:
    from .transform import Batch

DONE = Const(None)
"""What a rule returns for an operation without result."""


def index_of(batch: Batch, index: Atom) -> Atom | None:
    """An index behind the axis of the directions; None where NumPy would put the axes of the entries elsewhere."""
    if batch.is_batched(index):
        raise NotBatched("an index depends on the directions")
    if isinstance(index, Const) and index.value is ...:
        return index
    kinds = [_kind(type_, value) for type_, value in index_parts(index)]
    if None in kinds or _separated(kinds):
        return None
    whole = Const(slice(None))
    if isinstance(index, Const):
        return Const((slice(None), *(index.value if isinstance(index.value, tuple) else (index.value,))))
    if isinstance(index.type, Tuple):
        parts: list[Atom] = [item_of(batch.builder, index, k) for k in range(len(index.type.items))]
    else:
        parts = [index]
    return batch.builder.emit(TUPLE, whole, *parts, hint="index")


def _kind(type_: Type, value: Any) -> str | None:
    """What a part of an index is: a number, what spans axes, or the entries of an array; None where it is not known."""
    if isinstance(type_, Slice) or isinstance(value, slice):
        return "slice"
    if isinstance(type_, Scalar):
        return "number" if type_.kind == "i" else None
    if isinstance(type_, Array):
        return "array"
    if isinstance(type_, (FixedList, List)) or isinstance(value, list):
        return "array"
    if isinstance(type_, Object) and type_.cls in (type(None), type(Ellipsis), slice):
        return "slice"
    return None


def _separated(kinds: list[str | None]) -> bool:
    """Whether the parts that take entries stand apart: NumPy then puts their axes first."""
    if "array" not in kinds:
        return False
    entries = [k for k, kind in enumerate(kinds) if kind != "slice"]
    return entries != list(range(entries[0], entries[-1] + 1))


def getitem(batch: Batch, op: Op) -> Atom | None:
    container, index = op.args
    wide = batch.of(container)
    type_ = widened(op.result.type, batch.dim) if not isinstance(op.result.type, Numeric) else None
    if type_ is None:
        raise NotBatched("the rank of an entry is not known")
    if isinstance(container.type, (List, *STRUCTURES)):
        if batch.is_batched(index):
            raise NotBatched("an index depends on the directions")
        return batch.builder.emit(GETITEM, wide, index, type=type_, hint=op.result.hint)
    if isinstance(index, Const) and index.value == () and not rank_of(container.type):
        return wide
    behind = index_of(batch, index)
    if behind is None:
        return None
    return batch.builder.emit(GETITEM, wide, behind, type=type_, hint=op.result.hint)


def getattr_(batch: Batch, op: Op) -> Atom | None:
    (container,) = op.args
    if not isinstance(container.type, STRUCTURES):
        raise NotBatched(f"the attribute {op.static} depends on the directions")
    type_ = widened(op.result.type, batch.dim)
    return batch.builder.emit(op.primitive, batch.of(container), static=op.static, type=type_, hint=op.result.hint)


def store(batch: Batch, op: Op) -> Atom | None:
    """`x[i] = v`, `x[i] += v`, `np.add.at(x, i, v)`."""
    target, index, value = op.args
    if isinstance(target.type, (List, *STRUCTURES)):
        return _store_in_container(batch, op)
    target_type = target.type if index_is_whole(index) else item((target, index), {})
    behind = index_of(batch, index)
    if behind is None or not isinstance(target_type, (Array, Scalar)) or not isinstance(value.type, (Array, Scalar)):
        return None
    rank = rank_of(target_type)
    if rank_of(value.type) > rank:
        return None
    batch.builder.perform(op.primitive, batch.of(target), behind, batch.expanded(value, rank), style=op.style)
    return DONE


def index_is_whole(index: Atom) -> bool:
    return isinstance(index, Const) and index.value is ...


def _store_in_container(batch: Batch, op: Op) -> Atom:
    target, index, value = op.args
    if op.primitive is not SETITEM or batch.is_batched(index):
        raise NotBatched("an entry of a container is changed in a way that depends on the directions")
    type_ = target.type.item if isinstance(target.type, List) else value.type
    batch.builder.perform(SETITEM, batch.of(target), index, batch.lifted(value, type_))
    return DONE


def vaddat(batch: Batch, op: Op) -> Atom | None:
    base, index, value = op.args
    behind, target = index_of(batch, index), item((base, index), {})
    if behind is None or not isinstance(base.type, Array) or not isinstance(target, (Array, Scalar)):
        return None
    if rank_of(value.type) > rank_of(target):
        return None
    wide = batch.lifted(base, base.type)
    made = batch.definition.get(base) if isinstance(base, Var) else None
    is_new = made is not None and made.primitive is ZEROS_LIKE
    if not batch.is_batched(base) and not is_new:
        wide = batch.builder.emit(COPY, wide, hint=op.result.hint)
    added = batch.expanded(value, rank_of(target))
    type_ = widened(op.result.type, batch.dim)
    return batch.builder.emit(VADDAT, wide, behind, added, type=type_, hint=op.result.hint)


def append(batch: Batch, op: Op) -> Atom:
    target, value = op.args
    if not isinstance(target.type, List):
        raise NotBatched("something is appended to what is no list")
    batch.builder.perform(op.primitive, batch.of(target), batch.lifted(value, target.type.item), style=op.style)
    return DONE


def pop(batch: Batch, op: Op) -> Atom:
    if any(map(batch.is_batched, op.args[1:])):
        raise NotBatched("an index depends on the directions")
    type_ = widened(op.result.type, batch.dim)
    return batch.builder.emit(op.primitive, *map(batch.of, op.args), type=type_, hint=op.result.hint)


def new_list(batch: Batch, op: Op) -> Atom:
    assert isinstance(op.result.type, List)
    items = [batch.lifted(a, op.result.type.item) for a in op.args]
    return batch.builder.emit(op.primitive, *items, type=widened(op.result.type, batch.dim), hint=op.result.hint)


def copy(batch: Batch, op: Op) -> Atom | None:
    if not isinstance(op.args[0].type, (Array, Scalar, List)):
        return None
    return batch.builder.emit(COPY, batch.of(op.args[0]), style=op.style, hint=op.result.hint)


def full_like(batch: Batch, op: Op) -> Atom | None:
    """The value itself, spread over the shape of what it is like."""
    like, value = op.args
    if op.keywords or not isinstance(like.type, (Array, Scalar)):
        return None
    if not batch.is_batched(value):
        value_type = op.result.type
        return batch.builder.emit(op.primitive, batch.of(like), value, type=widened(value_type, batch.dim))
    if not isinstance(like.type, Array):
        return batch.of(value)
    made = _spread(batch, like, batch.expanded(value, like.type.ndim), op)
    if isinstance(value.type, (Array, Scalar)) and _dtype(value.type) != like.type.dtype:
        return None
    return batch.own(op, made)


def _spread(batch: Batch, like: Atom, value: Atom, op: Op) -> Atom:
    shape = batch.builder.emit(SHAPE, batch.of(like), hint="shape")
    whole = shape if batch.is_batched(like) else batch.leading(shape)
    return batch.emit("broadcast_to", value, whole, like=op.result.type)


def _dtype(type_: Array | Scalar) -> str | None:
    return type_.dtype or ("float64" if type_.kind == "f" else None)


def add_lists(batch: Batch, op: Op) -> Atom | None:
    """`xs + ys` of lists makes a new one."""
    if not all(isinstance(a.type, List) for a in op.args):
        return None
    if not all(map(batch.is_batched, op.args)):
        raise NotBatched("a list of what depends on the directions is joined with another one")
    type_ = widened(op.result.type, batch.dim)
    return batch.builder.emit(ADD, *map(batch.of, op.args), type=type_, hint=op.result.hint)


def check(batch: Batch, op: Op) -> Atom:
    """Checks of what shares memory hold for k directions as for one."""
    keywords = dict(op.keywords)
    batch.builder.perform(op.primitive, *map(batch.of, op.args), static=op.static, style=op.style, **keywords)
    return DONE


RULES: dict[str, Callable[[Any, Op], Atom | None]] = {
    "getitem": getitem,
    "getattr_": getattr_,
    "setitem": store,
    "addat": store,
    "scatter_add": store,
    "vaddat": vaddat,
    "append": append,
    "pop": pop,
    "list_": new_list,
    "copy": copy,
    "full_like": full_like,
    "add": add_lists,
    "check_view": check,
    "check_apart": check,
}
