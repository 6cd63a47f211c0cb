"""Histograms are linear in the weights; the bins in which samples fall do not move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..ir.infer import constant
from ..ir.nodes import Atom
from ..ir.primitives import define
from ..ir.types import UNKNOWN, Array, Scalar, Tuple, Type
from .table import general


def _infer(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    weights = keywords.get("weights")
    dtype = (
        "int64" if weights is None or constant(weights) is None else getattr(weights.type, "dtype", None) or "float64"
    )
    edges = getattr(getattr(keywords.get("bins"), "type", Scalar("i")), "dtype", None) or "float64"
    return Tuple((Array(dtype, (UNKNOWN,)), Array(edges, (UNKNOWN,))))


def _of_samples(g: Any, z: Any, a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """What reaches the bin of a sample; the last bin is closed."""
    if g[0] is None:
        return None
    inside = np.greater_equal(a, z[1][0]) & np.less_equal(a, z[1][-1])
    index = np.clip(np.searchsorted(z[1], a, side="right") - 1, 0, g[0].shape[0] - 1)
    return np.where(inside, g[0][index], 0.0)


general(
    define("histogram", np.histogram, infer=_infer, parameters="a, bins=10, range=None, weights=None"),
    dict(weights=_of_samples),
    dict(
        weights=lambda d, z, a, bins=10, range=None, weights=None: (
            np.histogram(a, bins=bins, range=range, weights=d)[0], None,
        )
    ),
)  # fmt: skip
