"""Lists that are pushed to in nested loops and popped from in their mirror, as arrays with a dimension for each loop.

Where the loops around a push are known before they begin, and the loops around the pop run through the same trips
backwards, the trip is the index. It knows nothing of why something is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Function, Op, Var, walk
from ..ir.primitives import ADD, APPEND, LOOP, MULTIPLY, POP, SUBTRACT, TUPLE
from ..ir.types import INT, UNKNOWN, Array, List, Scalar
from ..rules.functions import MAX_
from .linear import Form
from .nests import Nests, Place, Trips, mirrored

_DTYPES = {"b": np.bool_, "i": np.int64, "f": np.float64, "c": np.complex128}


def dtype_of(item: Scalar) -> np.dtype:
    """The dtype of a tape of such numbers."""
    return np.dtype(item.dtype or _DTYPES[item.kind])


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
    rank = len(sizes) + (item.ndim if isinstance(item, Array) else 0)
    dtype = item.dtype if isinstance(item, Array) else dtype_of(item).name
    array = Var(made.result.hint, Array(dtype, (UNKNOWN,) * rank))
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
        if not all(nests.sees(s, place) for s in size.terms):
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


def fills_each_row(tape: Indexed) -> bool:
    """Whether no entry is left out: not where an inner loop is not always as long, or the push may not be reached."""
    indices = {trips.index for trips in tape.trips}
    if any(indices & {*t.lowest.terms, *t.beyond.terms} for t in tape.trips):
        return False
    home = len(tape.nests.places[tape.before].around)
    return all(op.primitive is LOOP and not op.keywords for op in tape.nests.places[tape.push].around[home:])


def size_of(builder: Builder, form: Form, nests: Nests, place: Place) -> Atom:
    """A linear form as a value, at least zero."""
    total: Atom | None = None
    for symbol, coefficient in form.terms.items():
        part = nests.value(builder, symbol, place)
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
