"""The type of `x[i]`, and what an index is made of. Knows types alone, never values or shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .infer import constant, forget_lengths
from .nodes import Atom, Const
from .types import (
    NUMERIC,
    OBJECT,
    STRUCTURES,
    UNKNOWN,
    Array,
    Dict,
    Dim,
    FixedList,
    List,
    Numeric,
    Object,
    Record,
    Scalar,
    Slice,
    Tuple,
    Type,
    known,
    type_of,
)


def item(args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    """`container[index]`."""
    container, index = args[0].type, args[1]
    if isinstance(container, Array):
        return _array_item(container, index)
    if isinstance(container, STRUCTURES):
        return _structure_item(container, index)
    if isinstance(container, List):
        return (
            List(container.item)
            if isinstance(index.type, Slice) or isinstance(constant(index), slice)
            else container.item
        )
    return NUMERIC if isinstance(container, Numeric) else OBJECT


def _structure_item(container: Type, index: Atom) -> Type:
    if not isinstance(index, Const):
        return OBJECT
    if isinstance(container, Dict):
        return container.items[container.keys.index(index.value)]
    if isinstance(container, Record):
        return container.items[container.names.index(index.value)]
    found = container.items[index.value]  # type: ignore[attr-defined]
    if isinstance(index.value, slice):
        return Tuple(found) if isinstance(container, Tuple) else FixedList(found)
    return found


def index_parts(index: Atom) -> list[tuple[Type, Any]]:
    """The parts of an index, each as its type and its constant value (None where it is not constant)."""
    if isinstance(index, Const):
        parts = index.value if isinstance(index.value, tuple) else (index.value,)
        return [(type_of(part), part) for part in parts]
    if isinstance(index.type, Tuple):
        return [(t, slice(*t.parts) if isinstance(t, Slice) and t.parts else None) for t in index.type.items]
    return [(index.type, None)]


def is_basic_index(index: Atom) -> bool:
    """Whether the index is basic (ints, slices, None, Ellipsis), so that an array's item is a view or a scalar."""
    return all(_is_basic(t, value) for t, value in index_parts(index))


def _is_basic(type_: Type, value: Any) -> bool:
    if isinstance(type_, Scalar):
        return type_.kind == "i"
    return isinstance(type_, Slice) or (isinstance(type_, Object) and type_.cls in (slice, type(None), type(Ellipsis)))


def _array_item(array: Array, index: Atom) -> Type:
    parts = index_parts(index)
    if not is_basic_index(index):
        return _fancy_item(array, parts)
    consumed = sum(isinstance(t, (Scalar, Slice)) or isinstance(value, slice) for t, value in parts)
    if consumed > array.ndim:
        return NUMERIC
    dims, left = list(array.shape), []
    rest = array.ndim - consumed
    for type_, value in parts:
        if isinstance(type_, Scalar):
            dims.pop(0)
        elif isinstance(type_, Slice):
            left.append(_sliced(dims.pop(0), value))
        elif type_.cls is type(Ellipsis):  # type: ignore[attr-defined]
            left += [dims.pop(0) for _ in range(rest)]
        else:
            left.append(known(1))
    shape = tuple(left + dims)
    has_ellipsis = any(isinstance(t, Object) and t.cls is type(Ellipsis) for t, _ in parts)
    return Array(array.dtype, shape) if shape or has_ellipsis else Scalar(array.kind, array.dtype)


def _sliced(dim: Dim, value: Any) -> Dim:
    """The length of a slice; `value` is the constant slice or None."""
    if not isinstance(value, slice):
        return UNKNOWN
    if isinstance(dim.base, int):
        return known(len(range(dim.base)[value]))
    if value.step not in (None, 1, -1):
        return UNKNOWN
    if value == slice(None) or value == slice(None, None, -1):
        return dim
    start, stop = value.start or 0, value.stop
    if value.step == -1 or start < 0 or (stop is not None and stop >= 0):
        return UNKNOWN
    return dim.shorter(start - (stop or 0))


def _fancy_item(array: Array, parts: list[tuple[Type, Any]]) -> Type:
    """Rank by example: the rank of the result depends on the ranks of the index arrays and where they stand."""

    def sample(type_: Type, value: Any) -> Any:
        if isinstance(value, (list, np.ndarray)):
            type_ = type_of(np.array(value))
        elif value is not None or (isinstance(type_, Object) and type_.cls is type(None)):
            return 0 if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(type_, Array):
            if type_.kind == "b":
                return np.ones((2,) * type_.ndim, bool)
            return np.zeros((2,) * type_.ndim, int)
        if isinstance(type_, Scalar):
            return 0
        if isinstance(type_, Slice):
            return slice(None)
        raise TypeError

    parts = [(_as_index_array(type_), value) for type_, value in parts]
    try:
        found = np.empty((2,) * array.ndim, array.dtype)[tuple(sample(t, v) for t, v in parts)]
    except Exception:  # a list of unknown content, say
        return NUMERIC
    only = parts[0][0] if len(parts) == 1 else None
    if isinstance(only, Array) and only.kind == "i":
        return Array(array.dtype, only.shape + array.shape[1:])
    return forget_lengths(found)


def _as_index_array(type_: Type) -> Type:
    """A list of integers or booleans as the array that it is taken for; other types as they are."""
    if isinstance(type_, FixedList):
        kinds = {t.kind if isinstance(t, Scalar) else None for t in type_.items}
        dtype = {"i": "int64", "b": "bool"}.get(kinds.pop() or "") if len(kinds) == 1 else None
        return type_ if dtype is None else Array(dtype, (known(len(type_.items)),))
    if isinstance(type_, List) and isinstance(type_.item, Scalar) and type_.item.kind in "ib":
        return Array("int64" if type_.item.kind == "i" else "bool", (UNKNOWN,))
    return type_
