"""The abstract signature of a call: what of the arguments a derivative is compiled for.

Numbers and arrays count by type, rank, dtype, and which dimensions are 1 or equal to each other; containers by their
structure; strings, None, functions, classes and modules by identity, they are static. Shapes and values of numbers do
not count.
"""

from __future__ import annotations

import dataclasses
import types as python_types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .ir.libraries import library_named, library_of
from .ir.signature import DEEPEST, is_library_name, signature_of
from .ir.types import Array, Dict, FixedList, List, Object, Record, Tuple, Type, is_sparse, type_of

STATIC = (
    str,
    bytes,
    type(None),
    type,
    python_types.FunctionType,
    python_types.BuiltinFunctionType,
    python_types.MethodType,
    python_types.ModuleType,
    np.ufunc,
    np.dtype,
)


def is_static(value: object) -> bool:
    """Whether an argument counts by its identity: it is a constant of the compiled derivative."""
    return isinstance(value, STATIC) or (callable(value) and not dataclasses.is_dataclass(value))


def abstract(value: object, name: str, sizes: dict[int, str] | None = None) -> Type:
    """The type of an argument; see `ir.signature`."""
    if library_of(type(value)) is not None:
        return type_of(value, name, sizes, labelled=True)
    return signature_of(value, name, sizes=sizes)


def key_of(value: object, sizes: dict[int, int] | None = None, depth: int = 0) -> Any:
    """A hashable stand-in for what `abstract` says of a value (and for the value itself where it is static).

    Args:
        value: the value.
        sizes: lengths met so far, numbered; extended. Lengths count only by whether they are equal, or 1.
        depth: how many structures are around it.
    """
    kind = type(value)
    if kind is float or kind is int or kind is bool or kind is complex:
        return kind
    if depth > DEEPEST:  # as deep as types go
        return kind
    sizes = {1: -1} if sizes is None else sizes
    if isinstance(value, np.ndarray) or (library_of(kind) is not None and hasattr(value, "shape")):
        return _key_of_array(value, sizes)
    if isinstance(value, np.generic) and not isinstance(value, (str, bytes)):
        return (kind, value.dtype.char)
    if isinstance(value, (tuple, list)):
        return (kind, *(key_of(v, sizes, depth + 1) for v in value))
    if kind is dict:
        return (kind, *((k, key_of(v, sizes, depth + 1)) for k, v in value.items()))  # type: ignore[attr-defined]
    if isinstance(value, (str, bytes, type(None))) and is_library_name(kind.__module__):
        return (kind, value)
    if is_static(value):
        return (kind, _Identity(value))
    type_ = signature_of(value)
    if isinstance(type_, Record):
        return (kind, *((n, key_of(getattr(value, n), sizes, depth + 1)) for n in type_.names))
    return (kind, value.dtype.char) if is_sparse(kind) else kind  # type: ignore[attr-defined]


def _key_of_array(array: Any, sizes: dict[int, int]) -> Any:
    dtype = array.dtype.char if isinstance(array.dtype, np.dtype) else str(array.dtype)
    return (type(array), dtype, *(sizes.setdefault(n, len(sizes)) for n in array.shape))


def call_key(values: Iterable[object]) -> tuple[Any, ...]:
    """The key of the arguments of one call, equal dimensions told across all of them."""
    sizes = {1: -1}
    return tuple([key_of(v, sizes) for v in values])


class _Identity:
    """Hashes and compares an object by identity, and keeps it alive."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Identity):
            return NotImplemented
        mine, theirs = self.value, other.value
        if isinstance(mine, python_types.MethodType) and isinstance(theirs, python_types.MethodType):
            return mine == theirs
        return mine is theirs


def split(arguments: Mapping[str, object]) -> tuple[dict[str, Type], dict[str, object]]:
    """The types of all arguments, and the values of the static ones."""
    sizes: dict[int, str] = {}
    types = {name: abstract(value, name, sizes) for name, value in arguments.items()}
    static = {name: value for name, value in arguments.items() if is_static(value) or _holds_static(value)}
    return types, static


def without_labelled(types: Mapping[str, Type], kept: Sequence[str]) -> dict[str, Type]:
    """The types of arguments with labelled arrays as any other objects, but for some that are kept."""
    return {n: _as_object(t) if is_labelled(t) and n not in kept else t for n, t in types.items()}


def _as_object(type_: Type) -> Object:
    assert isinstance(type_, Array) and type_.home is not None
    return Object(library_named(type_.home).array_class())


def is_labelled(type_: Type) -> bool:
    """Whether a type is that of arrays that align by labels."""
    return isinstance(type_, Array) and type_.home is not None and library_named(type_.home).labelled


def _holds_static(value: object, depth: int = 0) -> bool:
    """Whether a container holds functions or strings, by which the derivative is chosen."""
    if depth > DEEPEST:
        return False
    if isinstance(value, (tuple, list)):
        held: Iterable[object] = value
    elif type(value) is dict:
        held = value.values()
    else:
        type_ = signature_of(value) if type(value).__module__ != "numpy" else None
        held = [getattr(value, n) for n in type_.names] if isinstance(type_, Record) else ()
    return any(v is not None and (is_static(v) or _holds_static(v, depth + 1)) for v in held)


def describe(type_: Type) -> str:
    """A type in the user's words, for messages."""
    if isinstance(type_, Object):
        return "None" if type_.cls is type(None) else type_.cls.__name__ if type_.cls else "an object"
    if isinstance(type_, Tuple):
        return f"a tuple of {_listed(type_.items)}" if type_.items else "an empty tuple"
    if isinstance(type_, FixedList):
        return f"a list of {_listed(type_.items)}" if type_.items else "an empty list"
    if isinstance(type_, Dict):
        return f"a dict with the keys {', '.join(map(repr, type_.keys))}" if type_.keys else "an empty dict"
    if isinstance(type_, Record):
        return f"an instance of {type_.cls.__name__}"
    if isinstance(type_, List):
        return f"a list of {describe(type_.item)}"
    if isinstance(type_, Array):
        kind = "an array" if type_.home is None else f"a {type_.home} array"
        return f"{kind} of {type_.dtype} of {type_.ndim} dimension{'s' * (type_.ndim != 1)}"
    return repr(type_)


def _listed(types: Sequence[Type]) -> str:
    """The types of entries, the same ones told once."""
    names = list(dict.fromkeys(map(describe, types)))
    return " and ".join(names) if len(names) < 4 else f"{names[0]} and other things"


Function = Callable[..., Any]
