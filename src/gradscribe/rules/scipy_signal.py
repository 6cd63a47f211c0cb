"""Convolutions, filters and trends of `scipy.signal`.

A convolution is bilinear: the adjoint in one operand is the "valid" part of a convolution of the other, reversed, with
the adjoint put back into the full result.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.signal as ss

from .. import runtime
from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import DEFINITIONS, define, unsupported
from .facts import axes_of, is_structure, rank, real_only
from .table import dispatching, general, linear

convolve, fftconvolve, lfilter, detrend = (
    dispatching(f) for f in (ss.convolve, ss.fftconvolve, ss.lfilter, ss.detrend)
)
in_full, out_of_full = dispatching(runtime.in_full), dispatching(runtime.out_of_full)

# ------------------------------------------------------------------ convolutions

for _function in (runtime.in_full, runtime.out_of_full):
    _other = out_of_full if _function is runtime.in_full else in_full
    _made = define(_function.__name__, _function, infer=_infer.same_as_first, parameters="g, x, y, mode='full'")
    _back: dict[str, Any] = {"g": lambda g, z, own, x, y, mode="full", _other=_other: _other(g, x, y, mode)}
    general(_made, _back, linear="g", zero="x y")


def _whole(g: Any, x: Any, y: Any, mode: str) -> Any:
    return g if mode == "full" else in_full(g, x, y, mode)


def _same_rank(x: Any, y: Any) -> None:
    if is_structure(x) or is_structure(y) or rank(x) != rank(y) or not rank(x):
        raise UnsupportedCall("a convolution has a rule for arrays of one rank")


def _first(g: Any, z: Any, in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    _same_rank(in1, in2)
    return convolve(_whole(g, in1, in2, mode), np.flip(in2), mode="valid", method=method)


def _second(g: Any, z: Any, in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    _same_rank(in1, in2)
    return convolve(_whole(g, in1, in2, mode), np.flip(in1), mode="valid", method=method)


linear(
    define(
        "scipy.signal.convolve",
        ss.convolve,
        infer=_infer.by_example(ss.convolve),
        parameters="in1, in2, mode='full', method='auto'",
    ),
    in1=_first,
    in2=_second,
)


def _by_fft(other_first: bool) -> Any:
    def adjoint(g: Any, z: Any, in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
        _same_rank(in1, in2)
        other = in1 if other_first else in2
        if axes is None:
            return fftconvolve(_whole(g, in1, in2, mode), np.flip(other), mode="valid")
        if mode != "full":
            raise UnsupportedCall("fftconvolve with axes has a rule for mode='full' only")
        along = axes_of(axes, rank(in1))
        return fftconvolve(g, np.flip(other, axis=along), mode="valid", axes=along)

    return adjoint


linear(
    define(
        "fftconvolve",
        ss.fftconvolve,
        infer=_infer.by_example(ss.fftconvolve),
        parameters="in1, in2, mode='full', axes=None",
    ),
    broadcasts=True,
    in1=_by_fft(False),
    in2=_by_fft(True),
)
linear(
    define("oaconvolve", ss.oaconvolve, infer=_infer.by_example(ss.oaconvolve), parameters="in1, in2, mode='full'"),
    in1=_by_fft(False),
    in2=_by_fft(True),
)


def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    return ss.convolve(in1, np.flip(np.conj(in2)), mode, method)


_BEYOND = {"symm": "symmetric", "symmetric": "symmetric", "wrap": "wrap", "circular": "wrap"}


def convolve2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill") -> Any:
    if boundary == "fill":
        return ss.convolve(in1, in2, mode, "direct")
    if mode != "same":
        unsupported("scipy.signal.convolve2d goes on beyond the edge with a derivative for mode='same' only")
    rows, columns = in2.shape
    before, above = (rows - 1) // 2, (columns - 1) // 2
    widths = ((rows - 1 - before, before), (columns - 1 - above, above))
    return ss.convolve(np.pad(in1, widths, mode=_BEYOND[boundary]), in2, "valid", "direct")


def correlate2d(in1: Any, in2: Any, mode: str = "full") -> Any:
    return ss.convolve(in1, np.flip(np.conj(in2)), mode, "direct")


DEFINITIONS[ss.correlate] = correlate
DEFINITIONS[ss.convolve2d] = convolve2d
DEFINITIONS[ss.correlate2d] = correlate2d

# ------------------------------------------------------------------ filters


def lfilter_x_adjoint(g: Any, z: Any, b: Any, a: Any, x: Any, axis: int = -1) -> Any:
    return np.flip(lfilter(b, a, np.flip(g, axis), axis=axis), axis)


def _one_dimensional(*operands: Any) -> None:
    if any(is_structure(o) or rank(o) != 1 for o in operands):
        raise UnsupportedCall("lfilter has a rule for its coefficients where all operands have one dimension")
    real_only("lfilter", *operands)


def lfilter_b_adjoint(g: Any, z: Any, b: Any, a: Any, x: Any, axis: int = -1) -> Any:
    _one_dimensional(b, x)
    plain = lfilter(_unit(b), a, x)
    lags = np.convolve(g, np.flip(plain))[x.shape[0] - 1 :]
    return np.concatenate([lags, np.zeros_like(b)])[: b.shape[0]]


def _unit(b: Any) -> Any:
    return np.concatenate([np.ones_like(b[:1]), np.zeros_like(b[1:])])


linear(
    define(
        "lfilter",
        ss.lfilter,
        infer=lambda args, keywords: args[2].type,
        parameters="b, a, x, axis=-1",
    ),
    b=lfilter_b_adjoint,
    x=lfilter_x_adjoint,
)
_DETREND = define("detrend", ss.detrend, infer=_infer.same_as_first, parameters="data, axis=-1, type='linear'")
linear(_DETREND, data=lambda g, z, data, axis=-1, type="linear": detrend(g, axis=axis, type=type))


# ------------------------------------------------------------------ waves


def _slope(d: Any, z: Any, t: Any, width: Any = 1) -> Any:
    """Up over the first part of a period, `width` of it, and down over the rest."""
    if isinstance(width, (int, float)) and width in (0, 1):
        return d / (np.pi if width else -np.pi)
    rising = np.remainder(t, 2.0 * np.pi) < 2.0 * np.pi * width
    return d * np.where(rising, 1.0 / (np.pi * width), -1.0 / (np.pi * (1.0 - width)))


general(
    define(
        "sawtooth", ss.sawtooth, infer=lambda args, k: _infer.elementwise(np.sin)(args, {}), parameters="t, width=1"
    ),
    dict(t=_slope),
    dict(t=_slope),
    elementwise=True,
)


# ------------------------------------------------------------------ filters in sections


def sosfilt(sos: Any, x: Any, axis: int = -1) -> Any:
    for k in range(sos.shape[0]):
        x = ss.lfilter(sos[k, :3], sos[k, 3:], x, axis)
    return x


DEFINITIONS[ss.sosfilt] = sosfilt
