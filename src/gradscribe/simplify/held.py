"""What a cell held, in statements that overwrite the cell: it stays where it is, or is used before it is gone.

    s[...] = s_tape_1[t]                s[...] = s_tape[t]
    bx[t] += bs
    s[...] = s_tape[t]

    g = bx[1:-1].copy()                 bx[:-2] += e
    bx[1:-1] = 0.0
    bx[:-2] += e
    bx[1:-1] += g

    g = bx[1:-1].copy()                 g = bx[1:-1]
    bx[:-2] += g * a                    s, t = g * a, g * b
    bx[1:-1] += g * b                   bx[:-2] += s
                                        bx[1:-1] += t

The first puts back what was overwritten, and once more what was so before that; the second is the mirror of
`x[1:-1] = x[1:-1] + ...`. Additions commute; only those of a derivative are moved.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Const, Op, Var, walk_op
from ..ir.primitives import ADDAT, COPY, GETITEM, SETITEM
from ..ir.types import Array
from .cell_facts import CellFacts
from .rewriting import mentioned

FAR = 64
"""How many operations below a copy its last use may be."""
FEW = 2
"""How many uses a copy may have that is not made: each is written with the index, which costs a small array as much."""


def without_what_is_replaced(facts: CellFacts, ops: list[Op]) -> list[Op]:
    """Leave out what is written into cells that are written again before anything looks at them."""
    return [op for place, op in enumerate(ops) if not _is_replaced(facts, op, ops[place + 1 : place + FAR])]


def _is_replaced(facts: CellFacts, write: Op, behind: list[Op]) -> bool:
    if write.primitive is not SETITEM or not isinstance(write.args[0].type, Array):
        return False
    if not is_basic_index(write.args[1]) or not facts.derivative(write):
        return False
    for op in behind:
        if op.primitive is SETITEM and facts.derivative(op) and facts.covers(op, write):
            return not facts.mentions_memory(op.args[2], op.args[0])
        if facts.accesses(op, write.args[0]):
            return False
    return False


def without_what_is_added_back(facts: CellFacts, ops: list[Op]) -> list[Op]:
    """Leave in its cell what is taken out and added again."""
    found: set[Op] = set()
    for place, op in enumerate(ops):
        back = _added_back(facts, ops, place) if facts.is_zeroing(op) else None
        found.update([op, back] if back is not None else [])
    return [op for op in ops if op not in found]


def _added_back(facts: CellFacts, ops: list[Op], place: int) -> Op | None:
    """The addition, to cells that have been set to zero, of just what they held."""
    zero = ops[place]
    for op in ops[place + 1 : place + FAR]:
        adds = op.primitive is ADDAT and facts.derivative(op)
        if adds and facts.same_cells(zero, op) and _is_old(facts, op.args[2], ops, place):
            return op
        if not (adds and not facts.mentions_memory(op.args[2], zero.args[0])) and facts.accesses(op, zero.args[0]):
            return None
    return None


def _is_old(facts: CellFacts, value: Atom, ops: list[Op], place: int) -> bool:
    """Whether a value is a copy of what the cells held when they were set to zero."""
    zero = ops[place]
    for op in reversed(ops[max(place - FAR, 0) : place]):
        if value in op.results:
            return op.primitive is COPY and _is_of_cells(facts, op.args[0], zero)
        if facts.writes(op, zero.args[0]):  # type: ignore[arg-type]
            return False
    return False


def _is_of_cells(facts: CellFacts, view: Atom, zero: Op) -> bool:
    if view is zero.args[0]:
        return isinstance(zero.args[1], Const) and zero.args[1].value is ...
    made = facts.definitions.get(view) if isinstance(view, Var) else None
    if made is None or made.primitive is not GETITEM or not is_basic_index(made.args[1]):
        return False
    return facts.same_cells(made, zero)


def with_uses_first(facts: CellFacts, ops: list[Op], yields: Iterable[Atom]) -> list[Op]:
    """Move what overwrites the source of a copy behind the uses of the copy, so that there need not be one."""
    kept = set(yields)
    copies = [op for op in ops if op.primitive is COPY and facts.derivative(op) and op.result not in kept]
    uses = _places(ops) if copies else {}
    for copy in copies:
        source = copy.args[0]
        known = isinstance(source, Var) and not facts.groups.is_written(copy.result)
        found = _with_uses_first(facts, ops, copy, source, uses.get(copy.result, [])) if known else None  # type: ignore[arg-type]
        if found is not None:
            ops, uses = found, _places(found)
    return ops


def _with_uses_first(facts: CellFacts, ops: list[Op], copy: Op, source: Var, uses: list[int]) -> list[Op] | None:
    start = ops.index(copy) + 1
    if not 0 < len(uses) <= FEW or uses[-1] - start > FAR or not all(facts.consumes(ops[k], copy.result) for k in uses):
        return None
    end = uses[-1] + 1
    while end < len(ops) and ops[end].origin == copy.origin and not facts.accesses(ops[end], source):
        end += 1
    between = ops[start:end]
    writes = [op for op in between if facts.writes(op, source)]
    if not writes or not all(_may_wait(facts, op, between[between.index(op) + 1 :]) for op in writes):
        return None
    rest = [op for op in between if op not in writes]
    if any(facts.accesses(op, source) for op in between[between.index(writes[0]) :] if op in rest):
        return None
    return [*ops[:start], *rest, *writes, *ops[end:]]


def _may_wait(facts: CellFacts, write: Op, following: list[Op]) -> bool:
    """Whether a write may as well be made behind some more operations, as far as what it writes is concerned."""
    plain = (write.primitive is ADDAT and facts.derivative(write)) or facts.is_zeroing(write)
    return plain and is_basic_index(write.args[1]) and facts.is_left_alone(write.args[2], following)


def _places(ops: Iterable[Op]) -> dict[Var, list[int]]:
    """The numbers of the operations that mention each value, also in blocks inside."""
    places: dict[Var, list[int]] = {}
    for k, op in enumerate(ops):
        found: dict[Var, None] = {}
        for inner in walk_op(op):
            for atoms in (inner.inputs, *(block.yields for block in inner.blocks)):
                found.update(dict.fromkeys(mentioned(atoms)))
        for var in found:
            places.setdefault(var, []).append(k)
    return places
