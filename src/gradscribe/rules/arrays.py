"""Functions that rearrange, join, split and make arrays. All are linear: the adjoint puts the entries back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import define, register
from . import shapes
from .facts import fit, is_structure, rank
from .reductions import along
from .table import general, linear


def like(g: Any, a: Any) -> Any:
    """g in the shape of a."""
    return np.reshape(g, np.shape(a))


# ------------------------------------------------------------------ shape


def reshape_adjoint(g: Any, z: Any, a: Any, shape: Any = None, order: Any = "C") -> Any:
    return like(g, a) if order == "C" else np.reshape(g, np.shape(a), order=_known(order))


def _known(order: Any) -> Any:
    if order not in ("C", "F"):
        raise UnsupportedCall(f"order={order!r} depends on the layout in memory: use 'C' or 'F'")
    return order


def _define(name: str, parameters: str, shape: Any, *callables: Any, **how: Any) -> Any:
    return define(name, *callables, infer=shapes.by_shape(callables[0], shape), parameters=parameters, **how)


_MOVE: dict[str, Any] = dict(aliasing="view", reads=False, cost="free")
_MAYBE: dict[str, Any] = dict(aliasing="maybe", reads=False, cost="free")
_ANY: dict[str, Any] = dict(aliasing="any", reads=False, cost="free")  # entries that are one cell; several operands

RESHAPE = _define("reshape", "a, shape, order='C'", shapes.reshaped, np.reshape, np.ndarray.reshape, **_MAYBE)
RAVEL = _define("ravel", "a, order='C'", shapes.flat, np.ravel, np.ndarray.ravel, **_MAYBE)
FLATTEN = _define("flatten", "a, order='C'", shapes.flat, np.ndarray.flatten, cost="cheap")
linear(RESHAPE, a=reshape_adjoint)
linear(RAVEL, a=lambda g, z, a, order="C": reshape_adjoint(g, z, a, None, order))
linear(FLATTEN, a=lambda g, z, a, order="C": reshape_adjoint(g, z, a, None, order))


def transpose_adjoint(g: Any, z: Any, a: Any, axes: Any = None) -> Any:
    if axes is None:
        return np.transpose(g)
    order = [int(k) % rank(a) for k in axes]
    return np.transpose(g, tuple(order.index(k) for k in range(rank(a))))


TRANSPOSE = _define("transpose", "a, axes=None", shapes.transposed, np.transpose, np.ndarray.T, **_MOVE)
register(np.ndarray.transpose, TRANSPOSE, "np")
linear(TRANSPOSE, a=transpose_adjoint)
if getattr(np, "permute_dims", np.transpose) is not np.transpose:
    register(np.permute_dims, TRANSPOSE)
SWAPAXES = _define("swapaxes", "a, axis1, axis2", shapes.swapped, np.swapaxes, np.ndarray.swapaxes, **_MOVE)
linear(SWAPAXES, a=lambda g, z, a, axis1, axis2: np.swapaxes(g, axis1, axis2))
_LAST = [place.matrix_transpose for place in (np, np.linalg) if hasattr(place, "matrix_transpose")]
if _LAST:
    MATRIX_TRANSPOSE = _define(
        "matrix_transpose", "x, /", lambda dims: shapes.swapped(dims, -1, -2), *_LAST, np.ndarray.mT, **_MOVE
    )
    linear(MATRIX_TRANSPOSE, x=lambda g, z, x: np.swapaxes(g, -1, -2))
MOVEAXIS = _define("moveaxis", "a, source, destination", shapes.moved, np.moveaxis, **_MOVE)
linear(MOVEAXIS, a=lambda g, z, a, source, destination: np.moveaxis(g, destination, source))


def rollaxis_adjoint(g: Any, z: Any, a: Any, axis: int, start: int = 0) -> Any:
    axis, start = axis % rank(a), start + rank(a) if start < 0 else start
    return np.moveaxis(g, start - 1 if axis < start else start, axis)


linear(_define("rollaxis", "a, axis, start=0", shapes.rolled, np.rollaxis, **_MOVE), a=rollaxis_adjoint)
EXPAND_DIMS = _define("expand_dims", "a, axis", shapes.expanded, np.expand_dims, **_MOVE)
linear(EXPAND_DIMS, a=lambda g, z, a, axis: like(g, a))
SQUEEZE = _define("squeeze", "a, axis=None", shapes.squeezed, np.squeeze, np.ndarray.squeeze, **_MOVE)
linear(SQUEEZE, a=lambda g, z, a, axis=None: like(g, a))
BROADCAST_TO = _define("broadcast_to", "array, shape", shapes.spread_to, np.broadcast_to, **_ANY)
linear(BROADCAST_TO, broadcasts=True, array=lambda g, z, array, shape: g)
ITEM = define(
    "item", np.ndarray.item, infer=lambda args, keywords: _item_type(args[0].type), parameters="a, /", cost="cheap"
)
linear(ITEM, a=lambda g, z, a: like(g, a))
ITEM_AT = define(
    "item_at",
    np.ndarray.item,
    infer=lambda args, keywords: _item_type(args[0].type),
    parameters="a, k, /",
    cost="cheap",
)


def _item_type(type_: Any) -> Any:
    return _infer.Scalar(type_.kind) if hasattr(type_, "kind") else _infer.NUMERIC


for function in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    made = define(
        function.__name__,
        function,
        infer=_infer.by_example(function),
        parameters="ary, /",
        aliasing="maybe",
        cost="free",
    )
    linear(made, ary=lambda g, z, ary: like(g, ary))
    several = define(f"{function.__name__}_", function, infer=_infer.by_example(function), parameters="*arys", **_ANY)
    linear(
        several,
        arys=lambda g, z, *arys: tuple(g_ if g_ is None else like(g_, a) for g_, a in zip(g, arys, strict=True)),
    )

BROADCAST_ARRAYS = define(
    "broadcast_arrays", np.broadcast_arrays, infer=_infer.by_example(np.broadcast_arrays), parameters="*args", **_ANY
)
linear(BROADCAST_ARRAYS, broadcasts=True, args=lambda g, z, *args: tuple(g))

# ------------------------------------------------------------------ reordering

FLIP = _define("flip", "m, axis=None", shapes.same, np.flip, **_MOVE)
linear(FLIP, m=lambda g, z, m, axis=None: np.flip(g, axis))
linear(_define("fliplr", "m", shapes.same, np.fliplr, **_MOVE), m=lambda g, z, m: np.fliplr(g))
linear(_define("flipud", "m", shapes.same, np.flipud, **_MOVE), m=lambda g, z, m: np.flipud(g))
linear(
    define("rot90", np.rot90, infer=_infer.by_example(np.rot90), parameters="m, k=1, axes=(0, 1)", **_MOVE),
    m=lambda g, z, m, k=1, axes=(0, 1): np.rot90(g, -k, axes=axes),
)


def _opposite(shift: Any) -> Any:
    return tuple(-s for s in shift) if is_structure(shift) else -shift


ROLL = _define("roll", "a, shift, axis=None", shapes.same, np.roll, cost="cheap")
linear(
    ROLL,
    a=lambda g, z, a, shift, axis=None: np.roll(g, _opposite(shift), **({} if axis is None else {"axis": axis})),
)
for triangle in (np.tril, np.triu):
    linear(
        define(triangle.__name__, triangle, infer=_infer.same_as_first, parameters="m, k=0", cost="cheap"),
        m=lambda g, z, m, triangle=triangle, **keywords: fit(triangle(g, **keywords), m),
    )

# ------------------------------------------------------------------ joining


def sections(g: Any, lengths: list[Any], axis: int) -> tuple[Any, ...]:
    """g cut along an axis into pieces of the given lengths."""
    out, start = [], None
    for k, n in enumerate(lengths):
        stop = None if k == len(lengths) - 1 else n if start is None else start + n
        out.append(g[along(axis, rank(g), slice(start, stop))])
        start = stop
    return tuple(out)


def apart(g: Any, items: Any) -> Any:
    """The parts of g that belong to the entries of nested tuples and lists."""
    return tuple(apart(g[k], item) for k, item in enumerate(items)) if is_structure(items) else g


def extent(a: Any, axis: int) -> Any:
    """The length of an operand (an array, or a list of entries) along an axis."""
    return len(a) if is_structure(a) else a.shape[axis]


def concatenate_adjoint(g: Any, z: Any, arrays: Any, axis: Any = 0) -> Any:
    if not is_structure(arrays):
        if axis != 0:
            raise UnsupportedCall("np.concatenate of one array along an axis other than 0 has no rule")
        return like(g, arrays)
    if axis is None:
        parts = sections(g, [np.size(a) for a in arrays], 0)
        return tuple(like(part, a) for part, a in zip(parts, arrays, strict=True))
    parts = sections(g, [extent(a, axis) for a in arrays], axis)
    return tuple(apart(part, a) for part, a in zip(parts, arrays, strict=True))


CONCATENATE = define("concatenate", np.concatenate, infer=shapes.joined(np.concatenate), parameters="arrays, axis=0")
linear(CONCATENATE, arrays=concatenate_adjoint)
if getattr(np, "concat", np.concatenate) is not np.concatenate:
    register(np.concat, CONCATENATE)


def stack_adjoint(g: Any, z: Any, arrays: Any, axis: int = 0) -> Any:
    if not is_structure(arrays):
        return np.moveaxis(g, axis, 0)
    return tuple(apart(g[along(axis, rank(g), k)], a) for k, a in enumerate(arrays))


STACK = define("stack", np.stack, infer=shapes.stacked(np.stack), parameters="arrays, axis=0")
linear(STACK, arrays=stack_adjoint)


def _joined(lift: Any, axis: Any) -> Any:
    """The adjoint of a function that lifts its operands to a common rank and joins them along an axis."""

    def adjoint(g: Any, z: Any, tup: Any) -> Any:
        if not is_structure(tup):
            if rank(tup) > 2:
                raise UnsupportedCall("joining the rows of one array of more than two dimensions has no rule")
            return like(g, tup)
        along_axis = axis([rank(a) for a in tup])
        lengths = [lift(a) for a in tup]
        parts = sections(g, lengths, along_axis)
        return tuple(like(part, a) for part, a in zip(parts, tup, strict=True))

    return adjoint


def _rows(a: Any) -> Any:
    return 1 if rank(a) < 2 else a.shape[0]


def _columns(a: Any) -> Any:
    return 1 if rank(a) < 2 else a.shape[1]


def _flat_or_columns(a: Any) -> Any:
    return 1 if rank(a) == 0 else a.shape[0] if rank(a) == 1 else a.shape[1]


def _layers(a: Any) -> Any:
    return 1 if rank(a) < 3 else a.shape[2]


def column_stack_adjoint(g: Any, z: Any, tup: Any) -> Any:
    if not is_structure(tup):
        return np.transpose(g) if rank(tup) == 2 else like(g, tup)
    return _joined(_columns, lambda ranks: 1)(g, z, tup)


def _join(function: Any, adjoint: Any) -> None:
    made = define(function.__name__, function, infer=_infer.by_example(function), parameters="tup")
    linear(made, tup=adjoint)


_join(np.vstack, _joined(_rows, lambda ranks: 0))
_join(np.hstack, _joined(_flat_or_columns, lambda ranks: 0 if max(ranks) < 2 else 1))
_join(np.dstack, _joined(_layers, lambda ranks: 2))
_join(np.column_stack, column_stack_adjoint)


def append_adjoint(g: Any, z: Any, arr: Any, values: Any, axis: Any = None) -> Any:
    return concatenate_adjoint(g, z, (arr, values), axis)


def _zeros(items: Any) -> Any:
    return tuple(map(_zeros, items)) if is_structure(items) else np.zeros_like(items)


general(
    define("np_append", np.append, infer=_infer.by_example(np.append), parameters="arr, values, axis=None"),
    dict(
        arr=lambda g, z, arr, values, axis=None: append_adjoint(g, z, arr, values, axis)[0],
        values=lambda g, z, arr, values, axis=None: append_adjoint(g, z, arr, values, axis)[1],
    ),
    dict(
        arr=lambda d, z, arr, values, **keywords: np.append(d, _zeros(values), **keywords),
        values=lambda d, z, arr, values, **keywords: np.append(_zeros(arr), d, **keywords),
    ),
)


def block_adjoint(g: Any, z: Any, arrays: Any) -> Any:
    depths = set(_depths_of(arrays))
    if len(depths) != 1 or None in depths:
        raise UnsupportedCall("np.block takes lists of one depth, none of them empty")
    return _blocks(g, arrays, depths.pop() or 0)


def _depths_of(arrays: Any) -> Iterator[int | None]:
    """How many lists are around each array, None for an empty list."""
    if not is_structure(arrays):
        yield 0
        return
    parts = [depth for part in arrays for depth in _depths_of(part)]
    yield from (None if depth is None else depth + 1 for depth in parts or [None])


def _block_extent(arrays: Any, axis: int, levels: int) -> Any:
    """The length of a block along an axis (negative), where lists `levels` deep join along axes -levels .. -1."""
    if not is_structure(arrays):
        return 1 if rank(arrays) < -axis else arrays.shape[axis]
    items = list(arrays)
    if axis == -levels:
        return sum(_block_extent(item, axis, levels - 1) for item in items)
    return _block_extent(items[0], axis, levels - 1)


def _blocks(g: Any, arrays: Any, depth: int) -> Any:
    if not is_structure(arrays):
        return like(g, arrays)
    items = list(arrays)
    lengths = [_block_extent(item, -depth, depth - 1) for item in items]
    parts = sections(g, lengths, rank(g) - depth)
    return tuple(_blocks(part, item, depth - 1) for part, item in zip(parts, items, strict=True))


linear(define("block", np.block, infer=_infer.by_example(np.block), parameters="arrays"), arrays=block_adjoint)

# ------------------------------------------------------------------ splitting


def _split_adjoint(axis: Any) -> Any:
    return lambda g, z, ary, indices_or_sections, **keywords: np.concatenate(
        [np.zeros_like(part) if g_ is None else g_ for g_, part in zip(g, z, strict=True)],
        axis=axis(ary) if axis else keywords.get("axis", 0),
    )


for function, axis_of, parameters in (
    (np.split, None, ", axis=0"),
    (np.array_split, None, ", axis=0"),
    (np.hsplit, lambda ary: 0 if rank(ary) == 1 else 1, ""),
    (np.vsplit, lambda ary: 0, ""),
    (np.dsplit, lambda ary: 2, ""),
):
    made = define(
        function.__name__,
        function,
        infer=_infer.by_example(function, size=12),
        parameters="ary, indices_or_sections" + parameters,
        **_MOVE,
    )
    linear(made, ary=_split_adjoint(axis_of))

# ------------------------------------------------------------------ repeating


def tile_adjoint(g: Any, z: Any, A: Any, reps: Any) -> Any:
    reps = tuple(reps) if is_structure(reps) else (reps,)
    n = max(len(reps), rank(A))
    reps = (1,) * (n - len(reps)) + reps
    lengths = (1,) * (n - rank(A)) + tuple(A.shape)
    pairs = tuple(k for pair in zip(reps, lengths, strict=True) for k in pair)
    return like(np.sum(np.reshape(g, pairs), axis=tuple(range(0, 2 * n, 2))), A)


TILE = define("tile", np.tile, infer=_infer.by_example(np.tile), parameters="A, reps")
linear(TILE, A=tile_adjoint)
