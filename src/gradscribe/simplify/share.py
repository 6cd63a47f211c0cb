"""Common subexpressions: an operation that computes again what is known computes it once.

Values are numbered along the text, scope by scope. What is free to write again (views, indices, integer arithmetic)
is numbered but not shared; what allocates memory to be written is never shared. A read of memory counts as the same
only if nothing may have written in between.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from ..analyse.regions import OPAQUE, Region, Regions, has_memory, regions
from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, replace, walk
from ..ir.primitives import ADD, CALL, COPY, EQUAL, FULL_LIKE, GETITEM, LIST, LOOP, MULTIPLY, NOT_EQUAL, ZEROS_LIKE
from ..ir.types import Array, Scalar
from .rewriting import Rewriting, constant_key

_ALLOCATES = (LIST, COPY, ZEROS_LIKE, FULL_LIKE)
_COMMUTES = (ADD, MULTIPLY, EQUAL, NOT_EQUAL)


def share(function: Function, groups: Regions | None = None) -> Function:
    """Let equal pure operations on equal values be one."""
    return _Sharing(function, groups or regions(function)).run(function)


class _Sharing(Rewriting):
    def __init__(self, function: Function, groups: Regions) -> None:
        super().__init__()
        self.groups = groups
        self.numbers: dict[Var, int] = {}
        self.found: dict[Hashable, Var] = {}
        self.added: list[Hashable] = []  # the keys found in this scope
        self.escaped: set[Var] = set()  # shared values that are visible outside: only one such name for each
        self.versions: dict[Region, int] = {}
        self.world = 0  # the version of all memory that opaque code can reach
        self.count = 0
        self.written = _written_inside(function, groups)

    def block(self, block: Block) -> Block:
        saved, self.added = self.added, []
        made = super().block(block)
        for key in self.added:
            del self.found[key]
        self.added = saved
        return made

    def visit(self, op: Op) -> None:
        changed = self.written.get(self.original, ())
        if op.blocks:
            self.control(op, changed)
            return
        if self.is_shareable(op):
            key = self.key(op)
            known = self.found.get(key)
            if known is None:
                self.found[key] = op.result
                self.added.append(key)
            else:
                self.numbers[op.result] = self.number(known)
                if self.may_merge(op, known):
                    self.drop(op.result, known)
                    return
        self.advance(changed)
        self.keep(op)

    def control(self, op: Op, changed: Iterable[Region | None]) -> None:
        if op.primitive is LOOP:
            self.advance(changed)
            self.keep(self.inside(op))
        else:
            before = dict(self.versions), self.world
            arms = []
            for arm in op.blocks:
                self.versions, self.world = dict(before[0]), before[1]
                arms.append(self.block(arm))
            self.keep(replace(op, blocks=tuple(arms)))
        self.advance(changed)

    def advance(self, changed: Iterable[Region | None]) -> None:
        for region in changed:
            self.count += 1
            if region is None:
                self.world = self.count
            else:
                self.versions[region] = self.count

    # numbering ----------------------------------------------------------------------------------------------------

    def number(self, var: Var) -> int:
        if var not in self.numbers:
            self.count += 1
            self.numbers[var] = self.count
        return self.numbers[var]

    def key(self, op: Op) -> Hashable:
        operands = [(self.atom_key(a), *self.memory(op, k, a)) for k, a in enumerate(op.inputs)]
        args, keywords = operands[: len(op.args)], tuple(operands[len(op.args) :])
        if op.primitive in _COMMUTES and all(isinstance(a.type, (Scalar, Array)) for a in op.args):
            args.sort(key=repr)
        names = tuple(name for name, _ in op.keywords)
        style = None if op.style == "operator" else op.style
        static = op.static if isinstance(op.static, Hashable) else id(op.static)
        return op.primitive, style, static, tuple(args), names, keywords

    def atom_key(self, atom: Atom) -> Any:
        return constant_key(atom.value) if isinstance(atom, Const) else ("value", self.number(atom))

    def memory(self, op: Op, position: int, atom: Atom) -> Iterable[int]:
        """The versions of all memory that the op may read through an operand."""
        if not isinstance(atom, Var) or not has_memory(atom.type):
            return
        if isinstance(atom.type, Array) and not op.primitive.reads_operand(position):
            return
        for region in self.groups.reachable(self.groups.of(atom)):
            yield self.versions.get(region, 0)
            if self.groups.is_visible(region):
                yield self.world

    # decisions ----------------------------------------------------------------------------------------------------

    def is_shareable(self, op: Op) -> bool:
        if not op.primitive.is_pure or len(op.results) != 1 or op.primitive in _ALLOCATES or op.primitive is CALL:
            return False
        return _names_cells(op) or not (has_memory(op.result.type) and self.groups.is_written(op.result))

    def may_merge(self, op: Op, known: Var) -> bool:
        result = op.result
        if op.primitive.cost == "free" or _is_index_arithmetic(op):
            return False
        if result.named and not (known.named and known.hint == result.hint):
            return False
        if has_memory(result.type) and self.groups.escapes(result):
            if known in self.escaped or self.groups.escapes(known):
                return False
            self.escaped.add(known)
        return result.type == known.type


def _names_cells(op: Op) -> bool:
    """Whether an op makes a view by slices and whole numbers: it is of the same cells each time, whatever they hold."""
    return op.primitive is GETITEM and isinstance(op.args[0].type, Array) and is_basic_index(op.args[1])


def _is_index_arithmetic(op: Op) -> bool:
    return op.primitive.cost == "cheap" and isinstance(op.result.type, Scalar) and op.result.type.kind in "bi"


def _acts(op: Op, effects: dict[Function, bool]) -> bool:
    """Whether an op, or a function that it calls, is opaque; `effects` holds what is known of functions."""
    if op.primitive is not CALL:
        return op.primitive in OPAQUE
    callee = op.static.function
    if callee not in effects:
        effects[callee] = False
        effects[callee] = any(_acts(inner, effects) for inner in walk(callee.body))
    return effects[callee]


def _written_inside(function: Function, groups: Regions) -> dict[Op, dict[Region | None, None]]:
    """For each operation the regions that it, or what its blocks hold, may write; None stands for all that opaque code
    can reach."""
    own: dict[Op, dict[Region | None, None]] = {}
    for region in groups.written():
        for op in groups.writes(region):
            own.setdefault(op, {})[region] = None
    effects: dict[Function, bool] = {}

    def gather(op: Op) -> dict[Region | None, None]:
        if _acts(op, effects):
            own.setdefault(op, {})[None] = None
        for block in op.blocks:
            for inner in block.ops:
                found = gather(inner)
                if found:
                    own.setdefault(op, {}).update(found)
        return own.get(op, {})

    for op in function.body.ops:
        gather(op)
    return own
