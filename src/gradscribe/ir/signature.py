"""The type of a run-time value with its structure: what a derivative is specialised on."""

from __future__ import annotations

import collections
import inspect
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from .libraries import library_of
from .types import Dict, FixedList, Object, Record, Tuple, Type, type_of

DEEPEST = 6
_WIDEST = 1000


def signature_of(value: object, name: str = "?", depth: int = 0, sizes: dict[int, str] | None = None) -> Type:
    """The type of a value; tuples, lists, dicts with constant keys and instances are described entry by entry.

    Args:
        value: any Python object.
        name: names the dimensions of the arrays inside.
        depth: how many structures are around it.
        sizes: the names that lengths have so far, see `type_of`; extended.
    """
    sizes = {} if sizes is None else sizes
    if depth > DEEPEST:
        return Object(type(value))
    if isinstance(value, tuple) and len(value) <= _WIDEST and is_plain_tuple(type(value)):
        cls = type(value) if hasattr(value, "_fields") else None
        return Tuple(_items(value, name, depth, sizes), cls)
    if type(value) is list and len(value) <= _WIDEST:
        return FixedList(_items(value, name, depth, sizes))
    if type(value) is dict and len(value) <= _WIDEST and all(map(_is_key, value)):
        items = tuple(signature_of(v, f"{name}[{k!r}]", depth + 1, sizes) for k, v in value.items())
        return Dict(tuple(value), items)
    return _record(value, name, depth, sizes) or type_of(value, name, sizes)


def _items(value: Any, name: str, depth: int, sizes: dict[int, str]) -> tuple[Type, ...]:
    return tuple(signature_of(v, f"{name}[{k}]", depth + 1, sizes) for k, v in enumerate(value))


def _is_key(key: object) -> bool:
    return isinstance(key, (str, int, float, bool, type(None))) or (isinstance(key, tuple) and all(map(_is_key, key)))


def _record(value: Any, name: str, depth: int, sizes: dict[int, str]) -> Type | None:
    """The fields of an instance of a class written in Python."""
    cls = type(value)
    if is_library_name(cls.__module__) or isinstance(value, type) or cls.__flags__ & (1 << 9) == 0:
        return None
    if (
        inspect.getattr_static(cls, "__getattribute__") is not object.__getattribute__
    ):  # its fields may not be what is found under their names
        return None
    if library_of(cls) is not None and hasattr(value, "shape"):
        return None
    if is_dataclass(value):
        names: tuple[str, ...] = tuple(f.name for f in fields(value) if hasattr(value, f.name))
    elif type(getattr(value, "__dict__", None)) is dict and _is_plain(cls):
        names = tuple(vars(value))
    else:
        return None
    if len(names) > _WIDEST:
        return None
    return Record(cls, names, tuple(signature_of(getattr(value, n), f"{name}.{n}", depth + 1, sizes) for n in names))


@lru_cache(maxsize=4096)
def is_library_name(module: object) -> bool:
    """Whether a module belongs to the standard library, NumPy or its kin."""
    if not isinstance(module, str):  # whatever an object answers to `__module__`
        return False
    top = module.partition(".")[0]
    return module != "__main__" and (
        top in sys.stdlib_module_names or top in ("numpy", "scipy", "pandas", "matplotlib")
    )


_ASKED_OTHERWISE = (
    "__init__", "__iter__", "__reversed__", "count", "index", "__array__", "__float__", "__int__", "__complex__",
    "__index__", "__divmod__", "__rdivmod__", "__getattr__", "__getattribute__",
)  # fmt: skip
_OF_TUPLES = [name for name in vars(tuple) if name not in ("__new__", "__doc__", "__repr__", "__getnewargs__")]
_OF_TUPLES += [f"__{a}{op}__" for op in ("add", "sub", "mul", "truediv", "matmul", "pow", "mod") for a in ("", "r")]


@lru_cache(maxsize=4096)
def is_plain_tuple(cls: type) -> bool:
    """Whether instances of a class are tuples in all that they do, but for what is read of a named tuple."""
    if hasattr(cls, "_fields"):
        return is_plain_named_tuple(cls)
    own = {name for base in cls.__mro__[: cls.__mro__.index(tuple)] for name in vars(base)}
    return not own.intersection({*_ASKED_OTHERWISE, *_OF_TUPLES})


@lru_cache(maxsize=4096)
def is_plain_named_tuple(cls: Any) -> bool:
    """Whether a class of named tuples is one of fields, made and taken apart as `namedtuple` says. Its other methods
    and operators are read where they are used."""
    own = {name for base in cls.__mro__[: cls.__mro__.index(tuple)] for name in vars(base)}
    if own.intersection(_ASKED_OTHERWISE):
        return False
    made = [getattr(inspect.getattr_static(cls, name), "__func__", inspect.getattr_static(cls, name)) for name in _MADE]
    if any(getattr(f, "__code__", None) is None or f.__code__.co_filename not in _GENERATED for f in made):
        return False
    fields = [inspect.getattr_static(cls, name) for name in cls._fields]
    return all(type(f) is _FIELD and f.__reduce__()[1][0] == k for k, f in enumerate(fields))


_MADE = ("__new__", "_make", "_replace", "_asdict")
_GENERATED = ("<string>", collections.namedtuple.__code__.co_filename)
_FIELD: Any = type(vars(collections.namedtuple("_Field", "field"))["field"])


def _is_plain(cls: type) -> bool:
    """Whether instances are no more than their fields: all bases are written in Python."""
    return all(base is object or base.__flags__ & (1 << 9) for base in cls.__mro__) and not hasattr(cls, "__wrapped__")


def is_made_of_fields(cls: type) -> bool:
    """Whether a class is called with the values of all its fields, and does nothing but keep them."""
    if not is_dataclass(cls) or hasattr(cls, "__post_init__") or cls.__new__ is not object.__new__:
        return False
    made = getattr(cls.__init__, "__code__", None)
    return made is not None and made.co_filename == "<string>" and all(f.init for f in fields(cls))


def first_parameter(function: Callable[..., Any]) -> str | None:
    """The name of the first parameter of a function; None where there is none, or a function in C does not say."""
    try:
        return next(iter(inspect.signature(function).parameters), None)
    except (ValueError, TypeError):
        return None
