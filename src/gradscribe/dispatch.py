"""Which compiled derivative a call runs, in well under a microsecond: the quick way beside the thorough one of `api`.

A call is quick when its arguments are plain: numbers, strings, functions, arrays, and tuples, lists and dicts of such.
Its key holds exact shapes, so that it tells at least as much apart as the abstract signature; what was compiled for the
signature is found again by the key. What the derivative has taken from outside is compared by identity.

This module knows nothing of programs.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from types import BuiltinFunctionType, CellType, FunctionType, ModuleType
from typing import Any, Protocol

import numpy as np

LIMIT = 1024
"""The number of keys that are kept for one derivative."""

_DEEPEST = 6

_NUMBERS = frozenset((float, int, bool, complex, np.float64, np.float32, np.int64, np.int32, np.bool_))
_BY_VALUE = frozenset((str, type(None), FunctionType, BuiltinFunctionType, np.ufunc))
_CONSTANT = frozenset((float, int, bool, complex, str, bytes, type(None), np.float64, np.float32, np.int64, np.int32))


def quick_key(values: Iterable[Any], depth: int = 0) -> tuple[Any, ...] | None:
    """A key for arguments by their types, shapes and structure; None where one of them is not plain."""
    key: list[Any] = []
    for value in values:
        kind = type(value)
        if kind is np.ndarray:
            key.append(value.dtype)
            key.append(value.shape)
        elif kind in _NUMBERS:
            key.append(kind)
        elif kind in _BY_VALUE:
            key.append(value)
        else:
            inner = _inner_key(kind, value, depth + 1)
            if inner is None:
                return None
            key.append(inner)
    return tuple(key)


def _inner_key(kind: type, value: Any, depth: int) -> tuple[Any, ...] | None:
    if depth > _DEEPEST:
        return None
    if kind is dict:
        inner = quick_key(value.values(), depth)
        return None if inner is None else (dict, *value, inner)
    if kind is tuple or kind is list:
        inner = quick_key(value, depth)
        return None if inner is None else (kind, inner)
    return None


_CODE = (FunctionType, BuiltinFunctionType, type, np.ufunc)
"""What has no fields that a program reads as data."""


class Namespace(Protocol):
    """Where a name is looked up: a dict, or what behaves as one."""

    def get(self, name: str, default: Any, /) -> Any: ...


Guard = tuple[Namespace, str, Any]
"""A namespace, a name, and what must stand under it."""

MISSING = object()


def guards(resolved: Iterable[tuple[Any, Any, Any]], now: Callable[[Any, Any], Any]) -> Iterator[Guard]:
    """What must still be so for functions and modules that were taken from outside.

    Args:
        resolved: the owner (a dict of globals, a cell, a module, a class, an object), the name, what was found.
        now: finds what stands under a name of an owner today.
    """
    functions: dict[FunctionType, None] = {}
    for owner, name, seen in resolved:
        if type(owner) is FunctionType and name in FORM:
            functions[owner] = None
        elif isinstance(owner, dict) and type(name) is str:
            if name in owner:
                yield owner, name, seen
            else:
                yield owner, name, MISSING
                yield vars(builtins), name, seen
        elif isinstance(owner, ModuleType) and name in vars(owner):
            yield vars(owner), name, seen
        else:
            yield _Elsewhere(owner, now), name, seen
    if functions:
        same = _SameFunctions(functions)
        yield same, FORM[0], same


def value_guard(owner: Any, name: str, value: Any, now: Callable[[Any, Any], Any]) -> Guard | None:
    """What must still be so for a value that was taken from outside, so that it need not be read and described again;
    None for one that can change while it stays the same object."""
    space = owner if isinstance(owner, dict) else _Elsewhere(owner, now)
    if type(value) is np.ndarray:
        return _SameForm(space, value), name, value
    return (space, name, value) if type(value) in _CONSTANT or isinstance(value, _CODE) else None


class _Elsewhere:
    """The namespace of a closure's cell, a class or an object."""

    __slots__ = ("now", "owner")

    def __init__(self, owner: Any, now: Callable[[Any, Any], Any]) -> None:
        self.owner, self.now = owner, now

    def get(self, name: str, default: Any, /) -> Any:
        if type(self.owner) is CellType:
            try:
                return self.owner.cell_contents
            except ValueError:
                return default
        return self.now(self.owner, name)


FORM = ("__code__", "__defaults__", "__kwdefaults__")
"""What a function is made of, beside its cells."""


class _SameFunctions:
    """A namespace that is empty once the code or the defaults of a function were replaced."""

    __slots__ = ("forms",)

    def __init__(self, functions: Iterable[FunctionType]) -> None:
        self.forms = tuple((f, f.__code__, f.__defaults__, f.__kwdefaults__) for f in functions)

    def get(self, name: str, default: Any, /) -> Any:
        for function, code, defaults, keywords in self.forms:
            if (
                function.__code__ is not code
                or function.__defaults__ is not defaults
                or function.__kwdefaults__ is not keywords
            ):
                return default
        return self


class _SameForm:
    """The namespace of an array, which is missing once its dtype or shape was changed in place."""

    __slots__ = ("form", "space")

    def __init__(self, space: Namespace, array: np.ndarray) -> None:
        self.space, self.form = space, (array.dtype, array.shape)

    def get(self, name: str, default: Any, /) -> Any:
        found = self.space.get(name, default)
        return found if type(found) is np.ndarray and (found.dtype, found.shape) == self.form else default


class Route:
    """Where a quick call goes.

    Args:
        function: the compiled function.
        rest: the arguments behind those given: defaults that cannot change.
        guards: what must still be so.
        target: what the function was compiled as.
    """

    __slots__ = ("function", "guards", "rest", "target")

    def __init__(
        self, function: Callable[..., Any], rest: tuple[Any, ...], guards: tuple[Guard, ...], target: Any
    ) -> None:
        self.function, self.rest, self.guards, self.target = function, rest, guards, target


def for_values(
    function: Callable[..., Any], values: tuple[tuple[int, Any], ...], otherwise: Callable[..., Any]
) -> Callable[..., Any]:
    """A function for calls with certain arguments.

    Args:
        function: what is called where all of them are as expected.
        values: positions of arguments, and their values.
        otherwise: what is called where one is not.
    """

    def checked(*args: Any) -> Any:
        for position, value in values:
            if args[position] != value:
                return otherwise(*args)
        return function(*args)

    return checked


def keep(cache: dict[Any, Any], key: Any, value: Any) -> None:
    """Remember a value; a cache that is full starts again."""
    if len(cache) >= LIMIT and key not in cache:
        cache.clear()
    cache[key] = value


def is_constant(value: object) -> bool:
    """Whether a value can neither change nor change its type."""
    return type(value) in _CONSTANT
