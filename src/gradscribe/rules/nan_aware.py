"""NumPy's nan-functions: the rules of the plain ones, over the entries that are numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .cumulative import cumprod_adjoint, cumprod_tangent, cumsum_adjoint, prod_adjoint, prod_tangent
from .reductions import (
    VARIANCE,
    cumulated,
    declare,
    initial_adjoint,
    initial_tangent,
    mean_adjoint,
    mean_where,
    std_adjoint,
    std_tangent,
    sum_adjoint,
    var_adjoint,
    var_tangent,
)
from .table import general

# ------------------------------------------------------------------ nan-aware


def _nansum_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None, *, where: Any = True,
                    **keywords: Any) -> Any:  # fmt: skip
    return np.where(np.isnan(a), 0.0, sum_adjoint(g, z, a, axis, where=where, **keywords))


def _nansum_tangent(d: Any, z: Any, a: Any, *, initial: Any = None, **keywords: Any) -> Any:
    return np.sum(np.where(np.isnan(a), 0.0, d), **keywords)


def _numbers(a: Any, where: Any) -> Any:
    here = ~np.isnan(a)
    return here if where is True else here & where


NANSUM = declare("nansum", "a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True", np.nansum)
general(
    NANSUM,
    dict(a=_nansum_adjoint, initial=initial_adjoint),
    dict(a=_nansum_tangent, initial=initial_tangent),
    masks=True,
)


def _nanprod_adjoint(g: Any, z: Any, a: Any, *, where: Any = True, **keywords: Any) -> Any:
    return prod_adjoint(g, z, a, where=_numbers(a, where), **keywords)


def _nanprod_tangent(d: Any, z: Any, a: Any, *, where: Any = True, **keywords: Any) -> Any:
    return prod_tangent(np.where(np.isnan(a), 0.0, d), z, a, where=_numbers(a, where), **keywords)


NANPROD = declare("nanprod", "a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True", np.nanprod)
general(
    NANPROD,
    dict(a=_nanprod_adjoint, initial=lambda g, z, a, initial=1, **k: np.sum(g * np.nanprod(a, **k))),
    dict(a=_nanprod_tangent, initial=lambda d, z, a, initial=1, **k: d * np.nanprod(a, **k)),
    masks=True,
)


def _nan(adjoint: Any) -> Any:
    """A rule of a statistic, over the entries that are numbers."""
    return lambda g, z, a, *args, where=True, **keywords: adjoint(
        g, z, np.where(np.isnan(a), 0.0, a), *args, where=_numbers(a, where), **keywords
    )


def _nan_tangent(tangent: Any) -> Any:
    """The same for a tangent, which may be nan where the entry is."""
    rule = _nan(tangent)
    return lambda d, z, a, *args, **keywords: rule(np.where(np.isnan(a), 0.0, d), z, a, *args, **keywords)


def _nanmean_tangent(d: Any, z: Any, a: Any, axis: Any = None, *, where: Any = True, **keywords: Any) -> Any:
    return mean_where(d, axis, _numbers(a, where), **keywords)


NANMEAN = declare("nanmean", "a, axis=None, dtype=None, *, keepdims=False, where=True", np.nanmean)
NANVARIANCEIANCE = VARIANCE.removesuffix(", mean=None")
NANVAR, NANSTD = declare("nanvar", NANVARIANCEIANCE, np.nanvar), declare("nanstd", NANVARIANCEIANCE, np.nanstd)
general(NANMEAN, dict(a=_nan(mean_adjoint)), dict(a=_nanmean_tangent), masks=True)
general(NANVAR, dict(a=_nan(var_adjoint)), dict(a=_nan_tangent(var_tangent)), masks=True)
general(NANSTD, dict(a=_nan(std_adjoint)), dict(a=_nan_tangent(std_tangent)), masks=True)

# ------------------------------------------------------------------ cumulative


def _nancumsum_adjoint(g: Any, z: Any, a: Any, axis: Any = None, dtype: Any = None) -> Any:
    return np.where(np.isnan(a), 0.0, cumsum_adjoint(g, z, a, axis))


general(
    declare("nancumsum", "a, axis=None, dtype=None", np.nancumsum, infer=cumulated(np.sum)),
    dict(a=_nancumsum_adjoint),
    dict(a=lambda d, z, a, **keywords: np.cumsum(np.where(np.isnan(a), 0.0, d), **keywords)),
    masks=True,
)


def _nancumprod(rule: Any) -> Any:
    return lambda g, z, a, *args, **keywords: np.where(
        np.isnan(a), 0.0, rule(g, z, np.where(np.isnan(a), 1.0, a), *args, **keywords)
    )


def _nancumprod_tangent(d: Any, z: Any, a: Any, *args: Any, **keywords: Any) -> Any:
    d = np.where(np.isnan(a), 0.0, d)
    return cumprod_tangent(d, z, np.where(np.isnan(a), 1.0, a), *args, **keywords)


general(
    declare("nancumprod", "a, axis=None, dtype=None", np.nancumprod, infer=cumulated(np.prod)),
    dict(a=_nancumprod(cumprod_adjoint)),
    dict(a=_nancumprod_tangent),
    masks=True,
)
