"""Padding, windows and differences of neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import runtime
from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import define
from ..ir.types import UNKNOWN, Dict
from . import shapes
from .facts import rank
from .reductions import (
    along,
)
from .table import dispatching, general, linear

unpadded, padding, unwindowed = (dispatching(f) for f in (runtime.unpadded, runtime.padding, runtime.unwindowed))
_ANY: dict[str, Any] = dict(aliasing="any", reads=False, cost="free")

# ------------------------------------------------------------------ padding and differences


def _slices(pad_width: Any, ndim: int) -> tuple[slice, ...] | None:
    """The index of the original in an array padded by constant widths."""
    if isinstance(getattr(getattr(pad_width, "atom", None), "type", None), Dict):
        raise UnsupportedCall("np.pad with a dict of widths has no rule: use a tuple")
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
    infer=shapes.by_shape(np.pad, lambda dims, *rest, **keywords: (UNKNOWN,) * len(dims)),
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
        infer=lambda args, keywords: (
            args[1].type if _infer.constant(args[4]) else _infer.by_example(np.pad)(args[1:3], {})
        ),
        parameters="v, x, pad_width, mode, adjoint",
    ),
    dict(v=lambda g, z, v, x, pad_width, mode, adjoint: padding(g, x, pad_width, mode, not adjoint)),
    linear="v",
    zero="x",
)
UNPADDED = define(
    "unpadded",
    runtime.unpadded,
    infer=lambda args, keywords: args[1].type,
    parameters="g, x, pad_width, mode='constant'",
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
    before, length, _ = _ends(a, prepend, append, axis)
    stop = None if append is None else before + length
    return whole[along(axis, rank(a), slice(None if prepend is None else before, stop))]


def diff_prepend_adjoint(
    g: Any, z: Any, a: Any, n: int = 1, axis: int = -1, *, prepend: Any, append: Any = None
) -> Any:
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


for name, more, aliasing in (("diff", "", "fresh"), ("diff_n", ", n", "any")):  # for n = 0 the operand itself
    general(
        define(
            name,
            np.diff,
            infer=shapes.by_shape(np.diff, shapes.differenced),
            parameters=f"a{more}, {'' if more else '*, '}axis=-1, prepend=None, append=None",
            aliasing=aliasing,
            cost="cheap",
        ),
        dict(a=diff_adjoint, prepend=diff_prepend_adjoint, append=diff_append_adjoint),
        dict(a=diff_tangent, prepend=_end_tangent("prepend"), append=_end_tangent("append")),
    )

# ------------------------------------------------------------------ windows

_WINDOWS = np.lib.stride_tricks.sliding_window_view
linear(
    define(
        "sliding_window_view",
        _WINDOWS,
        infer=_infer.by_example(_WINDOWS, size=12),
        parameters="x, window_shape, axis=None",
        **_ANY,
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

# ------------------------------------------------------------------ phases


# whole periods are added, which are constant
general(
    define(
        "unwrap",
        np.unwrap,
        infer=shapes.by_shape(np.unwrap, shapes.same),
        parameters="p, discont=None, axis=-1, *, period=6.283185307179586",
    ),
    dict(p=lambda g, z, p, **keywords: g),
    dict(p=lambda d, z, p, **keywords: d),
)
