"""Cases of the elementwise rules: one line for each, a call at which it is checked."""

from __future__ import annotations

import cmath
import math
import operator
from typing import Any

import numpy as np

from gradscribe import runtime
from rules.case import A, C, D, F, P, U, case


def unary(domain: Any, *functions: Any, complex_: bool = True) -> None:
    """A function of one operand: scalar, 0-d, 2-d, empty, float32, complex."""
    for function in functions:
        for operand in (float(domain()), domain(), domain(2, 3), domain(0, 2), domain(3).astype(np.float32)):
            case(function, operand)
        if complex_:
            case(function, (domain(3) + 0.3j * domain(3)))


SHAPES = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (3,)), ((3,), ()), ((0, 3), (3,)), ((3,), (1,))]


def binary(left: Any, right: Any, *functions: Any, complex_: bool = True) -> None:
    """A function of two operands: broadcasting, scalars, empty, float32, complex."""
    for function in functions:
        for a, b in SHAPES:
            case(function, left(*a), right(*b))
        case(function, float(left()), float(right()))
        case(function, float(left()), right(3))
        case(function, left(3).astype(np.float32), right(3).astype(np.float32))
        case(function, left(3).astype(np.float32), float(right()))
        if complex_:
            case(function, left(3) + 0.3j * left(3), right(3) - 0.4j * right(3))
            case(function, left(3), right(2, 3) - 0.4j * right(2, 3))


def scalar(domain: Any, *functions: Any) -> None:
    """A function of Python numbers."""
    for function in functions:
        case(function, float(domain()))


# ------------------------------------------------------------------ elementwise

unary(A, np.negative, np.positive, np.square, np.reciprocal, np.exp, np.exp2, np.expm1, np.sin, np.cos, np.tanh)
unary(A, np.sinh, np.cosh, np.arctan, np.arcsinh, np.absolute, np.conjugate, np.sign)
unary(A, np.cbrt, np.fabs, np.degrees, np.radians, np.rad2deg, np.deg2rad, complex_=False)
unary(P, np.sqrt, np.log, np.log2, np.log10, np.log1p)
unary(U, np.arcsin, np.arccos, np.arctanh, np.tan)
unary(lambda *s: 1.0 + P(*s), np.arccosh)
unary(A, np.real, np.imag, np.angle)
case(np.angle, C(3), deg=True)
unary(lambda *s: A(*s) * 0.1 + 0.5, np.floor, np.ceil, np.trunc, complex_=False)
unary(lambda *s: A(*s) * 0.05 + 0.2, np.rint, np.fix, complex_=False)
unary(
    A, np.signbit, np.isnan, np.isinf, np.isfinite, np.logical_not, np.isposinf, np.isneginf, np.isreal, complex_=False
)
unary(A, np.iscomplex)
binary(A, A, np.add, np.subtract, np.multiply, np.divide)
binary(P, A, np.power, np.float_power)
binary(A, A, np.arctan2, np.hypot, np.logaddexp, np.logaddexp2, np.copysign, np.heaviside, complex_=False)
binary(D, A, np.maximum, np.minimum, np.fmax, np.fmin, complex_=False)
binary(
    lambda *s: P(*s) * 0.1 + 2.3, lambda *s: 1.0 + 0.05 * U(*s), np.remainder, np.fmod, np.floor_divide, complex_=False
)
binary(A, A, np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, complex_=False)
binary(A, A, np.logical_and, np.logical_or, np.logical_xor, complex_=False)
for exponent in (0, 1, 2, 3, -1, 0.5, 2.5):
    case(np.power, P(3), exponent)
case(np.power, A(3), np.array([0, 2, 3]), _wrt=("x",))
case(np.power, 2.0, A(3), _wrt=("y",))
case(np.power, -2.0 + 1j, C(3), _wrt=("y",))
case(np.ldexp, A(3), np.array([1, 2, -1]))
scalar(A, math.sin, math.cos, math.exp, math.expm1, math.tanh, math.sinh, math.cosh, math.atan, math.asinh)
scalar(A, math.fabs, math.degrees, math.radians, abs, float, math.modf, math.frexp)
scalar(P, math.sqrt, math.log, math.log2, math.log10, math.log1p)
scalar(U, math.asin, math.acos, math.atanh, math.tan)
scalar(lambda: 1.3, math.acosh, math.floor, math.ceil, math.trunc, round, int, bool, operator.not_)
scalar(A, math.isnan, math.isinf, math.isfinite)
for function in (getattr(math, "cbrt", None), getattr(math, "exp2", None)):
    if function:
        case(function, 0.7)
for function in (math.atan2, math.pow, math.fmod, math.copysign, math.log, max, min, pow, divmod):
    case(function, 2.3, 0.9)
case(math.remainder, 7.3, 2.0)
case(math.isclose, 1.0, 2.0)
case(math.hypot, 1.3, -0.4)
case(math.hypot, 1.3, -0.4, 2.0)
case(math.hypot, 1.3)
case(math.ldexp, 1.3, 2)
case(math.dist, [1.0, 2.0], [2.0, 0.5])
case(math.dist, (1.0, 2.0), A(2))
case(round, 1.23, 1)
case(np.round, np.array([1.213, 0.458]), decimals=2)
case(operator.invert, 3)
for function in (operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift):
    case(function, 6, 3)
for function in (np.sin, np.cos, np.exp, np.log, np.sqrt, np.tan, np.tanh, np.sinh, np.cosh, np.arcsin, np.arccosh):
    case(getattr(cmath, {"arcsin": "asin", "arccosh": "acosh"}.get(function.__name__, function.__name__)), 0.7 + 0.4j)
case(cmath.phase, 0.7 - 0.4j)
case(cmath.polar, 0.7 - 0.4j)
case(cmath.rect, 0.7, 0.4)
case(complex, 0.7, 0.4)
case(divmod, A(3) + 5.0, 1.5)
case(np.divmod, A(2, 3) + 5.0, P(3) + 1.0)
case(np.modf, A(3))
case(np.frexp, A(3))
mask = np.array([True, False, True])
case(np.where, mask, A(3), A(2, 3))
case(np.where, mask, A(3), 2.0)
case(np.where, mask, 1.0, A(3))
case(np.where, A(3) > 0.0, F(3), 0.0)
case(np.where, mask, C(3), A(3))
case(np.where, A(3), A(3), A(3))
limits = np.array([-1.0, -0.2, 0.3, 2.0])
case(np.clip, limits, -0.5, 0.5)
case(np.clip, limits, A(2, 4), 5.0)
case(np.clip, limits, None, np.full(4, 0.25))
case(np.clip, limits, np.full(4, -0.25), None)
case(np.clip, limits, a_min=np.full(4, -0.25), a_max=np.full(4, 0.7))
case(np.clip, limits, 1.5, np.full(4, 0.7))
if np.lib.NumpyVersion(np.__version__) >= "2.1.0":
    case(np.clip, limits, min=-0.5, max=0.5)
case(np.clip, limits.astype(np.float32), -0.5, 0.5)
case(np.nan_to_num, np.array([1.0, np.nan, np.inf]), _second=False)
for kind in (np.float64, np.complex128):
    case(kind, 1.3)
for kind in (np.float32, np.float16, np.complex64):
    case(kind, 1.3, _tolerance=0.02, _second=False)
for kind in (np.int64, np.int32, np.int16, np.int8, np.uint8, np.uint16, np.uint32, np.uint64, np.bool_):
    case(kind, 1.3)
for function in (math.erf, math.erfc):
    case(function, 0.7)
unary(lambda *s: 3.0 * U(*s), np.sinc, complex_=False)
for x in (np.array([0.0, 1e-3, 0.5, 1.9, 2.1, 7.3]), 0.0):
    case(np.sinc, x)
    case(runtime.sinc_derivative, x, 1)
    case(runtime.sinc_derivative, x, 2)
unary(A, np.real_if_close, complex_=False)
