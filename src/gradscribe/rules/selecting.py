"""Functions that pick, order or place entries: the adjoint puts each entry's part back where it came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import runtime
from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import define
from ..ir.types import UNKNOWN, Array
from . import shapes
from .arrays import ITEM_AT, like
from .facts import axes_of, fit, is_structure, rank
from .reductions import along
from .table import dispatching, general, linear, zero

added_at = dispatching(runtime.added_at)
added_along_axis = dispatching(runtime.added_along_axis)
with_diagonal = dispatching(runtime.with_diagonal)

# ------------------------------------------------------------------ the adjoints of runtime


ADDED_AT = define("added_at", runtime.added_at, infer=_infer.same_as_first, parameters="x, index, value")
general(
    ADDED_AT,
    dict(x=lambda g, z, x, index, value: g, value=lambda g, z, x, index, value: g[index]),
    dict(
        x=lambda d, z, x, index, value: d,
        value=lambda d, z, x, index, value: added_at(np.zeros_like(x), index, d),
    ),
)
ADDED_ALONG_AXIS = define(
    "added_along_axis", runtime.added_along_axis, infer=_infer.same_as_first, parameters="x, indices, value, axis"
)
general(
    ADDED_ALONG_AXIS,
    dict(
        x=lambda g, z, x, indices, value, axis: g,
        value=lambda g, z, x, indices, value, axis: np.take_along_axis(g, indices, axis),
    ),
    dict(
        x=lambda d, z, x, indices, value, axis: d,
        value=lambda d, z, x, indices, value, axis: added_along_axis(np.zeros_like(x), indices, d, axis),
    ),
)
WITH_DIAGONAL = define(
    "with_diagonal",
    runtime.with_diagonal,
    infer=lambda args, keywords: args[1].type,
    parameters="values, x, offset=0, axis1=0, axis2=1",
)
general(
    WITH_DIAGONAL,
    dict(values=lambda g, z, values, x, **keywords: np.diagonal(g, **keywords)),
    linear="values",
    zero="x",
)

# ------------------------------------------------------------------ diagonals

DIAGONAL = define(
    "diagonal",
    np.diagonal,
    np.ndarray.diagonal,
    infer=shapes.by_shape(np.diagonal, shapes.diagonal_of),
    parameters="a, offset=0, axis1=0, axis2=1",
    aliasing="view",
    reads=False,
    cost="free",
)
linear(DIAGONAL, a=lambda g, z, a, **keywords: with_diagonal(g, a, **keywords))
WRITABLE = define(
    "writable",
    runtime.writable,
    infer=_infer.same_as_first,
    parameters="view",
    aliasing="view",
    reads=False,
    cost="free",
)
linear(WRITABLE, view=lambda g, z, view: g)


def diag_adjoint(g: Any, z: Any, v: Any, k: int = 0) -> Any:
    if rank(v) == 1:
        return np.diagonal(g, k)
    return with_diagonal(g, v, k)


def diag_type(args: Any, keywords: Any) -> Any:
    type_ = args[0].type
    if not isinstance(type_, Array):
        return _infer.by_example(np.diag)(args, keywords)
    if type_.ndim == 1:
        length = type_.shape[0] if _infer.constant(keywords.get("k"), 0) == 0 else UNKNOWN
        return Array(type_.dtype, (length, length))
    return Array(type_.dtype, shapes.diagonal_of(type_.shape, 1 if keywords else 0))


DIAG = define("diag", np.diag, infer=diag_type, parameters="v, k=0", aliasing="maybe")
linear(DIAG, v=diag_adjoint)
READ_ONLY = (DIAGONAL, DIAG)
"""Views that NumPy makes read-only, though what they are views of may be written."""
linear(
    define("diagflat", np.diagflat, infer=_infer.by_example(np.diagflat), parameters="v, k=0"),
    v=lambda g, z, v, k=0: like(np.diagonal(g, k), v),
)


def trace_adjoint(g: Any, z: Any, a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """g on the diagonal: the part of a matrix full of g that is in both triangles."""
    if rank(a) == 2:
        return np.tril(np.triu(np.full_like(a, g), offset), offset)
    axes = tuple(sorted(axes_of((axis1, axis2), rank(a))))
    moved = np.moveaxis(np.broadcast_to(np.expand_dims(g, axes), np.shape(a)), (axis1, axis2), (-2, -1))
    return np.moveaxis(np.tril(np.triu(moved, offset), offset), (-2, -1), (axis1, axis2))


TRACE = define(
    "trace",
    np.trace,
    np.ndarray.trace,
    infer=_infer.by_example(np.trace),
    parameters="a, offset=0, axis1=0, axis2=1",
    cost="cheap",
)
linear(TRACE, a=trace_adjoint)
linear(ITEM_AT, a=lambda g, z, a, k: like(added_at(np.zeros_like(np.ravel(a)), k, g), a))

# ------------------------------------------------------------------ taking


def _within(indices: Any, n: Any, mode: Any) -> Any:
    """The entries that indices mean which may lie outside."""
    if mode not in ("clip", "wrap"):
        raise UnsupportedCall(f"np.take with mode={mode!r} has no rule")
    return np.clip(indices, 0, n - 1) if mode == "clip" else np.remainder(indices, n)


def take_adjoint(g: Any, z: Any, a: Any, indices: Any, axis: Any = None, mode: Any = "raise") -> Any:
    if mode != "raise":
        indices = _within(indices, np.size(a) if axis is None else a.shape[axis], mode)
    if axis is None and rank(a) != 1:
        return like(added_at(np.zeros_like(np.ravel(a)), indices, g), a)
    return added_at(np.zeros_like(a), along(axis or 0, rank(a), indices), g)


TAKE = define(
    "take",
    np.take,
    np.ndarray.take,
    infer=shapes.by_shape(np.take, shapes.taken),
    parameters="a, indices, axis=None, *, mode='raise'",
    cost="cheap",
)
linear(TAKE, picks=True, a=take_adjoint)


def take_along_axis_adjoint(g: Any, z: Any, arr: Any, indices: Any, axis: Any = -1) -> Any:
    if axis is None:
        return like(added_at(np.zeros_like(np.ravel(arr)), indices, g), arr)
    return added_along_axis(np.zeros_like(arr), indices, g, axis)


def along_type(args: Any, keywords: Any) -> Any:
    array, indices = shapes.as_array(args[0].type), args[1].type
    known = array is not None and isinstance(indices, Array)
    return Array(array.dtype, (UNKNOWN,) * indices.ndim) if known else _infer.NUMERIC


linear(
    define("take_along_axis", np.take_along_axis, infer=along_type, parameters="arr, indices, axis"),
    arr=take_along_axis_adjoint,
)


def compress_adjoint(g: Any, z: Any, condition: Any, a: Any, axis: Any = None) -> Any:
    where = np.flatnonzero(condition)
    return take_adjoint(g, z, a, where, axis)


general(
    define(
        "compress",
        np.compress,
        infer=_infer.by_example(np.compress),
        parameters="condition, a, axis=None",
        cost="cheap",
    ),
    dict(a=compress_adjoint),
    linear="a",
    zero="condition",
    picks=True,
)
linear(
    define(
        "compress_",
        np.ndarray.compress,
        infer=lambda args, keywords: _infer.by_example(np.compress)(args[::-1], keywords),
        parameters="a, condition, axis=None",
        cost="cheap",
    ),
    a=lambda g, z, a, condition, axis=None: compress_adjoint(g, z, condition, a, axis),
)
general(
    define(
        "extract", np.extract, infer=lambda args, k: _flat_type(args[1].type), parameters="condition, arr", cost="cheap"
    ),
    dict(arr=lambda g, z, condition, arr: compress_adjoint(g, z, np.ravel(condition), arr)),
    linear="arr",
    zero="condition",
    picks=True,
)


def _flat_type(type_: Any) -> Any:
    array = shapes.as_array(type_)
    return Array(array.dtype, (UNKNOWN,)) if array is not None else _infer.NUMERIC


def select_adjoint(g: Any, z: Any, condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Each choice receives g where its condition is the first that holds."""
    out, free = [], True
    for condition, choice in zip(condlist, choicelist, strict=True):
        first = condition if free is True else condition & free
        out.append(fit(np.where(first, g, 0.0), choice))
        free = ~condition if free is True else free & ~condition
    return tuple(out)


def select_default_adjoint(g: Any, z: Any, condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    for condition in condlist:
        g = np.where(condition, 0.0, g)
    return fit(g, default)


general(
    define(
        "select",
        np.select,
        infer=_infer.by_example(np.select),
        parameters="condlist, choicelist, default=0",
        cost="cheap",
    ),
    dict(choicelist=select_adjoint, default=select_default_adjoint),
    dict(
        choicelist=lambda d, z, condlist, choicelist, default=0: np.select(condlist, d, 0.0),
        default=lambda d, z, condlist, choicelist, default=0: np.select(
            condlist, [np.zeros_like(choice) for choice in choicelist], d
        ),
    ),
    zero="condlist",
    masks=True,
)


def choose_adjoint(g: Any, z: Any, a: Any, choices: Any) -> Any:
    return tuple(fit(np.where(np.equal(a, k), g, 0.0), choice) for k, choice in enumerate(choices))


general(
    define("choose", np.choose, infer=_infer.by_example(np.choose), parameters="a, choices", cost="cheap"),
    dict(choices=choose_adjoint),
    linear="choices",
    masks=True,
)

# ------------------------------------------------------------------ ordering


def sort_adjoint(g: Any, z: Any, a: Any, axis: Any = -1, kind: Any = None) -> Any:
    """g, back in the order of a; ties keep their order."""
    if axis is None:
        return like(sort_adjoint(g, z, np.ravel(a)), a)
    order = np.argsort(a, axis=axis, kind="stable")
    if rank(a) == 1:
        return g[np.argsort(order)]
    return np.take_along_axis(g, np.argsort(order, axis=axis), axis)


def sort_tangent(d: Any, z: Any, a: Any, axis: Any = -1, kind: Any = None) -> Any:
    if axis is None:
        return sort_tangent(np.ravel(d), z, np.ravel(a))
    order = np.argsort(a, axis=axis, kind="stable")
    return d[order] if rank(a) == 1 else np.take_along_axis(d, order, axis)


SORT = define("sort", np.sort, infer=shapes.by_shape(np.sort, shapes.stripes), parameters="a, axis=-1, kind=None")
general(SORT, dict(a=sort_adjoint), dict(a=sort_tangent))


def partition_adjoint(g: Any, z: Any, a: Any, kth: Any, axis: Any = -1) -> Any:
    """g in the order of the sorted result, then back in the order of a: equal values find each other."""
    if axis is None:
        return like(sort_adjoint(sort_tangent(g, z, z), z, np.ravel(a)), a)
    return sort_adjoint(sort_tangent(g, z, z, axis), z, a, axis)


def partition_tangent(d: Any, z: Any, a: Any, kth: Any, axis: Any = -1) -> Any:
    if axis is None:
        return sort_adjoint(sort_tangent(np.ravel(d), z, np.ravel(a)), z, z)
    return sort_adjoint(sort_tangent(d, z, a, axis), z, z, axis)


PARTITION = define(
    "partition", np.partition, infer=_infer.by_example(np.partition, size=12), parameters="a, kth, axis=-1"
)
general(PARTITION, dict(a=partition_adjoint), dict(a=partition_tangent))


def order_type(args: Any, keywords: Any) -> Any:
    array = shapes.as_array(args[0].type)
    if array is None:
        return _infer.NUMERIC
    return Array("int64", shapes.stripes(array.shape, axis=_infer.constant(keywords.get("axis"), -1)))


zero(
    define("argsort", np.argsort, np.ndarray.argsort, infer=order_type, parameters="a, axis=-1, kind=None"),
    define(
        "argpartition", np.argpartition, infer=_infer.by_example(np.argpartition, size=12), parameters="a, kth, axis=-1"
    ),
    define("flatnonzero", np.flatnonzero, infer=lambda args, keywords: Array("int64", (UNKNOWN,)), parameters="a"),
    define("nonzero", np.nonzero, np.ndarray.nonzero, infer=_infer.by_example(np.nonzero), parameters="a"),
    define("argwhere", np.argwhere, infer=_infer.by_example(np.argwhere), parameters="a"),
)


# ------------------------------------------------------------------ inserting and deleting


def delete_adjoint(g: Any, z: Any, arr: Any, obj: Any, axis: Any = None) -> Any:
    """Zeros where entries were deleted."""
    flat = axis is None and rank(arr) != 1
    line, k = (np.ravel(arr), 0) if flat else (arr, axis or 0)
    kept = np.delete(np.cumsum(np.ones_like(line), axis=k), obj, axis=k)
    index = (kept - 1.0).astype(int)
    placed = added_along_axis(np.zeros_like(line), index, g, k)
    return like(placed, arr) if flat else placed


linear(
    define("np_delete", np.delete, infer=_infer.by_example(np.delete), parameters="arr, obj, axis=None", cost="cheap"),
    arr=delete_adjoint,
)


def repeat_adjoint(g: Any, z: Any, a: Any, repeats: Any, axis: Any = None) -> Any:
    flat = axis is None and rank(a) != 1
    line, k = (np.ravel(a), 0) if flat else (a, (axis or 0) % max(rank(a), 1))
    if rank(repeats) == 0 and not is_structure(repeats):
        lengths = (*line.shape[: k + 1], repeats, *line.shape[k + 1 :])
        total = np.sum(np.reshape(g, lengths), axis=k + 1)
    else:
        place = np.repeat(np.cumsum(np.ones_like(line), axis=k), repeats, axis=k)
        total = added_along_axis(np.zeros_like(line), (place - 1.0).astype(int), g, k)
    return like(total, a) if flat else total


REPEAT = define(
    "repeat",
    np.repeat,
    np.ndarray.repeat,
    infer=_infer.by_example(np.repeat),
    parameters="a, repeats, axis=None",
    cost="cheap",
)
linear(REPEAT, a=repeat_adjoint)
