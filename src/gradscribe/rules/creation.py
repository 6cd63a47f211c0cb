"""Functions that make arrays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..ir import infer as _infer
from ..ir.primitives import COPY, FULL_LIKE, LENGTH, SHAPE, ZEROS_LIKE, define, register
from ..ir.types import UNKNOWN, Array
from . import shapes
from .arrays import apart, like
from .facts import is_complex, is_constant, is_structure, rank, surely_complex
from .table import general, linear, zero

_WINDOW = Array("float64", (UNKNOWN,))
_MAYBE: dict[str, Any] = dict(aliasing="maybe", reads=False, cost="free")


def cast_adjoint(g: Any, z: Any, a: Any, *args: Any, **keywords: Any) -> Any:
    """g; complex for a complex operand of which the real part was taken."""
    return g + 0j if surely_complex(a) and not is_complex(g) else g


def array_adjoint(g: Any, z: Any, a: Any, *args: Any, **keywords: Any) -> Any:
    if not is_structure(a):
        return cast_adjoint(g, z, a) if not keywords.get("ndmin") else like(g, a)
    return apart(g if not keywords.get("ndmin") else g[(0,) * (rank(g) - _own_rank(a))], a)


def _own_rank(a: Any) -> int:
    """The rank of the array that nested lists of numbers and arrays make."""
    return 1 + _own_rank(next(iter(a))) if is_structure(a) else rank(a)


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
linear(
    define("require", np.require, infer=shapes.converted, parameters="a, dtype=None, requirements=None", **_MAYBE),
    a=array_adjoint,
)
linear(COPY, a=lambda g, z, a: g)
for name, more in (("astype", ""), ("astype_or_itself", ", *, copy=True")):
    how: dict[str, Any] = dict(infer=shapes.cast, cost="cheap", aliasing="any" if more else "fresh")
    linear(define(name, np.ndarray.astype, parameters=f"a, dtype{more}", **how), a=cast_adjoint)
    if hasattr(np, "astype"):
        linear(
            define(f"np_{name}", np.astype, parameters=f"x, dtype, /{more}", **how),
            x=cast_adjoint,
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
    *((w.__name__, "M", _infer.always(_WINDOW), (w,)) for w in (np.bartlett, np.blackman, np.hamming, np.hanning)),
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


def meshgrid_adjoint(g: Any, z: Any, *xi: Any, indexing: Any = "xy", sparse: Any = False) -> Any:
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
    parameters="*xi, indexing='xy', sparse=False",
)
linear(MESHGRID, xi=meshgrid_adjoint)

# ------------------------------------------------------------------ points in a ratio


def _log_partial(z: Any, start: Any, stop: Any, num: Any, keywords: dict[str, Any], at_stop: bool) -> Any:
    """How far into the result each point is, counted from the other end, times the point."""
    t = _fraction(start, stop, num, keywords)
    return z * (t if at_stop else 1.0 - t)


def _geomspace(at_stop: bool) -> tuple[Any, Any]:
    def adjoint(g: Any, z: Any, start: Any, stop: Any, num: Any = 50, **keywords: Any) -> Any:
        part = np.sum(g * _log_partial(z, start, stop, num, keywords, at_stop), axis=keywords.get("axis", 0))
        return part / (stop if at_stop else start)

    def tangent(d: Any, z: Any, start: Any, stop: Any, num: Any = 50, **keywords: Any) -> Any:
        ratio = np.expand_dims(d / (stop if at_stop else start), keywords.get("axis", 0)) if rank(d) else None
        ratio = d / (stop if at_stop else start) if ratio is None else ratio
        return _log_partial(z, start, stop, num, keywords, at_stop) * ratio

    return adjoint, tangent


def _logspace(at_stop: bool) -> tuple[Any, Any]:
    def scale(base: Any) -> Any:
        return math.log(base) if is_constant(base) else np.log(base)

    def adjoint(g: Any, z: Any, start: Any, stop: Any, num: Any = 50, *, base: Any = 10.0, **keywords: Any) -> Any:
        part = _log_partial(z, start, stop, num, keywords, at_stop) * scale(base)
        return np.sum(g * part, axis=keywords.get("axis", 0))

    def tangent(d: Any, z: Any, start: Any, stop: Any, num: Any = 50, *, base: Any = 10.0, **keywords: Any) -> Any:
        d = np.expand_dims(d, keywords.get("axis", 0)) if rank(d) else d
        return _log_partial(z, start, stop, num, keywords, at_stop) * (d * scale(base))

    return adjoint, tangent


def _logspace_base(g: Any, z: Any, start: Any, stop: Any, num: Any = 50, *, base: Any = 10.0, **keywords: Any) -> Any:
    return g * z * np.linspace(start, stop, num, **keywords) / base


for _name, _function, _rules, _more in (
    ("geomspace", np.geomspace, _geomspace, ""),
    ("logspace", np.logspace, _logspace, ", base=10.0"),
):
    (_from_start, _start_tangent), (_from_stop, _stop_tangent) = _rules(False), _rules(True)
    _adjoints = dict(start=_from_start, stop=_from_stop)
    _tangents = dict(start=_start_tangent, stop=_stop_tangent)
    if _more:
        _adjoints["base"] = lambda g, *args, **keywords: np.sum(_logspace_base(g, *args, **keywords))
        _tangents["base"] = _logspace_base
    general(
        define(
            _name,
            _function,
            infer=_infer.by_example(_function),
            parameters=f"start, stop, num=50, endpoint=True{_more}, *, axis=0",
        ),
        _adjoints,
        _tangents,
        broadcasts=True,
    )
