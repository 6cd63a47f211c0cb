"""The methods of ufuncs that are reductions by another name: `np.add.reduce` sums over axis 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.nodes import Const
from .cumulative import cumprod_adjoint, cumprod_tangent, cumsum_adjoint, prod_adjoint, prod_tangent
from .reductions import cumulated, declare, max_adjoint, max_tangent, reduced, sum_adjoint
from .table import general, linear


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
