"""Discrete Fourier transforms. All are linear and their matrices symmetric: the adjoint is the transform itself.

`declare` makes the rules of a module with NumPy's names, for `numpy.fft` and `scipy.fft`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import runtime
from ..ir import infer as _infer
from ..ir.primitives import define
from ..ir.types import UNKNOWN, Array
from .facts import axes_of, rank
from .table import dispatching, general, linear

resized, doubled = dispatching(runtime.resized), dispatching(runtime.doubled)

RESIZED = define("resized", runtime.resized, infer=lambda args, keywords: _like(args), parameters="x, like")

general(RESIZED, dict(x=lambda g, z, x, like: resized(g, x)), linear="x", zero="like")
DOUBLED = define("doubled", runtime.doubled, infer=_infer.same_as_first, parameters="h, n, axis")
linear(DOUBLED, h=lambda g, z, h, n, axis: doubled(g, n, axis))


def _like(args: Any) -> Any:
    values, shape = (a.type for a in args)
    known = isinstance(values, Array) and isinstance(shape, Array)
    return Array(values.dtype, shape.shape) if known else _infer.NUMERIC


def back(h: Any, a: Any, changed: bool) -> Any:
    """What a transform of another length read of a."""
    return resized(h, a) if changed else h


_OPPOSITE = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def transform_type(function: Callable[..., Any], real_result: bool = False) -> Any:
    """Complex (or real), of the same rank; the lengths are kept where the call does not change them."""

    def infer(args: Any, keywords: Any) -> Any:
        type_ = args[0].type
        if not isinstance(type_, Array) or not type_.ndim:
            return _infer.NUMERIC
        sampled = _infer.by_example(function)(args[:1], {})
        keeps = not {"n", "s"} & set(keywords) and not real_result and "rfft" not in function.__name__
        if not isinstance(sampled, Array):
            return _infer.NUMERIC
        return Array(sampled.dtype, type_.shape if keeps else (UNKNOWN,) * type_.ndim)

    return infer


def declare(space: Any, prefix: str, wrap: Callable[[Any], Any]) -> None:
    """The rules of a module with `fft`, `rfft`, `fftn`, ...

    Args:
        space: the module.
        prefix: of the primitives' names.
        wrap: makes its functions dispatch on traced arguments.
    """
    name = "x" if prefix else "a"
    for one in ("fft", "ifft"):
        _declare_complex(space, prefix, one, f"{name}, n=None, axis=-1, norm=None", wrap, "n")
    for several, axes in (("fftn", "None"), ("ifftn", "None"), ("fft2", "(-2, -1)"), ("ifft2", "(-2, -1)")):
        _declare_complex(space, prefix, several, f"{name}, s=None, axes={axes}, norm=None", wrap, "s")
    _declare_real(space, prefix, name, wrap)
    for several, axes in (("rfftn", None), ("rfft2", (-2, -1))):
        _declare_real_n(space, prefix, name, several, axes, wrap)
    for shift, other in (("fftshift", "ifftshift"), ("ifftshift", "fftshift")):
        opposite = wrap(getattr(space, other))
        made = define(
            prefix + shift, getattr(space, shift), infer=_infer.same_as_first, parameters="x, axes=None", cost="cheap"
        )
        linear(made, x=lambda g, z, x, opposite=opposite, **keywords: opposite(g, **keywords))
    for frequencies in ("fftfreq", "rfftfreq"):
        _declare_frequencies(getattr(space, frequencies), prefix + frequencies)


def _declare_complex(space: Any, prefix: str, name: str, parameters: str, wrap: Any, size: str) -> None:
    function = getattr(space, name)
    made = define(prefix + name, function, infer=transform_type(function), parameters=parameters)
    again = wrap(function)
    last = (-2, -1) if name.endswith("2") else None

    def adjoint(g: Any, z: Any, a: Any, **keywords: Any) -> Any:
        rest = {k: v for k, v in keywords.items() if k != size}
        if size == "s" and keywords.get("s") is not None and rest.get("axes", last) is None:
            rest["axes"] = tuple(range(rank(a) - len(keywords["s"]), rank(a)))
        return back(again(g, **rest), a, keywords.get(size) is not None)

    linear(made, **{parameters.partition(",")[0]: adjoint})


def _declare_real(space: Any, prefix: str, name: str, wrap: Any) -> None:
    fft, rfft = wrap(space.fft), wrap(space.rfft)
    parameters = f"{name}, n=None, axis=-1, norm=None"

    def forward_adjoint(g: Any, z: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
        whole = fft(g, a.shape[axis] if n is None else n, axis=axis, **_given(norm=norm))
        return back(np.real(whole), a, n is not None)

    def inverse_adjoint(g: Any, z: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
        half = np.conj(rfft(g, axis=axis, norm=_OPPOSITE[norm]))
        return back(doubled(half, z.shape[axis], axis), a, n is not None)

    linear(
        define(prefix + "rfft", space.rfft, infer=transform_type(space.rfft), parameters=parameters),
        **{name: forward_adjoint},
    )
    linear(
        define(prefix + "irfft", space.irfft, infer=transform_type(space.irfft, True), parameters=parameters),
        **{name: inverse_adjoint},
    )


def _given(**keywords: Any) -> dict[str, Any]:
    return {k: v for k, v in keywords.items() if v is not None}


def _declare_real_n(space: Any, prefix: str, name: str, function: str, default: Any, wrap: Any) -> None:
    fftn, rfftn = wrap(space.fftn), wrap(space.rfftn)
    parameters = f"{name}, s=None, axes={default}, norm=None"

    def chosen(a: Any, s: Any, axes: Any) -> tuple[int, ...]:
        if axes is not None:
            return axes_of(axes, rank(a))
        return tuple(range(rank(a))) if s is None else tuple(range(rank(a) - len(s), rank(a)))

    def forward_adjoint(g: Any, z: Any, a: Any, s: Any = None, axes: Any = default, norm: Any = None) -> Any:
        on = chosen(a, s, axes)
        lengths = tuple(a.shape[k] for k in on) if s is None else tuple(s)
        whole = fftn(g, lengths, axes=on, **_given(norm=norm))
        return back(np.real(whole), a, s is not None)

    def inverse_adjoint(g: Any, z: Any, a: Any, s: Any = None, axes: Any = default, norm: Any = None) -> Any:
        on = chosen(a, s, axes)
        half = np.conj(rfftn(g, axes=on, norm=_OPPOSITE[norm]))
        return back(doubled(half, z.shape[on[-1]], on[-1]), a, s is not None)

    for which, adjoint, real_result in ((function, forward_adjoint, False), ("i" + function, inverse_adjoint, True)):
        made = getattr(space, which)
        linear(
            define(prefix + which, made, infer=transform_type(made, real_result), parameters=parameters),
            **{name: adjoint},
        )


def _declare_frequencies(function: Any, name: str) -> None:
    """`fftfreq(n, d)` is proportional to 1 / d."""
    general(
        define(
            name,
            function,
            infer=lambda args, keywords: Array("float64", (UNKNOWN,)),
            parameters="n, d=1.0",
            cost="cheap",
        ),
        dict(d=lambda g, z, n, d=1.0: -np.sum(g * z) / d),
        dict(d=lambda t, z, n, d=1.0: -t * z / d),
        zero="n",
    )


declare(np.fft, "", lambda function: function)
