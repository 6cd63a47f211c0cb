"""What the members of the family have in common: a function, the arguments by which it is differentiated, and the
behaviour of a function that decorates."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from ..arguments import ArgNums, bound_to, differentiable, names_of, of_method, title
from ..call.sending import received, sent
from ..errors import BadArgument

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")


class Transform(Generic[P, R]):
    """A function made from another one by differentiating it.

    Attributes:
        primal: the function that is differentiated.
    """

    ending = "derivative"
    """What the name of the function ends in."""

    def __init__(self, primal: Callable[P, Any], argnums: ArgNums = 0, **options: Any) -> None:
        if not callable(primal):
            raise BadArgument(f"a function is needed, not {type(primal).__name__}")
        self.primal, self.argnums, self.options = primal, argnums, options
        self._signature = inspect.signature(primal)
        self._wrt = names_of(self._signature, argnums, primal)
        self._several = not isinstance(argnums, (int, str))
        functools.update_wrapper(self, primal, updated=())
        self.__name__ = f"{getattr(primal, '__name__', 'f')}_{self.ending}"

    def __call__(self, *args: P.args, **keywords: P.kwargs) -> R:
        raise NotImplementedError

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Transform[P, R]: ...
    @overload
    def __get__(
        self: Transform[Concatenate[Any, Q], R], instance: object, owner: type | None = None
    ) -> Transform[Q, R]: ...
    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """What decorates a method is a method."""
        if instance is None:
            return self
        bound = self.primal.__get__(instance, owner)
        return type(self)(bound, of_method(self.argnums), **self.options)

    def __repr__(self) -> str:
        return f"<{self.ending} of {title(self.primal)} with respect to {', '.join(self._wrt)}>"

    def __reduce__(self) -> Any:
        """By the source of the function, so that it can be read again anywhere."""
        return received, (sent(self),)

    def __send__(self) -> Any:
        return _rebuild, (type(self), self.primal, self.argnums, self.options)

    def __deepcopy__(self, memo: Any) -> Transform[P, R]:
        make, parts = self.__send__()
        return make(*parts)

    def __copy__(self) -> Transform[P, R]:
        return self.__deepcopy__(None)

    def bind(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> inspect.BoundArguments:
        """The arguments of the primal by name, differentiable integers as floats."""
        bound = bound_to(self._signature, args, keywords, self.primal)
        for name in self._wrt:
            bound.arguments[name] = differentiable(bound.arguments[name], name, self.primal)
        return bound

    def chosen(self, bound: inspect.BoundArguments) -> Any:
        """The argument that is differentiated by; a tuple of them where `argnums` is a sequence."""
        values = tuple(bound.arguments[name] for name in self._wrt)
        return values if self._several else values[0]


def _rebuild(cls: type[Transform[Any, Any]], primal: Any, argnums: ArgNums, options: dict[str, Any]) -> Any:
    return cls(primal, argnums, **options)


def decorator(fun: Any, make: Callable[[Any], Any]) -> Any:
    """`make(fun)`, or `make` itself where the function is still to come."""
    return make if fun is None else make(fun)
