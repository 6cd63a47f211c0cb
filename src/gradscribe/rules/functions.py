"""Functions that work entry by entry: NumPy's ufuncs, `math`, `cmath` and the like among the builtins.

One line each: `elementwise(functions, partial, ...)`. A partial is given `d`, the result and the operands; broadcasting
is the compiler's business.
"""

from __future__ import annotations

import builtins
import cmath
import math
from typing import Any

import numpy as np

from .. import runtime
from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import (
    ADD,
    BIT_AND,
    BIT_OR,
    BIT_XOR,
    BOOL_OF,
    DIVIDE,
    EQUAL,
    FLOAT_OF,
    FLOOR_DIVIDE,
    GREATER,
    GREATER_EQUAL,
    INT_OF,
    INVERT,
    LEFT_SHIFT,
    LESS,
    LESS_EQUAL,
    MULTIPLY,
    NEGATIVE,
    NOT,
    NOT_EQUAL,
    POSITIVE,
    POWER,
    REMAINDER,
    RIGHT_SHIFT,
    SUBTRACT,
    define,
    register,
)
from ..ir.types import BOOL, COMPLEX, FLOAT, INT, NUMERIC, Tuple, join
from .facts import is_complex, is_constant, is_number, is_structure, real_only, surely_complex
from .table import dispatching, elementwise, general, linear, zero

sinc_derivative = dispatching(runtime.sinc_derivative)

# ------------------------------------------------------------------ arithmetic

elementwise(ADD, lambda d, z, x, y: d, lambda d, z, x, y: d)
elementwise(SUBTRACT, lambda d, z, x, y: d, lambda d, z, x, y: -d)
elementwise(MULTIPLY, lambda d, z, x, y: d * y, lambda d, z, x, y: d * x)
elementwise(DIVIDE, lambda d, z, x, y: d / y, lambda d, z, x, y: -d * z / y, singular="x y")
elementwise(NEGATIVE, lambda d, y, x: -d)
elementwise(POSITIVE, lambda d, y, x: d)
elementwise(REMAINDER, lambda d, z, x, y: d, lambda d, z, x, y: -d * (x // y))
elementwise((np.fmod, math.fmod), lambda d, z, x, y: d, lambda d, z, x, y: -d * np.trunc(x / y))
zero(FLOOR_DIVIDE)


def power_in_base(d: Any, z: Any, x: Any, y: Any) -> Any:
    """`d * y * x**(y - 1)`, and 0 for `x**0`, also at x = 0."""
    if not is_constant(y):
        return d * y * x ** (y - (y != 0) if is_number(y) and not is_number(x) else np.where(y == 0, 1, y - 1))
    if y in (0, 1, 2):
        return None if y == 0 else d if y == 1 else 2.0 * d * x
    return d * y * x ** (y - 1)


def power_in_exponent(d: Any, z: Any, x: Any, y: Any) -> Any:
    """`d * z * log(x)`, and 0 for `0**y`."""
    if is_constant(x) and x != 0:
        return d * z * (math.log(x) if not is_complex(x) and x > 0 else cmath.log(x))
    return d * z * np.log(np.where(x == 0, 1.0, x))


elementwise(POWER, power_in_base, power_in_exponent, singular="x y")
elementwise(np.float_power, power_in_base, power_in_exponent, singular="x y")
elementwise(
    define("math_pow", math.pow, infer=_infer.always(FLOAT), parameters="x, y, /"),
    power_in_base,
    power_in_exponent,
    singular="x y",
)
elementwise(np.square, lambda d, y, x: 2.0 * d * x)
elementwise((np.sqrt, math.sqrt, cmath.sqrt), lambda d, y, x: 0.5 * d / y, singular="x")
elementwise((np.cbrt, *([math.cbrt] if hasattr(math, "cbrt") else [])), lambda d, y, x: d / (3.0 * y**2), singular="x")
elementwise(np.reciprocal, lambda d, y, x: -d * y**2, singular="x")
elementwise((np.ldexp, math.ldexp), lambda d, z, x, y: np.ldexp(d, y), None)

# ------------------------------------------------------------------ exponentials and logarithms

elementwise((np.exp, math.exp, cmath.exp), lambda d, y, x: d * y)
elementwise((np.exp2, *([math.exp2] if hasattr(math, "exp2") else [])), lambda d, y, x: d * y * math.log(2.0))
elementwise((np.expm1, math.expm1), lambda d, y, x: d * np.exp(x))
elementwise((np.log, math.log, cmath.log), lambda d, y, x: d / x, singular="x")
elementwise((np.log2, math.log2), lambda d, y, x: d / (x * math.log(2.0)), singular="x")
elementwise((np.log10, math.log10, cmath.log10), lambda d, y, x: d / (x * math.log(10.0)), singular="x")
elementwise((np.log1p, math.log1p), lambda d, y, x: d / (1.0 + x), singular="x")
elementwise(
    define("log_base", math.log, cmath.log, infer=_infer.elementwise(math.log), parameters="x, base, /"),
    lambda d, z, x, base: d / (x * np.log(base)),
    lambda d, z, x, base: -d * z / (base * np.log(base)),
    singular="x base",
)
_LOWEST = -3.0e38  # of float32, nearly: where both operands are -inf the derivative is 0, not nan
for _function, _exp in ((np.logaddexp, np.exp), (np.logaddexp2, np.exp2)):
    elementwise(
        _function,
        lambda d, z, x, y, _exp=_exp: d * _exp(x - np.maximum(z, _LOWEST)),
        lambda d, z, x, y, _exp=_exp: d * _exp(y - np.maximum(z, _LOWEST)),
        singular="x y",
    )

# ------------------------------------------------------------------ trigonometry

elementwise((np.sin, math.sin, cmath.sin), lambda d, y, x: d * np.cos(x))
elementwise((np.cos, math.cos, cmath.cos), lambda d, y, x: -d * np.sin(x))
elementwise((np.tan, math.tan, cmath.tan), lambda d, y, x: d * (1.0 + y**2))
elementwise((np.arcsin, math.asin, cmath.asin), lambda d, y, x: d / np.sqrt(1.0 - x**2), singular="x")
elementwise((np.arccos, math.acos, cmath.acos), lambda d, y, x: -d / np.sqrt(1.0 - x**2), singular="x")
elementwise((np.arctan, math.atan, cmath.atan), lambda d, y, x: d / (1.0 + x**2))
elementwise((np.sinh, math.sinh, cmath.sinh), lambda d, y, x: d * np.cosh(x))
elementwise((np.cosh, math.cosh, cmath.cosh), lambda d, y, x: d * np.sinh(x))
elementwise((np.tanh, math.tanh, cmath.tanh), lambda d, y, x: d * (1.0 - y**2))
elementwise((np.arcsinh, math.asinh, cmath.asinh), lambda d, y, x: d / np.sqrt(1.0 + x**2))
elementwise(
    (np.arccosh, math.acosh, cmath.acosh),
    lambda d, y, x: d / np.sqrt(x**2 - 1.0) if not is_complex(x) else d / (np.sqrt(x - 1.0) * np.sqrt(x + 1.0)),
    singular="x",
)
elementwise((np.arctanh, math.atanh, cmath.atanh), lambda d, y, x: d / (1.0 - x**2), singular="x")
# divided by the hypotenuse twice, not by its square, which is 0 or inf for very small or large operands
elementwise(
    (np.arctan2, math.atan2),
    lambda d, z, x, y: d * (y / np.hypot(x, y)) / np.hypot(x, y),
    lambda d, z, x, y: -d * (x / np.hypot(x, y)) / np.hypot(x, y),
    singular="x y",
)
for convert in ((np.degrees, math.degrees), (np.radians, math.radians), (np.rad2deg,), (np.deg2rad,)):
    elementwise(convert, lambda d, y, x, convert=convert[0]: convert(d))

# ------------------------------------------------------------------ sign and size


def _safe(size: Any) -> Any:
    return np.where(size == 0.0, 1.0, size)


elementwise(np.hypot, lambda d, z, x, y: d * x / _safe(z), lambda d, z, x, y: d * y / _safe(z))


ABSOLUTE = define(
    "absolute", np.absolute, builtins.abs, infer=_infer.elementwise(np.absolute), parameters="x, /", cost="cheap"
)
general(
    ABSOLUTE,
    dict(x=lambda g, y, x: g * np.sign(x) if not is_complex(x) else g * (np.conj(x) / _safe(y))),
    dict(x=lambda d, y, x: d * np.sign(x) if not is_complex(x) else np.real(d * (np.conj(x) / _safe(y)))),
    elementwise=True,
)
elementwise((np.fabs, math.fabs), lambda d, y, x: d * np.sign(x))
elementwise((np.copysign, math.copysign), lambda d, z, x, y: d * (np.sign(x) * np.sign(z)), None)


def sign_tangent(d: Any, y: Any, x: Any) -> Any:
    """Zero for real x; for complex x, y = x/|x| turns: the part of d across x, over |x|."""
    if not is_complex(x):
        return None
    return 1j * y * np.imag(np.conj(y) * d) / _safe(np.absolute(x))


def sign_adjoint(g: Any, y: Any, x: Any) -> Any:
    if not is_complex(x):
        return None
    return np.real(1j * g * y) * (-1j * np.conj(y)) / _safe(np.absolute(x))


if np.sign(1j) == 1j:  # since NumPy 2; before, it was the sign of the real part
    general(
        define("sign", np.sign, infer=_infer.elementwise(np.sign), parameters="x, /", cost="cheap"),
        dict(x=sign_adjoint),
        dict(x=sign_tangent),
        elementwise=True,
    )
else:
    zero(np.sign)


def _larger(d: Any, z: Any, x: Any, y: Any) -> Any:
    return np.where(x > y, d, np.where(x == y, 0.5 * d, 0.0))


def _smaller(d: Any, z: Any, x: Any, y: Any) -> Any:
    return np.where(x < y, d, np.where(x == y, 0.5 * d, 0.0))


def _larger_number(d: Any, z: Any, x: Any, y: Any) -> Any:
    return np.where((x > y) | np.isnan(y), d, np.where(x == y, 0.5 * d, 0.0))


def _smaller_number(d: Any, z: Any, x: Any, y: Any) -> Any:
    return np.where((x < y) | np.isnan(y), d, np.where(x == y, 0.5 * d, 0.0))


def _one_of_both(args: Any, keywords: Any) -> Any:
    """The type of what may be either operand: `max(1, x)` is an int or a float."""
    return join(args[0].type, args[1].type) or NUMERIC


MAX_, MIN_ = (
    define(f"{function.__name__}_", function, infer=_one_of_both, parameters="x, y, /", cost="cheap")
    for function in (builtins.max, builtins.min)
)
elementwise(np.maximum, _larger, lambda d, z, x, y: _larger(d, z, y, x), picks=True)
elementwise(np.minimum, _smaller, lambda d, z, x, y: _smaller(d, z, y, x), picks=True)
elementwise(np.fmax, _larger_number, lambda d, z, x, y: _larger_number(d, z, y, x), picks=True)
elementwise(np.fmin, _smaller_number, lambda d, z, x, y: _smaller_number(d, z, y, x), picks=True)
elementwise(MAX_, _larger, lambda d, z, x, y: _larger(d, z, y, x), picks=True)
elementwise(MIN_, _smaller, lambda d, z, x, y: _smaller(d, z, y, x), picks=True)


def _bounds(low: Any, high: Any, keywords: dict[str, Any]) -> tuple[Any, Any]:
    low = keywords.get("min") if low is None else low
    high = keywords.get("max") if high is None else high
    return low, high


def clip_inside(d: Any, z: Any, a: Any, a_min: Any = None, a_max: Any = None, **keywords: Any) -> Any:
    """d between the bounds, half of it at a bound, as `maximum` and `minimum` have it."""
    low, high = _bounds(a_min, a_max, keywords)
    if low is None or high is None:
        return d if low is high else _larger(d, z, a, low) if high is None else _smaller(d, z, a, high)
    ordered = low <= high
    if ordered is True:
        return np.where((a > low) & (a < high), d, np.where((a == low) | (a == high), 0.5 * d, 0.0))
    return np.where((a > low) & (a < high), d, np.where((z == a) & ordered, 0.5 * d, 0.0))


def clip_low(d: Any, z: Any, a: Any, a_min: Any = None, a_max: Any = None, **keywords: Any) -> Any:
    low, high = _bounds(a_min, a_max, keywords)
    if high is None:
        return _larger(d, z, low, a)
    return np.where((a < low) & (low < high), d, np.where((a <= low) & (low <= high), 0.5 * d, 0.0))


def clip_high(d: Any, z: Any, a: Any, a_min: Any = None, a_max: Any = None, **keywords: Any) -> Any:
    low, high = _bounds(a_min, a_max, keywords)
    return _smaller(d, z, high, a if low is None else np.maximum(a, low))


_CLIP = dict(a=clip_inside, a_min=clip_low, a_max=clip_high, min=clip_low, max=clip_high)


def clip_type(args: Any, keywords: Any) -> Any:
    bounds = [v for k, v in keywords.items() if _infer.constant(v) is not None]
    return _infer.elementwise(lambda a, *rest: sum(rest, a))([args[0], *bounds], {})


CLIP = define(
    "clip",
    np.clip,
    infer=clip_type,
    parameters="a, a_min=None, a_max=None, *, min=None, max=None",
    cost="cheap",
    bare=("a_min", "a_max"),
)
register(np.ndarray.clip, CLIP, "np")
general(CLIP, _CLIP, _CLIP, elementwise=True, picks=True)
elementwise(np.heaviside, None, lambda d, z, x, y: np.where(x == 0.0, d, 0.0))

# ------------------------------------------------------------------ complex parts

REAL, IMAG = (
    define(
        function.__name__,
        function,
        attribute,
        infer=_infer.elementwise(function),
        parameters="val",
        aliasing=aliasing,
        reads=False,
        cost="free",
    )
    for function, attribute, aliasing in (
        (np.real, np.ndarray.real, "view"),
        (np.imag, np.ndarray.imag, "maybe"),  # of a real array, zeros
    )
)
linear(REAL, val=lambda g, y, val: g + 0j if surely_complex(val) else g)
linear(IMAG, val=lambda g, y, val: -1j * g if is_complex(val) else None)
CONJ = define(
    "conjugate",
    np.conjugate,
    infer=_infer.elementwise(np.conjugate),
    parameters="x, /",
    cost="cheap",
)
linear(CONJ, x=lambda g, y, x: np.conj(g))
CONJ_METHOD = define(
    "conj_method",  # of a real array, the array itself
    np.ndarray.conjugate,
    np.ndarray.conj,
    infer=_infer.elementwise(np.conjugate),
    parameters="x, /",
    aliasing="maybe",
    cost="cheap",
)
linear(CONJ_METHOD, x=lambda g, y, x: np.conj(g))


def angle_adjoint(g: Any, y: Any, z: Any, deg: bool = False) -> Any:
    if not is_complex(z):
        return None
    g = np.rad2deg(g) if deg else g
    return -1j * g / z


def angle_tangent(d: Any, y: Any, z: Any, deg: bool = False) -> Any:
    if not is_complex(z):
        return None
    turn = np.imag(d / z)
    return np.rad2deg(turn) if deg else turn


general(
    define("angle", np.angle, infer=_infer.elementwise(np.angle), parameters="z, deg=False"),
    dict(z=angle_adjoint),
    dict(z=angle_tangent),
    elementwise=True,
    singular="z",
)
PHASE = define("phase", cmath.phase, infer=_infer.always(FLOAT), parameters="z, /")
general(PHASE, dict(z=angle_adjoint), dict(z=angle_tangent), singular="z")


def polar_adjoint(g: Any, y: Any, z: Any) -> Any:
    size = None if g[0] is None else g[0] * np.conj(z) / y[0]
    turn = None if g[1] is None else -1j * g[1] / z
    return turn if size is None else size if turn is None else size + turn


general(
    define("complex_", builtins.complex, infer=_infer.always(COMPLEX), parameters="real=0, imag=0"),
    dict(real=lambda g, z, real=0, imag=0: g, imag=lambda g, z, real=0, imag=0: 1j * g),
    dict(real=lambda d, z, real=0, imag=0: d, imag=lambda d, z, real=0, imag=0: 1j * d),
)
general(
    define("polar", cmath.polar, infer=_infer.always(Tuple((FLOAT, FLOAT))), parameters="z, /"),
    dict(z=polar_adjoint),
    dict(z=lambda d, y, z: (np.real(d * np.conj(z)) / y[0], np.imag(d / z))),
    singular="z",
)
general(
    define("rect", cmath.rect, infer=_infer.always(COMPLEX), parameters="r, phi, /"),
    dict(r=lambda g, z, r, phi: g * np.exp(1j * phi), phi=lambda g, z, r, phi: 1j * g * z),
    dict(r=lambda d, z, r, phi: d * np.exp(1j * phi), phi=lambda d, z, r, phi: 1j * d * z),
)


def real_if_close_adjoint(g: Any, z: Any, a: Any) -> Any:
    if is_complex(a):
        raise UnsupportedCall("np.real_if_close of a complex operand has no rule")
    return g


linear(
    define(
        "real_if_close", np.real_if_close, infer=_infer.same_as_first, parameters="a", aliasing="maybe", cost="free"
    ),
    a=real_if_close_adjoint,
)

# ------------------------------------------------------------------ selection

WHERE = define("where", np.where, infer=_infer.elementwise(np.where), parameters="condition, x, y, /", cost="cheap")
elementwise(
    WHERE,
    None,
    lambda d, z, condition, x, y: np.where(condition, d, 0.0),
    lambda d, z, condition, x, y: np.where(condition, 0.0, d),
    masks=True,
)
NAN_TO_NUM = define(
    "nan_to_num",
    np.nan_to_num,
    infer=lambda args, keywords: _infer.elementwise(np.nan_to_num)(args, {}),
    parameters="x, *, nan=0.0, posinf=None, neginf=None",
)


def finite_part(d: Any, y: Any, x: Any, **keywords: Any) -> Any:
    real_only("np.nan_to_num", x)
    return np.where(np.isfinite(x), d, 0.0)


_FINITE = dict(x=finite_part)
general(NAN_TO_NUM, _FINITE, _FINITE, elementwise=True, masks=True)

# ------------------------------------------------------------------ more of math and the builtins

linear(FLOAT_OF, x=lambda g, z, x=0.0: g)
zero(INT_OF, BOOL_OF, NOT)
for name, function, result in (
    ("math_floor", math.floor, INT),
    ("math_ceil", math.ceil, INT),
    ("math_trunc", math.trunc, INT),
    ("math_isfinite", math.isfinite, BOOL),
    ("math_isinf", math.isinf, BOOL),
    ("math_isnan", math.isnan, BOOL),
):
    zero(define(name, function, infer=_infer.always(result), parameters="x, /", cost="cheap"))
zero(
    define(
        "math_isclose",
        math.isclose,
        infer=_infer.always(BOOL),
        parameters="a, b, *, rel_tol=1e-09, abs_tol=0.0",
        cost="cheap",
    )
)


def round_type(args: Any, keywords: Any) -> Any:
    """An int without `ndigits`, a number of the same kind with it."""
    return args[0].type if _infer.constant(keywords.get("ndigits")) is not None else INT


zero(define("round_", builtins.round, infer=round_type, parameters="number, ndigits=None", cost="cheap"))
zero(
    define(
        "round",
        np.round,
        np.around,
        np.ndarray.round,
        infer=lambda args, keywords: _infer.elementwise(np.round)(args[:1], {}),
        parameters="a, decimals=0",
        cost="cheap",
    )
)
general(
    define(
        "divmod_",
        builtins.divmod,
        np.divmod,
        infer=lambda args, keywords: Tuple((FLOOR_DIVIDE.infer(args, {}), REMAINDER.infer(args, {}))),
        parameters="x, y, /",
        cost="cheap",
    ),
    dict(x=lambda g, z, x, y: g[1], y=lambda g, z, x, y: None if g[1] is None else -g[1] * z[0]),
    dict(x=lambda d, z, x, y: (None, d), y=lambda d, z, x, y: (None, -d * z[0])),
    broadcasts=True,
)
general(
    define("modf", math.modf, infer=_infer.always(Tuple((FLOAT, FLOAT))), parameters="x, /", cost="cheap"),
    dict(x=lambda g, z, x: g[0]),
    dict(x=lambda d, z, x: (d, None)),
)
general(
    define("frexp", math.frexp, infer=_infer.always(Tuple((FLOAT, INT))), parameters="x, /", cost="cheap"),
    dict(x=lambda g, z, x: np.ldexp(g[0], -z[1])),
    dict(x=lambda d, z, x: (np.ldexp(d, -z[1]), None)),
)
general(
    define("np_modf", np.modf, infer=_infer.by_example(np.modf), parameters="x, /", cost="cheap"),
    dict(x=lambda g, z, x: g[0]),
    dict(x=lambda d, z, x: (d, None)),
)
general(
    define("np_frexp", np.frexp, infer=_infer.by_example(np.frexp), parameters="x, /", cost="cheap"),
    dict(x=lambda g, z, x: np.ldexp(g[0], -z[1])),
    dict(x=lambda d, z, x: (np.ldexp(d, -z[1]), None)),
)
elementwise(
    define("math_remainder", math.remainder, infer=_infer.always(FLOAT), parameters="x, y, /", cost="cheap"),
    lambda d, z, x, y: d,
    lambda d, z, x, y: -d * np.rint((x - z) / y),
)
general(
    define("math_hypot", math.hypot, infer=_infer.always(FLOAT), parameters="*coordinates"),
    dict(coordinates=lambda g, z, *coordinates: tuple(g * c / _safe(z) for c in coordinates)),
    dict(
        coordinates=lambda d, z, *coordinates: (
            sum(dc * c for dc, c in zip(d, coordinates, strict=True) if dc is not None) / _safe(z)
        )
    ),
)


def dist_adjoint(g: Any, z: Any, p: Any, q: Any) -> Any:
    if not is_structure(p):
        return g * np.subtract(p, q) / _safe(z)
    return tuple(g * (a - b) / _safe(z) for a, b in zip(p, q, strict=True))


def dist_tangent(d: Any, z: Any, p: Any, q: Any) -> Any:
    return sum(dp * (a - b) for dp, a, b in zip(d, p, q, strict=True) if dp is not None) / _safe(z)


general(
    define("dist", math.dist, infer=_infer.always(FLOAT), parameters="p, q, /"),
    dict(p=dist_adjoint, q=lambda g, z, p, q: dist_adjoint(g, z, q, p)),
    dict(p=dist_tangent, q=lambda d, z, p, q: dist_tangent(d, z, q, p)),
)

# ------------------------------------------------------------------ special functions that need no SciPy

_ROOT_PI = math.sqrt(math.pi)


def _special(name: str) -> Any:
    """A function of `scipy.special`, for the derivative of one that is not SciPy's."""
    try:
        import scipy.special
    except ImportError:
        raise UnsupportedCall(f"this derivative needs scipy.special.{name}: install SciPy") from None
    return getattr(scipy.special, name)


def _number(function: Any) -> Any:
    return define(f"math_{function.__name__}", function, infer=_infer.always(FLOAT), parameters="x, /")


elementwise(_number(math.erf), lambda d, y, x: d * (2.0 / _ROOT_PI) * np.exp(-(x**2)))
elementwise(_number(math.erfc), lambda d, y, x: -d * (2.0 / _ROOT_PI) * np.exp(-(x**2)))
elementwise(_number(math.gamma), lambda d, y, x: d * y * _special("digamma")(x))
elementwise(_number(math.lgamma), lambda d, y, x: d * _special("digamma")(x))
I0 = define("i0", np.i0, infer=_infer.elementwise(np.i0), parameters="x")
elementwise(I0, lambda d, y, x: d * _special("i1")(x))
SINC = define("sinc", np.sinc, infer=_infer.elementwise(np.sinc), parameters="x")
elementwise(SINC, lambda d, y, x: d * sinc_derivative(x, 1))
elementwise(
    define(
        "sinc_derivative",
        runtime.sinc_derivative,
        infer=lambda args, k: SINC.infer(args[:1], {}),
        parameters="x, order, /",
    ),
    lambda d, y, x, order: d * sinc_derivative(x, order + 1),
    None,
)

# ------------------------------------------------------------------ casts

for kind in (np.float64, np.float32, np.float16, np.complex128, np.complex64):
    linear(
        define(kind.__name__, kind, infer=_infer.elementwise(kind), parameters="x, /", cost="cheap"),
        x=lambda g, z, x: g,
    )
for kind in (np.int64, np.int32, np.int16, np.int8, np.uint8, np.uint16, np.uint32, np.uint64, np.bool_):
    zero(define(f"np_{kind.__name__}", kind, infer=_infer.elementwise(kind), parameters="x, /", cost="cheap"))

# ------------------------------------------------------------------ derivative zero everywhere

zero(LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL)
zero(INVERT, BIT_AND, BIT_OR, BIT_XOR, LEFT_SHIFT, RIGHT_SHIFT)
zero(np.floor, np.ceil, np.trunc, np.rint, np.signbit)
zero(np.isnan, np.isinf, np.isfinite, np.logical_and, np.logical_or, np.logical_not, np.logical_xor)
for function in (np.fix, np.isposinf, np.isneginf, np.isreal, np.iscomplex):
    name = function.__name__
    zero(define(name, function, infer=_infer.elementwise(function), parameters="x, /", cost="cheap"))

STOP = define("stop_gradient", runtime.stop_gradient, infer=_infer.same_as_first, parameters="x, /", cost="cheap")
zero(STOP)
