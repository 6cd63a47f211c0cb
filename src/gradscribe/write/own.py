"""Who owns an array: sums into arrays that are nobody else's are done in place.

In the IR accumulation into an array value is functional: `b1 = vaddat(b0, i, c)`, `b1 = add(b0, c)`. Copying the array
each time would be slow, and adding in place to an array that something else still reads is the classic silent error.
This pass decides, from the program alone: the sum is done in place if the array was made fresh here, this is its last
use, and nothing that shares its memory is read later; a location (a value carried through a loop, or out of a branch)
that is added to in place may only be entered by such an array, and any other is copied on the way in.

The result is a program whose meaning is the same, with `addat` and `scatter_add` on pointers instead of `vaddat`.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from ..analyse.distinct import names_no_cell_twice
from ..analyse.extents import Extents
from ..analyse.regions import Regions, regions
from ..ir.indexing import index_parts, is_basic_index
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, replace, walk
from ..ir.primitives import (
    ADD,
    ADDAT,
    COPY,
    GETITEM,
    LOOP,
    NEGATIVE,
    SCATTER_ADD,
    SETITEM,
    SUBTRACT,
    VADDAT,
    ZEROS_LIKE,
)
from ..ir.types import Array, List, Scalar, Type
from .owners import Owners, Slot, can_own

NEW = Const(slice(None))
"""`x[:]` is a new list."""


def own(function: Function, foreign: Collection[Var] = (), *, anew: bool = True) -> Function:
    """The function with each `vaddat`, and each sum that can be, done in place; copies where that needs them.

    Args:
        function: any program.
        foreign: the values that may be arrays which cannot be written; sums of these make new ones.
        anew: whether a plain sum may go to a value that is computed just before, and not only to what is carried on.
    """
    if not any(op.primitive in (VADDAT, ADD, SUBTRACT) for op in walk(function.body)):
        return function
    body = _Rewrite(function, foreign, anew).block(function.body)
    return replace(function, body=body)


class _Rewrite:
    def __init__(self, function: Function, foreign: Collection[Var], anew: bool) -> None:
        self.function, self.foreign, self.anew = function, foreign, anew
        self.owners = owners = Owners(function)
        self.stands: dict[Var, Atom] = {}
        self.entered: dict[object, list[Slot]] = {}
        for slot in owners.slots:
            for entry in slot.entries if slot.must else ():
                self.entered.setdefault(entry.place, []).append(slot)

    @cached_property
    def groups(self) -> Regions:
        return regions(self.function)

    def atom(self, atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom in self.stands:
            atom = self.stands[atom]
        return atom

    def block(self, block: Block, owner: Op | None = None) -> Block:
        ops: list[Op] = []
        for op in block.ops:
            self._op(op, ops)
        yields = [self.atom(y) for y in block.yields]
        if owner is not None:
            self._enter(block, yields, ops)
        return Block(block.params, tuple(ops), tuple(yields))

    def _op(self, op: Op, ops: list[Op]) -> None:
        if op.primitive is VADDAT:
            self._add_at(op, ops)
        elif op.primitive in (ADD, SUBTRACT) and self._accumulates(op):
            self._accumulate(op, ops)
        else:
            args = [self.atom(a) for a in op.args]
            keywords = tuple((k, self.atom(v)) for k, v in op.keywords)
            if op.primitive is LOOP:
                self._enter(op, args, ops)
            blocks = tuple(self.block(inner, op) for inner in op.blocks)
            ops.append(replace(op, args=tuple(args), keywords=keywords, blocks=blocks))

    def _enter(self, place: Op | Block, values: list[Atom], ops: list[Op]) -> None:
        """Copy what enters an owned location and is not handed over."""
        for slot in self.entered.get(place, ()):
            for entry in slot.entries:
                if entry.place is place and not self.owners.may_enter(slot, entry):
                    values[entry.position] = self._copy(values[entry.position], slot.values[0], ops)

    def _copy(self, value: Atom, like: Var, ops: list[Op]) -> Atom:
        if not isinstance(value, Var) or not can_own(value.type):
            return value
        made = Var(like.hint, value.type, like.named)
        ops.append(_copy_of(value, made))
        return made

    # vaddat -----------------------------------------------------------------------------------------------------------

    def _add_at(self, op: Op, ops: list[Op]) -> None:
        target, index, value = map(self.atom, op.args)
        if not self.owners.in_place(op):
            made = Var(op.result.hint, target.type, op.result.named)
            ops.append(_copy_of(target, made))
            target = made
        if isinstance(target.type, Array) or not isinstance(target.type, List):
            primitive = ADDAT if self._names_once(index) and isinstance(target.type, Array) else SCATTER_ADD
            ops.append(Op(primitive, (target, index, value), (), origin=op.origin))
        else:
            self._add_to_entry(target, index, value, op, ops)
        self.stands[op.result] = target

    def _names_once(self, index: Atom) -> bool:
        """Whether no entry can be named twice by an index: a basic one, a mask, or one that is known to be distinct."""
        if is_basic_index(index):
            return True
        parts = index_parts(index)
        if len(parts) == 1 and isinstance(parts[0][0], Array) and parts[0][0].kind == "b":
            return True
        known = self.owners.definition
        return names_no_cell_twice(index, known, Extents(known), self.groups.is_written)

    def _add_to_entry(self, target: Atom, index: Atom, value: Atom, op: Op, ops: list[Op]) -> None:
        assert isinstance(target.type, List)
        old = Var("t", target.type.item)
        new = Var("t", ADD.infer((old, value), {}) if ADD.infer else target.type.item)
        ops.append(Op(GETITEM, (target, index), (old,), origin=op.origin))
        ops.append(Op(ADD, (old, value), (new,), origin=op.origin))
        ops.append(Op(SETITEM, (target, index, new), (), origin=op.origin))

    # plain sums -------------------------------------------------------------------------------------------------------

    def _accumulates(self, op: Op) -> bool:
        """`bx = bx + c` of the compiler's, where the result has the type of bx in every respect."""
        left, right = op.args
        if not isinstance(left, Var) or left.hint != op.result.hint or op.result.named or op.style == "np":
            return False
        if op.result in self.foreign:
            return False
        if not isinstance(left.type, Array) or not left.type.ndim or not isinstance(right.type, (Array, Scalar)):
            return False
        if not _same_array(left.type, op.result.type) or not _fits(right.type, left.type):
            return False
        return self._is_running_sum(left, op) and self.owners.in_place(op)

    def _is_running_sum(self, left: Var, op: Op) -> bool:
        """Whether the sum goes on from another statement: inside one statement it is an expression."""
        made_by = self.owners.definition.get(left)
        if not self.anew:
            origin = self.atom(left)
            root = self.owners.definition.get(origin) if isinstance(origin, Var) else None
            return root is None or bool(root.blocks) or root.primitive is ZEROS_LIKE
        if left in self.stands or made_by is None or made_by.blocks:
            return True
        return made_by.primitive is ZEROS_LIKE or made_by.origin is not op.origin

    def _accumulate(self, op: Op, ops: list[Op]) -> None:
        target, value = map(self.atom, op.args)
        if op.primitive is SUBTRACT:
            minus = Var("t", value.type)
            ops.append(Op(NEGATIVE, (value,), (minus,), origin=op.origin))
            value = minus
        ops.append(Op(ADDAT, (target, Const(...), value), (), origin=op.origin))
        self.stands[op.result] = target


def _copy_of(value: Atom, made: Var) -> Op:
    if isinstance(value.type, List):
        return Op(GETITEM, (value, NEW), (made,))
    return Op(COPY, (value,), (made,))


def _same_array(a: Type, b: Type) -> bool:
    if not isinstance(a, Array) or not isinstance(b, Array) or a.dtype != b.dtype or a.ndim != b.ndim:
        return False
    return all(p.same_as(q) for p, q in zip(a.shape, b.shape, strict=True))


def _fits(value: Type, target: Array) -> bool:
    """Whether a value can be added in place to a target, which has the shape of the sum."""
    if isinstance(value, Scalar):
        return value.kind in "bif" or target.kind == "c"
    return isinstance(value, Array) and value.ndim <= target.ndim
