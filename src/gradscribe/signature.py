"""The abstract signature of a call: what of the arguments a derivative is compiled for.

Numbers and arrays count by type, rank, dtype and which dimensions are 1; containers by their structure; strings, None,
functions, classes and modules by identity, they are static. Shapes and values of numbers do not count.
"""

from __future__ import annotations

import dataclasses
import types as python_types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .ir.types import Dict, FixedList, Object, Record, Tuple, Type, type_of

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


def abstract(value: object, name: str) -> Type:
    """The type of an argument; `name` names the dimensions of the arrays inside."""
    if isinstance(value, tuple):
        items = tuple(abstract(v, f"{name}.{k}") for k, v in enumerate(value))
        return Tuple(items, type(value) if hasattr(value, "_fields") else None)
    if type(value) is list:
        return FixedList(tuple(abstract(v, f"{name}.{k}") for k, v in enumerate(value)))
    if type(value) is dict:
        return Dict(tuple(value), tuple(abstract(v, f"{name}.{k}") for k, v in value.items()))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = tuple(f.name for f in dataclasses.fields(value))
        return Record(type(value), names, tuple(abstract(getattr(value, n), f"{name}.{n}") for n in names))
    return type_of(value, name)


def key_of(value: object) -> Any:
    """A hashable stand-in for what `abstract` says of a value (and for the value itself where it is static)."""
    kind = type(value)
    if kind is float or kind is int or kind is bool or kind is complex:
        return kind
    if isinstance(value, np.ndarray):
        shape = value.shape
        return (kind, value.dtype.char, len(shape), shape.index(1) if 1 in shape else -1, 1 in shape and _ones(shape))
    if isinstance(value, np.generic):
        return (kind, value.dtype.char)
    if isinstance(value, (tuple, list)):
        return (kind, *map(key_of, value))
    if kind is dict:
        return (kind, *((k, key_of(v)) for k, v in value.items()))  # type: ignore[attr-defined]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return (kind, *(key_of(getattr(value, f.name)) for f in dataclasses.fields(value)))
    if isinstance(value, (str, bytes, type(None))):
        return (kind, value)
    if is_static(value):
        return (kind, _Identity(value))
    return kind


def _ones(shape: tuple[int, ...]) -> tuple[bool, ...]:
    return tuple(n == 1 for n in shape)


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
    types = {name: abstract(value, name) for name, value in arguments.items()}
    static = {name: value for name, value in arguments.items() if is_static(value)}
    return types, static


def describe(type_: Type) -> str:
    """A type in the user's words, for messages."""
    if isinstance(type_, Object):
        return type_.cls.__name__ if type_.cls else "an object"
    return repr(type_)


Function = Callable[..., Any]
