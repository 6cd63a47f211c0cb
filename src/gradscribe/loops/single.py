"""Which arrays are read by one statement alone: these are never stored."""

from __future__ import annotations

from collections.abc import Collection

from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Block, Function, Op, Var, walk
from ..ir.primitives import ADDAT, BY_NAME, COPY, FULL_LIKE, GETITEM, SCATTER_ADD, SETITEM, UNBROADCAST
from ..ir.types import Array
from ..write.ordering import Ordering
from . import scalars
from .indexed import is_gather
from .views import VIEWS

STATEMENTS = {
    SETITEM,
    ADDAT,
    SCATTER_ADD,
    UNBROADCAST,
    *(BY_NAME[n] for n in ("sum", "mean", "max", "min", "dot", "matmul")),
}
"""What may become a nest itself, besides operations entry by entry."""


OUTER = BY_NAME["outer"]
CHEAP = 4
"""The most operations of a value that is computed again for each increment of a group."""


def is_lazy(op: Op) -> bool:
    """Whether the array that an op makes can be taken as a function of its index."""
    if len(op.results) != 1 or not isinstance(op.result.type, Array) or not op.result.type.ndim:
        return False
    if op.primitive in (COPY, UNBROADCAST, OUTER):
        return isinstance(op.args[0].type, Array)
    if op.primitive is FULL_LIKE:
        return len(op.args) == 2 and not op.keywords
    return is_view(op) or is_gather(op) or scalars.supports(op)


def is_view(op: Op) -> bool:
    """Whether an op looks at a part of an array, or at all of it in another order."""
    if op.primitive not in VIEWS or not isinstance(op.args[0].type, Array):
        return False
    return op.primitive is not GETITEM or is_basic_index(op.args[1])


class Single:
    """For each op that makes an array which one statement reads, that statement."""

    def __init__(self, function: Function, ordering: Ordering, pushes: Collection[Op] = ()) -> None:
        self.ordering, self.pushes, self.params = ordering, pushes, function.body.params
        self.statement: dict[Op, Op] = {}
        self.members: dict[Op, list[Op]] = {}
        self.leader: dict[Op, Op] = {}
        self.definition = {r: op for op in walk(function.body) for r in op.results}
        self._users: dict[Var, list[Op | None]] = {}
        self._block(function.body)

    def _block(self, block: Block) -> None:
        for op in block.ops:
            for inner in op.blocks:
                self._block(inner)
        self._note(block)
        self._gather(block)
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
        found = {self.statement.get(u, self.leader.get(u, u)) if u is not None else None for u in users}
        if len(found) != 1 or (len(set(users)) > 1 and not self._is_cheap(op, found)):
            return None
        (one,) = found
        if one is None or one not in at or any(u not in at for u in users):
            return None
        return (
            one
            if one.primitive in STATEMENTS or one in self.pushes or scalars.supports(one) or one.primitive is COPY
            else None
        )

    def _is_cheap(self, op: Op, statements: set[Op | None]) -> bool:
        """Whether a value may be computed again for each increment of a group."""
        if not any(s in self.members for s in statements):
            return True  # once for each entry
        return self._weight(op) <= CHEAP

    def _weight(self, op: Op) -> int:
        if is_view(op) or not is_lazy(op):
            return 0
        if op.primitive in scalars.FLOATS_ONLY:
            return CHEAP + 1
        made = [self.definition.get(a) for a in op.args if isinstance(a, Var)]
        return 1 + sum(self._weight(m) for m in made if m is not None)

    def _gather(self, block: Block) -> None:
        """Group increments of one array between which nothing reads or writes it: they may be done together, in the
        place of the last."""
        group: list[Op] = []
        for op in block.ops:
            if op.primitive is ADDAT and all(isinstance(op.args[k].type, Array) for k in (0, 2)):
                itself = self._may_read(op.args[2], op.args[0])
                if group and (itself or group[0].args[0] is not op.args[0]):
                    self._close(group)
                    group = []
                group += [] if itself else [op]
            elif group and self._meets(op, group[0]):
                self._close(group)
                group = []
        self._close(group)

    def _may_read(self, value: Atom, target: Atom) -> bool:
        """Whether what is added may be a part of the target; two parameters are told apart on entry."""
        if self.ordering.cells(value).isdisjoint(self.ordering.cells(target)):
            return False
        roots = [self._root(value), self._root(target)]
        return roots[0] is roots[1] or not all(r in self.params for r in roots)

    def _root(self, atom: Atom) -> Atom:
        """The array that a view looks at."""
        op = self.definition.get(atom) if isinstance(atom, Var) else None
        return atom if op is None or not is_view(op) else self._root(op.args[0])

    def _close(self, group: list[Op]) -> None:
        if len(group) > 1:
            self.members[group[-1]] = group
            self.leader.update(dict.fromkeys(group, group[-1]))

    def _meets(self, op: Op, increment: Op) -> bool:
        """Whether an increment cannot be moved behind an op."""
        if op.blocks or self.ordering.has_effect(op) or self.ordering.writes(op):
            return True
        return not self.ordering.reads(op).isdisjoint(self.ordering.writes(increment))

    def _is_disturbed(self, op: Op, between: tuple[Op, ...]) -> bool:
        """Whether what an op reads is written before the statement reads its result."""
        if is_view(op):
            return False
        read = set().union(*map(self.ordering.cells, op.inputs))
        return any(not read.isdisjoint(self.ordering.writes(other)) for other in between)
