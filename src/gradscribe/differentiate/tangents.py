"""The tangents of values while a forward-mode derivative is written: zeros, shapes, structures, ownership.

A tangent is an atom, a tuple of tangents (of a structure), or absent (zero). The tangent of an array may be smaller
than the array, as long as it broadcasts to it; it is brought to the full shape where something needs that.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from ..ir.build import UNDEF, Builder
from ..ir.bundles import item_of
from ..ir.infer import shape_of
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import ADD, COPY, FULL_LIKE, LIST, POP, ZEROS_LIKE, lookup
from ..ir.types import STRUCTURES, Array, List, Numeric, Scalar, Type, Undefined, is_continuous
from .expand import call, wrap

Tangent = Any
"""Atom | tuple[Tangent, ...] | None"""


def dot(name: str) -> str:
    """The name of the tangent of `name`."""
    return "d" + name


def tangent_type(type_: Type) -> Type:
    """The type of the tangent of a value of this type."""
    if isinstance(type_, Scalar) and type_.kind in "bi":
        return Scalar("f", None)
    return type_


def zero_of(builder: Builder, atom: Atom, type_: Type | None = None) -> Atom:
    """A zero of the shape of a value."""
    type_ = type_ or atom.type
    if isinstance(atom.type, Undefined):
        return UNDEF
    if isinstance(atom, Const) or isinstance(type_, Scalar):
        return Const(0.0)
    if isinstance(type_, STRUCTURES):
        return build(builder, atom, None)
    if isinstance(type_, (Array, Numeric)):
        return builder.emit(ZEROS_LIKE, atom, hint=dot(atom.hint))
    return Const(None)


def full(builder: Builder, tangent: Tangent, value: Atom) -> Atom:
    """A tangent of the type and shape of the value itself; zeros where it is absent."""
    if tangent is None:
        return zero_of(builder, value)
    if isinstance(value.type, STRUCTURES):
        return build(builder, value, tangent)
    if isinstance(tangent.type, Undefined) or not isinstance(value, Var):
        return tangent
    if isinstance(value.type, Numeric):
        return builder.emit(ADD, tangent, builder.emit(ZEROS_LIKE, value, hint="zeros"), hint=dot(value.hint))
    if isinstance(value.type, Array) and not fits(tangent.type, value.type):
        return builder.emit(FULL_LIKE, value, tangent, hint=dot(value.hint))
    return tangent


def fits(tangent: Type, value: Array) -> bool:
    """Whether a tangent, which broadcasts to the value, is proved to have its shape and dtype."""
    if not isinstance(tangent, Array) or tangent.ndim != value.ndim:
        return False
    return all(t.same_as(v) or t.one is False or v.one for t, v in zip(shape_of(tangent), value.shape, strict=True))


def items(builder: Builder, type_: Type, tangent: Tangent) -> tuple[Tangent, ...]:
    """The tangents of the items of a structure."""
    assert isinstance(type_, STRUCTURES)
    if tangent is None:
        return (None,) * len(type_.items)
    if isinstance(tangent, tuple):
        return tangent
    return tuple(item_of(builder, tangent, k) if is_continuous(t) else None for k, t in enumerate(type_.items))


def build(builder: Builder, value: Atom, tangent: Tangent) -> Atom:
    """The tangent of a structure as a structure; what carries no derivative (strings, integers, ...) is None."""
    if isinstance(tangent, (Var, Const)):
        return tangent
    type_ = value.type
    assert isinstance(type_, STRUCTURES) and isinstance(value, Var)
    made: list[Atom] = []
    for k, (item, part) in enumerate(zip(type_.items, items(builder, type_, tangent), strict=True)):
        if not is_continuous(item):
            made.append(Const(None))
        elif isinstance(item, Scalar) and not isinstance(part, tuple):
            made.append(Const(0.0) if part is None else part)
        else:
            made.append(full(builder, part, item_of(builder, value, k)))
    return builder.structure(type_, made, dot(value.hint))


def total(builder: Builder, value: Type, parts: list[Tangent], hint: str) -> Tangent:
    """The sum of contributions to one tangent."""
    parts = [p for p in parts if p is not None]
    if not parts:
        return None
    if isinstance(value, STRUCTURES):
        columns = zip(*(items(builder, value, p) for p in parts), strict=True)
        return tuple(total(builder, t, list(c), hint) for t, c in zip(value.items, columns, strict=True))
    result = real(builder, parts[0], value)
    for part in parts[1:]:
        result = builder.emit(ADD, result, real(builder, part, value), hint=hint)
    return result


def real(builder: Builder, tangent: Atom, type_: Type) -> Atom:
    """The part of a tangent that a value of this type can have: the real part for a real value."""
    is_complex = getattr(tangent.type, "kind", "f") == "c"
    if not is_complex or getattr(type_, "kind", "c") == "c" or lookup(np.real) is None:
        return tangent
    return call(builder, np.real, (wrap(builder, tangent),), {}).atom


# ------------------------------------------------------------------ ownership


class Ownership:
    """Which values of the derivative are shadows (tangents that are written in place), or share memory with one."""

    def __init__(self) -> None:
        self.shared: set[Var] = set()

    def add(self, shadow: Atom) -> None:
        if isinstance(shadow, Var):
            self.shared.add(shadow)

    def follow(self, ops: Collection[Op]) -> None:
        """Note the views of shadows that operations have made."""
        for op in ops:
            if op.aliasing != "fresh" and any(a in self.shared for a in op.inputs):
                self.shared.update(r for r in op.results if isinstance(r.type, (Array, Numeric)))

    def value(self, builder: Builder, tangent: Tangent) -> Tangent:
        """A tangent that no later write changes."""
        if isinstance(tangent, tuple):
            return tuple(self.value(builder, t) for t in tangent)
        if isinstance(tangent, Var) and tangent in self.shared:
            return builder.emit(COPY, tangent, hint=tangent.hint)
        return tangent

    def shadow(self, builder: Builder, tangent: Atom | None, value: Var, fresh: Collection[Var], exact: bool) -> Atom:
        """A new shadow for a value: an array of its shape and dtype that nothing else refers to. `fresh` are the
        tangents that were computed just for this; `exact` says that the shape is known to be right."""
        made: Atom
        if tangent is None:
            made = zero_of(builder, value)
        elif isinstance(value.type, Array) and not _is_like(tangent, value.type, exact):
            made = builder.emit(FULL_LIKE, value, tangent, hint=dot(value.hint))
        elif tangent in fresh:
            made = tangent
        else:
            tangent = tangent if exact else full(builder, tangent, value)
            made = builder.emit(COPY, tangent, hint=dot(value.hint))
        self.add(made)
        return made


def _is_like(tangent: Atom, type_: Array, exact: bool) -> bool:
    alike = isinstance(tangent.type, Array) and tangent.type.dtype == type_.dtype  # a sum of 0-d arrays is a number
    return alike and (exact or fits(tangent.type, type_))


def made_by(ops: Collection[Op]) -> set[Var]:
    """The values that operations have computed into memory of their own."""
    own = (op for op in ops if op.aliasing == "fresh" and op.primitive not in (LIST, POP))
    return {result for op in own for result in op.results}


def is_list(value: Atom) -> bool:
    return isinstance(value.type, List)
