"""The transforms of `scipy.fft`: as NumPy's, and the cosine and sine transforms."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft

from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import define
from . import scipy_transforms  # noqa: F401
from .facts import axes_of, rank
from .fourier import declare
from .reductions import along
from .table import dispatching, linear

declare(scipy.fft, "scipy_fft.", dispatching)

# ------------------------------------------------------------------ cosine and sine transforms


def _scaled(x: Any, axis: int, first: float, last: float) -> Any:
    """x with its first and last entries along an axis multiplied."""
    n = rank(x)
    parts = [(slice(None, 1), first), (slice(1, -1), 1.0), (slice(-1, None), last)]
    return np.concatenate([x[along(axis, n, part)] * factor for part, factor in parts], axis=axis)


def transposed(g: Any, kind: int, axis: int, ortho: bool, sine: bool) -> Any:
    """The transposed of an unscaled (or orthonormal) transform along one axis.

    Types 2 and 3 are each other's transpose but for the entry that stands for a constant: the first of a cosine
    transform, the last of a sine transform.
    """
    function = dispatching(scipy.fft.dst if sine else scipy.fft.dct)
    if ortho:
        return function(g, {2: 3, 3: 2}.get(kind, kind), axis=axis, norm="ortho")
    if kind == 1 and not sine:
        return _scaled(function(_scaled(g, axis, 2.0, 2.0), 1, axis=axis), axis, 0.5, 0.5)
    ends = (1.0, 2.0) if sine else (2.0, 1.0)
    if kind == 2:
        return function(_scaled(g, axis, *ends), 3, axis=axis)
    if kind == 3:
        return _scaled(function(g, 2, axis=axis), axis, 1.0 / ends[0], 1.0 / ends[1])
    return function(g, kind, axis=axis)


def _length(kind: int, n: Any, sine: bool) -> Any:
    """What an unnormalised transform is divided by when it is undone."""
    return 2 * (n + (1 if sine else -1)) if kind == 1 else 2 * n


def one_axis(g: Any, kind: int, axis: int, norm: Any, sine: bool, inverse: bool) -> Any:
    if inverse:
        kind = {2: 3, 3: 2}.get(kind, kind)
    made = transposed(g, kind, axis, norm == "ortho", sine)
    if norm == "ortho" or (norm == "forward") == inverse:
        return made
    return made / _length(kind, g.shape[axis], sine)


def _several(x: Any, axes: Any) -> tuple[int, ...]:
    return axes_of(axes, rank(x))


def _declare(name: str, sine: bool, inverse: bool, several: bool) -> None:
    function = getattr(scipy.fft, name)

    def adjoint(g: Any, z: Any, x: Any, type: int = 2, axis: Any = -1, axes: Any = None, norm: Any = None) -> Any:
        if norm not in (None, "backward", "ortho", "forward"):
            raise UnsupportedCall(f"{name} with norm={norm!r} has no rule")
        for k in _several(x, axes) if several else (axis,):
            g = one_axis(g, type, k, norm, sine, inverse)
        return g

    where = "*, axes=None" if several else "*, axis=-1"
    made = define(
        f"scipy_fft.{name}", function, infer=_infer.same_as_first, parameters=f"x, type=2, {where}, norm=None"
    )
    linear(made, x=adjoint)


for _sine, _letter in ((False, "c"), (True, "s")):
    for _several_axes in (False, True):
        for _inverse in (False, True):
            _declare(
                f"{'i' if _inverse else ''}d{_letter}t{'n' if _several_axes else ''}", _sine, _inverse, _several_axes
            )
