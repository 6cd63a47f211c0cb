"""A function that is compiled at the first call for each kind of arguments: dispatch, and what is kept.

What is made of the function is for those who inherit to say: a derivative, or the function itself in machine code.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar

from .. import pipeline
from ..arguments import bound_to, signature_of
from ..dispatch import MISSING, Route, for_values, is_constant, keep, quick_key
from ..explain.blame import cite
from ..explain.looking import Looking
from ..failures import explained
from ..ir.types import Type
from ..settings import Settings, settings_of, settled
from ..signature import call_key, split
from .freshness import form_of, guards_of, refresh

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Specialised(Looking, Generic[P, R]):
    """Call it as you would call the function.

    Attributes:
        primal: the function.
        source: the text of what runs, for the arguments of the last call (before any call: for arguments guessed from
            annotations and use, scalars where nothing speaks against it).
    """

    mode = "primal"

    def __init__(self, primal: Callable[..., Any], jit: str | None) -> None:
        self.primal, self.jit = primal, jit
        self._form, (self._signature, self._wrt) = form_of(primal), self._parameters()
        self._compiled: dict[Any, pipeline.Compiled] = {}
        self._settings: dict[Any, tuple[str, ...]] = {}
        self._routes: dict[Any, Route] = {}
        self._last: pipeline.Compiled | None = None
        functools.update_wrapper(self, primal, updated=())

    def _renew(self) -> None:
        """The code or the defaults of a function can be replaced."""
        form = form_of(self.primal)
        if any(now is not before for now, before in zip(form, self._form, strict=True)):
            self._form, (self._signature, self._wrt) = form, self._parameters()

    def _parameters(self) -> tuple[inspect.Signature, tuple[str, ...]]:
        """The signature, and the parameters to differentiate with respect to."""
        return signature_of(self.primal), ()

    def compile_for(
        self, types: Mapping[str, Type], static: Mapping[str, object], settings: Settings | None = None
    ) -> pipeline.Compiled:
        """What runs for arguments of these types.

        Args:
            types: of each argument, by name.
            static: the values of those that count by themselves.
            settings: see `pipeline.read`.
        """
        raise NotImplementedError

    def __call__(self, *args: P.args, **keywords: P.kwargs) -> R:
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
        except Exception as error:
            cite(error, self._last)
            if not isinstance(error, ValueError):
                raise
            raise explained(error)  # noqa: B904  the error itself in most cases

    def _slow(self, args: tuple[Any, ...], keywords: dict[str, Any], key: Any) -> Any:
        self._renew()
        bound, extra = self._bind(args, keywords)
        compiled = self._compiled_for(bound.arguments)
        function = self._function_of(compiled)
        if function is compiled.function and key is not None:
            known = self._settings.get(call_key(bound.arguments.values()), ()) if self._settings else ()
            self._remember(key, args, (*bound.args, *extra), compiled, {n: bound.arguments[n] for n in known})
        if not extra:
            return function(*bound.args, **bound.kwargs)
        added = [p for p in compiled.program.parameters if p.var.hint not in self._signature.parameters]
        if added[0].kind is inspect.Parameter.KEYWORD_ONLY:  # behind `*args`
            names = [p.var.hint for p in added]
            return function(*bound.args, **bound.kwargs, **dict(zip(names, extra, strict=True)))
        return function(*bound.args, *extra, **bound.kwargs)

    def _remember(
        self,
        key: Any,
        given: tuple[Any, ...],
        passed: tuple[Any, ...],
        compiled: pipeline.Compiled,
        known: Mapping[str, Any],
    ) -> None:
        """Note the quick way for calls like this one, where the arguments are passed on as they are."""
        rest = passed[len(given) :]
        if any(a is not b for a, b in zip(given, passed, strict=False)) or not all(map(is_constant, rest)):
            return
        positional = all(p.kind <= p.VAR_POSITIONAL for p in self._signature.parameters.values())
        guards = guards_of(compiled) if positional and (self.mode != "forward" or not rest) else None
        if guards is not None:
            function, names = compiled.function, list(self._signature.parameters)
            if known:
                values = tuple((names.index(name), value) for name, value in known.items())
                function = for_values(function, values, lambda *args: self._slow(args[: len(given)], {}, None))
            keep(self._routes, key, Route(function, rest, guards, compiled))

    def _function_of(self, compiled: pipeline.Compiled) -> Callable[..., Any]:
        """What is called for what was compiled."""
        return compiled.function

    def _bind(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[inspect.BoundArguments, tuple[Any, ...]]:
        """The arguments by name, and those that the function itself does not take."""
        return bound_to(self._signature, args, keywords, self.primal), ()

    def _compiled_for(self, arguments: Mapping[str, Any]) -> pipeline.Compiled:
        kinds = call_key(arguments.values())
        key = self._with_settings(kinds, arguments)
        found = self._compiled.get(key)
        if found is None or not refresh(found):
            types, static = split(arguments)
            found = self._settle(kinds, arguments, functools.partial(self.compile_for, types, static))
            keep(self._compiled, self._with_settings(kinds, arguments), found)
        self._last = found
        return found

    def _with_settings(self, kinds: Any, arguments: Mapping[str, Any]) -> Any:
        """The key of what is compiled: the kinds of the arguments, and the values of those that must be known."""
        known = self._settings.get(kinds, ())
        return (kinds, *(arguments[name] for name in known)) if known else kinds

    def _settle(self, kinds: Any, arguments: Mapping[str, Any], make: Callable[[Settings | None], T]) -> T:
        """What is made with as few of the arguments known by value as will do; which these are is remembered."""
        made, chosen = settled(make, settings_of(arguments, self._wrt), self._settings.get(kinds, ()))
        if chosen:
            keep(self._settings, kinds, tuple(chosen))
        return made
