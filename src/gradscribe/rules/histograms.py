"""Histograms are linear in the weights; samples stay in their bins, whose edges go from the least to the greatest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..ir.infer import constant
from ..ir.nodes import Atom
from ..ir.primitives import define
from ..ir.types import UNKNOWN, Array, Scalar, Tuple, Type
from .facts import is_structure, rank
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


def _moves(bins: Any, range: Any) -> bool:
    """Whether the edges go from the least sample to the greatest."""
    return range is None and (isinstance(bins, str) or (not is_structure(bins) and rank(bins) == 0))


def _extremes(z: Any, a: Any) -> tuple[Any, Any, Any]:
    """The samples that the first and the last edge follow, ties evenly, and how far each edge is on the way."""
    lowest, highest = np.equal(a, np.min(a)), np.equal(a, np.max(a))
    way = (z[1] - z[1][0]) / (z[1][-1] - z[1][0])
    return lowest / np.sum(lowest), highest / np.sum(highest), way


def _of_edges(g: Any, z: Any, a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    if g[1] is None or not _moves(bins, range):
        return None
    lowest, highest, way = _extremes(z, a)
    return lowest * np.sum(g[1] * (1.0 - way)) + highest * np.sum(g[1] * way)


def _edges_follow(d: Any, z: Any, a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    if not _moves(bins, range):
        return None, np.zeros_like(z[1])
    lowest, highest, way = _extremes(z, a)
    return None, np.sum(lowest * d) * (1.0 - way) + np.sum(highest * d) * way


general(
    define("histogram", np.histogram, infer=_infer, parameters="a, bins=10, range=None, weights=None"),
    dict(weights=_of_samples, a=_of_edges),
    dict(
        a=_edges_follow,
        weights=lambda d, z, a, bins=10, range=None, weights=None: (
            np.histogram(a, bins=bins, range=range, weights=d)[0], None,
        )
    ),
)  # fmt: skip


def _place(edges: Any, values: Any, n: Any) -> tuple[Any, Any]:
    """The bin of each value along one dimension, and whether it is in any; the last bin is closed."""
    inside = np.greater_equal(values, edges[0]) & np.less_equal(values, edges[-1])
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, n - 1), inside


def _of_points(g: Any, z: Any, x: Any, y: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    if g[0] is None:
        return None
    row, in_rows = _place(z[1], x, g[0].shape[0])
    column, in_columns = _place(z[2], y, g[0].shape[1])
    return np.where(in_rows & in_columns, g[0][row, column], 0.0)


_EDGES = Array("float64", (UNKNOWN,))
general(
    define(
        "histogram2d",
        np.histogram2d,
        infer=lambda args, keywords: Tuple((Array("float64", (UNKNOWN, UNKNOWN)), _EDGES, _EDGES)),
        parameters="x, y, bins=10, range=None, weights=None",
    ),
    dict(weights=_of_points),
    dict(
        weights=lambda d, z, x, y, bins=10, range=None, weights=None: (
            np.histogram2d(x, y, bins=bins, range=range, weights=d)[0], None, None,
        )
    ),
)  # fmt: skip
