"""Adjoints of tuples, lists, dicts and records of known form: trees at compile time, built only to be returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import GETATTR, GETITEM, TUPLE
from ..ir.types import STRUCTURES, Dict, Record, Type, is_continuous

if TYPE_CHECKING:
    from .adjoints import Adjoint, Adjoints


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


def build(adjoints: Adjoints, type_: Type, adjoint: Adjoint, like: Var) -> Atom:
    """The adjoint of a structure as a structure: `like` gives the shapes of what is zero; what carries no derivative
    (strings, integers, ...) is None."""
    items = []
    parts = adjoints.items(type_, adjoint)
    assert isinstance(type_, STRUCTURES)
    for k, (item, part) in enumerate(zip(type_.items, parts, strict=True)):
        if not is_continuous(item):
            items.append(Const(None))
        else:
            items.append(adjoints.given_out(adjoints.full(part, item_of(adjoints.builder, like, k))))
    builder, hint = adjoints.builder, "b" + like.hint
    if isinstance(type_, Record) and any(not is_continuous(t) for t in type_.items):
        return builder.structure(type_, items, hint)
    return builder.structure(type_, items, hint) if items else builder.emit(TUPLE, hint=hint)
