"""Other ways to the same derivative: differences, the complex step, and symbols; and how far each is off.

All of them are taken along the directions of a trace, so that one number for each stands beside the slope that the
trace found. The complex step and the symbols run the program in the interpreter, where `math.sin` means the sine of
whatever comes: a complex number, or a symbol.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..ir.interpret import Interpreter, read
from ..ir.nodes import Op, Var
from ..ir.primitives import CALL, IF, LOOP
from ..numerical import copied, flatten, numbers, numerical_jvp
from .trace import Trace

TINY = 1e-30
COMPARISONS = {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "not_"}
_FAILURES = (TypeError, ValueError, ArithmeticError, AttributeError, KeyError, IndexError, AssertionError)


@dataclass(frozen=True)
class Way:
    """A way to the derivative.

    Args:
        name: what it is called.
        slopes: the derivative along each direction.
        errors: the distance from what the trace found.
        note: what else there is to say, or why there are no numbers.
    """

    name: str
    slopes: tuple[float, ...] = ()
    errors: tuple[float, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Sample:
    """Errors of the derivative at one step size (nan where a way has none)."""

    step: float
    forward: float
    central: float
    complex_step: float


def slopes_of(trace: Trace) -> tuple[float, ...]:
    """The derivative along each direction, by the tangents or else by the adjoints."""
    if trace.slopes:
        return tuple(float(np.sum(numbers(s))) for s in trace.slopes)
    if trace.gradient is not None:
        pairs = zip(trace.gradient, trace.directions, strict=True)
        return tuple(float(np.dot(numbers(g), numbers(d))) for g, d in pairs)
    return ()


def ways(trace: Trace) -> list[Way]:
    """Each other way to the derivative of a trace.

    Args:
        trace: the run; its result is a number, or a structure whose numbers are added.
    """
    found = [_automatic(trace), _central(trace), _complex_step(trace)]
    from .symbolic import symbolic

    return [*found, symbolic(trace)]


def _automatic(trace: Trace) -> Way:
    if not trace.slopes or trace.gradient is None:
        return Way("automatic", slopes_of(trace), (), "; ".join(trace.missing))
    pairs = zip(trace.gradient, trace.directions, strict=True)
    backward = [float(np.dot(numbers(g), numbers(d))) for g, d in pairs]
    errors = tuple(abs(a - b) for a, b in zip(slopes_of(trace), backward, strict=True))
    return Way("automatic", slopes_of(trace), errors, "forward; the error is the distance to reverse")


def along(trace: Trace, k: int) -> Callable[[float], float]:
    """The function along the k-th direction of a trace: `t -> f(x + t d)`, its numbers added."""
    name, direction = trace.wrt[k], trace.directions[k]

    def path(t: float) -> float:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            return float(
                np.sum(numbers(trace.function(**_passed(trace, name, moved(trace.point[name], direction, t)))))
            )

    return path


def _passed(trace: Trace, name: str, value: Any) -> dict[str, Any]:
    return {n: value if n == name else copied(v) for n, v in trace.point.items()}


def moved(value: Any, direction: Any, t: Any) -> Any:
    """A structure moved along a direction."""
    leaves, build = flatten(value)
    steps = flatten(direction)[0]
    return build([leaf.value + t * step.value for leaf, step in zip(leaves, steps, strict=True)])


def _errors(trace: Trace, slopes: Sequence[float]) -> tuple[float, ...]:
    return tuple(abs(a - b) for a, b in zip(slopes, slopes_of(trace), strict=False))


def _central(trace: Trace) -> Way:
    slopes = []
    for k in range(len(trace.wrt)):
        path = along(trace, k)
        try:
            slopes.append(float(numerical_jvp(lambda t, path=path: path(t), (0.0,), (1.0,)).value[0]))
        except _FAILURES as failure:
            return Way("central differences", note=f"not here: {failure}")
    return Way("central differences", tuple(slopes), _errors(trace, slopes), "extrapolated to order six")


# ------------------------------------------------------------------ the complex step


class ComplexRun(Interpreter):
    """Runs a program on complex numbers: decisions look at real parts, `math` means NumPy."""

    def op(self, op: Op, values: dict[Var, Any]) -> tuple[Any, ...]:
        if op.primitive in (LOOP, IF, CALL):
            return super().op(op, values)
        args = [read(a, values) for a in op.args]
        if not any(map(np.iscomplexobj, args)):
            return (
                tuple(map(_widened, super().op(op, values)))
                if op.primitive.aliasing == "fresh"
                else super().op(op, values)
            )
        name = op.primitive.name
        if name in COMPARISONS:
            return super().op(op, {v: np.real(x) if np.iscomplexobj(x) else x for v, x in values.items()})
        if name in _BY_REAL_PART:
            return (_BY_REAL_PART[name](*args),)
        if op.style in ("math", "builtin") and "np" in op.primitive.spellings:
            return (op.primitive.function("np")(*args, **{k: read(a, values) for k, a in op.keywords}),)
        return super().op(op, values)


def _widened(value: Any) -> Any:
    """A new array of reals as one that complex numbers may be written to."""
    floats = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return value.astype(complex) if floats else value


def _absolute(x: Any) -> Any:
    return _chosen(np.real(x) < 0, -x, x)


def _chosen(test: Any, this: Any, other: Any) -> Any:
    return np.asarray(np.where(test, this, other))[()]


_BY_REAL_PART: dict[str, Callable[..., Any]] = {
    "absolute": _absolute,
    "abs": _absolute,
    "fabs": _absolute,
    "maximum": lambda x, y: _chosen(np.real(x) >= np.real(y), x, y),
    "minimum": lambda x, y: _chosen(np.real(x) <= np.real(y), x, y),
    "float_": lambda x: x,
}


def complex_slope(trace: Trace, k: int, step: float = TINY) -> float:
    """`Im f(x + i h d) / h` along the k-th direction: no difference is taken, so nothing cancels.

    Raises:
        one of `_FAILURES` where the program does not run on complex numbers.
    """
    args = []
    for parameter in trace.program.parameters:
        name = parameter.var.hint
        value = copied(trace.point[name])
        args.append(moved(value, trace.directions[k], 1j * step) if name == trace.wrt[k] else _widened(value))
    quiet = contextlib.redirect_stdout(io.StringIO())
    with quiet, np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error", getattr(np, "exceptions", np).ComplexWarning)
        value = ComplexRun().run(trace.program, args)
    return float(sum(np.sum(np.imag(leaf.value)) for leaf in flatten(value)[0])) / step


def _complex_step(trace: Trace) -> Way:
    try:
        slopes = tuple(complex_slope(trace, k) for k in range(len(trace.wrt)))
    except (*_FAILURES, Warning) as failure:
        return Way("complex step", note=f"not here: {_first_line(failure)}")
    return Way("complex step", slopes, _errors(trace, slopes), "Im f(x + ih) / h, h = 1e-30")


def _first_line(failure: BaseException) -> str:
    return (str(failure).splitlines() or [type(failure).__name__])[0][:90]


# ------------------------------------------------------------------ error against step


def error_curve(trace: Trace, k: int = 0, per_decade: int = 1) -> list[Sample]:
    """How the error of differences depends on the step: truncation on the right, cancellation on the left.

    Args:
        trace: the run.
        k: the direction.
        per_decade: samples for each power of ten.
    """
    return list(_samples(trace, k, per_decade))


def _samples(trace: Trace, k: int, per_decade: int) -> Iterator[Sample]:
    path, exact = along(trace, k), slopes_of(trace)[k]
    scale = abs(exact) or 1.0
    middle = path(0.0)
    for number in range(per_decade, 16 * per_decade + 1):
        h = 10.0 ** (-number / per_decade)
        above, below = _or_nan(path, h), _or_nan(path, -h)
        forward = abs((above - middle) / h - exact) / scale
        central = abs((above - below) / (2 * h) - exact) / scale
        try:
            other = abs(complex_slope(trace, k, h) - exact) / scale
        except (*_FAILURES, Warning):
            other = float("nan")
        yield Sample(h, forward, central, other)


def _or_nan(path: Callable[[float], float], t: float) -> float:
    try:
        return path(t)
    except _FAILURES:
        return float("nan")
