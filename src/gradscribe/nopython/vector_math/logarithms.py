"""`log`, `log1p`.

A number is `2**k * (1 + f)` with `1 + f` between `sqrt(1/2)` and `sqrt(2)`; with `s = f / (2 + f)`, `log(1 + f)` is
`log((1 + s) / (1 - s))`, an odd function of `s` whose first term is written as `f - f**2/2 + s * f**2/2`, so that what
is rounded is small.
"""

from __future__ import annotations

from .coefficients import LOG, LOG_2
from .lanes import DOUBLE, SINGLE, Number, Truth, Whole, fma, polynomial, where

_ROOT_OF_HALF = {DOUBLE: 0x3FE6A09E667F3BCD, SINGLE: 0x3F3504F3}
"""The bits of `sqrt(1/2)`."""
_INFINITY = float("inf")


def log(x: Number) -> Number:
    digits = x.format.digits
    subnormal = x < 2.0 ** (1 - x.format.bias)
    f, k = _split(where(subnormal, x * 2.0 ** (digits + 2), x))
    k = where(subnormal, k - float(digits + 2), k)
    return _with_edges(x, 0.0, _log(f, k, x.of(0.0)))


def log1p(x: Number) -> Number:
    """`log(u) + c / u` with `u = 1 + x` rounded, and `c` what was lost in it."""
    u = 1.0 + x
    lost = where(u < 2.0, x - (u - 1.0), 1.0 - (u - x)) / u
    f, k = _split(u)
    near = k.is_(0.0)
    result = _log(where(near, x, f), k, where(near, 0.0, lost))
    result = where(abs(x) < 2.0 ** -(x.format.digits + 2), x, result)
    return _with_edges(x, -1.0, result)


def _split(x: Number) -> tuple[Number, Number]:
    """`f` and `k`."""
    format = x.format
    bits = x.bits
    k = (bits - _ROOT_OF_HALF[format]) >> format.digits
    f = (bits - (k << format.digits)).number - 1.0
    return f, _as_number(k, x)


def _as_number(k: Whole, like: Number) -> Number:
    """A small integer as a number."""
    rounder = like.of(like.format.rounder)
    return (rounder.bits + k).number - rounder


def _log(f: Number, k: Number, lost: Number) -> Number:
    high, low = LOG_2[f.format]
    half_square = 0.5 * f * f
    s = f / (f + 2.0)
    square = s * s
    rest = square * polynomial(square, LOG[f.format])
    small = fma(s, half_square + rest, fma(k, low, lost))
    return fma(k, high, f - (half_square - small))


def _with_edges(x: Number, pole: float, result: Number) -> Number:
    """Minus infinity at the pole, nan below; infinity and nan stay."""
    inside: Truth = (x > pole) & (x < _INFINITY)
    edge = where(x < pole, float("nan"), where(x.is_(pole), -_INFINITY, x))
    return where(inside, result, edge)
