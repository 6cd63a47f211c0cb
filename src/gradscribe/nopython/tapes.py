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

import numpy as np

from ..analyse.nests import Nests
from ..analyse.tapes import Indexed, index_of, indexed, size_of, uses_of
from ..ir.build import Builder
from ..ir.nodes import Block, Function, Op, Var, replace, walk
from ..ir.primitives import APPEND, GETITEM, LIST, POP, SETITEM, TUPLE
from ..ir.types import List, Scalar
from .stacks import append_empty, counted


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
