"""`sin`, `cos`, `arctan2`.

With the integer `n` next to `x / (pi/2)`, `r = x - n * (pi/2)` is computed with three parts of `pi/2`. As `fma` rounds
once, `x - n * first part` is exact, and what is left is good to more than 53 digits wherever `n` is; arguments that are
larger than that (or infinite) are for the C library.
"""

from __future__ import annotations

from .coefficients import ARCTAN, COS, HALF_PI, QUARTER_PI, SIN
from .lanes import DOUBLE, SINGLE, Far, Number, Whole, fma, nearest, polynomial, where

_LIMIT = 2.0**40
_TINY = {DOUBLE: 2.0**-27, SINGLE: 2.0**-13}
"""Below this `sin(x)` is `x`."""
_MODERATE = {DOUBLE: (2.0**-400, 2.0**900), SINGLE: (2.0**-60, 2.0**100)}
_SCALE = {DOUBLE: (2.0**600, 2.0**-200), SINGLE: (2.0**80, 2.0**-40)}
"""By what numbers below and above these are multiplied, so that they can be inverted."""
_TANGENT = 0.41421356237309503
"""`tan(pi / 8)`."""


def sin(x: Number) -> Far:
    s, c, n = _both(x)
    value = _signed(where((n & 1).is_(0), s, c), n)
    return Far(where(abs(x) < _TINY[x.format], x, value), abs(x) > _LIMIT, "sin")


def cos(x: Number) -> Far:
    s, c, n = _both(x)
    return Far(_signed(where((n & 1).is_(0), c, s), n + 1), abs(x) > _LIMIT, "cos")


def _signed(value: Number, n: Whole) -> Number:
    """The value, negative where the last bit but one of `n` is set."""
    return (value.bits ^ ((n & 2) << (value.format.bits - 2))).number


def _both(x: Number) -> tuple[Number, Number, Whole]:
    """Sine and cosine of `r`, and `n`."""
    format = x.format
    r, lower, n = _reduced(x if format is DOUBLE else x.widened())
    if format is SINGLE:
        single = r.narrowed()
        r, lower, n = single, (r - single.widened()).narrowed(), n.narrow()
    square = r * r
    s = r + fma(square * r, polynomial(square, SIN[format]), fma(-0.5 * square, lower, lower))
    half = 0.5 * square
    first = 1.0 - half
    rest = fma(square * square, polynomial(square, COS[format]), ((1.0 - first) - half) - r * lower)
    return s, first + rest, n


def _reduced(x: Number) -> tuple[Number, Number, Whole]:
    """`r` as the sum of two numbers, and `n`."""
    first, second, third = HALF_PI
    quotient, n = nearest(x, 0.6366197723675814)
    exact = fma(quotient, -first, x)
    product = quotient * second
    high = exact - product
    moved = high - exact
    lost = (exact - (high - moved)) - (product + moved)  # may be as large as what is left, next to a multiple of pi/2
    low = fma(quotient, -third, lost - fma(quotient, second, -product))
    r = high + low
    return r, (high - r) + low, n


def arctan2(y: Number, x: Number) -> Number:
    """`arctan` of the smaller size over the larger, and from there by symmetry; beyond `tan(pi/8)` with
    `arctan(q) = pi/4 + arctan((q - 1) / (q + 1))`."""
    format = x.format
    high, low = QUARTER_PI[format]
    width, height = abs(x), abs(y)
    steep = height > width
    above, below = where(steep, width, height), where(steep, height, width)
    above, below = _finite(above, below)
    diagonal = above > _TANGENT * below
    q, lower = _ratio(above, where(diagonal, below, x.of(0.0)), where(diagonal, above, x.of(0.0)), below)
    square = q * q
    rest = fma(square * q, polynomial(square, ARCTAN[format]), lower)
    quarters, sign = where(diagonal, 1.0, x.of(0.0)), where(steep, -1.0, x.of(1.0))
    quarters = where(steep, 2.0 - quarters, quarters)
    left = (x.bits >> (format.bits - 1)).is_(-1)
    quarters, sign = where(left, 4.0 - quarters, quarters), where(left, -sign, sign)
    result = (fma(quarters, high, sign * q) + fma(quarters, low, sign * rest)).copysign(y)
    return where(x.is_nan() | y.is_nan(), x + y, result)


def _ratio(a: Number, b: Number, c: Number, d: Number) -> tuple[Number, Number]:
    """`(a - b) / (c + d)` as the sum of two numbers, for `d` of at least the size of the others."""
    over, under = a - b, c + d
    over_lower, under_lower = (a - over) - b, (d - under) + c
    inverse = 1.0 / under
    ratio = over * inverse
    return ratio, inverse * (fma(-ratio, under, over) + fma(-ratio, under_lower, over_lower))


def _finite(above: Number, below: Number) -> tuple[Number, Number]:
    """Two sizes with the same ratio, the second of which is of moderate size."""
    small, large = _MODERATE[below.format]
    up, down = _SCALE[below.format]
    scale = where(below < small, up, where(below > large, down, below.of(1.0)))
    infinite = below.is_(float("inf"))
    above = where(infinite, where(above.is_(float("inf")), 1.0, above.of(0.0)), above * scale)
    return above, where(infinite | below.is_(0.0), 1.0, below * scale)
