"""What users call; names and shapes are those of JAX."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar, overload

from .arguments import ArgNums, check_any
from .call.derivative import Derivative
from .call.jitting import flavour
from .call.primal import CompiledFunction
from .call.pullbacks import Pullback, matching, with_tangent
from .call.splitting import SplitDerivative
from .errors import BadArgument
from .explain.tape import Tape
from .guess import continuous_parameters
from .ir.libraries import is_data_only
from .ir.types import is_continuous
from .signature import abstract

P = ParamSpec("P")
R = TypeVar("R")


# ------------------------------------------------------------------ public functions


@overload
def grad(fun: Callable[P, Any], argnums: ArgNums = 0, **options: Any) -> Derivative[P, Any]: ...
@overload
def grad(
    fun: None = None, argnums: ArgNums = 0, **options: Any
) -> Callable[[Callable[P, Any]], Derivative[P, Any]]: ...


def grad(
    fun: Any = None,
    argnums: ArgNums = 0,
    *,
    has_aux: bool = False,
    jit: str | None = None,
    debug_nans: bool = False,
    namespace: str | None = None,
    split: bool = False,
    parallel: bool = False,
) -> Any:
    """The gradient of a scalar function.

    Args:
        fun: the function; without it a decorator is returned.
        argnums: the argument(s) with respect to which it is differentiated, by position or by name.
        has_aux: whether the function returns `(value, auxiliary)`; then `(gradient, auxiliary)` is returned.
        jit: "numba" for machine code (with a warning, the plain program where numba refuses it).
        debug_nans: whether to interpret the derivative and raise `NonFinite` where the first nan or infinity gets into
            it, with the user's line and the operand to blame.
        namespace: "jax.numpy", "torch" or "array_api", for arrays that NumPy's functions do not hand on: whose
            functions are written in place of NumPy's ("array_api": those of the module that the arguments come from).
        split: for data that comes in chunks (Dask): whether to go through it several times instead of keeping what is
            read twice. A call then computes all sums over rows that the gradient depends on, and returns the rest
            lazily.
        parallel: (with `jit`) whether loops run on several processors whose trips have nothing to do with each other.
            The numbers do not depend on it; sums that a loop carries stay on one.

    Returns:
        a function of the same arguments. Its result has the structure and the shapes of the argument; a tuple where
        `argnums` is a sequence.

    Raises:
        BadArgument: an argument cannot be differentiated (an integer array, say).
        BadResult: the function does not return a real scalar.
        GradscribeError: the function contains what cannot be differentiated.
    """
    options = {"has_aux": has_aux, "jit": flavour(jit, parallel), "debug_nans": debug_nans, "namespace": namespace}
    make = SplitDerivative if split else Derivative
    return _decorate(fun, lambda f: make(f, "reverse", argnums, **options))


@overload
def value_and_grad(fun: Callable[P, Any], argnums: ArgNums = 0, **options: Any) -> Derivative[P, tuple[Any, Any]]: ...
@overload
def value_and_grad(
    fun: None = None, argnums: ArgNums = 0, **options: Any
) -> Callable[[Callable[P, Any]], Derivative[P, tuple[Any, Any]]]: ...


def value_and_grad(
    fun: Any = None,
    argnums: ArgNums = 0,
    *,
    has_aux: bool = False,
    jit: str | None = None,
    debug_nans: bool = False,
    namespace: str | None = None,
    split: bool = False,
    parallel: bool = False,
) -> Any:
    """The value and the gradient of a scalar function, in one run.

    Args:
        fun, argnums, has_aux, jit, debug_nans, namespace, split, parallel: as for `grad`.

    Returns:
        a function of the same arguments that returns `(value, gradient)`; with `has_aux`
        `((value, auxiliary), gradient)`.

    Raises:
        as `grad`.
    """
    options = {
        "keep_value": True,
        "has_aux": has_aux,
        "jit": flavour(jit, parallel),
        "debug_nans": debug_nans,
        "namespace": namespace,
    }
    make = SplitDerivative if split else Derivative
    return _decorate(fun, lambda f: make(f, "reverse", argnums, **options))


def _decorate(fun: Any, make: Callable[[Any], Any]) -> Any:
    return make if fun is None else make(fun)


def derive(
    fun: Callable[P, Any],
    mode: str = "reverse",
    argnums: ArgNums | None = None,
    optimize: bool = True,
    jit: str | None = None,
    debug_nans: bool = False,
    namespace: str | None = None,
    parallel: bool = False,
) -> Derivative[..., Any]:
    """The derivative as a generated function.

    Args:
        fun: the function.
        mode: "forward" (arguments, then the tangents; returns `(y, dy)`) or "reverse" (returns the gradient).
        argnums: the argument(s), by position or by name; by default all that can be differentiated.
        optimize: False for the line-by-line translation, one primitive a line.
        jit: "numba" for machine code; functions that numba compiles may then call the derivative of a function of
            numbers and arrays.
        debug_nans, namespace, parallel: as for `grad`.
    """
    if mode not in ("forward", "reverse"):
        raise BadArgument(f"mode is 'forward' or 'reverse', not {mode!r}")
    chosen = continuous_parameters(fun) if argnums is None else argnums
    options: dict[str, Any] = {"jit": flavour(jit, parallel), "debug_nans": debug_nans, "namespace": namespace}
    return Derivative(fun, mode, chosen, optimize=optimize, raw=True, **options)


def compile(fun: Callable[P, R], *, jit: str = "numba", parallel: bool = False) -> CompiledFunction[P, R]:
    """The function itself as machine code.

    Args:
        fun: the function.
        jit: "numba" (with a warning that names what numba refuses, the plain program where it does).
        parallel: as for `grad`.

    Returns:
        a function of the same arguments, compiled at the first call for each kind of them, which writes to its
        arguments as `fun` does. Sums are added in another order, so that results agree to rounding.

    Raises:
        GradscribeError: the function contains what cannot be read.
    """
    return CompiledFunction(fun, flavour(jit, parallel))


for _transform in (grad, value_and_grad):
    _transform.makes_derivative = True  # read as such inside functions


def jvp(
    fun: Callable[..., Any],
    primals: Sequence[Any],
    tangents: Sequence[Any],
    *,
    jit: str | None = None,
    namespace: str | None = None,
) -> tuple[Any, Any]:
    """The value of a function and its derivative in a direction.

    Args:
        fun: the function.
        primals: its positional arguments.
        tangents: a tangent for each, of the same structure and shape; None for an argument that is held constant.
        jit: "numba" for machine code.
        namespace: as for `grad`.

    Returns:
        `(y, dy)`.
    """
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise BadArgument("primals and tangents are given as tuples", hint="jvp(f, (x,), (dx,))")
    if len(primals) != len(tangents):
        raise BadArgument(f"{len(primals)} primals and {len(tangents)} tangents")
    chosen = [k for k, t in enumerate(tangents) if t is not None]
    check_any(chosen, primals, fun)
    derivative = _cached(fun, "forward", tuple(chosen), jit, namespace)
    given = (matching(tangents[k], primals[k], f"tangent {k}") for k in chosen)
    return with_tangent(derivative(*primals, *given), fun)


def vjp(
    fun: Callable[..., Any], *primals: Any, jit: str | None = None, namespace: str | None = None
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of a function, and its pullback.

    Args:
        fun: the function.
        primals: its positional arguments.
        jit: "numba" for machine code.
        namespace: as for `grad`.

    Returns:
        `(y, pullback)`; `pullback(by)` takes an adjoint of the structure of y and returns a tuple with the adjoint of
        each primal, None for those that hold no real numbers. Integers count as real where nothing else is. It may be
        called any number of times.
    """
    chosen = tuple(k for k, p in enumerate(primals) if is_continuous(abstract(p, "x")) and not is_data_only(p))
    chosen = chosen or tuple(k for k, p in enumerate(primals) if type(p) is int)
    check_any(chosen, primals, fun)
    derivative = _cached(fun, "reverse", chosen, jit, namespace)
    value, record, back = derivative.run_forward(primals)
    return value, Pullback(back, record, value, chosen, len(primals))


def explain_tape(fun: Callable[..., Any], *args: Any, argnums: ArgNums | None = None, **keywords: Any) -> Tape:
    """What a gradient records on its way forward: each value, why, and how many bytes.

    Args:
        fun: the function.
        args, keywords: its arguments; without any, nothing is measured.
        argnums: the argument(s) with respect to which it is differentiated; by default all that can be.

    Returns:
        a table: print it, or look at its `recorded` and `bytes`.
    """
    return derive(fun, argnums=argnums).tape(*args, **keywords)


@functools.lru_cache(maxsize=512)
def _cached(
    fun: Callable[..., Any],
    mode: str,
    argnums: tuple[int, ...],
    jit: str | None = None,
    namespace: str | None = None,
) -> Derivative[Any, Any]:
    return Derivative(fun, mode, argnums, raw=True, jit=jit, namespace=namespace)
