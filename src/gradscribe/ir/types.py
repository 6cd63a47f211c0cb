"""What is known about a value before the program runs: its type, rank and dimensions.

Types are immutable and compared by value. A type never holds a shape of numbers (only which dimensions are equal, or
are 1), so that one derivative serves all sizes. This module knows nothing of operations: see `infer`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .libraries import dtype_of, library_named, library_of


class Type:
    """The common base of all types."""

    __slots__ = ()


@dataclass(frozen=True)
class Scalar(Type):
    """A Python or NumPy scalar. `kind` is 'b', 'i', 'f' or 'c'; `dtype` is None for a Python scalar."""

    kind: str
    dtype: str | None = None

    def __repr__(self) -> str:
        names = {"b": "bool", "i": "int", "f": "float", "c": "complex"}
        return self.dtype or names[self.kind]


@dataclass(frozen=True)
class Dim:
    """The length of one dimension: `base - less`, or an unknown length when `base` is None.

    Args:
        base: a known length (int), the name of a length (`"x.0"`: axis 0 of argument x), or None.
        less: how much shorter than `base` (`x[1:-1]` has `less=2`).
        one: whether the length is 1: True, False, or None when it depends on the call.
    """

    base: int | str | None = None
    less: int = 0
    one: bool | None = None

    def same_as(self, other: Dim) -> bool:
        """Whether both lengths are proved equal (an unknown length equals nothing)."""
        return self.base is not None and (self.base, self.less) == (other.base, other.less)

    def shorter(self, by: int) -> Dim:
        """The length after a slice that drops `by` entries."""
        if self.base is None or by == 0:
            return self
        if isinstance(self.base, int):
            return known(max(self.base - by, 0))
        return Dim(self.base, self.less + by, None)

    def __repr__(self) -> str:
        if self.base is None:
            return "?"
        return f"{self.base}-{self.less}" if self.less else str(self.base)


def known(length: int) -> Dim:
    """A dimension of known length."""
    return Dim(length, 0, length == 1)


UNKNOWN = Dim()


@dataclass(frozen=True)
class Array(Type):
    """An ndarray, or an array of another library: the name of its dtype, its dimensions, and, of what comes from
    outside, the name of its library (what is computed from it does not say so); `mixed` where it may be NumPy's too."""

    dtype: str
    shape: tuple[Dim, ...]
    home: str | None = None
    mixed: bool = False

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def kind(self) -> str:
        return kind_of_dtype(self.dtype)

    def __repr__(self) -> str:
        return f"{f'{self.home}:' if self.home else ''}{self.dtype}[{', '.join(map(repr, self.shape))}]"


@dataclass(frozen=True)
class Numeric(Type):
    """A number or an array of which nothing is known at compile time."""

    def __repr__(self) -> str:
        return "numeric"


@dataclass(frozen=True)
class Tuple(Type):
    """A tuple (or NamedTuple, `cls`) of known length."""

    items: tuple[Type, ...]
    cls: type | None = None


@dataclass(frozen=True)
class Dict(Type):
    """A dict with known constant keys."""

    keys: tuple[Any, ...]
    items: tuple[Type, ...]


@dataclass(frozen=True)
class FixedList(Type):
    """A list whose length is part of the type; it is only read."""

    items: tuple[Type, ...]


@dataclass(frozen=True)
class Record(Type):
    """An instance of a user class with known fields (a dataclass, say)."""

    cls: type
    names: tuple[str, ...]
    items: tuple[Type, ...]


@dataclass(frozen=True)
class List(Type):
    """A list of unknown length, all of whose entries have type `item`. Tapes are lists."""

    item: Type


@dataclass(frozen=True)
class Slice(Type):
    """A slice object. `parts` are its start, stop and step, each an int or None, where they are known."""

    parts: tuple[int | None, int | None, int | None] | None = None


@dataclass(frozen=True)
class Object(Type):
    """Anything else: constant with respect to differentiation. `cls` is its class where known, `dtype` that of the
    entries of a sparse matrix."""

    cls: type | None = None
    dtype: str | None = None


@dataclass(frozen=True)
class Undefined(Type):
    """A name that has no value on this path; joins with anything."""


FLOAT, INT, BOOL, COMPLEX = Scalar("f"), Scalar("i"), Scalar("b"), Scalar("c")
NUMERIC, OBJECT, SLICE, UNDEFINED = Numeric(), Object(), Slice(), Undefined()
NONE, STRING = Object(type(None)), Object(str)

STRUCTURES = (Tuple, Dict, FixedList, Record)


def kind_of_dtype(dtype: str) -> str:
    """'b', 'i', 'f' or 'c' for a numeric dtype; 'O' for any other."""
    kind = np.dtype(dtype).kind
    return {"b": "b", "i": "i", "u": "i", "f": "f", "c": "c"}.get(kind, "O")


def is_numeric(type_: Type) -> bool:
    return isinstance(type_, (Scalar, Array, Numeric))


def is_continuous(type_: Type) -> bool:
    """Whether a value of this type can carry a derivative."""
    if isinstance(type_, (Scalar, Array)):
        return type_.kind in "fc"
    if isinstance(type_, STRUCTURES):
        return any(map(is_continuous, type_.items))
    return isinstance(type_, Numeric) or (isinstance(type_, List) and is_continuous(type_.item))


def type_of(value: Any, name: str = "?", sizes: dict[int, str] | None = None, *, labelled: bool = False) -> Type:
    """The abstract signature of a run-time value.

    Args:
        value: any Python object.
        name: names the dimensions of the arrays inside, so that equal dimensions of one argument are known.
        sizes: the names that lengths have so far; a dimension of a length that is met again gets the same name.
        labelled: whether an array with labels counts as an array, whose labels are compared then.
    """
    cls = type(value)
    if cls in _PYTHON_SCALARS:
        return _PYTHON_SCALARS[cls]
    if cls in _PLAIN_ARRAYS and value.dtype.kind in "biufc":
        return _type_of_array(value, name, sizes, None)
    library = library_of(cls)
    if (
        library is not None
        and library.labelled <= labelled
        and hasattr(value, "shape")
        and dtype_of(value).kind in "biufc"
    ):
        library.check(value)
        return _type_of_array(value, name, sizes, library.name)
    if isinstance(value, np.generic) and value.dtype.kind in "biufc":
        return Scalar(kind_of_dtype(value.dtype.name), value.dtype.name)
    if isinstance(value, slice):
        return SLICE
    return Object(cls, value.dtype.name) if is_sparse(cls) else Object(cls)


def _type_of_array(value: Any, name: str, sizes: dict[int, str] | None, library: str | None) -> Array:
    sizes = {} if sizes is None else sizes
    names = [sizes.setdefault(n, f"{name}.{k}") for k, n in enumerate(value.shape)]
    dims = tuple(known(1) if n == 1 else Dim(d, 0, False) for n, d in zip(value.shape, names, strict=True))
    return Array(dtype_of(value).name, dims, library)


def does_otherwise(type_: Type) -> bool:
    """Whether a type is that of arrays whose library does some things otherwise than NumPy."""
    return isinstance(type_, Array) and type_.home is not None and library_named(type_.home).only is not None


def is_sparse(cls: type | None) -> bool:
    """Whether a class is one of SciPy's sparse matrices and arrays."""
    return (getattr(cls, "__module__", None) or "").startswith("scipy.sparse.") and hasattr(cls, "tocsr")


def type_of_constant(value: object) -> Type:
    """The type of a value of which also the program knows that it is always this one."""
    if isinstance(value, slice):
        parts = (value.start, value.stop, value.step)
        return Slice(parts) if all(type(p) in (int, type(None)) for p in parts) else SLICE
    return type_of(value)


_PLAIN_ARRAYS = frozenset((np.ndarray, np.memmap))
"""Subclasses of ndarray may give operators another meaning (`*` of matrices, sums that leave out what is masked)."""

_PYTHON_SCALARS: dict[type, Type] = {float: FLOAT, int: INT, bool: BOOL, complex: COMPLEX}


def join(left: Type, right: Type) -> Type | None:
    """The least type that holds values of both, or None when there is none that the compiler can handle."""
    if left == right or isinstance(right, Undefined):
        return left
    if isinstance(left, Undefined):
        return right
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return _join_scalars(left, right)
    if isinstance(left, Array) and isinstance(right, Array) and left.ndim == right.ndim:
        dims = tuple(a if a == b else _join_dims(a, b) for a, b in zip(left.shape, right.shape, strict=True))
        return Array(np.result_type(left.dtype, right.dtype).name, dims)
    if is_numeric(left) and is_numeric(right):
        return NUMERIC
    if isinstance(left, Slice) and isinstance(right, Slice):
        return SLICE
    if isinstance(left, Tuple) and isinstance(right, Tuple) and len(left.items) == len(right.items):
        items = [join(a, b) for a, b in zip(left.items, right.items, strict=True)]
        return None if None in items else Tuple(tuple(i for i in items if i is not None), left.cls)
    if isinstance(left, List) and isinstance(right, List):
        item = join(left.item, right.item)
        return None if item is None else List(item)
    if isinstance(left, Object) and isinstance(right, Object):
        return OBJECT
    return None


def _join_scalars(left: Scalar, right: Scalar) -> Scalar:
    kind = max(left.kind, right.kind, key="bifc".index)
    if left.dtype == right.dtype:
        return Scalar(kind, left.dtype)
    return Scalar(kind, np.result_type(left.dtype or _python(left), right.dtype or _python(right)).name)


def _python(scalar: Scalar) -> type:
    return {"b": bool, "i": int, "f": float, "c": complex}[scalar.kind]


def _join_dims(left: Dim, right: Dim) -> Dim:
    return Dim(None, 0, False) if left.one is False and right.one is False else UNKNOWN


def leaves(type_: Type) -> Iterable[Type]:
    """The types at the leaves of a structure, in order."""
    if isinstance(type_, STRUCTURES):
        for item in type_.items:
            yield from leaves(item)
    else:
        yield type_


@dataclass
class Join:
    """Accumulates the join of several types; `result` is None once they do not fit."""

    result: Type | None = field(default=UNDEFINED)

    def add(self, type_: Type) -> None:
        self.result = None if self.result is None else join(self.result, type_)
