"""Tapes as typed arrays.

Where the loops around a push are known before they begin, and the loops around the pop run through the same trips
backwards, a tape is an array with a dimension for each loop, and the trip is the index:

    s_tape = np.empty(n)
    for i in range(n):              for i in range(n - 1, -1, -1):
        s_tape[i] = s                   s = s_tape[i]

Any other tape of numbers is an array that is replaced by one twice as long when it is full, with a counter. Tapes of
arrays stay lists. It knows nothing of why something is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..analyse.linear import Form
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, replace, walk
from ..ir.primitives import ADD, APPEND, GETITEM, LIST, MULTIPLY, POP, SETITEM, SUBTRACT, TUPLE
from ..ir.types import INT, UNKNOWN, Array, List, Scalar
from ..rules.functions import MAX_
from .nests import Nests, Place, Trips, mirrored
from .stacks import append_empty, counted, dtype_of


def typed_tapes(function: Function) -> Function:
    """The function with its tapes of numbers as arrays."""
    nests = Nests(function)
    uses = uses_of(function)
    plans: dict[Var, Indexed] = {}
    others: set[Var] = set()
    for op in walk(function.body):
        if op.primitive is LIST and _is_tape(op, uses.get(op.result, [])):
            plan = indexed(op, uses[op.result], nests)
            if plan is None:
                others.add(op.result)
            else:
                plans[op.result] = plan
    return counted(replace(function, body=_rewritten(function.body, plans)), others)


def uses_of(function: Function) -> dict[Var, list[Op | None]]:
    """The ops that mention each list; None for a yield."""
    found: dict[Var, list[Op | None]] = {}
    blocks = [function.body, *(inner for op in walk(function.body) for inner in op.blocks)]
    for block in blocks:
        for atom in block.yields:
            if isinstance(atom, Var):
                found.setdefault(atom, []).append(None)
    for op in walk(function.body):
        for atom in op.inputs:
            if isinstance(atom, Var) and isinstance(atom.type, List):
                found.setdefault(atom, []).append(op)
    return found


def _is_tape(op: Op, uses: Iterable[Op | None]) -> bool:
    """Whether a list of numbers is pushed to and popped from, and nothing else."""
    item = op.result.type.item if isinstance(op.result.type, List) else None
    if op.args or not isinstance(item, Scalar) or op.result.named:
        return False
    return all(u is not None and _pushes_or_pops(u, op.result) for u in uses)


def _pushes_or_pops(op: Op, tape: Var) -> bool:
    if op.primitive is APPEND:
        return op.args[0] is tape and op.args[1] is not tape
    return op.primitive is POP and len(op.args) == 1


@dataclass(frozen=True)
class Indexed:
    """A tape as an array.

    Args:
        array: the array.
        before: the op in front of which it is made.
        push, pop: the ops that use the tape.
        sizes: the length of each dimension.
        offsets: what is taken off each index.
        trips: the loops around the push.
        back: the indices of the loops around the pop.
    """

    array: Var
    before: Op
    push: Op
    pop: Op
    sizes: list[Form]
    offsets: list[int]
    trips: list[Trips]
    back: list[Var]
    nests: Nests


def indexed(made: Op, uses: list[Op | None], nests: Nests) -> Indexed | None:
    """How a tape can be an array with the trips as indices; None where it cannot."""
    pushes = [u for u in uses if u is not None and u.primitive is APPEND]
    pops = [u for u in uses if u is not None and u.primitive is POP]
    if len(pushes) != 1 or len(pops) != 1:
        return None
    (push,), (pop,), home = pushes, pops, nests.places[made]
    ahead, back = nests.places[push], nests.places[pop]
    depth = len(home.around)
    if len(ahead.around) <= depth or len(back.around) <= depth or ahead.around[depth] is back.around[depth]:
        return None
    loops = back.loops_within(home)
    trips = mirrored(ahead.loops_within(home), loops, nests)
    if not trips:
        return None
    before = ahead.around[depth]
    extents = _extents(trips, nests.places[before], nests)
    if extents is None:
        return None
    sizes, offsets = extents
    item = made.result.type.item  # type: ignore[attr-defined]
    array = Var(made.result.hint, Array(dtype_of(item).name, (UNKNOWN,) * len(sizes)))
    indices = [op.blocks[0].params[0] for op in loops]
    return Indexed(array, before, push, pop, sizes, offsets, trips, indices, nests)


_SMALL = 8
"""The largest first index that is not taken off."""


def _extents(trips: list[Trips], place: Place, nests: Nests) -> tuple[list[Form], list[int]] | None:
    """The length of each dimension, and what is taken off each index; None where a bound is not known at the place."""
    lowest: dict[Var, Form] = {}
    highest: dict[Var, Form] = {}
    sizes, offsets = [], []
    for level in trips:
        low = _extreme(level.lowest, lowest, highest)
        high = _extreme(level.beyond + -1, highest, lowest)
        if low.terms or low.constant < 0:
            return None
        offset = low.constant if low.constant > _SMALL else 0
        size = high + (1 - offset)
        if any(nests.visible(s, place) is None for s in size.terms):
            return None
        lowest[level.index], highest[level.index] = low, high
        sizes.append(size)
        offsets.append(offset)
    return sizes, offsets


def _extreme(form: Form, growing: dict[Var, Form], falling: dict[Var, Form]) -> Form:
    """The form with each index replaced by its extreme: from the first mapping where the form grows with it."""
    for symbol, coefficient in list(form.terms.items()):
        if symbol in growing:
            form = form.replace(symbol, growing[symbol] if coefficient > 0 else falling[symbol])
    return form


# ------------------------------------------------------------------ the new program


def _rewritten(block: Block, plans: dict[Var, Indexed]) -> Block:
    starts: dict[Op, list[Indexed]] = {}
    for plan in plans.values():
        starts.setdefault(plan.before, []).append(plan)
    return _Rewriter(plans, starts).block(block)


class _Rewriter:
    def __init__(self, plans: dict[Var, Indexed], starts: dict[Op, list[Indexed]]) -> None:
        self.plans, self.starts = plans, starts

    def block(self, block: Block) -> Block:
        builder = Builder()
        for op in block.ops:
            for plan in self.starts.get(op, ()):
                _make(builder, plan)
            self.op(builder, op)
        return replace(block, ops=tuple(builder.ops))

    def op(self, builder: Builder, op: Op) -> None:
        builder.origin = op.origin
        plan = self.plans.get(op.args[0]) if op.primitive in (APPEND, POP) else None  # type: ignore[arg-type]
        if plan is not None and op.primitive is APPEND:
            index = index_of(builder, [t.index for t in plan.trips], plan.offsets)
            builder.perform(SETITEM, plan.array, index, op.args[1])
        elif plan is not None:
            index = index_of(builder, plan.back, plan.offsets)
            builder.append(replace(op, primitive=GETITEM, args=(plan.array, index)))
        elif op.primitive is not LIST or op.result not in self.plans:
            builder.append(replace(op, blocks=tuple(map(self.block, op.blocks))) if op.blocks else op)


def _make(builder: Builder, plan: Indexed) -> None:
    """`s_tape = np.empty((n, k))`."""
    place = plan.nests.places[plan.before]
    sizes = [size_of(builder, form, plan.nests, place) for form in plan.sizes]
    shape = sizes[0] if len(sizes) == 1 else builder.emit(TUPLE, *sizes, hint="shape")
    dtype = plan.array.type.dtype  # type: ignore[attr-defined]
    append_empty(builder, plan.array, shape, np.dtype(dtype))


def size_of(builder: Builder, form: Form, nests: Nests, place: Place) -> Atom:
    """A linear form as a value, at least zero."""
    total: Atom | None = None
    for symbol, coefficient in form.terms.items():
        part: Atom = nests.visible(symbol, place)  # type: ignore[assignment]
        if abs(coefficient) != 1:
            part = builder.emit(MULTIPLY, Const(abs(coefficient)), part, hint="size", type=INT)
        if total is None:
            total = part if coefficient > 0 else builder.emit(SUBTRACT, Const(0), part, hint="size", type=INT)
        else:
            total = builder.emit(ADD if coefficient > 0 else SUBTRACT, total, part, hint="size", type=INT)
    if total is None:
        return Const(max(form.constant, 0))
    if form.constant:
        how = ADD if form.constant > 0 else SUBTRACT
        total = builder.emit(how, total, Const(abs(form.constant)), hint="size", type=INT)
    known = form.constant >= 0 and all(c > 0 and nests.is_size(s) for s, c in form.terms.items())
    return total if known else builder.emit(MAX_, total, Const(0), hint="size", type=INT)


def index_of(builder: Builder, indices: list[Var], offsets: list[int]) -> Atom:
    """The entry of a trip of nested loops."""
    parts: list[Atom] = []
    for index, offset in zip(indices, offsets, strict=True):
        moved = builder.emit(SUBTRACT, index, Const(offset), hint=index.hint, type=INT) if offset else index
        parts.append(moved)
    return parts[0] if len(parts) == 1 else builder.emit(TUPLE, *parts, hint="index")
