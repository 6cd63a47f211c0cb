"""Adjoints of tuples, lists, dicts and records of known form: trees at compile time, built only to be returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.bundles import item_of
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import TUPLE
from ..ir.types import STRUCTURES, Record, Type, is_continuous

if TYPE_CHECKING:
    from .adjoints import Adjoint, Adjoints


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
