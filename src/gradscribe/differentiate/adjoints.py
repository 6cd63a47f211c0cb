"""The adjoints of values while the reverse sweep is written: accumulation, zeros, and bringing them to shape.

An adjoint is an atom, a tuple of adjoints (of a structure), or absent (zero). The adjoint of an array may be a scalar
that stands for a constant array, as behind `np.sum`; it is spread to an array where something needs the shape.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any

import numpy as np

from ..ir.build import Builder
from ..ir.bundles import item_of
from ..ir.infer import shape_of, sum_axes
from ..ir.nodes import Atom, Const, Var
from ..ir.primitives import ADD, COPY, FULL_LIKE, GETITEM, UNBROADCAST, ZEROS_LIKE, lookup
from ..ir.types import NUMERIC, STRUCTURES, Array, Numeric, Scalar, Type
from .expand import call, wrap
from .structures import build

Adjoint = Any
"""Atom | tuple[Adjoint, ...] | None"""


def same_shape(left: Type, right: Type) -> bool:
    """Whether two values are proved to have the same shape."""
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return True
    if not isinstance(left, Array) or not isinstance(right, Array) or left.ndim != right.ndim:
        return False
    pairs = zip(left.shape, right.shape, strict=True)
    return all(a.same_as(b) or (bool(a.one) and bool(b.one)) for a, b in pairs)


def is_spread(adjoint: Atom, type_: Type) -> bool:
    """Whether the adjoint still lacks the shape of the value (it is smaller, and stands for its broadcast)."""
    return (
        isinstance(type_, Array) and len(shape_of(adjoint.type)) < type_.ndim and not isinstance(adjoint.type, Numeric)
    )


def bar(name: str) -> str:
    """The name of the adjoint of `name`."""
    return "b" + name


_NARROW = ("float32", "float16", "complex64")


class Adjoints:
    """What is known of the adjoints at one point of the reverse sweep.

    Args:
        builder: where the reverse sweep is written.
        active: the values that carry a derivative.
        undefined: values that may lack a value where their zero is wanted (their shape must not be asked for).
        to_shadow: called with a value that lives in written memory and a contribution; adds it to its shadow.
        is_pointer: whether a value lives in written memory.
        like: for a value of which the shape is wanted, one of that shape that is easier to have.
    """

    def __init__(
        self,
        builder: Builder,
        active: Container[Var],
        undefined: Container[Var],
        is_pointer: Callable[[Var], bool],
        to_shadow: Callable[[Builder, Var, Atom], None],
        like: Callable[[Atom], Atom],
    ) -> None:
        self.builder, self.active, self.undefined = builder, active, undefined
        self.is_pointer, self.to_shadow, self.like = is_pointer, to_shadow, like
        self.values: dict[Var, Adjoint] = {}
        self.returned: set[Var] | None = None  # what the function returns so far, once it comes to that
        self.masked: set[Var] = set()
        """Adjoints whose zeros stand for entries that do not count: what is made of them stays zero."""
        self.cut: set[Var] = set()
        """Adjoints with zeros for entries that were overwritten or left out: they win over partials that may be
        infinite."""

    def nested(self, builder: Builder) -> Adjoints:
        """The adjoints of a block inside: none yet."""
        made = Adjoints(builder, self.active, self.undefined, self.is_pointer, self.to_shadow, self.like)
        made.masked, made.cut = self.masked, self.cut
        return made

    def get(self, var: Var) -> Adjoint:
        return self.values.get(var)

    def take(self, var: Var) -> Adjoint:
        """The adjoint of a value at its definition; it is done with."""
        return self.values.pop(var, None)

    def add(self, atom: Atom, contribution: Adjoint) -> None:
        """Add a contribution to the adjoint of a value; constants and inactive values need none."""
        if contribution is None or not isinstance(atom, Var) or atom not in self.active:
            return
        if isinstance(atom.type, STRUCTURES):
            self.values[atom] = self._merge(atom.type, self.values.get(atom), contribution)
            return
        contribution = self._number(self.real(contribution, atom.type), atom.type)
        if self.is_pointer(atom):
            self.to_shadow(self.builder, atom, contribution)
        else:
            self.values[atom] = self._sum(self.values.get(atom), contribution, bar(atom.hint), atom.type)

    def _number(self, contribution: Atom, type_: Type) -> Atom:
        """For a number a number, not an array of rank 0 (as `np.where` makes), which `+=` would change in place."""
        have = contribution.type
        if not isinstance(type_, Scalar) or not isinstance(have, Array) or have.ndim:
            return contribution
        number = Scalar(have.kind, have.dtype)
        return self.builder.emit(GETITEM, contribution, Const(()), type=number, hint=getattr(contribution, "hint", "b"))

    def add_item(self, container: Var, position: int, contribution: Adjoint) -> None:
        """Add a contribution to one item of a structure."""
        assert isinstance(container.type, STRUCTURES)
        items: list[Adjoint] = [None] * len(container.type.items)
        items[position] = contribution
        self.add(container, tuple(items))

    def merged(self, type_: Type, old: Adjoint, new: Adjoint) -> Adjoint:
        """The sum of two adjoints of values of a type."""
        return self._merge(type_, old, new)

    def _merge(self, type_: Type, old: Adjoint, new: Adjoint) -> Adjoint:
        if old is None or new is None:
            return new if old is None else old
        if not isinstance(type_, STRUCTURES):
            return self._sum(old, self.real(new, type_), "b")
        old, new = self.items(type_, old), self.items(type_, new)
        return tuple(self._merge(t, a, b) for t, a, b in zip(type_.items, old, new, strict=True))

    def items(self, type_: Type, adjoint: Adjoint) -> tuple[Adjoint, ...]:
        """The adjoints of the items of a structure."""
        assert isinstance(type_, STRUCTURES)
        if adjoint is None:
            return (None,) * len(type_.items)
        if isinstance(adjoint, tuple):
            return adjoint
        return tuple(item_of(self.builder, adjoint, k) for k in range(len(type_.items)))

    def _sum(self, old: Atom | None, new: Atom, hint: str, type_: Type | None = None) -> Atom:
        if old is None:
            if isinstance(new, Var) and not new.named and new.hint == "t":
                new.hint = hint
            return new
        total = self.builder.emit(ADD, old, new, hint=hint)
        if type_ is not None and _is_like(old, type_) and _is_like(new, type_) and isinstance(total.type, Array):
            total.type = type_
        return total

    def real(self, contribution: Atom, type_: Type) -> Atom:
        """The part of a contribution that a value of this type can take: the real part for a real value."""
        return self._narrow(self._real_part(contribution, type_), type_)

    def _real_part(self, contribution: Atom, type_: Type) -> Atom:
        complex_ = getattr(contribution.type, "kind", "f") == "c"
        if complex_ and getattr(type_, "kind", "c") != "c" and lookup(np.real) is not None:
            return call(self.builder, np.real, (wrap(self.builder, contribution),), {}).atom
        return contribution

    def _narrow(self, contribution: Atom, type_: Type) -> Atom:
        """A contribution in the precision of its operand: that of a float32 array is float32."""
        have, want = (getattr(t, "dtype", None) for t in (contribution.type, type_))
        if isinstance(type_, Array) and not type_.ndim and isinstance(contribution.type, Scalar) and want in _NARROW:
            number = np.dtype(want).type
            same = have == want or lookup(number) is None
            return contribution if same else call(self.builder, number, (wrap(self.builder, contribution),), {}).atom
        arrays = isinstance(contribution.type, Array) and isinstance(type_, Array)
        if not arrays or have == want or want not in _NARROW or lookup(np.ndarray.astype) is None:
            return contribution
        dtype = np.dtype(want).type if getattr(contribution.type, "kind", "f") != "c" else np.complex64
        return call(self.builder, np.ndarray.astype, (wrap(self.builder, contribution), dtype), {}).atom

    def given_out(self, adjoint: Atom) -> Atom:
        """An adjoint as it is returned: no two results share memory, nor does one with an argument."""
        if self.returned is None or not isinstance(adjoint, Var) or not isinstance(adjoint.type, (Array, Numeric)):
            return adjoint
        memory = self._memory_of(adjoint)
        if memory in self.returned:
            return self.builder.emit(COPY, adjoint, hint=adjoint.hint)
        self.returned.add(memory)
        return adjoint

    def _memory_of(self, adjoint: Var) -> Var:
        """The array that an adjoint is, or may be, a view of."""
        for op in reversed(self.builder.ops):
            if op.results == (adjoint,) and op.aliasing in ("view", "maybe", "item") and isinstance(op.args[0], Var):
                adjoint = op.args[0]
        return adjoint

    # shapes --------------------------------------------------------------------------------------------------------

    def zero(self, var: Var) -> Atom:
        """A zero of the shape of a value."""
        if isinstance(var.type, (Scalar, Numeric)) or (isinstance(var.type, Array) and var in self.undefined):
            return Const(0.0)
        if isinstance(var.type, STRUCTURES):
            return build(self, var.type, None, var)
        return self.builder.emit(ZEROS_LIKE, var, hint=bar(var.hint))

    def full(self, adjoint: Adjoint, var: Var) -> Atom:
        """An adjoint of the type and shape of the value itself; zeros where it is absent."""
        if adjoint is None:
            return self.zero(var)
        if isinstance(var.type, STRUCTURES):
            return build(self, var.type, adjoint, var)
        if isinstance(var.type, Array) and isinstance(adjoint.type, Numeric) and var not in self.undefined:
            zeros = self.builder.emit(ZEROS_LIKE, var, hint=bar(var.hint))
            return self.builder.emit(ADD, zeros, adjoint, hint=bar(var.hint), type=var.type)
        if isinstance(var.type, Array) and not isinstance(adjoint.type, Numeric) and not self._fits(adjoint, var.type):
            if var in self.undefined:
                return adjoint
            return self.builder.emit(FULL_LIKE, var, adjoint, hint=bar(var.hint))
        return adjoint

    @staticmethod
    def _fits(adjoint: Atom, type_: Array) -> bool:
        shape = shape_of(adjoint.type)
        if len(shape) != type_.ndim:
            return False
        return not any(a.one and not t.one for a, t in zip(shape, type_.shape, strict=True))

    def unbroadcast(
        self, contribution: Atom, operand: Atom, repeated: tuple[int, tuple[int, ...]] | None = None
    ) -> Atom:
        """A contribution, of the shape of a broadcast result, summed to the shape of the operand.

        Args:
            contribution, operand: what is summed, and what it is for.
            repeated: what is known of how the operand was broadcast (see `Extents.repeated`) beyond the types.
        """
        lead, axes, doubt = sum_axes(operand.type, contribution.type)
        missing = len(shape_of(contribution.type)) - len(shape_of(operand.type))
        if doubt and repeated is not None and repeated[0] == missing:
            lead, axes = repeated
        elif doubt:
            contribution = self._real_part(contribution, operand.type)
            hint = bar(getattr(operand, "hint", "t"))
            return self.builder.emit(UNBROADCAST, contribution, self.like(operand), hint=hint)
        traced = wrap(self.builder, contribution)
        if lead:
            every = lead == len(shape_of(contribution.type))
            axis = None if every else 0 if lead == 1 else tuple(range(lead))
            traced = np.sum(traced) if every else np.sum(traced, axis=axis)
        if axes:
            traced = np.sum(traced, axis=axes[0] if len(axes) == 1 else axes, keepdims=True)
        return traced.atom if lead or axes else contribution


def _is_like(atom: Atom, type_: Type) -> bool:
    """Whether an adjoint is an array of the rank and dtype of its value, and so of its shape."""
    if not isinstance(type_, Array) or not isinstance(atom.type, Array) or not type_.ndim:
        return False
    ones = any(a.one and not b.one for a, b in zip(atom.type.shape, type_.shape, strict=False))
    return atom.type.ndim == type_.ndim and atom.type.dtype == type_.dtype and not ones


def type_of_all(var: Var, adjoints: Sequence[Atom]) -> Type:
    """The type of an adjoint that comes from several places: unknown where a zero stands for an array of any shape."""
    spread = any(isinstance(a.type, Numeric) or is_spread(a, var.type) for a in adjoints)
    return NUMERIC if isinstance(var.type, Array) and spread else var.type
