"""What users call: derivatives as objects, compiled at the first call for each kind of arguments.

Argument checks and dispatch are here; everything else is in `pipeline`. Names and shapes are those of JAX.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Generic, ParamSpec, TypeVar, overload

from . import pipeline
from .arguments import (
    ArgNums,
    check_any,
    check_followed,
    check_result,
    differentiable,
    names_of,
    of_method,
    signature_of,
    title,
)
from .dispatch import LIMIT, MISSING, Route, is_constant, quick_key
from .errors import BadArgument, GradscribeError, UnsupportedCall
from .export import module_text
from .failures import explained, reporting
from .guess import continuous_parameters, guesses
from .ir.nodes import Function
from .ir.types import Type, is_continuous
from .jitting import compiled_pair, compiled_with, prepare, run_compiled
from .pullbacks import Pullback, matching, with_tangent
from .signature import abstract, call_key, split

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Derivative(Generic[P, R]):
    """A derivative of a function: call it as you would call the function.

    Attributes:
        primal: the function that is differentiated.
        source: the text of the derivative, for the arguments of the last call (before any call: for arguments guessed
            from annotations and use, scalars where nothing speaks against it).
    """

    def __init__(
        self,
        primal: Callable[..., Any],
        mode: str,
        argnums: ArgNums,
        *,
        keep_value: bool = False,
        has_aux: bool = False,
        optimize: bool = True,
        raw: bool = False,
        jit: str | None = None,
    ) -> None:
        if not callable(primal):
            raise BadArgument(f"a function is needed, not {type(primal).__name__}")
        self.primal, self.mode, self.argnums = primal, mode, argnums
        self.keep_value, self.has_aux, self.optimize, self.raw = keep_value, has_aux, optimize, raw
        self.jit = jit
        self._signature = signature_of(primal)
        self._wrt = names_of(self._signature, argnums, primal)
        self._several = not isinstance(argnums, (int, str))
        self._compiled: dict[Any, pipeline.Compiled] = {}
        self._routes: dict[Any, Route] = {}
        self._pairs: dict[Any, tuple[pipeline.Compiled, pipeline.Compiled]] = {}
        self._last: pipeline.Compiled | None = None
        functools.update_wrapper(self, primal, updated=())
        self.__name__ = pipeline.derivative_name(primal, mode, self._wrt, keep_value)
        prepare(self, jit)

    # calling -------------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        key = None if keywords else quick_key(args)
        route = self._routes.get(key)
        try:
            if route is not None:
                for space, name, seen in route.guards:
                    if space.get(name, MISSING) is not seen:
                        break
                else:
                    self._last = route.target
                    return route.function(*args, *route.rest)
            return self._slow(args, keywords, key)
        except ValueError as error:
            raise explained(error)  # noqa: B904  the error itself in most cases

    def _slow(self, args: tuple[Any, ...], keywords: dict[str, Any], key: Any) -> Any:
        bound, extra = self._bind(args, keywords)
        compiled = self._compiled_for(bound.arguments)
        if key is not None:
            self._remember(key, args, (*bound.args, *extra), compiled)
        added = [p for p in compiled.program.parameters if p.var.hint not in self._signature.parameters]
        if extra and added[0].kind is inspect.Parameter.KEYWORD_ONLY:  # behind `*args`
            names = [p.var.hint for p in added]
            return compiled.function(*bound.args, **bound.kwargs, **dict(zip(names, extra, strict=True)))
        return compiled.function(*bound.args, *extra, **bound.kwargs)

    def _remember(self, key: Any, given: tuple[Any, ...], passed: tuple[Any, ...], compiled: pipeline.Compiled) -> None:
        """Note the quick way for calls like this one, where the arguments are passed on as they are."""
        rest = passed[len(given) :]
        if any(a is not b for a, b in zip(given, passed, strict=False)) or not all(map(is_constant, rest)):
            return
        positional = all(p.kind <= p.VAR_POSITIONAL for p in self._signature.parameters.values())
        guards = pipeline.guards_of(compiled) if positional and (self.mode == "reverse" or not rest) else None
        if guards is not None:
            if len(self._routes) >= LIMIT:
                self._routes.clear()
            self._routes[key] = Route(compiled.function, rest, guards, compiled)

    def _bind(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[inspect.BoundArguments, tuple[Any, ...]]:
        """The arguments by name, differentiable integers as floats; and the tangents of forward mode."""
        extra: tuple[Any, ...] = ()
        if self.mode == "forward":
            count = len(self._wrt)
            args, extra = args[: len(args) - count], args[len(args) - count :]
        try:
            bound = self._signature.bind(*args, **keywords)
        except TypeError as wrong:
            raise BadArgument(f"{title(self.primal)}: {wrong}") from None
        bound.apply_defaults()
        for name in self._wrt:
            bound.arguments[name] = differentiable(bound.arguments[name], name, self.primal)
        return bound, extra

    def _compiled_for(self, arguments: Mapping[str, Any]) -> pipeline.Compiled:
        key = call_key(arguments.values())
        found = self._compiled.get(key)
        if found is None or not pipeline.refresh(found):
            types, static = split(arguments)
            found = self.compile_for(types, static)
            self._compiled[key] = found
        self._last = found
        return found

    @reporting
    def run_forward(self, primals: tuple[Any, ...], keywords: Any = None) -> tuple[Any, Any, Callable[..., Any]]:
        """The value, the record, and the reverse function that takes it."""
        bound, _ = self._bind(primals, keywords or {})
        ahead, back = self.pair_for(bound.arguments)
        if self.jit is not None:
            return run_compiled(ahead, back, bound)
        value, record = ahead.function(*bound.args, **bound.kwargs)
        return value, record, back.function

    def pair_for(self, arguments: Mapping[str, Any]) -> tuple[pipeline.Compiled, pipeline.Compiled]:
        """The forward function, which returns value and record, and the reverse function."""
        key = call_key(arguments.values())
        found = self._pairs.get(key)
        if found is None or not (pipeline.refresh(found[0]) and pipeline.refresh(found[1])):
            types, static = split(arguments)
            found = self._pairs[key] = compiled_pair(self.primal, types, static, self._wrt, self.jit)
        return found

    def compile_for(self, types: Mapping[str, Type], static: Mapping[str, object]) -> pipeline.Compiled:
        """The derivative for arguments of these types; `static` are the values of those that count by themselves."""
        compile = functools.partial(
            pipeline.compile_derivative,
            self.primal,
            types,
            static,
            self.mode,
            self._wrt,
            keep_value=self.keep_value,
            has_aux=self.has_aux,
            several=self._several,
            optimize=self.optimize,
            number=not self.raw,
            check=check_followed if self.raw else check_result,
        )
        return compiled_with(compile, self.jit, self.__name__)

    def program_for(self, kinds: Mapping[str, Type], static: Mapping[str, object], active: Collection[str]) -> Any:
        """The gradient as a program, for a function that calls it and is itself differentiated.

        Args:
            kinds, static: what is known of its arguments, by name.
            active: the arguments that the caller differentiates by.
        """
        if self.mode != "reverse":
            raise UnsupportedCall(f"a tangent of {title(self.primal)} is differentiated", hint="use grad of grad")
        return pipeline.derivative_program(
            self.primal,
            kinds,
            static,
            self._wrt,
            active,
            keep_value=self.keep_value,
            has_aux=self.has_aux,
            several=self._several,
            number=not self.raw,
            check=check_followed if self.raw else check_result,
        )

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """A derivative that decorates a method is a method."""
        if instance is None:
            return self
        bound = self.primal.__get__(instance, owner)
        kept = {"keep_value": self.keep_value, "has_aux": self.has_aux, "raw": self.raw, "jit": self.jit}
        return Derivative(bound, self.mode, of_method(self.argnums), **kept)

    # looking -------------------------------------------------------------------------------------------------------

    @property
    def source(self) -> str:
        if self._last is None:
            self._last = self._guessing(self.compile_for)
        return self._last.written.text

    def source_for(self, *args: Any, **keywords: Any) -> str:
        """The text of the derivative for given arguments.

        Args:
            args, keywords: as in a call.
        """
        bound, _ = self._bind(args, keywords)
        return self._compiled_for(bound.arguments).written.text

    def stages(self, as_text: Callable[[Function], str] | None = None) -> dict[str, str]:
        """The text of the program after each stage of the compiler, by the stage's name, for guessed arguments.

        Args:
            as_text: what makes text of a program of the IR (`gradscribe.ir.dump.dump`, say); Python where None.
        """
        return self._guessing(
            lambda kinds, static: pipeline.stages(self.primal, kinds, static, self.mode, self._wrt, as_text=as_text)
        )

    def _guessing(self, make: Callable[[Mapping[str, Type], Mapping[str, object]], T]) -> T:
        """What is made for the first guess of the arguments that will do."""
        failure: GradscribeError | None = None
        for kinds, static in guesses(self.primal):
            try:
                return make(kinds, static)
            except GradscribeError as error:
                failure = failure or error
        assert failure is not None
        raise failure

    def show(self) -> None:
        """Print the source."""
        print(self.source)

    def save(self, path: str) -> None:
        """Write a module that holds the derivative and needs NumPy only (and what the function itself uses).

        Args:
            path: the file to write.
        """
        self.source  # noqa: B018  compiles it, where no call has
        assert self._last is not None
        with open(path, "w", encoding="utf-8") as file:
            file.write(module_text(self._last, self.primal))

    def __repr__(self) -> str:
        what = {"reverse": "gradient", "forward": "tangent"}[self.mode]
        return f"<{what} of {title(self.primal)} with respect to {', '.join(self._wrt)}>"

    def __reduce__(self) -> Any:
        options = {"keep_value": self.keep_value, "has_aux": self.has_aux, "optimize": self.optimize, "raw": self.raw}
        options["jit"] = self.jit
        return _rebuild, (self.primal, self.mode, self.argnums, options)


def _rebuild(primal: Callable[..., Any], mode: str, argnums: ArgNums, options: dict[str, Any]) -> Derivative[Any, Any]:
    return Derivative(primal, mode, argnums, **options)


# ------------------------------------------------------------------ public functions


@overload
def grad(fun: Callable[P, Any], argnums: ArgNums = 0, **options: Any) -> Derivative[P, Any]: ...
@overload
def grad(
    fun: None = None, argnums: ArgNums = 0, **options: Any
) -> Callable[[Callable[P, Any]], Derivative[P, Any]]: ...


def grad(fun: Any = None, argnums: ArgNums = 0, *, has_aux: bool = False, jit: str | None = None) -> Any:
    """The gradient of a scalar function.

    Args:
        fun: the function; without it a decorator is returned.
        argnums: the argument(s) with respect to which it is differentiated, by position or by name.
        has_aux: whether the function returns `(value, auxiliary)`; then `(gradient, auxiliary)` is returned.
        jit: "numba" for machine code (with a warning, the plain program where numba refuses it).

    Returns:
        a function of the same arguments. Its result has the structure and the shapes of the argument; a tuple where
        `argnums` is a sequence.

    Raises:
        BadArgument: an argument cannot be differentiated (an integer array, say).
        BadResult: the function does not return a real scalar.
        GradscribeError: the function contains what cannot be differentiated.
    """
    return _decorate(fun, lambda f: Derivative(f, "reverse", argnums, has_aux=has_aux, jit=jit))


def value_and_grad(fun: Any = None, argnums: ArgNums = 0, *, has_aux: bool = False, jit: str | None = None) -> Any:
    """The value and the gradient of a scalar function, in one run.

    Args:
        fun, argnums, has_aux, jit: as for `grad`.

    Returns:
        a function of the same arguments that returns `(value, gradient)`; with `has_aux`
        `((value, auxiliary), gradient)`.

    Raises:
        as `grad`.
    """
    options = {"keep_value": True, "has_aux": has_aux, "jit": jit}
    return _decorate(fun, lambda f: Derivative(f, "reverse", argnums, **options))


def _decorate(fun: Any, make: Callable[[Any], Any]) -> Any:
    return make if fun is None else make(fun)


def derive(
    fun: Callable[P, Any],
    mode: str = "reverse",
    argnums: ArgNums | None = None,
    optimize: bool = True,
    jit: str | None = None,
) -> Derivative[P, Any]:
    """The derivative as a generated function.

    Args:
        fun: the function.
        mode: "forward" (arguments, then the tangents; returns `(y, dy)`) or "reverse" (returns the gradient).
        argnums: the argument(s), by position or by name; by default all that can be differentiated.
        optimize: False for the line-by-line translation, one primitive a line.
        jit: "numba" for machine code; functions that numba compiles may then call the derivative of a function of
            numbers and arrays.
    """
    if mode not in ("forward", "reverse"):
        raise BadArgument(f"mode is 'forward' or 'reverse', not {mode!r}")
    chosen = continuous_parameters(fun) if argnums is None else argnums
    return Derivative(fun, mode, chosen, optimize=optimize, raw=True, jit=jit)


for _transform in (grad, value_and_grad):
    _transform.makes_derivative = True  # read as such inside functions


def jvp(
    fun: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], *, jit: str | None = None
) -> tuple[Any, Any]:
    """The value of a function and its derivative in a direction.

    Args:
        fun: the function.
        primals: its positional arguments.
        tangents: a tangent for each, of the same structure and shape; None for an argument that is held constant.
        jit: "numba" for machine code.

    Returns:
        `(y, dy)`.
    """
    if len(primals) != len(tangents):
        raise BadArgument(f"{len(primals)} primals and {len(tangents)} tangents")
    chosen = [k for k, t in enumerate(tangents) if t is not None]
    check_any(chosen, primals, fun)
    derivative = _cached(fun, "forward", tuple(chosen), jit)
    given = (matching(tangents[k], primals[k], f"tangent {k}") for k in chosen)
    return with_tangent(derivative(*primals, *given), fun)


def vjp(fun: Callable[..., Any], *primals: Any, jit: str | None = None) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of a function, and its pullback.

    Args:
        fun: the function.
        primals: its positional arguments.
        jit: "numba" for machine code.

    Returns:
        `(y, pullback)`; `pullback(by)` takes an adjoint of the structure of y and returns a tuple with the adjoint of
        each primal. It may be called any number of times.
    """
    chosen = tuple(k for k, p in enumerate(primals) if type(p) is int or is_continuous(abstract(p, "x")))
    check_any(chosen, primals, fun)
    derivative = _cached(fun, "reverse", chosen, jit)
    value, record, back = derivative.run_forward(primals)
    return value, Pullback(back, record, value, chosen, len(primals))


@functools.lru_cache(maxsize=512)
def _cached(
    fun: Callable[..., Any], mode: str, argnums: tuple[int, ...], jit: str | None = None
) -> Derivative[Any, Any]:
    return Derivative(fun, mode, argnums, raw=True, jit=jit)
