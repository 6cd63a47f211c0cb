"""Structures of known form (tuples, lists, dicts, records) as operations make and open them."""

from __future__ import annotations

from .build import Builder
from .nodes import Atom, Const, Var
from .primitives import DICT, FIXED_LIST, GETATTR, GETITEM, RECORD, TUPLE
from .types import STRUCTURES, Dict, Record, Type

BUNDLES = (TUPLE, FIXED_LIST, DICT, RECORD)
"""The operations that make one of its entries."""


def position_of(type_: Type, index: Atom) -> int | None:
    """Which item of a structure a constant index names; None where it is not constant, or names none."""
    if not isinstance(index, Const) or isinstance(index.value, slice):
        return None
    if isinstance(type_, (Dict, Record)):
        names = type_.keys if isinstance(type_, Dict) else type_.names
        return names.index(index.value) if index.value in names else None
    assert isinstance(type_, STRUCTURES)
    return int(range(len(type_.items))[index.value])


def key_of(type_: Type, position: int) -> object:
    """The key or name under which a structure holds an item."""
    if isinstance(type_, Dict):
        return type_.keys[position]
    return type_.names[position] if isinstance(type_, Record) else position


def item_of(builder: Builder, container: Var, position: int) -> Var:
    """Item `position` of a structure."""
    type_ = container.type
    assert isinstance(type_, STRUCTURES)
    if isinstance(type_, Record):
        name = type_.names[position]
        return builder.emit(GETATTR, container, static=name, type=type_.items[position], hint=name)
    key = type_.keys[position] if isinstance(type_, Dict) else position
    hint = key if isinstance(key, str) and key.isidentifier() else container.hint
    return builder.emit(GETITEM, container, Const(key), type=type_.items[position], hint=hint)
