"""Whether a write may hit what an operation has read before.

A derivative may read memory on the way back if nobody has written there since. "Has not" is proved here, or it does not
count: for each way in which the write can come later (in a later trip of one of the loops around both, or further down
in the same trip), the inequalities that say "the same cell" must contradict what is known about the loops. An index
that may be negative counts from the end in a case of its own.

This module knows nothing of derivatives, and nothing of who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Function, Op, Var, loop_of
from ..ir.primitives import (
    ADDAT,
    CALL,
    CALL_METHOD,
    CALL_PYTHON,
    EXPRESSION,
    EXTERNAL,
    FIXED_LIST,
    GETITEM,
    IF,
    LOOP,
    SCATTER_ADD,
    SETITEM,
    TUPLE,
)
from ..ir.types import STRUCTURES, Array
from ..rules.arrays import EXPAND_DIMS, FLIP, MOVEAXIS, RAVEL, RESHAPE, SQUEEZE, SWAPAXES, TRANSPOSE
from .affine import Affine, Trip
from .cells import Cell, Piece, Walk
from .linear import Symbol, has_no_solution, variable
from .nesting import Nesting
from .partition import Region, Regions
from .regions import is_surely_fancy

_INDEXED_WRITES = (SETITEM, ADDAT, SCATTER_ADD)
_NOT_ALLOCATING = (IF, LOOP, CALL, CALL_PYTHON, CALL_METHOD, EXPRESSION, EXTERNAL)
_REARRANGING = (EXPAND_DIMS, FLIP, MOVEAXIS, RAVEL, RESHAPE, SQUEEZE, SWAPAXES, TRANSPOSE)
_MOST_QUESTIONS, _MOST_PROOFS = 50_000, 5_000
"""How much is asked about one function before every further answer is that the write may hit."""
_NOTHING_MADE: Mapping[Var, Op] = {}


@dataclass(frozen=True, eq=False)
class Access:
    """The cells of one array that an operation reads or writes.

    Args:
        base: the array that is not a view of another.
        apart: whether no other array shares memory with the base, but its views.
        stops: arrays on the way from the operand to the base, each with the cells that are accessed of it. Two cells of
            one of them are two places in memory.
    """

    base: Var
    apart: bool
    stops: Mapping[Var, tuple[Piece, ...]]


class Overlap:
    """Answers for one function; what it works out it keeps."""

    def __init__(self, function: Function, regions: Regions) -> None:
        self.function, self.regions = function, regions
        self._tools: tuple[Nesting, Affine] | None = None
        self._accesses: dict[tuple[Op, Op, Var], Access | None] = {}
        self._writes: dict[Region, frozenset[Op]] = {}
        self._answers: dict[tuple[Op, Op, Var, Op], bool] = {}
        self._questions_left, self._proofs_left = _MOST_QUESTIONS, _MOST_PROOFS
        self._sides: dict[tuple[Access, Var, int, str], list[Piece]] = {}

    @property
    def nesting(self) -> Nesting:
        return self._prepared()[0]

    @property
    def affine(self) -> Affine:
        return self._prepared()[1]

    def _prepared(self) -> tuple[Nesting, Affine]:
        if self._tools is None:
            nesting = Nesting(self.function)
            self._tools = nesting, Affine(self.function, nesting)
        return self._tools

    # the questions --------------------------------------------------------------------------------------------------

    def after(self, reader: Op, write: Op) -> bool:
        """Whether any execution of `write` may come after one of `reader`. An op comes after itself."""
        places = self.nesting.places
        return reader not in places or write not in places or self.nesting.after(write, reader)

    def may_hit(
        self, reader: Op, var: Var, write: Op, *, at: Op | None = None, made: Mapping[Var, Op] = _NOTHING_MADE
    ) -> bool:
        """Whether `write`, in some execution after one of `reader`, may write a cell that this execution of `reader`
        reads through its operand `var`.

        Args:
            reader: an operation that reads entries of `var`: an index (then of the part that it takes), or any other
                (then of all that `var` has).
            var: an operand of it.
            write: an operation of the function.
            at: where the reader stands, if it is not an operation of the function: it reads in the place of this one,
                before that writes.
            made: what made those values that the function does not define.

        Returns:
            False only if it is proved.
        """
        at = at or reader
        if not self.after(at, write):
            return False
        key = (reader, at, var, write)
        self._questions_left -= 1
        if self._questions_left < 0:
            return True
        if key not in self._answers:
            self._answers[key] = self._may_hit(reader, var, write, at, made)
        return self._answers[key]

    def _may_hit(self, reader: Op, var: Var, write: Op, at: Op, made: Mapping[Var, Op]) -> bool:
        if at not in self.nesting.places:
            return True
        parts = self._parts(var, made)
        if parts is not None:
            return any(self.may_hit(reader, part, write, at=at, made=made) for part in parts)
        region = self._region(var, made)
        if region is None:
            return True
        if write not in self._writers(region):
            return False
        read = self._access(reader, var, at, made)
        if read is None:
            return True
        written = [self._access(write, target, write, made) for target in self._targets(write, region)]
        return not written or any(other is None or self._meet(read, at, other, write) for other in written)

    def stays(self, write: Op) -> bool:
        """Whether what an execution of an indexed write has stored is never written again."""
        target = write.args[0]
        if write not in self.nesting.places or write.primitive is not SETITEM or not isinstance(target, Var):
            return False
        stored = self._access(write, target, write, _NOTHING_MADE)
        region = self.regions.of(target)
        if stored is None or _index_of(write, target) is None:
            return False
        for other in self._writers(region):
            accesses = [self._access(other, t, other, _NOTHING_MADE) for t in self._targets(other, region)]
            if not self.after(write, other):
                continue
            if not accesses or any(a is None or self._meet(stored, write, a, other, strictly=True) for a in accesses):
                return False
        return True

    # what is read and written ---------------------------------------------------------------------------------------

    def _parts(self, var: Var, made: Mapping[Var, Op]) -> list[Var] | None:
        """The entries of a tuple that is put together here; None for anything else."""
        op = self._maker(made)(var)
        if op is None or op.primitive not in (TUPLE, FIXED_LIST):
            return None
        return [a for a in op.args if isinstance(a, Var)]

    def _maker(self, made: Mapping[Var, Op]) -> Callable[[Var], Op | None]:
        return lambda var: self.nesting.definition.get(var) or made.get(var)

    def _region(self, var: Var, made: Mapping[Var, Op]) -> Region | None:
        """The memory of a value; None where that is not known."""
        while not self.regions.knows(var):
            op = made.get(var)
            source = None if op is None else _viewed(op)
            if source is None:
                return None
            var = source
        return self.regions.of(var) if isinstance(var.type, Array) else None

    def _writers(self, region: Region) -> frozenset[Op]:
        if region not in self._writes:
            self._writes[region] = frozenset(self.regions.writes(region))
        return self._writes[region]

    def _targets(self, write: Op, region: Region) -> list[Var]:
        """The operands that an operation writes to; none for one that cannot be looked into."""
        atoms = [write.args[k] for k in write.primitive.writes if k < len(write.args)]
        found = [a for a in atoms if isinstance(a, Var)]
        return [a for a in found if not isinstance(a.type, Array) or self.regions.of(a) is region]

    def _access(self, op: Op, var: Var, at: Op, made: Mapping[Var, Op]) -> Access | None:
        key = (op, at, var)
        if key not in self._accesses:
            self._accesses[key] = self._find_access(op, var, at, made)
        return self._accesses[key]

    def _find_access(self, op: Op, var: Var, at: Op, made: Mapping[Var, Op]) -> Access | None:
        """The cells that an operation reads or writes through an operand; None where nothing is known."""
        if not isinstance(var.type, Array):
            return None
        walk = Walk(self.affine, at, self._maker(made))
        index = _index_of(op, var)
        if index is None:
            walk.start(var)
        known = index is None or walk.through(var, index, outermost=True)
        stops: dict[Var, tuple[Piece, ...]] = {}
        source = self._source(var, walk)
        while source is not None:
            if not isinstance(source.type, Array):
                return None
            if known and self._is_rearranged(var, walk):
                stops[var] = self._informed(walk)
            known = known and self._step_back(var, source, walk)
            var, source = source, self._source(source, walk)
        if known:
            stops[var] = self._informed(walk)
        apart = self._is_apart(var, walk.definition(var))
        return None if apart is None else Access(var, apart, stops)

    def _source(self, var: Var, walk: Walk) -> Var | None:
        """The array of which a value is a view, or another name."""
        maker = walk.definition(var)
        if maker is None or maker.primitive in (IF, LOOP):
            return self._unchanged(var, maker)
        return _viewed(maker)

    def _is_rearranged(self, view: Var, walk: Walk) -> bool:
        maker = walk.definition(view)
        return maker is not None and maker.primitive in _REARRANGING

    def _step_back(self, view: Var, source: Var, walk: Walk) -> bool:
        """From the cells of a view to those of its source; False where they are not known."""
        maker = walk.definition(view)
        if maker is None or maker.primitive in (IF, LOOP):
            return True
        if maker.primitive is TRANSPOSE and not maker.keywords:
            walk.transpose()
            return True
        return _is_basic_view(maker) and walk.through(source, maker.args[1])

    def _informed(self, walk: Walk) -> tuple[Piece, ...]:
        """The pieces, with all that is known about what they mention."""
        context = self.affine.context
        return tuple(Piece(p.cells, (*p.known, *context(walk.at, (*p.known, *p.cells)))) for p in walk.pieces)

    def _unchanged(self, var: Var, op: Op | None) -> Var | None:
        """The array that a loop carries unchanged, where `var` is what the loop or its body calls it."""
        if op is not None and op.primitive is IF:
            one, other = (arm.yields[op.results.index(var)] for arm in op.blocks)
            return one if one is other and isinstance(one, Var) else None
        owner = op or self.nesting.owner.get(var, (None, 0))[0]
        if owner is None or owner.primitive is not LOOP:
            return None
        loop = loop_of(owner)
        for param, result, init, after in zip(loop.carried, loop.results, loop.inits, loop.nexts, strict=True):
            if var is param or var is result:
                return init if after is param and isinstance(init, Var) else None
        return None

    def _is_apart(self, base: Var, op: Op | None) -> bool | None:
        """Whether a base is a parameter or freshly allocated, or comes from outside (None for neither): it may share
        memory with others then, but two of its cells are two places in memory."""
        if op is None:
            return True if base in self.function.body.params else None
        if op.primitive is EXTERNAL:
            return False
        if op.primitive is GETITEM and isinstance(op.args[0].type, STRUCTURES):
            return False if self._is_given(op.args[0]) else None
        if op.primitive is GETITEM:
            return True if is_surely_fancy(op.args[1]) else None
        fresh = op.aliasing == "fresh" and op.primitive not in _NOT_ALLOCATING
        return True if fresh and base in self.nesting.definition else None

    def _is_given(self, structure: Atom) -> bool:
        """Whether a structure is a parameter, or an entry of one."""
        while isinstance(structure, Var) and isinstance(structure.type, STRUCTURES):
            op = self.nesting.definition.get(structure)
            if op is None:
                return structure in self.function.body.params
            if op.primitive is not GETITEM:
                return False
            structure = op.args[0]
        return False

    # whether they meet ----------------------------------------------------------------------------------------------

    def _meet(self, read: Access, reader: Op, written: Access, write: Op, *, strictly: bool = False) -> bool:
        """Whether both may access the same cell, the write later (or, unless `strictly`, in the same execution)."""
        if read.base is not written.base:
            return not (read.apart and written.apart)
        loops = self.nesting.common_loops(reader, write)
        orders: list[Op | None] = [*loops]
        if self.nesting.follows(write, reader) and not (strictly and write is reader):
            orders.append(None)
        return any(self._meet_in(read, written, min(k, len(loops)), order) for k, order in enumerate(orders))

    def _meet_in(self, read: Access, written: Access, level: int, later: Op | None) -> bool:
        """The same, where both are in the same trips of the `level` outermost loops, and the write in a later trip of
        the loop `later` (None: in the same trip of all loops around both)."""
        if not self._is_one(read.base, level):  # each trip has a base of its own
            return not read.apart
        common = [v for v in read.stops if v in written.stops and self._is_one(v, level)]
        return not any(self._proved_apart(read, written, v, level, later) for v in common)

    def _is_one(self, array: Var, level: int) -> bool:
        """Whether an array is the same object in all trips of the loops inside the `level` outermost ones."""
        loops = self.nesting.scope.get(array)
        return loops is not None and len(loops) <= level

    def _proved_apart(self, read: Access, written: Access, array: Var, level: int, later: Op | None) -> bool:
        order = []
        if later is not None:
            trip = variable(Trip(later))
            order = [trip.rename(self._renaming(level, "write")) - trip.rename(self._renaming(level, "reader")) - 1]
        ours, theirs = (self._side(a, array, level, s) for a, s in ((read, "reader"), (written, "write")))
        for one, other in product(ours, theirs):
            same = [a - b for a, b in zip(one.cells, other.cells, strict=True)]
            if any(form.constant and not form.terms for form in same):
                continue
            self._proofs_left -= 1
            if self._proofs_left < 0 or not has_no_solution([*one.known, *other.known, *order], same):
                return False
        return True

    def _side(self, access: Access, array: Var, level: int, side: str) -> list[Piece]:
        """The pieces in the words of one of the executions."""
        key = (access, array, level, side)
        if key not in self._sides:
            rename = self._renaming(level, side)
            self._sides[key] = [p.rename(rename) for p in access.stops[array]]
        return self._sides[key]

    def _renaming(self, level: int, side: str) -> Callable[[Symbol], Symbol]:
        """Symbols that have the same value in both executions, since both are in the same trips of the `level`
        outermost loops, keep their names; others take a side."""

        def rename(symbol: Symbol) -> Symbol:
            scope = None if isinstance(symbol, Cell) else self.affine.scope(symbol)
            return symbol if scope is not None and len(scope) <= level else (side, symbol)

        return rename


def _index_of(op: Op, var: Var) -> Atom | None:
    """The index of the part of an operand that an operation accesses; None for all of it."""
    if op.primitive is GETITEM or op.primitive in _INDEXED_WRITES:
        others = (*op.args[1:], *(a for _, a in op.keywords))
        if op.args[0] is var and not any(a is var for a in others):
            return op.args[1]
    return None


def _viewed(op: Op) -> Var | None:
    """The array of which the result of an operation is a view, or may be."""
    first = op.args[0] if op.args else None
    if not isinstance(first, Var) or op.primitive in _NOT_ALLOCATING:
        return None
    if op.primitive is GETITEM:
        return first if isinstance(first.type, Array) and not is_surely_fancy(op.args[1]) else None
    return first if op.aliasing in ("view", "maybe") else None


def _is_basic_view(op: Op) -> bool:
    return op.primitive is GETITEM and isinstance(op.args[0].type, Array) and is_basic_index(op.args[1])
