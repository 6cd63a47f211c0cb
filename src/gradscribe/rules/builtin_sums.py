"""`sum`, `max` and `min` of the builtins, and math's sums and products, of a list of numbers or an array."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from ..ir import infer as _infer
from ..ir.primitives import define
from ..ir.types import FLOAT
from .cumulative import others
from .facts import is_structure
from .reductions import (
    max_adjoint,
    max_tangent,
)
from .table import general, linear


def _spread_items(g: Any, items: Any) -> Any:
    return (g,) * len(items) if is_structure(items) else np.full_like(items, g)


def _sum_of_tangent(d: Any, z: Any, iterable: Any, start: Any = 0) -> Any:
    return sum(d, 0 * start) if is_structure(iterable) else np.sum(d, axis=0)


SUM_OF = define("sum_", builtins.sum, infer=_infer.by_example(builtins.sum), parameters="iterable, /, start=0")
general(
    SUM_OF,
    dict(iterable=lambda g, z, iterable, start=0: _spread_items(g, iterable), start=lambda g, z, iterable, start=0: g),
    dict(iterable=_sum_of_tangent, start=lambda d, z, iterable, start=0: d),
)
FSUM = define("fsum", math.fsum, infer=_infer.always(FLOAT), parameters="seq, /")
linear(FSUM, seq=lambda g, z, seq: _spread_items(g, seq))


def _product_but(items: Any, k: int, start: Any) -> Any:
    return math.prod((item for j, item in enumerate(items) if j != k), start=start)


def math_prod_adjoint(g: Any, z: Any, iterable: Any, *, start: Any = 1) -> Any:
    if not is_structure(iterable):
        return g * start * others(iterable, 0)
    return tuple(g * _product_but(iterable, k, start) for k in range(len(iterable)))


def math_prod_tangent(d: Any, z: Any, iterable: Any, *, start: Any = 1) -> Any:
    if not is_structure(iterable):
        return np.sum(d * start * others(iterable, 0))
    return sum(d[k] * _product_but(iterable, k, start) for k in range(len(iterable)))


MATH_PROD = define("math_prod", math.prod, infer=_infer.by_example(math.prod), parameters="iterable, /, *, start=1")
general(
    MATH_PROD,
    dict(iterable=math_prod_adjoint, start=lambda g, z, iterable, start=1: g * math.prod(iterable)),
    dict(iterable=math_prod_tangent, start=lambda d, z, iterable, start=1: d * math.prod(iterable)),
)


def extremum_of(g: Any, z: Any, iterable: Any) -> Any:
    if is_structure(iterable):
        n = sum((item == z) * 1.0 for item in iterable)
        return tuple(np.where(item == z, g / n, 0.0) for item in iterable)
    return max_adjoint(g, z, iterable)


def extremum_of_tangent(d: Any, z: Any, iterable: Any) -> Any:
    if is_structure(iterable):
        n = sum((item == z) * 1.0 for item in iterable)
        return sum(np.where(item == z, part / n, 0.0) for item, part in zip(iterable, d, strict=True))
    return max_tangent(d, z, iterable)


for function in (builtins.max, builtins.min):
    general(
        define(f"{function.__name__}_of", function, infer=_infer.by_example(function), parameters="iterable, /"),
        dict(iterable=extremum_of),
        dict(iterable=extremum_of_tangent),
    )
