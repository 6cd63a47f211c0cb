"""Interpolation of `scipy.interpolate`: linear in the data, and with derivatives that are interpolants too.

The functions are those of `runtime_scipy`. The adjoint with respect to the data takes the interpolants of the unit
vectors, which are the columns of the linear map. A moving knot moves its cubic spline by another cubic spline, with a
jump of the second derivative at the knot (see `_moved_knots`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import runtime_scipy as r
from ..errors import UnsupportedCall
from ..ir.infer import shape_of
from ..ir.primitives import define
from ..ir.types import UNKNOWN, Array, Numeric
from .facts import rank
from .table import dispatching, general, zero

unit_data = dispatching(r.unit_data)
zero(
    define(
        "unit_data",
        r.unit_data,
        infer=lambda args, keywords: Array("float64", (UNKNOWN,) * (1 + (keywords["axes"].value if keywords else 1))),
        parameters="y, axes=1",
    )
)


def _type_at(point: int, data: int, axes: int, last: int = 0) -> Any:
    """Data with so many axes gone, at points (of which the last axes are coordinates)."""

    def infer(args: Any, keywords: Any) -> Any:
        if isinstance(args[point].type, Numeric) or isinstance(args[data].type, Numeric):
            return args[point].type
        at = shape_of(args[point].type)
        return Array("float64", (*at[: len(at) - last], *shape_of(args[data].type)[axes:]))

    return infer


def _contracted(basis: Any, g: Any, data: Any, axes: int) -> Any:
    """The adjoint of the data: the basis is the map, its last axis the entries of the data."""
    n = rank(basis) - 1
    if n == 0:
        made = basis * g if rank(data) == axes else np.multiply.outer(basis, g)
    else:
        made = np.tensordot(basis, g, axes=(tuple(range(n)), tuple(range(n))))
    return made if axes == 1 else np.reshape(made, np.shape(data))


def _summed(g: Any, slope: Any, data: Any, axes: int) -> Any:
    """The adjoint of the points: further axes of the data are summed."""
    extra = rank(data) - axes
    return np.sum(g * slope, axis=tuple(range(-extra, 0))) if extra else g * slope


def _spread(d: Any, slope: Any, data: Any, axes: int) -> Any:
    extra = rank(data) - axes
    return (d[(..., *(np.newaxis,) * extra)] if extra else d) * slope


def along_a_line(
    function: Callable[..., Any], parameters: str, data: str, slope: Callable[..., Any] | None, axes: int = 1
) -> None:
    """A function `f(x, y, v, ...)`, linear in y, or `f(y, x, v)`; the slope is called likewise."""
    names = [p.split("=")[0] for p in parameters.split(", ")]
    place = names.index(data)
    again = dispatching(function)
    made = define(function.__name__, function, infer=_type_at(2, place, axes), parameters=parameters)

    def adjoint(g: Any, z: Any, *args: Any, **keywords: Any) -> Any:
        unit = unit_data(args[place], axes=axes)
        basis = again(*args[:place], unit, *args[place + 1 :], **keywords)
        return _contracted(basis, g, args[place], axes)

    adjoints, tangents = {data: adjoint}, {}
    if slope is not None:
        adjoints["v"] = lambda g, z, *args, **k: _summed(g, slope(*args, **k), args[place], axes)
        tangents["v"] = lambda d, z, *args, **k: _spread(d, slope(*args, **k), args[place], axes)
    if function is r.cubic_spline:
        adjoints["x"], tangents["x"] = knots_adjoint, knots_tangent
    general(made, adjoints, tangents, linear=data)


def higher(function: Callable[..., Any]) -> Callable[..., Any]:
    """The derivative of next order, by `nu`."""
    again = dispatching(function)
    return lambda *args, nu=0, **keywords: again(*args, nu=nu + 1, **keywords)


# ------------------------------------------------------------------ cubic splines with moving knots

cubic_spline = dispatching(r.cubic_spline)


def _jumps(x: Any, y: Any) -> Any:
    """The jumps of the third derivative at the knots; none at the ends."""
    third = cubic_spline(x, y, 0.5 * (x[1:] + x[:-1]), nu=3)
    return np.concatenate((np.zeros(1), third[1:] - third[:-1], np.zeros(1)))


def _bend(v: Any, x: Any, nu: int) -> Any:
    """The derivative of order nu of `(v - x)**2 / 2` to the right of x, for each point and knot."""
    gap = v[..., np.newaxis] - x if rank(v) else v - x
    right = np.where(gap > 0.0, 1.0, 0.0)
    return (0.5 * gap**2 * right, gap * right, right, 0.0 * right)[min(nu, 3)]


def _check_knots(y: Any, bc_type: Any) -> None:
    if bc_type != "not-a-knot" or rank(y) != 1:
        raise UnsupportedCall(
            "the knots of a cubic spline are differentiated for data of one dimension with bc_type='not-a-knot'"
        )


def knots_tangent(
    d: Any, z: Any, x: Any, y: Any, v: Any, nu: Any = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None
) -> Any:
    """A knot that moves by d takes the value there along the slope, and bends the spline by the jump of the third
    derivative: `s` is moved by the spline through `-s'(x) d - q(x)`, and by q, of second derivative `-jump d` to the
    right of the knot."""
    _check_knots(y, bc_type)
    weights = _jumps(x, y) * d
    through = -cubic_spline(x, y, x, nu=1) * d + _bend(x, x, 0) @ weights
    return cubic_spline(x, through, v, nu=nu, extrapolate=extrapolate) - _bend(v, x, nu) @ weights


def knots_adjoint(
    g: Any, z: Any, x: Any, y: Any, v: Any, nu: Any = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None
) -> Any:
    """The adjoint of `knots_tangent`."""
    _check_knots(y, bc_type)
    basis = cubic_spline(x, unit_data(y), v, nu=nu, extrapolate=extrapolate)
    by = _contracted(basis, g, y, 1)
    bent = _contracted(_bend(v, x, nu), g, y, 1)
    return -cubic_spline(x, y, x, nu=1) * by + _jumps(x, y) * (np.transpose(_bend(x, x, 0)) @ by - bent)


along_a_line(
    r.cubic_spline,
    "x, y, v, nu=0, bc_type='not-a-knot', extrapolate=None",
    "y",
    higher(r.cubic_spline),
)
along_a_line(r.b_spline, "t, c, v, k, nu=0, extrapolate=True", "c", higher(r.b_spline))
along_a_line(r.interpolating_spline, "x, y, v, k=3, nu=0", "y", higher(r.interpolating_spline))
along_a_line(r.exact_univariate, "x, y, v, k=3, nu=0", "y", higher(r.exact_univariate))
along_a_line(r.piecewise_polynomial, "c, x, v, nu=0", "c", higher(r.piecewise_polynomial), axes=2)
along_a_line(r.polynomial_through, "x, y, v, nu=0", "y", higher(r.polynomial_through))
along_a_line(r.barycentric, "x, y, v", "y", higher(r.polynomial_through))

_DEGREES = {"linear": 1, "slinear": 1, "quadratic": 2, "cubic": 3}
_STEPS = ("nearest", "nearest-up", "previous", "next", "zero")
_spline, _line = dispatching(r.interpolating_spline), dispatching(r.interpolate_1d)


def _line_slope(x: Any, y: Any, v: Any, kind: Any = "linear") -> Any:
    if kind in _STEPS:
        return 0.0 * _line(x, y, v, kind=kind)
    if kind not in _DEGREES:
        raise UnsupportedCall(f"interp1d of kind {kind!r} is not differentiated")
    return _spline(x, y, v, k=_DEGREES[kind], nu=1)


along_a_line(r.interpolate_1d, "x, y, v, kind='linear'", "y", _line_slope)

# ------------------------------------------------------------------ integrals of splines


spline_integral = dispatching(r.spline_integral)


def _integral_adjoint(g: Any, z: Any, x: Any, y: Any, a: Any, b: Any, **keywords: Any) -> Any:
    return g * spline_integral(x, unit_data(y), a, b, **keywords)


general(
    define(
        "spline_integral",
        r.spline_integral,
        infer=_type_at(2, 1, 1),
        parameters="x, y, a, b, bc_type='not-a-knot', extrapolate=None",
    ),
    dict(
        y=_integral_adjoint,
        a=lambda g, z, x, y, a, b, **k: -g * cubic_spline(x, y, a, **k),
        b=lambda g, z, x, y, a, b, **k: g * cubic_spline(x, y, b, **k),
    ),
    dict(
        a=lambda d, z, x, y, a, b, **k: -d * cubic_spline(x, y, a, **k),
        b=lambda d, z, x, y, a, b, **k: d * cubic_spline(x, y, b, **k),
    ),
    linear="y",
)

# ------------------------------------------------------------------ on grids and at scattered points

grid_values, grid_slopes = dispatching(r.grid_values), dispatching(r.grid_slopes)
_LINEAR_METHODS = ("linear", "nearest", "slinear", "cubic", "quintic")


def _values_adjoint(g: Any, z: Any, points: Any, values: Any, xi: Any, method: Any = "linear") -> Any:
    if method not in _LINEAR_METHODS:
        raise UnsupportedCall(f"interpolation on a grid by {method!r} is not linear in the values")
    basis = grid_values(points, unit_data(values, axes=rank(values)), xi, method=method)
    return np.reshape(np.tensordot(basis, g, axes=(tuple(range(rank(g))),) * 2), np.shape(values))


def _grid_slope(points: Any, values: Any, xi: Any, method: Any) -> Any:
    if method != "linear":
        raise UnsupportedCall("interpolation on a grid is differentiated in the points for method='linear'")
    return grid_slopes(points, values, xi)


def _on_grid(args: Any, keywords: Any) -> Any:
    at = shape_of(args[2].type)
    return Array("float64", at[:-1] if len(at) > 1 else (UNKNOWN,))


general(
    define("grid_values", r.grid_values, infer=_on_grid, parameters="points, values, xi, method='linear'"),
    dict(
        values=_values_adjoint,
        xi=lambda g, z, points, values, xi, method="linear": (
            np.expand_dims(g, -1) * _grid_slope(points, values, xi, method)
        ),
    ),
    dict(
        xi=lambda d, z, points, values, xi, method="linear": np.sum(
            d * _grid_slope(points, values, xi, method), axis=-1
        )
    ),
    linear="values",
)
define("grid_slopes", r.grid_slopes, infer=lambda args, k: args[2].type, parameters="points, values, xi")


def _scattered(function: Callable[..., Any], parameters: str, place: int) -> None:
    """Values at scattered points: linear in them, at points that are constant."""
    again = dispatching(function)
    name = parameters.split(", ")[place]

    def adjoint(g: Any, z: Any, *args: Any, **keywords: Any) -> Any:
        basis = again(*args[:place], unit_data(args[place]), *args[place + 1 :], **keywords)
        return _contracted(basis, g, args[place], 1)

    made = define(function.__name__, function, infer=_type_at(2, place, 1, last=1), parameters=parameters)
    general(made, {name: adjoint}, linear=name)


_scattered(r.scattered_values, "points, values, xi", 1)
_scattered(r.radial_values, "y, d, x, kernel='thin_plate_spline', epsilon=None", 1)

grid_spline = dispatching(r.grid_spline)


def _grid_spline_adjoint(g: Any, z: Any, x: Any, y: Any, values: Any, xi: Any, yi: Any, **keywords: Any) -> Any:
    basis = grid_spline(x, y, unit_data(values, axes=2), xi, yi, **keywords)
    return _contracted(basis, g, values, 2)


def _more(k: dict[str, Any], name: str) -> dict[str, Any]:
    return {**k, name: k.get(name, 0) + 1}


general(
    define("grid_spline", r.grid_spline, infer=_type_at(3, 2, 2), parameters="x, y, z, xi, yi, dx=0, dy=0"),
    dict(
        z=_grid_spline_adjoint,
        xi=lambda g, s, x, y, z, xi, yi, **k: g * grid_spline(x, y, z, xi, yi, **_more(k, "dx")),
        yi=lambda g, s, x, y, z, xi, yi, **k: g * grid_spline(x, y, z, xi, yi, **_more(k, "dy")),
    ),
    dict(
        xi=lambda d, s, x, y, z, xi, yi, **k: d * grid_spline(x, y, z, xi, yi, **_more(k, "dx")),
        yi=lambda d, s, x, y, z, xi, yi, **k: d * grid_spline(x, y, z, xi, yi, **_more(k, "dy")),
    ),
    linear="z",
)
