"""The methods of ufuncs that are reductions by another name: `np.add.reduce` sums over axis 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import runtime
from ..ir import infer as _infer
from ..ir.nodes import Const
from ..ir.primitives import DEFINITIONS, define
from ..ir.types import UNKNOWN, Array
from .cumulative import cumprod_adjoint, cumprod_tangent, cumsum_adjoint, prod_adjoint, prod_tangent
from .reductions import align, cumulated, declare, max_adjoint, max_tangent, reduced, sum_adjoint
from .table import dispatching, general, linear


def _first_axis(rule: Any) -> Any:
    return lambda g, z, array, *, axis=0, **keywords: rule(g, z, array, axis=axis, **keywords)


def _typed(infer: Any) -> Any:
    """Over axis 0 unless another is given."""

    def found(args: Any, keywords: Any) -> Any:
        return infer(args, {"axis": Const(0), **keywords})

    return found


def _sum_tangent(d: Any, z: Any, array: Any, *, axis: Any = 0, **keywords: Any) -> Any:
    return np.sum(d, axis=axis, **{k: v for k, v in keywords.items() if k == "keepdims"})


_REDUCE = "array, axis=0, *, keepdims=False"
for _ufunc, _like, _adjoint, _tangent in (
    (np.add, np.sum, sum_adjoint, None),
    (np.multiply, np.prod, prod_adjoint, prod_tangent),
    (np.maximum, np.max, max_adjoint, max_tangent),
    (np.minimum, np.min, max_adjoint, max_tangent),
):
    _made = declare(f"{_ufunc.__name__}_reduce", _REDUCE, _ufunc.reduce, infer=_typed(reduced(_like)))
    _tangents = dict(array=_sum_tangent if _tangent is None else _first_axis(_tangent))
    general(_made, dict(array=_first_axis(_adjoint)), _tangents)

linear(
    declare("add_accumulate", "array, axis=0", np.add.accumulate, infer=_typed(cumulated(np.sum))),
    array=_first_axis(cumsum_adjoint),
)
general(
    declare("multiply_accumulate", "array, axis=0", np.multiply.accumulate, infer=_typed(cumulated(np.prod))),
    dict(array=_first_axis(cumprod_adjoint)),
    dict(array=_first_axis(cumprod_tangent)),
)

# ------------------------------------------------------------------ sums of regions

regions_of = dispatching(runtime.regions_of)
general(
    define("regions_of", runtime.regions_of, infer=_infer.same_as_first, parameters="x, indices, axis, g"),
    dict(g=lambda h, z, x, indices, axis, g: np.add.reduceat(h, indices, axis)),
    linear="g",
    zero="x",
)
linear(
    define(
        "add_reduceat",
        np.add.reduceat,
        infer=lambda args, keywords: _unknown_lengths(args[0].type),
        parameters="array, indices, axis=0",
    ),
    array=lambda g, z, array, indices, axis=0: regions_of(array, indices, axis, g),
)


def _unknown_lengths(type_: Any) -> Any:
    return Array(type_.dtype, (UNKNOWN,) * type_.ndim) if isinstance(type_, Array) else _infer.NUMERIC


# ------------------------------------------------------------------ logarithms of sums


def _finite(z: Any) -> Any:
    return np.maximum(z, -3.0e38)  # of float32, nearly: where all are -inf the derivative is 0, not nan


def _logsum_adjoint(g: Any, z: Any, array: Any, *, axis: Any = 0, keepdims: Any = False) -> Any:
    return align(g, array, axis, keepdims) * np.exp(array - _finite(align(z, array, axis, keepdims)))


def _logsum_tangent(d: Any, z: Any, array: Any, *, axis: Any = 0, keepdims: Any = False) -> Any:
    part = d * np.exp(array - _finite(align(z, array, axis, keepdims)))
    return np.sum(part, axis=axis, keepdims=keepdims)


_LOGSUM = declare("logaddexp_reduce", _REDUCE, np.logaddexp.reduce, infer=_typed(reduced(np.mean)))
general(_LOGSUM, dict(array=_logsum_adjoint), dict(array=_logsum_tangent), singular="array")

# ------------------------------------------------------------------ methods of other ufuncs, written out


def _accumulating(ufunc: Any) -> Any:
    def accumulate(array: Any, axis: int = 0) -> Any:
        lines = np.moveaxis(array, axis, 0) if axis != 0 else array
        made = np.zeros_like(lines)
        made[0] = lines[0]
        for k in range(1, lines.shape[0]):
            made[k] = ufunc(made[k - 1], lines[k])
        return np.moveaxis(made, 0, axis) if axis != 0 else made

    return accumulate


def _reducing(ufunc: Any) -> Any:
    def reduce(array: Any, axis: int = 0, *, keepdims: bool = False) -> Any:
        lines = np.moveaxis(array, axis, 0) if axis != 0 else array
        made = lines[0]
        for k in range(1, lines.shape[0]):
            made = ufunc(made, lines[k])
        return np.expand_dims(made, axis) if keepdims else made

    return reduce


def _writing(ufunc: Any) -> Any:
    def at(a: Any, indices: Any, b: Any) -> None:
        values = np.broadcast_to(b, np.shape(indices))
        for k in range(len(indices)):
            a[indices[k]] = ufunc(a[indices[k]], values[k])

    return at


def _writing_one(ufunc: Any) -> Any:
    def at(a: Any, indices: Any) -> None:
        for k in range(len(indices)):
            a[indices[k]] = ufunc(a[indices[k]])

    return at


for _ufunc in (
    np.subtract, np.divide, np.power, np.float_power, np.logaddexp, np.logaddexp2, np.maximum, np.minimum, np.fmax,
    np.fmin, np.hypot, np.arctan2, np.remainder,
):  # fmt: skip
    DEFINITIONS[_ufunc.accumulate] = _accumulating(_ufunc)
    if _ufunc not in (np.maximum, np.minimum, np.logaddexp):
        DEFINITIONS[_ufunc.reduce] = _reducing(_ufunc)
for _ufunc in (np.multiply, np.divide, np.power, np.maximum, np.minimum, np.logaddexp, np.hypot):
    DEFINITIONS[_ufunc.at] = _writing(_ufunc)
for _ufunc in (np.negative, np.sin, np.cos, np.exp, np.log, np.sqrt, np.tanh, np.square, np.absolute):
    DEFINITIONS[_ufunc.at] = _writing_one(_ufunc)
