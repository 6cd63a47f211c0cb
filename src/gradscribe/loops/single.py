"""Which arrays are read by one statement alone: these are never stored."""

from __future__ import annotations

from ..ir.indexing import is_basic_index
from ..ir.nodes import Block, Function, Op, Var
from ..ir.primitives import ADDAT, BY_NAME, COPY, GETITEM, SETITEM, UNBROADCAST
from ..ir.types import Array
from ..write.ordering import Ordering
from . import scalars
from .views import VIEWS

STATEMENTS = {SETITEM, ADDAT, UNBROADCAST, *(BY_NAME[n] for n in ("sum", "mean", "max", "min", "dot", "matmul"))}
"""What may become a nest itself, besides operations entry by entry."""


OUTER = BY_NAME["outer"]


def is_lazy(op: Op) -> bool:
    """Whether the array that an op makes can be taken as a function of its index."""
    if len(op.results) != 1 or not isinstance(op.result.type, Array) or not op.result.type.ndim:
        return False
    if op.primitive in (COPY, UNBROADCAST, OUTER):
        return isinstance(op.args[0].type, Array)
    return is_view(op) or scalars.supports(op)


def is_view(op: Op) -> bool:
    """Whether an op looks at a part of an array, or at all of it in another order."""
    if op.primitive not in VIEWS or not isinstance(op.args[0].type, Array):
        return False
    return op.primitive is not GETITEM or is_basic_index(op.args[1])


class Single:
    """For each op that makes an array which one statement reads, that statement."""

    def __init__(self, function: Function, ordering: Ordering) -> None:
        self.ordering = ordering
        self.statement: dict[Op, Op] = {}
        self._users: dict[Var, list[Op | None]] = {}
        self._block(function.body)

    def _block(self, block: Block) -> None:
        for op in block.ops:
            for inner in op.blocks:
                self._block(inner)
        self._note(block)
        at = {op: k for k, op in enumerate(block.ops)}
        for op in reversed(block.ops):
            if is_lazy(op):
                found = self._only(op, at)
                if found is not None and not self._is_disturbed(op, block.ops[at[op] + 1 : at[found]]):
                    self.statement[op] = found

    def _note(self, block: Block) -> None:
        """Who reads what in a block; None for what is read elsewhere."""
        for atom in block.yields:
            if isinstance(atom, Var):
                self._users.setdefault(atom, []).append(None)
        for op in block.ops:
            for atom in op.inputs:
                if isinstance(atom, Var):
                    self._users.setdefault(atom, []).append(op)

    def _only(self, op: Op, at: dict[Op, int]) -> Op | None:
        users = self._users.get(op.result, [])
        found = {self.statement.get(u, u) if u is not None else None for u in users}
        if len(found) != 1:
            return None
        (one,) = found
        if one is None or one not in at or any(u not in at for u in users):
            return None
        return one if one.primitive in STATEMENTS or scalars.supports(one) or one.primitive is COPY else None

    def _is_disturbed(self, op: Op, between: tuple[Op, ...]) -> bool:
        """Whether what an op reads is written before the statement reads its result."""
        if is_view(op):
            return False
        read = set().union(*map(self.ordering.cells, op.inputs))
        return any(not read.isdisjoint(self.ordering.writes(other)) for other in between)
