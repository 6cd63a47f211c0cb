"""Interpolation, differences, convolution, polynomials and sample statistics."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import runtime
from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import DEFINITIONS, define
from ..ir.types import UNKNOWN, Array
from .arrays import like
from .facts import axes_of, rank, real_only
from .products import column, conj, row
from .reductions import along
from .selecting import added_at
from .table import dispatching, general, linear

centred = dispatching(runtime.centred)

# ------------------------------------------------------------------ interp


def _interval(x: Any, xp: Any) -> tuple[Any, Any, Any]:
    """For each x the index of its interval, the width of that, and how far into it x is (0 to 1)."""
    index = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, xp.shape[0] - 2)
    width = xp[index + 1] - xp[index]
    return index, width, np.clip((x - xp[index]) / width, 0.0, 1.0)


def _slope(x: Any, xp: Any, fp: Any) -> Any:
    """The slope at each x, 0 outside."""
    index, width, _ = _interval(x, xp)
    inside = (x >= xp[0]) & (x <= xp[-1])
    return np.where(inside, (fp[index + 1] - fp[index]) / width, 0.0)


def _without_ends(g: Any, x: Any, xp: Any, left: Any, right: Any) -> Any:
    """g, less what `left` and `right` receive."""
    g = g if left is None else np.where(x < xp[0], 0.0, g)
    return g if right is None else np.where(x > xp[-1], 0.0, g)


def interp_fp_adjoint(g: Any, z: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None) -> Any:
    index, _, t = _interval(x, xp)
    g = _without_ends(g, x, xp, left, right)
    return added_at(added_at(np.zeros_like(fp), index, g * (1.0 - t)), index + 1, g * t)


def interp_fp_tangent(d: Any, z: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None) -> Any:
    index, _, t = _interval(x, xp)
    return _without_ends((1.0 - t) * d[index] + t * d[index + 1], x, xp, left, right)


def interp_xp_adjoint(g: Any, z: Any, x: Any, xp: Any, fp: Any, **ends: Any) -> Any:
    index, _, t = _interval(x, xp)
    g = -g * _slope(x, xp, fp)
    return added_at(added_at(np.zeros_like(xp), index, g * (1.0 - t)), index + 1, g * t)


def interp_xp_tangent(d: Any, z: Any, x: Any, xp: Any, fp: Any, **ends: Any) -> Any:
    index, _, t = _interval(x, xp)
    return -_slope(x, xp, fp) * ((1.0 - t) * d[index] + t * d[index + 1])


def interp_type(args: Any, keywords: Any) -> Any:
    x, fp = args[0].type, args[2].type
    if not isinstance(x, Array) or not x.ndim:
        return _infer.by_example(np.interp)(args, keywords)
    return Array("complex128" if getattr(fp, "kind", "f") == "c" else "float64", x.shape)


general(
    define("interp", np.interp, infer=interp_type, parameters="x, xp, fp, left=None, right=None"),
    dict(
        x=lambda g, z, x, xp, fp, **ends: g * _slope(x, xp, fp),
        xp=interp_xp_adjoint,
        fp=interp_fp_adjoint,
        left=lambda g, z, x, xp, fp, **ends: np.sum(np.where(x < xp[0], g, 0.0)),
        right=lambda g, z, x, xp, fp, **ends: np.sum(np.where(x > xp[-1], g, 0.0)),
    ),
    dict(
        x=lambda d, z, x, xp, fp, **ends: d * _slope(x, xp, fp),
        xp=interp_xp_tangent,
        fp=interp_fp_tangent,
        left=lambda d, z, x, xp, fp, **ends: np.where(x < xp[0], d, 0.0),
        right=lambda d, z, x, xp, fp, **ends: np.where(x > xp[-1], d, 0.0),
    ),
)

# ------------------------------------------------------------------ gradient


class Line:
    """Slices and paddings along one axis."""

    def __init__(self, a: Any, axis: int) -> None:
        self.ndim, self.axis = rank(a), axis % rank(a)

    def cut(self, a: Any, start: Any, stop: Any) -> Any:
        return a[along(self.axis, self.ndim, slice(start, stop))]

    def join(self, *parts: Any) -> Any:
        return np.concatenate(list(parts), axis=self.axis)

    def spread(self, h: Any) -> Any:
        """A spacing for each interval, so that it broadcasts."""
        others = tuple(k for k in range(self.ndim) if k != self.axis)
        return np.expand_dims(h, others) if others else h


def _inner_weights(line: Line, x: Any) -> tuple[Any, Any, Any]:
    """The weights of the entries before, at and behind an inner point."""
    if rank(x) == 0:
        half = 0.5 / x
        return -half, None, half
    h = line.spread(np.diff(x))
    before, behind = line.cut(h, None, -1), line.cut(h, 1, None)
    whole = before + behind
    return -behind / (before * whole), (behind - before) / (before * behind), before / (behind * whole)


def _end_steps(line: Line, x: Any) -> tuple[Any, Any]:
    if rank(x) == 0:
        return x, x
    h = line.spread(np.diff(x))
    return line.cut(h, None, 1), line.cut(h, -1, None)


def gradient_of_f(g: Any, x: Any, axis: int, edge_order: int) -> Any:
    """The adjoint of the differences along one axis, at points x (or at a distance x)."""
    line = Line(g, axis)
    inner = line.cut(g, 1, -1)
    before, at, behind = _inner_weights(line, x)
    two = np.zeros_like(line.cut(g, None, 2))
    made = line.join(inner * before, two) + line.join(two, inner * behind)
    if at is not None:
        one = np.zeros_like(line.cut(g, None, 1))
        made = made + line.join(one, inner * at, one)
    first, last = _end_steps(line, x)
    left, right = line.cut(g, None, 1) / first, line.cut(g, -1, None) / last
    if edge_order == 1:
        rest = np.zeros_like(line.cut(g, 2, None))
        return made + line.join(-left, left, rest) + line.join(rest, -right, right)
    rest = np.zeros_like(line.cut(g, 3, None))
    made = made + line.join(-1.5 * left, 2.0 * left, -0.5 * left, rest)
    return made + line.join(rest, 0.5 * right, -2.0 * right, 1.5 * right)


def _gradient_x(g: Any, z: Any, f: Any, x: Any, axis: int) -> Any:
    """The adjoint of the points or the distance."""
    if rank(x) == 0:
        return -np.sum(g * z) / x
    line = Line(f, axis)
    inner = line.cut(g, 1, -1)
    on_before, on_behind = _inner_changes(line, z, f, x, axis)
    one = np.zeros_like(line.cut(g, None, 1))
    on_h = line.join(inner * on_before, one) + line.join(one, inner * on_behind)
    rest = np.zeros_like(line.cut(g, 2, None))
    first, last = _end_steps(line, x)
    on_h = on_h - line.join(line.cut(g * z, None, 1) / first, rest) - line.join(rest, line.cut(g * z, -1, None) / last)
    others = tuple(k for k in range(line.ndim) if k != line.axis)
    on_h = np.sum(on_h, axis=others) if others else on_h
    return -np.diff(np.pad(on_h, 1))


def _inner_changes(line: Line, z: Any, f: Any, x: Any, axis: int) -> tuple[Any, Any]:
    """How an inner difference, a mean of the slopes on both sides, depends on the steps before and behind it."""
    h, df = line.spread(np.diff(x)), np.diff(f, axis=axis)
    before, behind = line.cut(h, None, -1), line.cut(h, 1, None)
    low, high = line.cut(df, None, -1) / before, line.cut(df, 1, None) / behind
    mean, whole = line.cut(z, 1, -1), before + behind
    return (high - mean - behind * low / before) / whole, (low - mean - before * high / behind) / whole


def _gradient_x_tangent(d: Any, z: Any, f: Any, x: Any, axis: int) -> Any:
    """The tangent for that of the points or the distance."""
    if rank(x) == 0:
        return -z * d / x
    line = Line(f, axis)
    dh = line.spread(np.diff(d))
    on_before, on_behind = _inner_changes(line, z, f, x, axis)
    inner = on_before * line.cut(dh, None, -1) + on_behind * line.cut(dh, 1, None)
    first, last = _end_steps(line, x)
    left = -line.cut(z, None, 1) * line.cut(dh, None, 1) / first
    return line.join(left, inner, -line.cut(z, -1, None) * line.cut(dh, -1, None) / last)


def _spacings(f: Any, varargs: tuple[Any, ...], axes: tuple[int, ...]) -> list[Any]:
    if not varargs:
        return [1.0] * len(axes)
    return list(varargs) * len(axes) if len(varargs) == 1 else list(varargs)


def _gradient_parts(g: Any, f: Any, axis: Any) -> tuple[tuple[int, ...], list[Any]]:
    axes = axes_of(axis, rank(f))
    return axes, [g] if len(axes) == 1 else list(g)


def gradient_adjoint(g: Any, z: Any, f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    axes, parts = _gradient_parts(g, f, axis)
    total = None
    for part, k, x in zip(parts, axes, _spacings(f, varargs, axes), strict=True):
        if part is None:
            continue
        if edge_order != 1 and rank(x):
            raise UnsupportedCall("np.gradient at uneven points with edge_order=2 has no rule")
        made = gradient_of_f(part, x, k, edge_order)
        total = made if total is None else total + made
    return total


def gradient_points_adjoint(g: Any, z: Any, f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    axes, parts = _gradient_parts(g, f, axis)
    results = [z] if len(axes) == 1 else list(z)
    out: list[Any] = [None] * len(varargs)
    for j, (part, k) in enumerate(zip(parts, axes, strict=True)):
        place = j if len(varargs) > 1 else 0
        x = varargs[place]
        if part is None:
            continue
        if edge_order != 1 and rank(x):
            raise UnsupportedCall("np.gradient at uneven points with edge_order=2 has no rule")
        made = _gradient_x(part, results[j], f, x, k)
        out[place] = made if out[place] is None else out[place] + made
    return tuple(out)


def gradient_points_tangent(d: Any, z: Any, f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    axes = axes_of(axis, rank(f))
    results = [z] if len(axes) == 1 else list(z)
    out = []
    for j, k in enumerate(axes):
        x, dx = (values[j if len(varargs) > 1 else 0] for values in (varargs, d))
        if edge_order != 1 and rank(x):
            raise UnsupportedCall("np.gradient at uneven points with edge_order=2 has no rule")
        out.append(None if dx is None else _gradient_x_tangent(dx, results[j], f, x, k))
    return out[0] if len(axes) == 1 else tuple(out)


def gradient_type(args: Any, keywords: Any) -> Any:
    """An array of the shape of f, or one for each of several axes."""
    f, axis = args[0].type, _infer.constant(keywords.get("axis"))
    found = _infer.by_example(np.gradient)(args, keywords)
    if not isinstance(f, Array) or f.kind not in "fc":
        return found
    count = f.ndim if axis is None else 1 if isinstance(axis, int) else len(axis)
    return f if count == 1 else found


general(
    define("gradient", np.gradient, infer=gradient_type, parameters="f, *varargs, axis=None, edge_order=1"),
    dict(f=gradient_adjoint, varargs=gradient_points_adjoint),
    dict(varargs=gradient_points_tangent),
    linear="f",
)

# ------------------------------------------------------------------ convolution

CENTRED = define(
    "centred",
    runtime.centred,
    infer=lambda args, keywords: (
        Array(args[0].type.dtype, (UNKNOWN,)) if isinstance(args[0].type, Array) else _infer.NUMERIC
    ),
    parameters="x, length, late=False",
)
general(
    CENTRED, dict(x=lambda g, z, x, length, late=False: centred(g, x.shape[0], late)), linear="x", zero="length late"
)


def _whole(g: Any, a: Any, v: Any, mode: Any) -> Any:
    """The adjoint of the full convolution of which a part was returned."""
    return g if mode == "full" else centred(g, a.shape[0] + v.shape[0] - 1)


def _lines(*operands: Any) -> None:
    if any(rank(x) != 1 for x in operands):
        raise UnsupportedCall("np.convolve and np.correlate have rules for arrays of one dimension")


def convolve_left(g: Any, z: Any, a: Any, v: Any, mode: Any = "full") -> Any:
    _lines(a, v)
    return np.correlate(_whole(g, a, v, mode), conj(v), "valid")


linear(
    define("convolve", np.convolve, infer=_infer.by_example(np.convolve), parameters="a, v, mode='full'"),
    a=convolve_left,
    v=lambda g, z, a, v, mode="full": convolve_left(g, z, v, a, mode),
)


def _whole_correlation(g: Any, a: Any, v: Any, mode: Any) -> Any:
    """As `_whole`; NumPy correlates a shorter array with a longer one in reverse; what is odd is left over there."""
    if mode == "full":
        return g
    return centred(g, a.shape[0] + v.shape[0] - 1, a.shape[0] < v.shape[0])


def correlate_left(g: Any, z: Any, a: Any, v: Any, mode: Any = "valid") -> Any:
    _lines(a, v)
    return np.correlate(_whole_correlation(g, a, v, mode), v[::-1], "valid")


def correlate_right(g: Any, z: Any, a: Any, v: Any, mode: Any = "valid") -> Any:
    """The result is linear in the conjugate of v."""
    _lines(a, v)
    made = np.correlate(_whole_correlation(g, a, v, mode), conj(a), "valid")[::-1]
    return conj(made)


linear(
    define("correlate", np.correlate, infer=_infer.by_example(np.correlate), parameters="a, v, mode='valid'"),
    a=correlate_left,
    v=correlate_right,
)

# ------------------------------------------------------------------ polynomials


def _powers(p: Any) -> Any:
    """n - 1, ..., 1, 0 for a polynomial with n coefficients."""
    return np.cumsum(np.ones_like(p))[::-1] - 1.0


def polyval_p_adjoint(g: Any, z: Any, p: Any, x: Any) -> Any:
    if rank(x) == 0:
        return g * x ** _powers(p)
    return np.sum(column(g) * column(x) ** _powers(p), axis=tuple(range(rank(x))))


def _derived(p: Any) -> Any:
    return p[:-1] * _powers(p)[:-1]


general(
    define(
        "polyval",
        np.polyval,
        infer=lambda args, keywords: _infer.elementwise(np.multiply)((_entry(args[0]), args[1]), {}),
        parameters="p, x",
    ),
    dict(p=polyval_p_adjoint, x=lambda g, z, p, x: g * np.polyval(_derived(p), x)),
    dict(x=lambda d, z, p, x: d * np.polyval(_derived(p), x)),
    linear="p",
)


def _entry(atom: Any) -> Any:
    """An atom of the type of one entry."""
    type_ = atom.type
    return _infer.Const(0.0, _infer.Scalar(type_.kind, type_.dtype)) if isinstance(type_, Array) else atom


# ------------------------------------------------------------------ sample statistics


def _samples(m: Any, y: Any, rowvar: Any) -> Any:
    """One row for each variable."""
    first = row(m) if rank(m) < 2 else m if rowvar else m.T
    if y is None:
        return first
    return np.concatenate([first, row(y) if rank(y) < 2 else y if rowvar else y.T], axis=0)


def _count(samples: Any, bias: Any, ddof: Any) -> Any:
    return samples.shape[1] - (ddof if ddof is not None else 0 if bias else 1)


def _square(g: Any) -> Any:
    return g if rank(g) == 2 else np.reshape(g, (1, 1))


def _of_samples(h: Any, m: Any, y: Any, rowvar: Any, second: bool) -> Any:
    """The rows of the samples' adjoint that belong to m, or to y."""
    if y is not None:
        n = 1 if rank(m) < 2 else m.shape[0 if rowvar else 1]
        h = h[n:] if second else h[:n]
    x = y if second else m
    return h[0] if rank(x) == 1 else like(h, x) if rank(x) == 0 else h if rowvar else h.T


def _centre(samples: Any) -> Any:
    return samples - np.mean(samples, axis=1, keepdims=True)


def _cov(g: Any, m: Any, y: Any, rowvar: Any, bias: Any, ddof: Any, second: bool) -> Any:
    real_only("np.cov", m, g)
    samples = _samples(m, y, rowvar)
    g = _square(g)
    h = (g + g.T) @ _centre(samples) / _count(samples, bias, ddof)
    return _of_samples(h, m, y, rowvar, second)


def cov_tangent(d: Any, z: Any, m: Any, y: Any = None, rowvar: Any = True, bias: Any = False, ddof: Any = None,
                second: bool = False) -> Any:  # fmt: skip
    real_only("np.cov", m, z)
    samples = _samples(m, y, rowvar)
    given = (np.zeros_like(m), d) if second else (d, None if y is None else np.zeros_like(y))
    half = _centre(samples) @ _centre(_samples(*given, rowvar)).T / _count(samples, bias, ddof)
    return np.reshape(half + half.T, np.shape(z)) if rank(z) != 2 else half + half.T


general(
    define("cov", np.cov, infer=_infer.by_example(np.cov), parameters="m, y=None, rowvar=True, bias=False, ddof=None"),
    dict(
        m=lambda g, z, m, y=None, rowvar=True, bias=False, ddof=None: _cov(g, m, y, rowvar, bias, ddof, False),
        y=lambda g, z, m, y=None, rowvar=True, bias=False, ddof=None: _cov(g, m, y, rowvar, bias, ddof, True),
    ),
    dict(m=cov_tangent, y=lambda d, z, m, y=None, **keywords: cov_tangent(d, z, m, y, second=True, **keywords)),
)


def _deviations(samples: Any) -> Any:
    return np.sqrt(np.sum(_centre(samples) ** 2, axis=1))


def _corr(g: Any, z: Any, m: Any, y: Any, rowvar: Any, second: bool) -> Any:
    """Through the correlation of unit vectors: `z = u @ u.T`."""
    real_only("np.corrcoef", m, g)
    samples = _samples(m, y, rowvar)
    size = column(_deviations(samples))
    u = _centre(samples) / size
    g = _square(g)
    h = (g + g.T) @ u
    h = (h - u * np.sum(u * h, axis=1, keepdims=True)) / size
    return _of_samples(h, m, y, rowvar, second)


def corr_tangent(d: Any, z: Any, m: Any, y: Any = None, rowvar: Any = True, second: bool = False) -> Any:
    real_only("np.corrcoef", m, z)
    samples = _samples(m, y, rowvar)
    given = (np.zeros_like(m), d) if second else (d, None if y is None else np.zeros_like(y))
    size = column(_deviations(samples))
    u, du = _centre(samples) / size, _centre(_samples(*given, rowvar)) / size
    du = du - u * np.sum(u * du, axis=1, keepdims=True)
    half = du @ u.T
    return np.reshape(half + half.T, np.shape(z)) if rank(z) != 2 else half + half.T


general(
    define("corrcoef", np.corrcoef, infer=_infer.by_example(np.corrcoef), parameters="x, y=None, rowvar=True"),
    dict(
        x=lambda g, z, x, y=None, rowvar=True: _corr(g, z, x, y, rowvar, False),
        y=lambda g, z, x, y=None, rowvar=True: _corr(g, z, x, y, rowvar, True),
    ),
    dict(x=corr_tangent, y=lambda d, z, x, y=None, **keywords: corr_tangent(d, z, x, y, second=True, **keywords)),
)
general(
    define(
        "bincount",
        np.bincount,
        infer=lambda args, keywords: Array("float64" if "weights" in keywords else "int64", (UNKNOWN,)),
        parameters="x, /, weights=None, minlength=0",
    ),
    dict(weights=lambda g, z, x, weights=None, minlength=0: g[x]),
    linear="weights",
)

# ------------------------------------------------------------------ windows


def kaiser(M: Any, beta: Any) -> Any:
    if M == 1:
        return np.ones(1)
    alpha = (M - 1) / 2.0
    return np.i0(beta * np.sqrt(1.0 - ((np.arange(0, M) - alpha) / alpha) ** 2.0)) / np.i0(beta)


DEFINITIONS[np.kaiser] = kaiser
