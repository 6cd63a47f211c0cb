"""The forward sweep of a reverse-mode derivative: the user's operations, shadows beside what they write, and what is
saved for the way back. `Sweep` holds what is known about the whole function; its blocks are on their way in `steps`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial

import numpy as np

from ..analyse.distinct import names_no_cell_twice
from ..analyse.extents import Extents
from ..analyse.overlap import Overlap
from ..analyse.partition import EVERY, Region, Regions
from ..errors import UntrackableAlias
from ..ir.build import UNDEF, Builder
from ..ir.indexing import index_parts, is_basic_index
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, loop_of, walk
from ..ir.primitives import (
    APPEND,
    BY_NAME,
    CALL,
    COPY,
    EXTERNAL,
    GETATTR,
    GETITEM,
    IF,
    LIST,
    LOOP,
    NEGATIVE,
    POP,
    SETITEM,
    WATCH,
    ZEROS_LIKE,
)
from ..ir.types import STRUCTURES, Array, List, Numeric, Type, Undefined
from ..read.meddling import may_meddle
from ..rules.selecting import READ_ONLY, WRITABLE
from ..rules.table import rule_of
from . import branches, calls, checkpoints, leaves, lists, loops, mirrors
from .adjoints import Adjoints, bar
from .reads import MirrorReads
from .recording import mentions
from .shadows import add_to_shadow, check_view
from .steps import Frame, Restore, Step
from .summing import with_shape_of

_OUTSIDE = "write into an array that the function makes, or copy it with .copy() before it is written"


class Sweep:
    """What is known about the function that is differentiated, and the values made on the way."""

    def __init__(
        self,
        function: Function,
        memory: Regions,
        active: Collection[Var],
        overlap: Overlap,
        restored: frozenset[Op],
        pairs: calls.Pairs,
        watch: bool = False,
    ) -> None:
        self.shadow_values: set[Var] = set()
        self.function, self.memory, self.active, self.restored = function, memory, active, restored
        self.reads = MirrorReads(memory, overlap, self.shadow_values)
        self.pairs, self.watch = pairs, watch
        self.undefined = maybe_undefined(function)
        self.meddles = any(map(may_meddle, walk(function.body)))  # with what is outside
        self.definition = overlap.nesting.definition
        self.extents = Extents(self.definition)
        self.shadows: dict[Var, Var] = {}
        self.shadow_views: dict[Var, tuple[Var, Atom]] = {}
        self.overwritten: dict[Region, bool] = {}  # by a mask?
        self.negated: set[Var] = set()
        self.views: dict[Var, Var] = {}  # of a structure of views, that of the same views of the shadow
        self.leaf_shadows: dict[tuple[Var, tuple[object, ...]], Var] = {}
        self.branches: dict[Op, Step] = {}  # mirrored branch -> the branch
        self.new_tapes: list[Op] = []
        self.blocking: dict[Op, None] = {}  # the writes for which something is saved that could be computed again
        self.left_behind: dict[tuple[Op, int], Var] = {}  # loop, number of an integer -> what its mirror leaves
        self.reshaped: dict[Var, None] = {}  # lists whose entries may be replaced by ones of another shape
        self.replaced: dict[Op, Var] = {}  # where that is done, what was there
        self.shapes = [p for p in function.body.params if isinstance(p.type, Array) and not memory.is_written(p)]

    # facts ---------------------------------------------------------------------------------------------------------

    def is_pointer(self, atom: Atom) -> bool:
        """Whether an active value lives in memory that is written, so that its adjoint is a shadow."""
        if not isinstance(atom, Var) or atom not in self.active:
            return False
        if isinstance(atom.type, Numeric) and self.memory.is_written(atom):
            raise UntrackableAlias(f"{atom.hint} may be an array that is written, or a number")
        return isinstance(atom.type, List) or (isinstance(atom.type, Array) and self.memory.is_written(atom))

    def holds_pointers(self, type_: Type, container: Var) -> bool:
        """Whether the entries of a list are themselves arrays in written memory, or lists."""
        assert isinstance(type_, List)
        if isinstance(type_.item, List):
            return True
        inner = self.memory.contents(self.memory.of(container)).get(EVERY)
        return isinstance(type_.item, Array) and inner is not None and bool(self.memory.writes(inner))

    def names_no_cell_twice(self, index: Atom) -> bool:
        """Whether all entries of what an index picks are known to be different cells."""
        return names_no_cell_twice(index, self.definition, self.extents, self.memory.is_written)

    @property
    def array_tapes(self) -> int:
        """How many arrays are recorded in loops."""
        return sum(isinstance(getattr(op.result.type, "item", None), Array) for op in self.new_tapes)

    def is_restored(self, var: Var) -> bool:
        """Whether the reverse sweep writes to the memory of a value what it was before."""
        if not isinstance(var.type, Array) or not self.restored:
            return False
        return any(write in self.restored for write in self.memory.writes(self.memory.of(var)))

    def adjoints(self, builder: Builder) -> Adjoints:
        like = partial(with_shape_of, self)
        return Adjoints(builder, self.active, self.undefined, self.is_pointer, add_to_shadow(self), like)

    def outer_values(self, blocks: Sequence[Block]) -> list[Var]:
        """The active values from outside that blocks mention and whose adjoints are values."""
        found = dict.fromkeys(v for block in blocks for v in mentions(block))
        return [v for v in found if v in self.active and not self.is_pointer(v) and not isinstance(v.type, Undefined)]

    # shadows -------------------------------------------------------------------------------------------------------

    def shadow(self, var: Var) -> Var:
        """The shadow of a value, with the adjoint itself in it."""
        if self.buffer(var) in self.negated:
            raise UntrackableAlias(f"{var.hint}, an imaginary part, is carried or held", None, "copy it with .copy()")
        return self.shadows[var]

    def buffer(self, var: Var) -> Var:
        """The shadow of a value; that of an imaginary part holds the adjoint with the opposite sign (`signed`)."""
        if var not in self.shadows:
            raise UntrackableAlias(f"the memory of {var.hint} cannot be followed")
        return self.shadows[var]

    def signed(self, builder: Builder, var: Var, value: Atom) -> Atom:
        """An adjoint as the buffer of a value holds it, and back."""
        negated = self.buffer(var) in self.negated
        return builder.emit(NEGATIVE, value, hint=getattr(value, "hint", "t")) if negated else value

    def shadow_or_undefined(self, atom: Atom) -> Atom:
        """The shadow of what a path hands on: of a name without a value there is none."""
        return self.shadow(atom) if isinstance(atom, Var) else UNDEF

    def note_overwritten(self, target: Var, index: Atom) -> None:
        """Entries whose adjoints are zero from here on, since other values took their places; a mask picks those that
        are not to count."""
        region = self.memory.of(target)
        masked = any(isinstance(t, Array) and t.kind == "b" for t, _ in index_parts(index))
        self.overwritten[region] = masked or self.overwritten.get(region, False)

    def set_shadow(self, var: Var, shadow: Var) -> None:
        self.shadows[var] = shadow
        self.shadow_values.add(shadow)

    def shadow_of_parameter(self, builder: Builder, var: Var) -> None:
        if self.is_pointer(var):
            if isinstance(var.type, List):
                raise UntrackableAlias(f"the list {var.hint} is written")
            self.set_shadow(var, builder.emit(ZEROS_LIKE, var, hint=bar(var.hint)))

    def shadow_result(self, op: Op, builder: Builder) -> None:
        """Make the shadow of what an operation defines, with the same aliasing."""
        builder.origin = op.origin
        self._refuse_lost_memory(op)
        result, first = op.result, op.args[0] if op.args else None
        if op.primitive is LIST:
            shadow = self._shadow_list(op, builder)
        elif isinstance(first, Var) and op.primitive in (GETITEM, GETATTR) and isinstance(first.type, STRUCTURES):
            shadow = self._shadow_of_leaf(op, first, builder)
        elif isinstance(first, Var) and op.primitive in (GETITEM, POP) and isinstance(first.type, List):
            args = (self.shadow(first), *op.args[1:])
            shadow = builder.emit(op.primitive, *args, hint=bar(result.hint), type=result.type)
        elif isinstance(first, Var) and self.is_view(op):
            shadow = self._shadow_view(op, first, builder)
        elif isinstance(result.type, List):
            raise UntrackableAlias(f"the list made by {op.primitive} is written", op.origin)
        else:
            shadow = builder.emit(ZEROS_LIKE, result, hint=bar(result.hint))
        self.set_shadow(result, shadow)

    def _refuse_lost_memory(self, op: Op) -> None:
        if op.aliasing == "any":
            reason = f"the result of {op.primitive} may share memory with an operand, and is written or read again"
            raise UntrackableAlias(reason, op.origin, "copy it with .copy() before it is written")
        if op.primitive is EXTERNAL:
            reason = f"{op.result.hint} comes from outside the function and is written"
            raise UntrackableAlias(reason, op.origin, _OUTSIDE)

    def _shadow_of_leaf(self, op: Op, container: Var, builder: Builder) -> Var:
        """The shadow of an array in a structure (see `leaves`); in a structure of views it is in the structure
        of the same views."""
        result, known = op.result, leaves.shadow_of(self, op)
        if known is not None:
            return known
        if container in self.views:
            return builder.emit(GETITEM, self.views[container], op.args[1], hint=bar(result.hint), type=result.type)
        reason = f"{result.hint} may share memory with what {container.hint} was made of"
        raise UntrackableAlias(reason, op.origin, _OUTSIDE)

    def _shadow_views(self, op: Op, builder: Builder) -> None:
        """The same list of views of the shadow."""
        base, more, how = self.shadow(op.args[0]), dict(op.keywords), {"hint": bar(op.result.hint)}  # type: ignore[arg-type]
        made = builder.emit(op.primitive, base, *op.args[1:], style=op.style, more=more, type=op.result.type, **how)
        self.views[op.result] = made

    def _shadow_view(self, op: Op, base: Var, builder: Builder) -> Var:
        """The same view of the shadow."""
        if op.primitive is BY_NAME["broadcast_to"]:
            reason = f"{base.hint} is written, and read through a broadcast view of it"
            raise UntrackableAlias(reason, op.origin, "copy it with .copy() before")
        if op.aliasing == "maybe":
            check_view(builder, op.result, base)
        how = {"hint": bar(op.result.hint), "type": op.result.type}
        args, more = (self.buffer(base), *op.args[1:]), dict(op.keywords)
        made = builder.emit(op.primitive, *args, style=op.style, static=op.static, more=more, **how)
        if op.primitive in READ_ONLY:
            made = builder.emit(WRITABLE, made, style="runtime", **how)
        if op.primitive is GETITEM:
            self.shadow_views[made] = (self.buffer(base), op.args[1])
        if op.primitive is BY_NAME["imag"] or self.buffer(base) in self.negated:
            self.negated.add(made)
        return made

    def is_view(self, op: Op) -> bool:
        """Whether the result is a view of written memory, whose shadow is the same view of the shadow."""
        if not self.is_pointer(op.result):
            return False
        if op.primitive is GETITEM:
            return is_basic_index(op.args[1])
        first = op.args[0] if op.args else None
        return op.aliasing in ("view", "maybe") and isinstance(first, Var) and self.is_pointer(first)

    def _shadow_list(self, op: Op, builder: Builder) -> Var:
        pointers = self.holds_pointers(op.result.type, op.result)
        zero = self.adjoints(builder).zero
        items = [self.shadow(a) if pointers else zero(a) if isinstance(a, Var) else Const(0.0) for a in op.args]  # type: ignore[arg-type]
        return builder.emit(LIST, *items, hint=bar(op.result.hint), type=op.result.type)

    # the forward sweep ---------------------------------------------------------------------------------------------

    def forward(self, block: Block, builder: Builder, *, in_loop: bool) -> Frame:
        """Write the forward sweep of a block; branches and loops leave a place that their mirrors fill."""
        frame = Frame(block, builder, in_loop)
        for op in block.ops:
            builder.origin = op.origin
            if op.primitive is IF:
                branches.forward_branch(self, frame, op)
            elif op.primitive is LOOP and op.keywords:
                checkpoints.forward_checkpointed(self, frame, op)
            elif op.primitive is LOOP:
                loops.forward_loop(self, frame, op)
            else:
                self._forward_op(frame, op)
        return frame

    def _forward_op(self, frame: Frame, op: Op) -> None:
        builder = frame.builder
        step = Step(op)
        if op in self.restored:
            step.old = self._save_old(op, builder)
        if op.primitive is CALL:
            step.record = calls.forward_call(self, op, builder)
        elif op.primitive is SETITEM and isinstance(op.args[0].type, List) and self.is_pointer(op.args[0]):
            lists.forward_list_write(self, op, builder)
        else:
            builder.append(op)
        if op.primitive is APPEND and self.is_pointer(op.args[0]):
            lists.forward_append(self, op, builder)
        for result in op.results:
            if self.is_pointer(result):
                self.shadow_result(op, builder)
            elif isinstance(result.type, STRUCTURES) and op.aliasing == "view" and self.is_pointer(op.args[0]):
                self._shadow_views(op, builder)
            elif isinstance(result.type, STRUCTURES) and op.aliasing == "fresh" and rule_of(op.primitive) is not None:
                leaves.shadow_leaves(self, builder, result)
        if op.primitive is POP and self.is_pointer(op.args[0]) and not self.is_pointer(op.result):
            lists.forward_pop(self, op, builder)
        frame.steps.append(step)

    def _save_old(self, op: Op, builder: Builder) -> Var | None:
        """What a write is about to overwrite."""
        target = op.args[0]
        assert isinstance(target, Var)
        if self.memory.is_foreign(target) or self._belongs_to_list(target):
            raise UntrackableAlias(f"{target.hint} is written in place and read again on the way back", op.origin)
        if len(op.args) < 2:
            raise UntrackableAlias(f"what {op.primitive} overwrites cannot be restored", op.origin)
        if op.args[1] == Const(...) or getattr(op.args[1], "value", None) is ...:
            return builder.emit(COPY, target, hint=f"{target.hint}_old")
        old = builder.emit(GETITEM, target, op.args[1], hint=f"{target.hint}_old")
        return builder.emit(COPY, old, hint=f"{target.hint}_old") if isinstance(old.type, Array) else old

    def _belongs_to_list(self, target: Var) -> bool:
        """Whether a written array is an entry of a list that is a parameter, where the caller would see it restored."""
        owners = [p for p in self.function.body.params if isinstance(p.type, List)]
        region = self.memory.of(target)
        return any(region in self.memory.reachable(self.memory.of(p)) for p in owners)

    # the reverse sweep ---------------------------------------------------------------------------------------------

    def mirror(self, frame: Frame, adjoints: Adjoints) -> None:
        """Write the mirror of a block, behind whose end the adjoints are known."""
        for step in reversed(frame.steps):
            adjoints.builder.origin = step.op.origin
            if self.watch:
                self._show(step.op, adjoints)
            mark = len(adjoints.builder.ops)
            if step.old is not None:
                restore = Restore(step.op)
                adjoints.builder.perform(SETITEM, step.op.args[0], step.op.args[1], step.old, static=restore)
            if step.op.primitive is IF:
                branches.mirror_branch(self, frame, step, adjoints)
            elif step.trip is not None:
                checkpoints.mirror_checkpointed(self, step, adjoints)
            elif step.op.primitive is CALL and step.op.static.again:
                checkpoints.mirror_call_again(self, step.op, adjoints)
            elif step.op.primitive is LOOP:
                loops.mirror_loop(self, frame, step, adjoints)
            elif step.record is not None:
                calls.mirror_call(self, step.op, step.record, adjoints)
            else:
                mirrors.mirror_op(self, step.op, adjoints)
            made = tuple(adjoints.builder.ops[mark:])
            self.reads.note(made if step.frames else walk(Block((), made)), step.op)

    def _show(self, op: Op, adjoints: Adjoints) -> None:
        """Note the adjoint of what an operation defines, all of whose users have been mirrored."""
        for result in op.results:
            adjoint = self.shadows.get(result) if self.is_pointer(result) else adjoints.get(result)
            if isinstance(adjoint, (Var, Const)):
                adjoints.builder.perform(WATCH, adjoint, static=result)

    def finish(self, frame: Frame) -> tuple[Op, ...]:
        """The ops of the outermost block, each tape in front of the op that fills it."""
        owner = {tape.result: tape for tape in self.new_tapes}
        ops: list[Op] = []
        for op in frame.builder.ops:
            ops += [owner.pop(var) for var in _appended_in(op) if var in owner]
            ops.append(op)
        return tuple(ops)

    def gradient(self, adjoints: Adjoints, var: Var) -> Atom:
        """The adjoint of a parameter at the end."""
        if self.is_pointer(var):
            return adjoints.given_out(self.shadow(var))
        leaves.gather_leaves(self, adjoints, var)
        return adjoints.given_out(self._with_dtype(adjoints, adjoints.full(adjoints.take(var), var), var))

    @staticmethod
    def _with_dtype(adjoints: Adjoints, adjoint: Atom, var: Var) -> Atom:
        """The adjoint in the dtype of the parameter."""
        have, want = adjoint.type, var.type
        if isinstance(have, Array) and isinstance(want, Array) and have.dtype != want.dtype and have.kind == want.kind:
            found = BY_NAME["astype"]
            dtype = Const(np.dtype(want.dtype).type, name=f"np.{want.dtype}")
            return adjoints.builder.emit(found, adjoint, dtype, type=want, hint=bar(var.hint), style="method")
        return adjoint


def _appended_in(op: Op) -> Iterator[Var]:
    """The lists that grow inside the blocks of an op."""
    for block in op.blocks:
        for inner in walk(block):
            if inner.primitive is APPEND and isinstance(inner.args[0], Var):
                yield inner.args[0]


def maybe_undefined(function: Function) -> set[Var]:
    """The values that a path leaves without a value, and those that they are passed on to."""
    found: set[Atom] = {UNDEF}
    for _ in range(2):  # what a loop hands to its next trip is known the second time
        for op in walk(function.body):
            if op.primitive is LOOP:
                loop = loop_of(op)
                pairs = zip(loop.carried, loop.results, loop.inits, loop.nexts, strict=True)
                for param, result, *sources in pairs:
                    if any(s in found for s in sources):
                        found.update((param, result))
            elif op.primitive is IF:
                for result, *sources in zip(op.results, *(b.yields for b in op.blocks), strict=True):
                    if any(s in found for s in sources):
                        found.add(result)
    return {v for v in found if isinstance(v, Var)}
