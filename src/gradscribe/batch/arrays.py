"""Operations that put the entries of arrays elsewhere, for k directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import runtime
from ..ir.bundles import item_of
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import BY_NAME, TUPLE, ZEROS_LIKE, define
from ..ir.types import STRUCTURES, Array, FixedList, List, Scalar, Tuple, Type
from .reductions import again, behind, constant_axis
from .values import rank_of, widened

if TYPE_CHECKING:
    from .transform import Batch

UNBROADCAST_EACH = define("unbroadcast_each", runtime.unbroadcast_each, infer=None, parameters="g, x", aliasing="maybe")
"""`unbroadcast` for each of k cotangents (by `runtime`)."""


def unbroadcast(batch: Batch, op: Op) -> Atom | None:
    g, x = op.args
    if batch.is_batched(x) or not isinstance(op.result.type, (Array, Scalar)):
        return None
    type_ = widened(op.result.type, batch.dim)
    return batch.builder.emit(UNBROADCAST_EACH, batch.of(g), x, type=type_, style="runtime")


# ------------------------------------------------------------------ axes


def transpose(batch: Batch, op: Op) -> Atom | None:
    is_known, axes = constant_axis(op, "axes", None)
    if not is_known or not isinstance(op.args[0].type, Array):
        return None
    rank, wide, like = op.args[0].type.ndim, batch.of(op.args[0]), op.result.type
    if axes is None and rank <= 1:
        return wide
    if axes is None and rank == 2:
        return batch.emit("swapaxes", wide, Const(1), Const(2), like=like)
    order = tuple(range(rank - 1, -1, -1)) if axes is None else tuple(int(a) % rank for a in axes)
    return batch.emit("transpose", wide, like=like, axes=Const((0, *(a + 1 for a in order))))


def with_axes(batch: Batch, op: Op) -> Atom | None:
    """`np.swapaxes`, `np.moveaxis`, `np.expand_dims`: all operands but the first are axes."""
    first, *axes = op.args
    if op.keywords or not all(isinstance(a, Const) for a in axes) or not isinstance(first.type, Array):
        return None
    moved = [Const(behind(a.value)) for a in axes if isinstance(a, Const)]
    type_ = widened(op.result.type, batch.dim)
    return batch.builder.emit(op.primitive, batch.of(first), *moved, type=type_, style=op.style)


def squeeze(batch: Batch, op: Op) -> Atom | None:
    is_known, axis = constant_axis(op, "axis", None)
    return again(batch, op, batch.of(op.args[0]), axis=behind(axis)) if is_known and axis is not None else None


# ------------------------------------------------------------------ shapes


def _shape(batch: Batch, shape: Atom) -> Atom | None:
    """A shape, or a length, with the number of directions in front."""
    if isinstance(shape, Const) and isinstance(shape.value, (int, tuple)):
        lengths = shape.value if isinstance(shape.value, tuple) else (shape.value,)
        return batch.builder.emit(TUPLE, batch.count, *map(Const, lengths), hint="shape")
    if isinstance(shape.type, Scalar):
        return batch.builder.emit(TUPLE, batch.count, shape, hint="shape")
    if isinstance(shape.type, Tuple) and isinstance(shape, Var):
        return batch.leading(shape)
    return None


def reshape(batch: Batch, op: Op) -> Atom | None:
    first, *rest = op.args
    if len(rest) != 1 or not _in_order(op) or not isinstance(op.result.type, Array):
        return None
    shape = _shape(batch, rest[0])
    return None if shape is None else batch.emit("reshape", batch.of(first), shape, like=op.result.type)


def _in_order(op: Op) -> bool:
    return all(k == "order" and isinstance(a, Const) and a.value == "C" for k, a in op.keywords)


def ravel(batch: Batch, op: Op) -> Atom | None:
    """`np.ravel` and `x.flatten()`."""
    if not _in_order(op) or not isinstance(op.args[0].type, (Array, Scalar)):
        return None
    shape = batch.builder.emit(TUPLE, batch.count, Const(-1), hint="shape")
    made = batch.emit("reshape", batch.of(op.args[0]), shape, like=op.result.type)
    return batch.own(op, made) if op.aliasing == "fresh" else made


def broadcast_to(batch: Batch, op: Op) -> Atom | None:
    value, shape = op.args
    if op.keywords or not isinstance(value.type, (Array, Scalar)) or not isinstance(op.result.type, (Array, Scalar)):
        return None
    whole = _shape(batch, shape)
    if whole is None:
        return None
    return batch.emit("broadcast_to", batch.expanded(value, rank_of(op.result.type)), whole, like=op.result.type)


def zeros_like(batch: Batch, op: Op) -> Atom | None:
    return batch.builder.emit(ZEROS_LIKE, batch.of(op.args[0]), type=widened(op.result.type, batch.dim))


# ------------------------------------------------------------------ joining


def _items(batch: Batch, bundle: Atom) -> tuple[Atom, list[Type]] | None:
    """A tuple or list of arrays (or an array of arrays), k of each, and their types."""
    if isinstance(bundle.type, Array) and bundle.type.ndim:
        return batch.of(bundle), [Array(bundle.type.dtype, bundle.type.shape[1:])]
    if isinstance(bundle.type, List):
        return batch.of(bundle), [bundle.type.item]
    if not isinstance(bundle.type, (Tuple, FixedList)):
        return None
    return _nested(batch, batch.of(bundle), bundle.type), list(bundle.type.items)


def _ranks(types: list[Type]) -> set[int]:
    return {t.ndim if isinstance(t, Array) else 0 for t in types}


def joining(batch: Batch, op: Op) -> Atom | None:
    """`np.concatenate` and `np.stack`: the axis is one further back."""
    is_known, axis = constant_axis(op, "axis", 0)
    found = _items(batch, op.args[0])
    if found is None or not is_known or axis is None or len(_ranks(found[1])) != 1 or _others(op):
        return None
    if isinstance(op.args[0].type, Array):  # its first axis is the list
        return batch.own(op, found[0]) if op.primitive.name == "stack" and axis == 0 else None
    return batch.emit(op.primitive.name, found[0], like=op.result.type, axis=Const(behind(axis)))


def _others(op: Op) -> bool:
    return any(k != "axis" for k, _ in op.keywords) or len(op.args) != 1


def stacking(name_of_rank: dict[int, tuple[str, int]]) -> Callable[[Batch, Op], Atom | None]:
    """`np.hstack` and its like as `np.stack` or `np.concatenate`, along an axis that depends on the rank."""

    def rule(batch: Batch, op: Op) -> Atom | None:
        found = _items(batch, op.args[0])
        if found is None or isinstance(op.args[0].type, Array) or _others(op) or op.keywords:
            return None
        ranks = _ranks(found[1])
        name, axis = name_of_rank.get(ranks.pop(), (None, 0)) if len(ranks) == 1 else (None, 0)
        return None if name is None else batch.emit(name, found[0], like=op.result.type, axis=Const(axis))

    return rule


def array(batch: Batch, op: Op) -> Atom | None:
    """`np.array` of nested lists: the axis of the directions stands behind those of the lists."""
    (given,) = op.args
    if isinstance(given.type, (Array, Scalar)):
        return _of_array(batch, op)
    if op.keywords or not isinstance(op.result.type, Array):
        return None
    if isinstance(given.type, List):
        if isinstance(given.type.item, List):
            return None
        return batch.emit("stack", batch.of(given), like=op.result.type, axis=Const(1))
    depth, types = _nesting(given.type)
    if types is None or len(_ranks(types)) != 1:
        return None
    nested = _nested(batch, batch.of(given), given.type)
    if depth == 1:
        return batch.emit("stack", nested, like=op.result.type, axis=Const(1))
    made = batch.builder.emit(BY_NAME["array"], nested)
    return batch.emit("moveaxis", made, Const(depth), Const(0), like=op.result.type)


def _of_array(batch: Batch, op: Op) -> Atom | None:
    if any(k not in ("dtype", "copy") for k, _ in op.keywords) or not isinstance(op.result.type, (Array, Scalar)):
        return None
    return again(batch, op, batch.of(op.args[0]))


def _nested(batch: Batch, wide: Atom, type_: Type) -> Atom:
    """The nested lists; their integers are k times the same, too."""
    if isinstance(type_, STRUCTURES) and all(isinstance(i, (Array, Scalar)) and i.kind in "fc" for i in type_.items):
        return wide
    if not isinstance(type_, STRUCTURES) or not isinstance(wide, Var):
        return wide if isinstance(wide.type, Array) else batch.lifted(wide, wide.type)
    items = [item_of(batch.builder, wide, k) for k in range(len(type_.items))]
    return batch.builder.structure(type_, [_nested(batch, i, t) for i, t in zip(items, type_.items, strict=True)])


def _nesting(type_: Type) -> tuple[int, list[Type] | None]:
    """How deep tuples and lists are nested, and the types inside; None where they are not even."""
    if not isinstance(type_, (Tuple, FixedList)):
        return 0, [type_]
    inner = [_nesting(t) for t in type_.items]
    if len({depth for depth, _ in inner}) != 1 or any(types is None for _, types in inner):
        return 0, None
    return inner[0][0] + 1, [t for _, types in inner for t in types or ()]


def number(batch: Batch, op: Op) -> Atom | None:
    """`float(x)` of a number, or of an array with one entry."""
    (given,) = op.inputs
    if not isinstance(given.type, Scalar):
        return None
    wide = batch.of(given)
    is_same = isinstance(wide.type, Array) and wide.type == widened(op.result.type, batch.dim)
    return wide if is_same else None


RULES: dict[str, Callable[[Any, Op], Atom | None]] = {
    "unbroadcast": unbroadcast,
    "transpose": transpose,
    "swapaxes": with_axes,
    "moveaxis": with_axes,
    "expand_dims": with_axes,
    "squeeze": squeeze,
    "reshape": reshape,
    "ravel": ravel,
    "flatten": ravel,
    "broadcast_to": broadcast_to,
    "zeros_like": zeros_like,
    "concatenate": joining,
    "stack": joining,
    "hstack": stacking({1: ("concatenate", 1), 2: ("concatenate", 2), 3: ("concatenate", 2)}),
    "vstack": stacking({1: ("stack", 1), 2: ("concatenate", 1), 3: ("concatenate", 1)}),
    "column_stack": stacking({1: ("stack", 2), 2: ("concatenate", 2)}),
    "array": array,
    "asarray": _of_array,
    "ascontiguousarray": _of_array,
    "float_": number,
    "complex_": number,
}
