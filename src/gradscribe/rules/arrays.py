"""Functions that rearrange, join, split and make arrays. All are linear: the adjoint puts the entries back."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import runtime
from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import COPY, FULL_LIKE, LENGTH, SHAPE, ZEROS_LIKE, define, register
from . import shapes
from .facts import fit, is_constant, is_structure, rank
from .reductions import along
from .table import dispatching, general, linear, zero

unpadded, padding, unwindowed = (dispatching(f) for f in (runtime.unpadded, runtime.padding, runtime.unwindowed))


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


TRANSPOSE = _define(
    "transpose", "a, axes=None", shapes.transposed, np.transpose, np.ndarray.T, **_MOVE
)
register(np.ndarray.transpose, TRANSPOSE, "np")
linear(TRANSPOSE, a=transpose_adjoint)
if getattr(np, "permute_dims", np.transpose) is not np.transpose:
    register(np.permute_dims, TRANSPOSE)
SWAPAXES = _define(
    "swapaxes", "a, axis1, axis2", shapes.swapped, np.swapaxes, np.ndarray.swapaxes, **_MOVE
)
linear(SWAPAXES, a=lambda g, z, a, axis1, axis2: np.swapaxes(g, axis1, axis2))
_LAST = [getattr(place, "matrix_transpose") for place in (np, np.linalg) if hasattr(place, "matrix_transpose")]
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
BROADCAST_TO = _define("broadcast_to", "array, shape", shapes.spread_to, np.broadcast_to, **_MOVE)
linear(BROADCAST_TO, broadcasts=True, array=lambda g, z, array, shape: g)
ITEM = define("item", np.ndarray.item, infer=lambda args, keywords: _item_type(args[0].type), parameters="a, /", cost="cheap")
linear(ITEM, a=lambda g, z, a: like(g, a))


def _item_type(type_: Any) -> Any:
    return _infer.Scalar(type_.kind) if hasattr(type_, "kind") else _infer.NUMERIC


for k, function in enumerate((np.atleast_1d, np.atleast_2d, np.atleast_3d)):
    made = define(
        function.__name__, function, infer=_infer.by_example(function), parameters="ary, /", aliasing="maybe", cost="free"
    )
    linear(made, ary=lambda g, z, ary: like(g, ary))
    several = define(
        f"{function.__name__}_", function, infer=_infer.by_example(function), parameters="*arys", aliasing="maybe", cost="free"
    )
    linear(several, arys=lambda g, z, *arys: tuple(g_ if g_ is None else like(g_, a) for g_, a in zip(g, arys, strict=True)))

BROADCAST_ARRAYS = define(
    "broadcast_arrays", np.broadcast_arrays, infer=_infer.by_example(np.broadcast_arrays), parameters="*args", **_MOVE
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
    depth = _depth(arrays)
    return _blocks(g, arrays, depth)


def _depth(arrays: Any) -> int:
    return 1 + _depth(next(iter(arrays))) if is_structure(arrays) else 0


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
        [np.zeros_like(part) if g_ is None else g_ for g_, part in zip(g, z, strict=True)], axis=axis(ary) if axis else keywords.get("axis", 0)
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

# ------------------------------------------------------------------ padding and differences


def _slices(pad_width: Any, ndim: int) -> tuple[slice, ...] | None:
    """The index of the original in an array padded by constant widths."""
    try:
        pairs = np.broadcast_to(np.asarray(pad_width, int), (ndim, 2))
    except (TypeError, ValueError):
        return None
    return tuple(slice(int(a) or None, -int(b) or None) for a, b in pairs)


def pad_adjoint(g: Any, z: Any, array: Any, pad_width: Any, mode: Any = "constant", **keywords: Any) -> Any:
    if mode == "constant":
        inner = _slices(pad_width, rank(array))
        if inner is not None:
            return g[inner if rank(array) != 1 else inner[0]]
        return unpadded(g, array, pad_width)
    if mode in _COMPUTED:
        return padding(g, array, pad_width, mode, True)
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise UnsupportedCall(f"np.pad with mode={mode!r} has no rule")
    return unpadded(g, array, pad_width, mode)


_COMPUTED = ("linear_ramp", "mean", "maximum", "minimum", "median")


def pad_tangent(d: Any, z: Any, array: Any, pad_width: Any, mode: Any = "constant", **keywords: Any) -> Any:
    if mode in _COMPUTED:
        return padding(d, array, pad_width, mode, False)
    if mode not in ("constant", "edge", "reflect", "symmetric", "wrap"):
        raise UnsupportedCall(f"np.pad with mode={mode!r} has no rule")
    return np.pad(d, pad_width, **({} if mode == "constant" else {"mode": mode}))


def pad_values_adjoint(g: Any, z: Any, array: Any, pad_width: Any, *, constant_values: Any, **keywords: Any) -> Any:
    if rank(constant_values):
        raise UnsupportedCall("np.pad is differentiated in one constant value only, not in several")
    return np.sum(g) - np.sum(pad_adjoint(g, z, array, pad_width))


def pad_values_tangent(d: Any, z: Any, array: Any, pad_width: Any, *, constant_values: Any, **keywords: Any) -> Any:
    return np.pad(np.zeros_like(array), pad_width, constant_values=d)


PAD = define(
    "pad",
    np.pad,
    infer=_infer.by_example(np.pad),
    parameters="array, pad_width, mode='constant', *, constant_values=0, end_values=0",
)
general(
    PAD,
    dict(array=pad_adjoint, constant_values=pad_values_adjoint),
    dict(array=pad_tangent, constant_values=pad_values_tangent),
)
general(
    define(
        "padding",
        runtime.padding,
        infer=lambda args, keywords: args[1].type if _infer.constant(args[4]) else _infer.by_example(np.pad)(args[1:3], {}),
        parameters="v, x, pad_width, mode, adjoint",
    ),
    dict(v=lambda g, z, v, x, pad_width, mode, adjoint: padding(g, x, pad_width, mode, not adjoint)),
    linear="v",
    zero="x",
)
UNPADDED = define(
    "unpadded", runtime.unpadded, infer=lambda args, keywords: args[1].type, parameters="g, x, pad_width, mode='constant'"
)
general(
    UNPADDED,
    dict(g=lambda g, z, values, x, pad_width, mode="constant": np.pad(g, pad_width, mode)),
    linear="g",
    zero="x",
)


def _widths(axis: int, ndim: int, before: int, after: int) -> Any:
    """The `pad_width` that pads one axis."""
    if ndim == 1:
        return before if before == after else (before, after)
    return tuple((before, after) if k == axis % ndim else (0, 0) for k in range(ndim))


def undiff(g: Any, n: int, axis: int) -> Any:
    """The adjoint of n-fold differences."""
    for _ in range(n):
        g = -np.diff(np.pad(g, _widths(axis, rank(g), 1, 1)), **({} if rank(g) == 1 else {"axis": axis}))
    return g


def _ends(a: Any, prepend: Any, append: Any, axis: int) -> list[Any]:
    """The lengths of what is joined before differences are taken."""
    return [0 if e is None else 1 if rank(e) == 0 else e.shape[axis] for e in (prepend, a, append)]


def diff_adjoint(g: Any, z: Any, a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    if n == 0:
        return g
    whole = undiff(g, n, axis)
    if prepend is None and append is None:
        return whole
    before, length, after = _ends(a, prepend, append, axis)
    stop = None if append is None else before + length
    return whole[along(axis, rank(a), slice(None if prepend is None else before, stop))]


def diff_prepend_adjoint(g: Any, z: Any, a: Any, n: int = 1, axis: int = -1, *, prepend: Any, append: Any = None) -> Any:
    before, _, _ = _ends(a, prepend, append, axis)
    part = undiff(g, n, axis)[along(axis, rank(a), slice(None, before))]
    return part if rank(prepend) else np.sum(part)


def diff_append_adjoint(g: Any, z: Any, a: Any, n: int = 1, axis: int = -1, *, prepend: Any = None, append: Any) -> Any:
    before, length, _ = _ends(a, prepend, append, axis)
    part = undiff(g, n, axis)[along(axis, rank(a), slice(before + length, None))]
    return part if rank(append) else np.sum(part)


def diff_tangent(d: Any, z: Any, a: Any, n: int = 1, axis: int = -1, *, prepend: Any = None, append: Any = None) -> Any:
    ends = {"prepend": prepend, "append": append}
    zeros = {k: 0.0 if rank(e) == 0 else np.zeros_like(e) for k, e in ends.items() if e is not None}
    return np.diff(d, n=n, axis=axis, **zeros)


def _end_tangent(which: str) -> Any:
    def tangent(d: Any, z: Any, a: Any, n: int = 1, axis: int = -1, *, prepend: Any = None, append: Any = None) -> Any:
        ends = {"prepend": prepend, "append": append}
        zeros = {k: 0.0 if rank(e) == 0 else np.zeros_like(e) for k, e in ends.items() if e is not None}
        return np.diff(np.zeros_like(a), n=n, axis=axis, **{**zeros, which: d})

    return tangent


DIFF = _define("diff", "a, n=1, axis=-1, prepend=None, append=None", shapes.differenced, np.diff, cost="cheap")
general(
    DIFF,
    dict(a=diff_adjoint, prepend=diff_prepend_adjoint, append=diff_append_adjoint),
    dict(a=diff_tangent, prepend=_end_tangent("prepend"), append=_end_tangent("append")),
)

# ------------------------------------------------------------------ making arrays


def array_adjoint(g: Any, z: Any, a: Any, *args: Any, **keywords: Any) -> Any:
    if not is_structure(a):
        return g if not keywords.get("ndmin") else like(g, a)
    return apart(g if not keywords.get("ndmin") else g[(0,) * (rank(g) - _depth(a))], a)


ARRAY = define("array", np.array, infer=shapes.converted, parameters="a, dtype=None, *, ndmin=0", cost="cheap")
linear(ARRAY, a=array_adjoint)
linear(
    define(
        "array_or_itself",
        np.array,
        infer=shapes.converted,
        parameters="a, dtype=None, *, copy=True, ndmin=0",
        aliasing="any",
        cost="cheap",
    ),
    a=array_adjoint,
)
for function in (np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray, np.asarray_chkfinite):
    linear(
        define(function.__name__, function, infer=shapes.converted, parameters="a, dtype=None", **_MAYBE),
        a=array_adjoint,
    )
linear(COPY, a=lambda g, z, a: g)
for name, more in (("astype", ""), ("astype_or_itself", ", *, copy=True")):
    how: dict[str, Any] = dict(infer=shapes.cast, cost="cheap", aliasing="any" if more else "fresh")
    linear(define(name, np.ndarray.astype, parameters=f"a, dtype{more}", **how), a=lambda g, z, a, dtype, copy=True: g)
    if hasattr(np, "astype"):
        linear(
            define(f"np_{name}", np.astype, parameters=f"x, dtype, /{more}", **how),
            x=lambda g, z, x, dtype, copy=True: g,
        )
general(FULL_LIKE, dict(fill_value=lambda g, z, a, fill_value: g), linear="fill_value", zero="a", broadcasts=True)
FULL = define("full", np.full, infer=shapes.full, parameters="shape, fill_value, dtype=None", cost="cheap")
linear(FULL, broadcasts=True, fill_value=lambda g, z, shape, fill_value, dtype=None: g)

zero(ZEROS_LIKE, LENGTH, SHAPE)
register(np.ndarray.shape, SHAPE)
for name, parameters, infer, functions in (
    ("zeros", "shape, dtype=float", shapes.created(), (np.zeros,)),
    ("ones", "shape, dtype=None", shapes.created(), (np.ones,)),
    ("empty", "shape, dtype=float", shapes.created(), (np.empty,)),
    ("ones_like", "a, dtype=None, *, shape=None", shapes.alike, (np.ones_like,)),
    ("empty_like", "prototype, dtype=None, *, shape=None", shapes.alike, (np.empty_like,)),
    ("zeros_like_", "a, dtype=None, *, shape=None", shapes.alike, (np.zeros_like,)),
    ("eye", "N, M=None, k=0, dtype=float", _infer.by_example(np.eye), (np.eye,)),
    ("identity", "n, dtype=None", _infer.by_example(np.identity), (np.identity,)),
    ("tri", "N, M=None, k=0, dtype=float", _infer.by_example(np.tri), (np.tri,)),
):
    zero(define(name, *functions, infer=infer, parameters=parameters, reads=False, cost="cheap"))


def full_like_type(args: Any, keywords: Any) -> Any:
    return shapes.alike(args[:1], keywords)


general(
    define(
        "full_like_",
        np.full_like,
        infer=full_like_type,
        parameters="a, fill_value, dtype=None, *, shape=None",
        reads=False,
        contents=(1,),
        cost="cheap",
    ),
    dict(fill_value=lambda g, z, a, fill_value, dtype=None, shape=None: g),
    linear="fill_value",
    zero="a",
    broadcasts=True,
)


def _fraction(start: Any, stop: Any, num: Any, keywords: dict[str, Any]) -> Any:
    """0 .. 1 along the result of linspace."""
    one = start if rank(start) > rank(stop) else stop if rank(stop) > rank(start) or is_constant(start) else start
    return np.linspace(np.zeros_like(one), np.ones_like(one), num, **keywords)


def _with_step(rule: Any, sign: float) -> Any:
    """An adjoint of linspace; with `retstep` the result is a tuple of the points and their distance."""

    def adjoint(g: Any, z: Any, start: Any, stop: Any, num: Any = 50, *, retstep: Any = False, **keywords: Any) -> Any:
        if retstep is not True:
            return rule(g, z, start, stop, num, **keywords)
        made = None if g[0] is None else rule(g[0], z[0], start, stop, num, **keywords)
        if g[1] is None:
            return made
        step = sign * g[1] / (num - 1 if keywords.get("endpoint", True) else num)
        return step if made is None else made + step

    return adjoint


def linspace_tangent(d: Any, z: Any, start: Any, stop: Any, num: Any = 50, **keywords: Any) -> Any:
    return np.linspace(d, np.zeros_like(stop), num, **keywords)


def linspace_stop_tangent(d: Any, z: Any, start: Any, stop: Any, num: Any = 50, **keywords: Any) -> Any:
    return np.linspace(np.zeros_like(start), d, num, **keywords)


def linspace_adjoint(g: Any, z: Any, start: Any, stop: Any, num: Any = 50, **keywords: Any) -> Any:
    return np.sum(g * (1.0 - _fraction(start, stop, num, keywords)), axis=keywords.get("axis", 0))


def linspace_stop_adjoint(g: Any, z: Any, start: Any, stop: Any, num: Any = 50, **keywords: Any) -> Any:
    return np.sum(g * _fraction(start, stop, num, keywords), axis=keywords.get("axis", 0))


LINSPACE = define(
    "linspace",
    np.linspace,
    infer=_infer.by_example(np.linspace),
    parameters="start, stop, num=50, endpoint=True, retstep=False, *, dtype=None, axis=0",
)
general(
    LINSPACE,
    dict(start=_with_step(linspace_adjoint, -1.0), stop=_with_step(linspace_stop_adjoint, 1.0)),
    dict(start=linspace_tangent, stop=linspace_stop_tangent),
    broadcasts=True,
)


def arange_type(args: Any, keywords: Any) -> Any:
    kinds = {getattr(a.type, "kind", "f") for a in (*args, *(v for k, v in keywords.items() if k == "step"))}
    return shapes.typed((_infer.UNKNOWN,), keywords.get("dtype"), "float64" if "f" in kinds else "int64")


zero(define("arange", np.arange, infer=arange_type, parameters="stop, /, *, dtype=None", cost="cheap"))
general(
    define("arange_", np.arange, infer=arange_type, parameters="start, stop, step=1, *, dtype=None", cost="cheap"),
    dict(
        start=lambda g, z, start, stop, step=1, dtype=None: np.sum(g),
        step=lambda g, z, start, stop, step=1, dtype=None: np.sum(g * ((z - start) / step)),
    ),
    dict(
        start=lambda d, z, start, stop, step=1, dtype=None: np.full_like(z, d),
        step=lambda d, z, start, stop, step=1, dtype=None: d * ((z - start) / step),
    ),
    zero="stop",
)


_WINDOWS = np.lib.stride_tricks.sliding_window_view
linear(
    define(
        "sliding_window_view",
        _WINDOWS,
        infer=_infer.by_example(_WINDOWS, size=12),
        parameters="x, window_shape, axis=None",
        **_MOVE,
    ),
    x=lambda g, z, x, window_shape, axis=None: unwindowed(g, x, window_shape, axis),
)
general(
    define(
        "unwindowed",
        runtime.unwindowed,
        infer=lambda args, keywords: args[1].type,
        parameters="g, x, window_shape, axis=None",
    ),
    dict(g=lambda g, z, values, x, window_shape, axis=None: _WINDOWS(g, window_shape, axis)),
    linear="g",
    zero="x",
)


def meshgrid_adjoint(g: Any, z: Any, *xi: Any, indexing: Any = "xy", sparse: Any = False, copy: Any = True) -> Any:
    out = []
    for k, x in enumerate(xi):
        if g[k] is None:
            out.append(None)
            continue
        own = 1 - k if indexing == "xy" and k < 2 and len(xi) > 1 else k
        others = tuple(j for j in range(len(xi)) if j != own)
        out.append(like(np.sum(g[k], axis=others) if others and sparse is not True else g[k], x))
    return tuple(out)


MESHGRID = define(
    "meshgrid",
    np.meshgrid,
    infer=_infer.by_example(np.meshgrid),
    parameters="*xi, indexing='xy', sparse=False, copy=True",
)
linear(MESHGRID, xi=meshgrid_adjoint)
