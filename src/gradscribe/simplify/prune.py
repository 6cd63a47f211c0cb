"""Dead code: what nothing that is seen depends on is removed, with the memory that nobody reads.

Marks from the result, from effects and from writes that are visible outside, then rebuilds once. A write lives if its
region can be seen outside or if a live operation reads the region, wherever it stands. A loop that nothing needs is
removed whether or not it ends.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..analyse.regions import Region, Regions, has_memory, regions
from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, loop_of, replace, walk
from ..ir.primitives import CALL, CALL_PYTHON, GETATTR, GETITEM, IF, LOOP, POP
from ..ir.types import Array
from .rewriting import mentioned, uses

_ENTRY = (GETITEM, GETATTR, POP)


def prune(function: Function, groups: Regions | None = None) -> Function:
    """Remove all that has no influence on the result, on effects, or on memory that is visible outside."""
    return replace(function, body=_sweep(function.body, _Marking(function, groups or regions(function))))


def without_idle_states(function: Function) -> Function:
    """Prune where a loop may hand on what nobody reads: that costs snapshots, or, where memory is written, a shadow."""
    ops = [*walk(function.body)]
    loops = [op for op in ops if op.primitive is LOOP]
    idle = loops and (any(op.keywords for op in loops) or any(op.primitive.writes for op in ops))
    return prune(function) if idle else function


def drop_unused(function: Function) -> Function:
    """Remove operations that nothing mentions any more, as an identity leaves them: `prune` for programs in which no
    write and no loop has become needless, in a fraction of its time."""
    count = uses(function)

    def swept(block: Block) -> Block:
        kept: list[Op] = []
        for op in reversed(block.ops):
            if op.blocks:
                op = replace(op, blocks=tuple(swept(inner) for inner in reversed(op.blocks))[::-1])
            elif not any(map(count.get, op.results)) and _only_computes(op):
                count.subtract(mentioned(op.inputs))
                continue
            kept.append(op)
        return replace(block, ops=tuple(reversed(kept)))

    return replace(function, body=swept(function.body))


def _only_computes(op: Op) -> bool:
    return bool(op.results) and op.primitive.is_pure and op.primitive is not CALL


def makes_exception(op: Op) -> bool:
    """Whether an op only makes one of Python's exceptions, of literals: nobody sees whether it does."""
    if op.primitive is not CALL_PYTHON or op.keywords or not all(isinstance(a, Const) for a in op.args):
        return False
    made = op.args[0].value  # type: ignore[union-attr]
    plain = isinstance(made, type) and made.__module__ == "builtins" and issubclass(made, Exception)
    return plain and not issubclass(
        made, (UnicodeError, SyntaxError, BaseExceptionGroup)
    )  # these look at their arguments


class _Marking:
    """Which operations and values are needed."""

    def __init__(self, function: Function, groups: Regions) -> None:
        self.groups = groups
        self.effects: dict[Function, bool] = {}
        self.ops: set[Op] = set()
        self.vars: set[Var] = set()
        self.read: set[Region] = set()
        self.source: dict[Var, tuple[Op, int]] = {}  # the op, and the place among carried values or results
        self.around: dict[Op, Op] = {}
        self.todo: list[Op | Var] = []
        written: dict[Op, list[Region]] = {}
        for op in walk(function.body):
            self.note(op)
        for region in self.groups.written():
            for op in self.groups.writes(region):
                written.setdefault(op, []).append(region)
        for op in walk(function.body):
            if self.acts(op) or any(self.groups.is_visible(region) for region in written.get(op, ())):
                self.mark_op(op)
        self.mark(function.body.yields)
        self.follow()

    def note(self, op: Op) -> None:
        for k, result in enumerate(op.results):
            self.source[result] = (op, k)
        if op.primitive is LOOP:
            for k, param in enumerate(loop_of(op).carried):
                self.source[param] = (op, k)
        for block in op.blocks:
            for inner in block.ops:
                self.around[inner] = op

    def acts(self, op: Op) -> bool:
        """Whether the op must run whatever happens to its result."""
        if op.primitive is CALL:
            return self.has_effects(op.static.function)
        return op.primitive.effect and not makes_exception(op)

    def has_effects(self, function: Function) -> bool:
        if function not in self.effects:
            self.effects[function] = False
            self.effects[function] = any(map(self.acts, walk(function.body)))
        return self.effects[function]

    # marks --------------------------------------------------------------------------------------------------------

    def mark(self, atoms: Iterable[Atom]) -> None:
        for atom in atoms:
            if isinstance(atom, Var) and atom not in self.vars:
                self.vars.add(atom)
                self.todo.append(atom)

    def mark_op(self, op: Op) -> None:
        if op not in self.ops:
            self.ops.add(op)
            self.todo.append(op)

    def follow(self) -> None:
        while self.todo:
            found = self.todo.pop()
            if isinstance(found, Op):
                self.needs(found)
            elif found in self.source:
                self.defined(*self.source[found])

    def defined(self, op: Op, place: int) -> None:
        """A result of the op, or a carried value of the loop, is needed."""
        self.mark_op(op)
        if op.primitive is IF:
            self.mark(arm.yields[place] for arm in op.blocks)
        elif op.primitive is LOOP:
            loop = loop_of(op)
            self.mark((loop.inits[place], loop.nexts[place], loop.results[place]))
        elif op.primitive is POP:
            self.reads(op)

    def needs(self, op: Op) -> None:
        """The op runs."""
        if op in self.around:
            self.mark_op(self.around[op])
        if op.primitive is LOOP:
            loop = loop_of(op)
            bounds = (loop.start, loop.stop, loop.step, loop.end, *(v for _, v in op.keywords))
            self.mark(a for a in bounds if a is not None)
            return
        self.mark(op.inputs)
        if op.primitive is not POP:
            self.reads(op)

    def reads(self, op: Op) -> None:
        for k, atom in enumerate(op.inputs):
            if isinstance(atom, Var) and has_memory(atom.type) and _looks_into(op, k, atom):
                region = self.groups.of(atom)
                is_entry = k == 0 and op.primitive in _ENTRY
                for hit in [region] if is_entry else self.groups.reachable(region):
                    self.read_region(hit)

    def read_region(self, region: Region) -> None:
        if region not in self.read:
            self.read.add(region)
            for writer in self.groups.writes(region):
                self.mark_op(writer)


def _looks_into(op: Op, k: int, operand: Var) -> bool:
    """Whether the op reads what is stored in an operand (a view only passes it on, a plain write only changes it)."""
    if op.primitive is CALL:
        return True
    if op.primitive.writes == (k,) and op.primitive is not POP:
        return False
    if op.primitive is GETITEM and isinstance(operand.type, Array):
        return not (isinstance(op.result.type, Array) and is_basic_index(op.args[1]))
    if op.aliasing == "view" and k == 0:
        return False
    return op.primitive.reads_operand(k) or not isinstance(operand.type, Array)


# ------------------------------------------------------------------ rebuilding


def _sweep(block: Block, marks: _Marking) -> Block:
    return replace(block, ops=tuple(_kept(op, marks) for op in block.ops if op in marks.ops))


def _kept(op: Op, marks: _Marking) -> Op:
    if not op.blocks:
        return op
    places = [k for k, result in enumerate(op.results) if result in marks.vars]
    if op.primitive is IF:
        arms = tuple(_narrowed(_sweep(arm, marks), arm.params, _chosen(arm.yields, places)) for arm in op.blocks)
        return replace(op, results=_chosen(op.results, places), blocks=arms)
    loop = loop_of(op)
    places = [k for k, param in enumerate(loop.carried) if param in marks.vars or loop.results[k] in marks.vars]
    first, front = (3, 1) if op.static.bounded else (0, 0)
    params = loop.body.params[:front] + _chosen(loop.carried, places)
    yields = (() if loop.end is None else (loop.end,)) + _chosen(loop.nexts, places)
    body = _narrowed(_sweep(loop.body, marks), params, yields)
    args = op.args[:first] + _chosen(loop.inits, places)
    return replace(op, args=args, results=_chosen(op.results, places), blocks=(body,))


def _narrowed(block: Block, params: tuple[Var, ...], yields: tuple[Atom, ...]) -> Block:
    return replace(block, params=params, yields=yields)


def _chosen(values: tuple, places: list[int]) -> tuple:  # type: ignore[type-arg]
    return tuple(values[k] for k in places)
