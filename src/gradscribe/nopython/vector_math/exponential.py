"""`exp`, `expm1`, `tanh`.

With the integer `k` next to `x / log(2)` and `r = x - k * log(2)`, `exp(x)` is `2**k * exp(r)`: `|r|` is at most
`log(2) / 2`, where a polynomial is as good as the function. The reduction with two parts of `log(2)` is that of Cody
and Waite (*Software Manual for the Elementary Functions*, 1980).
"""

from __future__ import annotations

from .coefficients import EXP, LOG_2
from .lanes import DOUBLE, SINGLE, Number, Whole, fma, nearest, polynomial, power_of_two, where

_INVERSE_LOG_2 = 1.4426950408889634
_RANGE = {DOUBLE: (-746.0, 710.0), SINGLE: (-104.5, 89.0)}
"""Beyond these `exp` is zero or infinite."""
_MINUS_ONE = {DOUBLE: -60.0, SINGLE: -30.0}
"""Below this `expm1` is -1."""
_HIGHEST = {DOUBLE: 709.9, SINGLE: 88.75}
"""A number whose `exp` exceeds the largest one, while the power of two in it does so by a factor of two only."""
_ONE = {DOUBLE: 20.0, SINGLE: 10.0}
"""Above this `tanh` is 1."""


def exp(x: Number) -> Number:
    high, low = LOG_2[x.format]
    x = clipped(x, *_RANGE[x.format])
    n, k = nearest(x, _INVERSE_LOG_2)
    r = fma(n, -low, fma(n, -high, x))
    e = fma(r * r, polynomial(r, EXP[x.format]), r) + 1.0
    half = k >> 1  # the power of two may be subnormal, or too large, where the result is not
    return e * power_of_two(half) * power_of_two(k - half)


def expm1(x: Number) -> Number:
    """`2**k * (exp(r) - 1) + (2**k - 1)`, where the terms that are not small are exact."""
    format = x.format
    r, lower, k = _reduced(clipped(x, _MINUS_ONE[format], _HIGHEST[format]))
    scale = power_of_two(k - 1)
    rest = fma(r * r, polynomial(r, EXP[format]), fma(lower, r, lower))
    result = 2.0 * fma(scale, rest, fma(scale, r, scale - 0.5))
    return where(abs(x) < 2.0 ** -(format.digits + 2), x, result)


def tanh(x: Number) -> Number:
    """`e / (e + 2)` with `e = expm1(2 * abs(x))`, which is kept as the sum of two numbers."""
    size = abs(x)
    size = where(size > _ONE[x.format], _ONE[x.format], size)
    r, lower, k = _reduced(size + size)
    scale = power_of_two(k)
    first = fma(scale, r, scale - 1.0)
    rest = scale * fma(r * r, polynomial(r, EXP[x.format]), fma(lower, r, lower))
    e = first + rest
    e_lower = (first - e) + rest
    below = e + 2.0
    below_lower = (e - (below - 2.0)) + e_lower
    inverse = 1.0 / below
    ratio = e * inverse
    error = fma(-ratio, below, e) + fma(-ratio, below_lower, e_lower)
    return fma(error, inverse, ratio).copysign(x)


def clipped(x: Number, lowest: float, highest: float) -> Number:
    """`x` between two bounds; nan stays."""
    return where(x < lowest, lowest, where(x > highest, highest, x))


def _reduced(x: Number) -> tuple[Number, Number, Whole]:
    """`r`, what it has been rounded by, and `k`."""
    high, low = LOG_2[x.format]
    n, k = nearest(x, _INVERSE_LOG_2)
    exact = fma(n, -high, x)
    shift = n * -low
    r = exact + shift
    return r, (exact - r) + shift, k
