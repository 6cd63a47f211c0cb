"""Linear filters of `scipy.ndimage`.

A filter is a correlation of the padded input: its adjoint is the full convolution of the adjoint, from which the
padding is folded back. Input and weights may be active; mode "constant" fills with zero, the origin is in the middle.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.ndimage as nd
import scipy.signal as ss

from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import DEFINITIONS, define
from . import scipy_signal  # noqa: F401  (the rules of convolutions)
from .differences import unpadded
from .facts import axes_of, rank, real_only
from .table import dispatching, linear

convolve = dispatching(ss.convolve)
_PAD = {"reflect": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap", "constant": "constant"}
_PAD |= {"grid-mirror": "symmetric", "grid-wrap": "wrap", "grid-constant": "constant"}


def pad_mode(mode: Any) -> str:
    """NumPy's name of a way to go on beyond the edge."""
    if mode not in _PAD:
        raise UnsupportedCall(f"scipy.ndimage with mode={mode!r} has no rule")
    return _PAD[mode]


def padded(x: Any, widths: Any, mode: str) -> Any:
    return np.pad(x, widths, mode=mode) if mode != "constant" else np.pad(x, widths)


def folded(g: Any, x: Any, widths: Any, mode: str) -> Any:
    """The adjoint of padding."""
    return unpadded(g, x, widths, mode) if mode != "constant" else unpadded(g, x, widths)


# ------------------------------------------------------------------ correlations with given weights


def _sides(weights: Any, flipped: bool) -> tuple[tuple[Any, Any], ...]:
    """How far the weights reach before and behind the entry that they are for."""
    pairs = [(n // 2, n - 1 - n // 2) for n in weights.shape]
    return tuple((b, a) if flipped else (a, b) for a, b in pairs)


def _input(flipped: bool) -> Any:
    def adjoint(g: Any, z: Any, input: Any, weights: Any, mode: Any = "reflect") -> Any:
        real_only("scipy.ndimage", input, weights)
        spread = convolve(g, np.flip(weights) if flipped else weights)
        return folded(spread, input, _sides(weights, flipped), pad_mode(mode))

    return adjoint


def _weights(flipped: bool) -> Any:
    def adjoint(g: Any, z: Any, input: Any, weights: Any, mode: Any = "reflect") -> Any:
        wide = padded(input, _sides(weights, flipped), pad_mode(mode))
        found = convolve(wide, np.flip(g), mode="valid")
        return np.flip(found) if flipped else found

    return adjoint


for _function, _flipped in ((nd.correlate, False), (nd.convolve, True)):
    linear(
        define(
            f"ndimage.{_function.__name__}",
            _function,
            infer=_infer.same_as_first,
            parameters="input, weights, mode='reflect'",
        ),
        input=_input(_flipped),
        weights=_weights(_flipped),
    )


def correlate1d(input: Any, weights: Any, axis: int = -1, mode: str = "reflect") -> Any:
    shape = [1] * input.ndim
    shape[axis] = -1
    return nd.correlate(input, np.reshape(weights, shape), mode=mode)


def convolve1d(input: Any, weights: Any, axis: int = -1, mode: str = "reflect") -> Any:
    shape = [1] * input.ndim
    shape[axis] = -1
    return nd.convolve(input, np.reshape(weights, shape), mode=mode)


DEFINITIONS[nd.correlate1d] = correlate1d
DEFINITIONS[nd.convolve1d] = convolve1d

# ------------------------------------------------------------------ filters that are known


def _along(g: Any, x: Any, axis: int, reach: int, mode: str, function: Any, *args: Any, **keywords: Any) -> Any:
    """The adjoint of a filter along one axis whose weights are symmetric, or antisymmetric (then of minus g)."""
    widths = tuple((reach, reach) if k == axis else (0, 0) for k in range(rank(x)))
    spread = function(np.pad(g, widths), *args, axis=axis, mode="constant", **keywords)
    return folded(spread, x, widths, mode)


def _each(value: Any, axes: tuple[int, ...], what: str) -> list[Any]:
    if isinstance(value, (tuple, list)):
        if len(value) != len(axes):
            raise UnsupportedCall(f"{what} needs one entry for each axis")
        return list(value)
    if not isinstance(value, (int, float, str)):
        raise UnsupportedCall(f"scipy.ndimage has rules for a constant {what} only")
    return [value] * len(axes)


gaussian_filter1d, uniform_filter1d = dispatching(nd.gaussian_filter1d), dispatching(nd.uniform_filter1d)


def gaussian1d_adjoint(g: Any, z: Any, input: Any, sigma: Any, axis: int = -1, order: int = 0, mode: Any = "reflect",
                       *, truncate: float = 4.0, radius: Any = None) -> Any:  # fmt: skip
    real_only("gaussian_filter1d", input)
    if not isinstance(sigma, (int, float)):
        raise UnsupportedCall("gaussian_filter1d has a rule for a constant sigma only")
    reach = int(truncate * float(sigma) + 0.5) if radius is None else radius
    (axis,) = axes_of(axis, rank(input))
    keywords = {"order": order, "radius": reach} if order else {"radius": reach}
    made = _along(g, input, axis, reach, pad_mode(mode), gaussian_filter1d, sigma, **keywords)
    return -made if order % 2 else made


linear(
    define(
        "gaussian_filter1d",
        nd.gaussian_filter1d,
        infer=_infer.same_as_first,
        parameters="input, sigma, axis=-1, order=0, mode='reflect', *, truncate=4.0, radius=None",
    ),
    input=gaussian1d_adjoint,
)


def gaussian_adjoint(g: Any, z: Any, input: Any, sigma: Any, order: Any = 0, mode: Any = "reflect", *,
                     truncate: float = 4.0, axes: Any = None) -> Any:  # fmt: skip
    along = axes_of(axes, rank(input))
    lists = [_each(value, along, what) for value, what in ((sigma, "sigma"), (order, "order"), (mode, "mode"))]
    for axis, width, derivative, edge in reversed(list(zip(along, *lists, strict=True))):
        if width > 1e-15:
            g = gaussian1d_adjoint(g, z, input, width, axis, derivative, edge, truncate=truncate)
    return g


linear(
    define(
        "gaussian_filter",
        nd.gaussian_filter,
        infer=_infer.same_as_first,
        parameters="input, sigma, order=0, mode='reflect', *, truncate=4.0, axes=None",
    ),
    input=gaussian_adjoint,
)


def uniform1d_adjoint(g: Any, z: Any, input: Any, size: Any, axis: int = -1, mode: Any = "reflect") -> Any:
    real_only("uniform_filter1d", input)
    if not isinstance(size, int) or size % 2 == 0:
        raise UnsupportedCall("uniform_filter1d has a rule for a constant odd size only")
    (axis,) = axes_of(axis, rank(input))
    return _along(g, input, axis, size // 2, pad_mode(mode), uniform_filter1d, size)


linear(
    define(
        "uniform_filter1d",
        nd.uniform_filter1d,
        infer=_infer.same_as_first,
        parameters="input, size, axis=-1, mode='reflect'",
    ),
    input=uniform1d_adjoint,
)


def uniform_adjoint(g: Any, z: Any, input: Any, size: Any = 3, mode: Any = "reflect", *, axes: Any = None) -> Any:
    along = axes_of(axes, rank(input))
    lists = [_each(value, along, what) for value, what in ((size, "size"), (mode, "mode"))]
    for axis, width, edge in reversed(list(zip(along, *lists, strict=True))):
        g = uniform1d_adjoint(g, z, input, width, axis, edge) if width > 1 else g
    return g


linear(
    define(
        "uniform_filter",
        nd.uniform_filter,
        infer=_infer.same_as_first,
        parameters="input, size=3, mode='reflect', *, axes=None",
    ),
    input=uniform_adjoint,
)


def sobel(input: Any, axis: int = -1, mode: str = "reflect") -> Any:
    found = correlate1d(input, np.array([-1.0, 0.0, 1.0]), axis, mode)
    for k in range(input.ndim):
        if k != axis % input.ndim:
            found = correlate1d(found, np.array([1.0, 2.0, 1.0]), k, mode)
    return found


def prewitt(input: Any, axis: int = -1, mode: str = "reflect") -> Any:
    found = correlate1d(input, np.array([-1.0, 0.0, 1.0]), axis, mode)
    for k in range(input.ndim):
        if k != axis % input.ndim:
            found = correlate1d(found, np.array([1.0, 1.0, 1.0]), k, mode)
    return found


def laplace(input: Any, mode: str = "reflect") -> Any:
    found = correlate1d(input, np.array([1.0, -2.0, 1.0]), 0, mode)
    for k in range(1, input.ndim):
        found = found + correlate1d(input, np.array([1.0, -2.0, 1.0]), k, mode)
    return found


for _written in (sobel, prewitt, laplace):
    DEFINITIONS[getattr(nd, _written.__name__)] = _written
