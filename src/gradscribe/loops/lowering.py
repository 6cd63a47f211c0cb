"""The walk over a program: each statement over arrays becomes a nest, or stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..analyse.linear import Form
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Function, Op, Var, loop_of, replace, walk
from ..ir.primitives import (
    ADDAT,
    APPEND,
    BY_NAME,
    COPY,
    FULL_LIKE,
    GETITEM,
    IF,
    LOOP,
    MULTIPLY,
    SCATTER_ADD,
    SETITEM,
    UNBROADCAST,
)
from ..ir.types import Array, Scalar
from ..write.ordering import Ordering
from . import reductions, scalars, writes
from .facts import Facts
from .gather import gathered
from .indexed import gather, is_gather
from .nests import close, inside, nest
from .single import OUTER, Single, is_lazy, is_view
from .storage import allocate
from .tapes import Tapes
from .values import (
    Body,
    Index,
    Lazy,
    NotLowerable,
    Operand,
    check_fits,
    element_of,
    elementwise,
    entry,
    is_array,
    leaf,
)
from .views import VIEWS, prove_inside


class Lowering:
    """One function on its way.

    Attributes:
        facts: its integers, and what is assumed of them.
        apart: pairs of parameters that are assumed to share no memory.
        lowered: whether any statement has become a loop.
        pads: arrays of zeros of which the same part is written whenever they are used.
        itself: each `unbroadcast` of what was never stretched, and its operand.
    """

    def __init__(self, function: Function, *, vectors: bool, assumed: Sequence[Form] = ()) -> None:
        self.vectors = vectors
        self.ordering = Ordering(function)
        written = {cell for op in walk(function.body) for cell in self.ordering.writes(op)}
        self.facts = Facts(function, lambda array: not written.isdisjoint(self.ordering.cells(array)))
        self.tapes = Tapes(function, self.facts, self.ordering)
        self.single = Single(function, self.ordering, self.tapes.pushes)
        self.params = function.body.params
        self.apart: dict[tuple[Var, Var], None] = {}
        self.known: dict[Var, Lazy] = {}
        self.waiting: dict[Op, list[Op]] = {}
        self.lowered = False
        self.pads: set[Var] = set()
        self.itself: dict[Var, Atom] = {}
        self.facts.assumed += assumed

    # the walk ---------------------------------------------------------------------------------------------------------

    def block(self, block: Block) -> Block:
        """The block with its statements as nests."""
        ops: list[Op] = []
        for op in block.ops:
            if op.primitive is LOOP:
                with self.facts.within(loop_of(op)):
                    made = replace(op, blocks=tuple(map(self.block, op.blocks)))
                ops += [*self.tapes.started(op), made]
            elif op.primitive is IF:
                with self.facts.unassuming():
                    ops.append(replace(op, blocks=tuple(map(self.block, op.blocks))))
            else:
                self._op(op, ops)
        return self.tapes.without_lists(replace(block, ops=tuple(ops)))

    def _op(self, op: Op, ops: list[Op], *, alone: bool = False) -> None:
        if not alone and op in self.single.leader:
            self._grouped(op, ops)
            return
        if op.primitive is UNBROADCAST and self._is_itself(op):
            ops.append(op)
            return
        statement = None if alone else self.single.statement.get(op)
        if is_lazy(op) and (is_view(op) or statement is not None):
            self._postpone(op, statement, ops)
            return
        builder, taken = Builder(op.origin), self._taken()
        try:
            made = self._lowered(op, builder)
        except NotLowerable:
            made = False
        if made:
            self.lowered = True
            self.waiting.pop(op, None)
            ops += builder.ops
        else:
            self._take_back(taken)
            self._emit_waiting(op, ops)
            self._keep(op, ops)

    def _taken(self) -> tuple[int, int, int]:
        """What has been taken for granted so far."""
        return len(self.facts.assumed), len(self.facts.bounds), len(self.itself)

    def _take_back(self, taken: tuple[int, int, int]) -> None:
        """Take for granted no more than at an earlier time."""
        self.facts.forget(taken[0])
        del self.facts.bounds[taken[1] :]
        while len(self.itself) > taken[2]:
            self.itself.popitem()

    def _grouped(self, op: Op, ops: list[Op]) -> None:
        """One of several increments of an array: all are done in the place of the last."""
        members = self.single.members.get(op)
        if members is None:
            return
        builder, taken = Builder(op.origin), self._taken()
        try:
            gathered(self, members, builder)
        except NotLowerable:
            self._take_back(taken)
            self._emit_waiting(op, ops)
            for member in members:
                self._op(member, ops, alone=True)
            return
        self.lowered = True
        self.waiting.pop(op, None)
        ops += builder.ops

    def _postpone(self, op: Op, statement: Op | None, ops: list[Op]) -> None:
        """A view, or a value that one statement reads: taken as a function of its index."""
        builder, taken = Builder(op.origin), self._taken()
        try:
            self._note(op.result, self.lazily(op, builder))
        except NotLowerable:
            self._take_back(taken)
            builder.ops.clear()
            if statement is not None and not is_view(op):
                self._emit_waiting(statement, ops)
                statement = None
        if statement is not None and not self._is_of_memory(op):
            ops += builder.ops
            self.waiting.setdefault(statement, []).append(op)
        else:
            ops += builder.ops
            if op.result not in self.known:
                self._keep(op, ops)
            else:
                ops.append(op)

    def _keep(self, op: Op, ops: list[Op]) -> None:
        """A statement that stays as it is."""
        if op in self.tapes.pops:
            self._pop(op, ops)
            return
        if op.primitive in (GETITEM, SETITEM, ADDAT):
            self._prove(op)
        elif op.primitive in _BY_INDEX:
            self.facts.all_inside = False
        ops.append(op)

    def _pop(self, op: Op, ops: list[Op]) -> None:
        found = self.tapes.popped(op)
        if found is not None:
            self._note(op.result, found[0])
        ops += [op] if found is None else found[1]

    def _prove(self, op: Op) -> None:
        """Note whether the entries are there that an index names."""
        taken = self._taken()
        if not prove_inside(self.facts, *op.args[:2]):
            self._take_back(taken)
            self.facts.all_inside = False

    def _is_of_memory(self, op: Op) -> bool:
        """Whether an op is a view of what is stored."""
        array = op.args[0]
        return is_view(op) and all(o.result is not array for ops in self.waiting.values() for o in ops)

    def _emit_waiting(self, statement: Op, ops: list[Op]) -> None:
        """The statement stays: what it reads is computed in front of it after all."""
        for op in self.waiting.pop(statement, ()):
            self.known.pop(op.result, None)
            if is_view(op):
                self._postpone(op, None, ops)
            else:
                self._op(op, ops, alone=True)

    def _note(self, var: Var, value: Lazy) -> None:
        self.known[var] = value
        self.facts.lengths_of[var] = value.lengths

    # values -----------------------------------------------------------------------------------------------------------

    def operand(self, atom: Atom) -> Operand:
        """An operand as a function of its index; a number as it is."""
        if not is_array(atom):
            if not isinstance(atom.type, Scalar):
                raise NotLowerable
            return atom
        if not isinstance(atom, Var):
            raise NotLowerable
        return self.known[atom] if atom in self.known else leaf(self.facts, atom)

    def array(self, atom: Atom) -> Lazy:
        found = self.operand(atom)
        if not isinstance(found, Lazy):
            raise NotLowerable
        return found

    def lazily(self, op: Op, builder: Builder) -> Lazy:
        """The array that an op makes, as a function of its index."""
        if is_view(op):
            return VIEWS[op.primitive](self.facts, builder, op, self.array(op.args[0]))
        if op.primitive is COPY:
            return self.array(op.args[0])
        if op.primitive is UNBROADCAST:
            value = self._same_shape(*map(self.array, op.args))
            self.itself[op.result] = op.args[0]
            return value
        if op.primitive is OUTER:
            return self._outer(op)
        if op.primitive is FULL_LIKE:
            return self._filled(op)
        if is_gather(op):
            return gather(self.facts, op, *map(self.array, op.args))
        assert isinstance(op.result.type, Array)
        emit = scalars.emit_entry(op, vectors=self.vectors)
        made = elementwise(
            self.facts,
            op.result.type,
            [self.operand(a) for a in op.args],
            lambda body, args: emit(body.builder, args),
        )
        return made

    def _is_itself(self, op: Op) -> bool:
        """Note an `unbroadcast` that is its operand: of what is stored, and was never stretched."""
        if not all(map(is_array, op.args)) or any(op.args[0] is o.result for w in self.waiting.values() for o in w):
            return False
        taken = self._taken()
        try:
            value = self._same_shape(*map(self.array, op.args))
        except NotLowerable:
            self._take_back(taken)
            return False
        if value.place is None:
            return False
        self.itself[op.result] = op.args[0]
        self._note(op.result, value)
        return True

    def _same_shape(self, value: Lazy, like: Lazy) -> Lazy:
        """`unbroadcast` of what was never stretched."""
        if value.type.ndim != like.type.ndim:
            raise NotLowerable
        if not all(self.facts.equal(a, b) for a, b in zip(value.lengths, like.lengths, strict=True)):
            raise NotLowerable
        return value

    def _filled(self, op: Op) -> Lazy:
        """`np.full_like(x, v)`"""
        like, value, made = self.array(op.args[0]), self.operand(op.args[1]), op.result.type
        assert isinstance(made, Array)
        given = element_of(op.args[1].type) if isinstance(value, Lazy) else op.args[1].type
        scalars.check_stores(made, given)
        if isinstance(value, Lazy):
            check_fits(self.facts, value, like.lengths)
        return Lazy(made, like.lengths, lambda body, index: scalars.cast(body.builder, entry(body, value, index), made))

    def _outer(self, op: Op) -> Lazy:
        left, right = map(self.array, op.args)
        made = op.result.type
        if left.type.ndim != 1 or right.type.ndim != 1 or made.dtype not in ("float64", "complex128"):  # type: ignore[attr-defined]
            raise NotLowerable

        def compute(body: Body, index: Index) -> Atom:
            args = left.at(body, index[:1]), right.at(body, index[1:])
            return body.builder.emit(MULTIPLY, *args, hint=op.result.hint, type=element_of(made))

        return Lazy(made, (*left.lengths, *right.lengths), compute)  # type: ignore[arg-type]

    # statements -------------------------------------------------------------------------------------------------------

    def _lowered(self, op: Op, builder: Builder) -> bool:
        """Emit a statement as a nest, if it is one."""
        if op.primitive is UNBROADCAST and not is_array(op.result):
            return reductions.unbroadcast(self, op, builder)
        handler = _STATEMENTS.get(op.primitive)
        if handler is not None:
            return handler(self, op, builder)
        whole = op.primitive is COPY and op not in self.waiting and not self.is_part(op.args[0])
        if not is_lazy(op) or whole:
            return False
        try:
            value = self.lazily(op, builder)
        except NotLowerable:
            return op.primitive is UNBROADCAST and reductions.unbroadcast(self, op, builder)
        self.store(builder, op.result, value)
        return True

    def is_part(self, atom: Atom) -> bool:
        """Whether an array is not a whole one in memory, or the transpose of such."""
        made = self.facts.definition.get(atom) if isinstance(atom, Var) else None
        while made is not None and made.primitive is BY_NAME["transpose"]:
            made = self.facts.definition.get(made.args[0])  # type: ignore[arg-type]
        return made is not None and is_lazy(made) and made.result in self.known

    def store(self, builder: Builder, result: Var, value: Lazy) -> None:
        """Make an array of a value: a row of a tape, where that is what becomes of it."""
        push = self.tapes.recorded.get(result)
        row = self.tapes.row(push, value) if push is not None else None
        if push is not None and row is not None:
            writes.fill_row(self, push, builder, row, value)
            self.tapes.view(builder, push, result)
            self._note(result, row)
            return
        self.facts.lengths_of[result] = value.lengths
        made = nest(self.facts, value.lengths)
        body = Body(self.facts, Builder(builder.origin))
        with inside(made):
            atom = value.at(body, made.index)
            body.builder.perform(SETITEM, result, body.place(made.index), atom)
        with self.facts.reading_lengths_of(body.loads[0][0] if body.loads else None):
            allocate(self.facts, builder, result, value.lengths)
            close(builder, made, body.builder.ops)


_BY_INDEX = (SCATTER_ADD, *(BY_NAME[n] for n in ("take", "take_along_axis")))

_STATEMENTS: dict[object, Callable[[Lowering, Op, Builder], bool]] = {
    APPEND: writes.pushed,
    SCATTER_ADD: writes.written,
    SETITEM: writes.written,
    ADDAT: writes.written,
    **{BY_NAME[n]: reductions.reduced for n in ("sum", "mean", "max", "min")},
    BY_NAME["dot"]: reductions.product,
    BY_NAME["matmul"]: reductions.product,
}
