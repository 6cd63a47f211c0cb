"""Operations along an axis, for k directions: the axis is one further back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..ir.nodes import Atom, Const, Op
from ..ir.primitives import BY_NAME
from ..ir.types import Array, Scalar
from .values import rank_of, widened

if TYPE_CHECKING:
    from .transform import Batch


def behind(axis: Any) -> Any:
    """An axis, or a tuple of axes, of each of k arrays as one of all; axes that are counted from the end stay."""
    if isinstance(axis, (tuple, list)):
        return type(axis)(map(behind, axis))
    return int(axis) + 1 if int(axis) >= 0 else int(axis)


def constant_axis(op: Op, name: str, default: Any) -> tuple[bool, Any]:
    """Whether a keyword is known, and its value."""
    atom = dict(op.keywords).get(name)
    if atom is None:
        return True, default
    return (True, atom.value) if isinstance(atom, Const) else (False, None)


def again(batch: Batch, op: Op, first: Atom, **changed: Any) -> Atom | None:
    """The same operation on k arrays in place of its first operand, with other constant keywords."""
    if any(map(batch.is_batched, (*op.args[1:], *(a for _, a in op.keywords)))):
        return None
    more = dict(op.keywords) | {k: Const(v) for k, v in changed.items()}
    type_ = widened(op.result.type, batch.dim)
    style = None if op.style in ("math", "builtin") else op.style
    return batch.builder.emit(op.primitive, first, *op.args[1:], type=type_, more=more, style=style)


def reduction(batch: Batch, op: Op) -> Atom | None:
    """A reduction over all axes or some."""
    if not isinstance(op.args[0].type, (Array, Scalar)) or len(op.args) > 1 or "out" in dict(op.keywords):
        return None
    rank = rank_of(op.args[0].type)
    is_known, axis = constant_axis(op, "axis", None)
    if not is_known or not isinstance(op.result.type, (Array, Scalar)):
        return None
    if rank == 0:
        return batch.own(op, batch.of(op.args[0])) if op.primitive.name == "sum" and not op.keywords else None
    axes = tuple(range(1, rank + 1)) if axis is None else behind(axis)
    return again(batch, op, batch.of(op.args[0]), axis=axes[0] if axis is None and rank == 1 else axes)


def along(default: Any) -> Callable[[Batch, Op], Atom | None]:
    """An operation along one axis; without one it takes the array as flat (None), or the axis is `default`."""

    def rule(batch: Batch, op: Op) -> Atom | None:
        if not isinstance(op.args[0].type, Array) or not isinstance(op.result.type, Array):
            return None
        rank = op.args[0].type.ndim
        is_known, axis = constant_axis(op, "axis", default)
        if not is_known or (axis is None and rank != 1) or not rank:
            return None
        return again(batch, op, batch.of(op.args[0]), axis=1 if axis is None else behind(axis))

    return rule


def split(batch: Batch, op: Op) -> Atom | None:
    """`np.split` and `np.array_split`: the parts are views."""
    is_known, axis = constant_axis(op, "axis", 0)
    if not is_known or not isinstance(op.args[0].type, Array):
        return None
    return again(batch, op, batch.of(op.args[0]), axis=behind(axis))


def entrywise(batch: Batch, op: Op) -> Atom | None:
    """What is done to each entry, and may be a view: the real part of a real array, say."""
    is_plain = isinstance(op.args[0].type, Array) and isinstance(op.result.type, Array)
    return again(batch, op, batch.of(op.args[0])) if is_plain else None


def flip(batch: Batch, op: Op) -> Atom | None:
    is_known, axis = constant_axis(op, "axis", None)
    if not is_known or not isinstance(op.args[0].type, Array):
        return None
    axes = tuple(range(1, op.args[0].type.ndim + 1)) if axis is None else behind(axis)
    return again(batch, op, batch.of(op.args[0]), axis=axes)


def on_last_two(batch: Batch, op: Op) -> Atom | None:
    """An operation on the last two axes of a stack of matrices."""
    return again(batch, op, batch.of(op.args[0])) if rank_of(op.args[0].type) >= 2 else None


def diagonal(batch: Batch, op: Op) -> Atom | None:
    """`np.diagonal` and `np.trace`."""
    first, second = constant_axis(op, "axis1", 0), constant_axis(op, "axis2", 1)
    if not first[0] or not second[0] or rank_of(op.args[0].type) < 2 or not isinstance(op.result.type, (Array, Scalar)):
        return None
    return again(batch, op, batch.of(op.args[0]), axis1=behind(first[1]), axis2=behind(second[1]))


_REDUCTIONS = ("sum", "mean", "prod", "max", "min", "any", "all", "nansum", "nanmean", "nanmax", "nanmin")

RULES: dict[str, Callable[[Any, Op], Atom | None]] = {
    **dict.fromkeys((n for n in _REDUCTIONS if n in BY_NAME), reduction),
    **dict.fromkeys(("cumsum", "cumprod", "roll", "repeat"), along(None)),
    **dict.fromkeys(("diff", "fft", "ifft", "rfft", "irfft"), along(-1)),
    "take": along(None),
    "flip": flip,
    **dict.fromkeys(("split", "array_split"), split),
    **dict.fromkeys(("real", "imag", "astype"), entrywise),
    "tril": on_last_two,
    "triu": on_last_two,
    "diagonal": diagonal,
    "trace": diagonal,
}
