"""A derivative as an object: its arguments, and what is compiled for them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

from .. import pipeline
from ..arguments import (
    ArgNums,
    check_followed,
    check_labels,
    check_result,
    checked_namespace,
    differentiable,
    names_of,
    of_method,
    title,
)
from ..dispatch import keep
from ..errors import BadArgument, GradscribeError, UnsupportedCall
from ..explain.blame import cite, citing
from ..explain.looking import LookingInside
from ..explain.nans import watchful
from ..failures import reporting
from ..ir.libraries import has_labels
from ..ir.nodes import Function
from ..ir.types import Type
from ..settings import Settings
from ..signature import call_key, is_labelled, split, without_labelled
from .disk import cached
from .freshness import refresh
from .jitting import compiled_pair, compiled_with, prepare, run_compiled
from .sending import received, sent
from .specialised import Specialised
from .spread import least_count, needs_spreading, spread

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
T = TypeVar("T")


class Derivative(LookingInside, Specialised[P, R]):
    """A derivative of a function: call it as you would call the function.

    Attributes:
        primal: the function that is differentiated.
        source: the text of the derivative, for the arguments of the last call (before any call: for arguments guessed
            from annotations and use, scalars where nothing speaks against it).
    """

    def __new__(cls, primal: Any, mode: str, argnums: ArgNums, **options: Any) -> Derivative[Any, Any]:
        """A derivative that counts the arguments of each call, where the parameters of the function do not."""
        if not callable(primal):
            raise BadArgument(f"a function is needed, not {type(primal).__name__}")
        if not isinstance(argnums, (int, str, Sequence)):
            raise BadArgument(f"argnums is a position, a name, or a sequence of these, not {argnums!r}")
        if cls is Derivative and needs_spreading(primal, argnums):
            cls = SpreadDerivative
        return super().__new__(cls)

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
        debug_nans: bool = False,
        namespace: str | None = None,
        directions: bool = False,
    ) -> None:
        self.mode, self.argnums, self.debug_nans, self.directions = mode, argnums, debug_nans, directions
        self.keep_value, self.has_aux, self.optimize, self.raw = keep_value, has_aux, optimize, raw
        self.namespace = checked_namespace(namespace, jit)
        super().__init__(primal, jit)
        self._several = not isinstance(argnums, (int, str))
        self._pairs: dict[Any, tuple[pipeline.Compiled, pipeline.Compiled]] = {}
        self.__name__ = pipeline.derivative_name(primal, mode, self._wrt, keep_value)
        prepare(self, jit)

    def _parameters(self) -> tuple[inspect.Signature, tuple[str, ...]]:
        """The signature, and the parameters to differentiate with respect to."""
        signature, _ = super()._parameters()
        return signature, names_of(signature, self.argnums, self.primal)

    def for_call(self, count: int, keywords: Collection[str]) -> Derivative[Any, Any]:
        """The derivative that a call with so many positional arguments, and these by keyword, goes to."""
        return self

    def _bind(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[inspect.BoundArguments, tuple[Any, ...]]:
        """The arguments by name, differentiable integers as floats; and the tangents of forward mode."""
        count = len(args) - (len(self._wrt) if self.mode == "forward" else 0)
        args, extra = args[:count], args[count:]
        bound, _ = super()._bind(args, keywords)
        for name in self._wrt:
            bound.arguments[name] = differentiable(bound.arguments[name], name, self.primal)
        check_labels((*(bound.arguments[name] for name in self._wrt), *extra), self.primal)
        return bound, extra

    def _compiled_for(self, arguments: Mapping[str, Any]) -> pipeline.Compiled:
        compiled = super()._compiled_for(arguments)
        check_arguments(compiled, arguments, self.primal)
        return compiled

    def _function_of(self, compiled: pipeline.Compiled) -> Callable[..., Any]:
        return watchful(compiled, list(self._signature.parameters)) if self.debug_nans else compiled.function

    @reporting
    def run_forward(self, primals: tuple[Any, ...], keywords: Any = None) -> tuple[Any, Any, Callable[..., Any]]:
        """The value, the record, and the reverse function that takes it."""
        self._renew()
        bound, _ = self._bind(primals, keywords or {})
        ahead, back = self.pair_for(bound.arguments)
        if self.jit is not None:
            return run_compiled(ahead, back, bound)
        try:
            value, record = ahead.function(*bound.args, **bound.kwargs)
        except Exception as error:
            cite(error, ahead)
            raise
        return value, record, citing(back)

    def made_for(self, arguments: Mapping[str, Any]) -> pipeline.Compiled:
        """The program for arguments like these, which is made where there is none yet."""
        return self._compiled_for(arguments)

    def pair_for(self, arguments: Mapping[str, Any]) -> tuple[pipeline.Compiled, pipeline.Compiled]:
        """The forward function, which returns value and record, and the reverse function."""
        kinds = call_key(arguments.values())
        found = self._pairs.get(self._with_settings(kinds, arguments))
        if found is None or not (refresh(found[0]) and refresh(found[1])):
            types, static = split(arguments)

            def make(settings: Settings | None) -> tuple[pipeline.Compiled, pipeline.Compiled]:
                how = (static, self._wrt, self.jit, settings, self.namespace)
                return as_objects_else(lambda types: compiled_pair(self.primal, types, *how), types, self._wrt)

            found = self._settle(kinds, arguments, make)
            keep(self._pairs, self._with_settings(kinds, arguments), found)
        check_arguments(found[0], arguments, self.primal)
        return found

    def compile_for(
        self, types: Mapping[str, Type], static: Mapping[str, object], settings: Settings | None = None
    ) -> pipeline.Compiled:
        """The derivative for arguments of these types.

        Args:
            types: of each argument, by name.
            static: the values of those that count by themselves.
            settings: see `pipeline.read`.
        """
        return as_objects_else(functools.partial(self._compile, static=static, settings=settings), types, self._wrt)

    def _compile(
        self, types: Mapping[str, Type], static: Mapping[str, object], settings: Settings | None
    ) -> pipeline.Compiled:
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
            settings=settings,
            namespace=self.namespace,
            directions=self.directions,
        )
        if self.debug_nans or self.namespace is not None or self.mode != "reverse" or static or settings is not None:
            return compiled_with(compile, self.jit, self.__name__)
        options = (types, self._wrt, self.keep_value, self.has_aux, self._several, self.optimize, self.raw)
        keep = functools.partial(cached, function=self.primal, options=options)
        return compiled_with(compile, self.jit, self.__name__, keep)

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

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Derivative[P, R]: ...
    @overload
    def __get__(
        self: Derivative[Concatenate[Any, Q], R], instance: object, owner: type | None = None
    ) -> Derivative[Q, R]: ...
    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """A derivative that decorates a method is a method."""
        if instance is None:
            return self
        bound = self.primal.__get__(instance, owner)
        kept: dict[str, Any] = {"keep_value": self.keep_value, "has_aux": self.has_aux, "raw": self.raw}
        kept |= {"jit": self.jit, "debug_nans": self.debug_nans, "directions": self.directions}
        kept["namespace"] = self.namespace
        return Derivative(bound, self.mode, of_method(self.argnums), **kept)

    def __reduce__(self) -> Any:
        """By the source of the function, so that it can be read again anywhere."""
        return received, (sent(self),)

    def __send__(self) -> Any:
        options: dict[str, Any] = {"keep_value": self.keep_value, "has_aux": self.has_aux}
        options |= {"optimize": self.optimize, "raw": self.raw, "jit": self.jit, "debug_nans": self.debug_nans}
        options["namespace"] = self.namespace
        options |= {"directions": self.directions}
        return _rebuild, (self.primal, self.mode, self.argnums, options)

    def __deepcopy__(self, memo: Any) -> Derivative[P, R]:
        """Of the same function, whose globals it reads as before."""
        make, parts = self.__send__()
        return make(*parts)

    def __copy__(self) -> Derivative[P, R]:
        return self.__deepcopy__(None)


def as_objects_else(make: Callable[[Mapping[str, Type]], T], types: Mapping[str, Type], wrt: Sequence[str]) -> T:
    """What is made for arguments of these types; where labelled arrays among them cannot be followed, for any objects
    in their place, whose entries may still be read one by one."""
    try:
        return make(types)
    except GradscribeError as error:
        others = without_labelled(types, wrt)
        if others == types:
            raise
        try:
            return make(others)
        except GradscribeError:
            raise error from None


def check_arguments(compiled: pipeline.Compiled, arguments: Mapping[str, Any], primal: Callable[..., Any]) -> None:
    """Refuse labelled arrays of different labels, where the program counts on equal ones."""
    if sum(map(has_labels, arguments.values())) > 1:
        followed = {p.var.hint for p in compiled.lowered.function.parameters if is_labelled(p.var.type)}
        check_labels([v for name, v in arguments.items() if name in followed], primal)


def _rebuild(primal: Callable[..., Any], mode: str, argnums: ArgNums, options: dict[str, Any]) -> Derivative[Any, Any]:
    return Derivative(primal, mode, argnums, **options)


class SpreadDerivative(Derivative[P, R]):
    """A derivative of `f(*args)` with respect to some of `args`, or of a function such as `np.tanh`: there is one for
    each number of arguments."""

    for_any_call = True

    def __init__(self, *args: Any, **options: Any) -> None:
        self._spread: dict[Any, Derivative[Any, Any]] = {}
        self._options = options
        self._recent: Derivative[Any, Any] | None = None
        super().__init__(*args, **options)

    def _parameters(self) -> tuple[inspect.Signature, tuple[str, ...]]:
        kind = inspect.Parameter
        any_call = (kind("args", kind.VAR_POSITIONAL), kind("keywords", kind.VAR_KEYWORD))
        return inspect.Signature(any_call), ("args",)

    def for_call(self, count: int, keywords: Collection[str]) -> Derivative[Any, Any]:
        key = (count, tuple(keywords))
        if key not in self._spread:
            given = [self.argnums] if isinstance(self.argnums, (int, str)) else list(self.argnums)
            chosen = [self._position(n, count) for n in given]
            argnums = chosen if self._several else chosen[0]
            self._spread[key] = Derivative(spread(self.primal, *key), self.mode, argnums, **self._options)
        self._recent = self._spread[key]
        return self._recent

    def _position(self, argnum: int | str, count: int) -> int | str:
        if isinstance(argnum, int) and not -count <= argnum < count:
            raise BadArgument(f"{title(self.primal)} is called with {count} arguments; argnums asks for {argnum}")
        return argnum % count if isinstance(argnum, int) else argnum

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        chosen = 1 if isinstance(self.argnums, (int, str)) else len(self.argnums)
        tangents = chosen if self.mode == "forward" else 0
        return self.for_call(len(args) - tangents, keywords)(*args, **keywords)

    def run_forward(self, primals: tuple[Any, ...], keywords: Any = None) -> tuple[Any, Any, Callable[..., Any]]:
        return self.for_call(len(primals), keywords or ()).run_forward(primals, keywords)

    @property
    def source(self) -> str:
        return (self._recent or self.for_call(self._least(), ())).source

    def source_for(self, *args: Any, **keywords: Any) -> str:
        return self.for_call(len(args), keywords).source_for(*args, **keywords)

    def stages(self, as_text: Callable[[Function], str] | None = None) -> dict[str, str]:
        return (self._recent or self.for_call(self._least(), ())).stages(as_text)

    def save(self, path: str) -> None:
        (self._recent or self.for_call(self._least(), ())).save(path)

    def _least(self) -> int:
        """The smallest number of arguments that there can be, for what is shown before any call."""
        given = [self.argnums] if isinstance(self.argnums, (int, str)) else self.argnums
        return max([least_count(self.primal), *(n + 1 if n >= 0 else -n for n in given if isinstance(n, int))])

    def __repr__(self) -> str:
        return f"<derivative of {title(self.primal)} with respect to {self.argnums}>"
