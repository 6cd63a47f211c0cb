"""What must keep its order: which memory an op reads and writes, and which values may share memory.

Memory is grouped into regions by a union-find over values: a view, an element, what is stored in a list, and what comes
together in a branch or a loop share a region. A list has two parts, its slots and the contents of what it holds. The
answers err on the side of sharing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Block, Function, Op, Var, loop_of, walk
from ..ir.primitives import (
    APPEND,
    CALL,
    CALL_METHOD,
    CALL_PYTHON,
    COMMENT,
    DICT,
    EXPRESSION,
    EXTERNAL,
    FIXED_LIST,
    GETATTR,
    GETITEM,
    IF,
    LENGTH,
    LIST,
    LOOP,
    POP,
    RECORD,
    SETITEM,
    TUPLE,
    UNBROADCAST,
)
from ..ir.types import Array, Numeric, Object, Scalar, Slice, Tuple, Type, Undefined
from ..ir.types import List as ListType

Cell = tuple[str, Var]
"""A part of a region: ("slots", "data" or "entries", the region's representative). Entries of dicts and of lists whose
length is known are changed by opaque code alone."""

OPAQUE = (CALL_PYTHON, CALL_METHOD, EXPRESSION)
OUTSIDE = Var("outside", Object())
"""Stands for the memory of arguments and of what the function finds outside."""


def has_memory(type_: Type) -> bool:
    """Whether a value of this type can share memory with another."""
    if isinstance(type_, Object):
        return type_.cls not in (type(None), str, slice, type(Ellipsis), bool, int, float, complex)
    return not isinstance(type_, (Scalar, Slice, Undefined))


@dataclass
class Effects:
    """Which ops must run, and run in order, calls of other functions included."""

    summaries: dict[int, tuple[bool, bool]] = field(default_factory=dict)

    def of_call(self, function: Function) -> tuple[bool, bool]:
        """Whether a function writes memory, and whether it has an effect. Recursion counts as both."""
        key = id(function)
        if key not in self.summaries:
            self.summaries[key] = (True, True)
            ops = list(walk(function.body))
            writes = any(self.writes(op) for op in ops)
            self.summaries[key] = (writes, any(self.has_effect(op) for op in ops))
        return self.summaries[key]

    def writes(self, op: Op) -> bool:
        return bool(op.primitive.writes) or (op.primitive is CALL and self._call(op)[0])

    def has_effect(self, op: Op) -> bool:
        return (op.primitive.effect and op.primitive is not COMMENT) or (op.primitive is CALL and self._call(op)[1])

    def must_run(self, op: Op) -> bool:
        return self.writes(op) or self.has_effect(op) or op.primitive is COMMENT

    def _call(self, op: Op) -> tuple[bool, bool]:
        function = op.static.function
        return (True, True) if function is None else self.of_call(function)


def _built_to_be_returned(function: Function) -> set[Op]:
    """The structures that a function builds at its end and returns, which nothing else mentions."""
    mentions: dict[Atom, list[Op | None]] = {}
    for op in walk(function.body):
        for atom in {*op.inputs, *(y for block in op.blocks for y in block.yields)}:
            mentions.setdefault(atom, []).append(op)
    found: set[Op] = set()
    for op in reversed(function.body.ops):
        if op.primitive in (TUPLE, DICT, FIXED_LIST, RECORD) and all(m in found for m in mentions.get(op.result, ())):
            found.add(op)
    return found


class Ordering:
    """The reads and writes of every op of a function."""

    def __init__(self, function: Function) -> None:
        self.effects = Effects()
        self._parent: dict[Var, Var] = {}
        self._returned = _built_to_be_returned(function)
        for parameter in function.body.params:
            self._join(OUTSIDE, parameter)
        self._block(function.body)

    # which values may share memory ------------------------------------------------------------------------------------

    def region(self, var: Var) -> Var:
        """The representative of the values that may share memory with `var`."""
        root = var
        while (above := self._parent.get(root, root)) is not root:
            root = above
        while (above := self._parent.get(var, var)) is not root:
            self._parent[var], var = root, above
        return root

    def _join(self, *atoms: Atom) -> None:
        found = [a for a in atoms if isinstance(a, Var) and has_memory(a.type)]
        for other in found[1:]:
            left, right = self.region(found[0]), self.region(other)
            if left is not right:
                self._parent[right] = left

    def _block(self, block: Block) -> None:
        for op in block.ops:
            if op.primitive is IF:
                for arm in op.blocks:
                    for result, atom in zip(op.results, arm.yields, strict=True):
                        self._join(result, atom)
            elif op.primitive is LOOP:
                loop = loop_of(op)
                for group in zip(loop.results, loop.carried, loop.inits, loop.nexts, strict=True):
                    self._join(*group)
            else:
                self._op(op)
            for inner in op.blocks:
                self._block(inner)

    def _op(self, op: Op) -> None:
        primitive = op.primitive
        if primitive is EXTERNAL:
            self._join(OUTSIDE, *op.results)
        elif primitive is APPEND:
            self._join(*op.args)
        elif primitive is SETITEM and not isinstance(op.args[0].type, Array):
            self._join(op.args[0], op.args[2])
        elif primitive is GETITEM:
            self._join(op.result, op.args[0])  # an index is no memory
        elif op in self._returned:
            return  # nobody looks into it any more
        elif self._may_share(op):
            self._join(*op.results, *op.inputs)

    def _may_share(self, op: Op) -> bool:
        """Whether the result may share memory with the operands."""
        if op.primitive in (*OPAQUE, CALL, UNBROADCAST, LIST) or op.aliasing != "fresh":
            return True
        return any(not isinstance(r.type, (Scalar, Array)) for r in op.results)

    # what an op reads and writes --------------------------------------------------------------------------------------

    def cells(self, atom: Atom, parts: Iterable[str] = ("data", "slots")) -> set[Cell]:
        if not isinstance(atom, Var) or not has_memory(atom.type):
            return set()
        if isinstance(atom.type, Array):
            parts = ("data",)
        return {(part, self.region(atom)) for part in parts}

    def reads(self, op: Op) -> set[Cell]:
        """The memory whose contents matter for the result."""
        if op.blocks:
            return set().union(*(self.reads(o) for arm in op.blocks for o in arm.ops))
        if op.primitive is LENGTH or op.primitive is GETATTR:
            return set() if isinstance(op.args[0].type, Array) else self.cells(op.args[0], ("slots",))
        if op.primitive is GETITEM:
            return self._reads_of_item(op)
        if op.primitive is POP:
            return self.cells(op.args[0], ("slots",))
        if op.aliasing == "view":
            return set()
        skip = op.primitive.writes if op.primitive in (APPEND, SETITEM) else ()
        read = (a for k, a in enumerate(op.inputs) if op.primitive.reads_operand(k) and k not in skip)
        return set().union(*map(self.cells, read))

    def _reads_of_item(self, op: Op) -> set[Cell]:
        container, index = op.args
        if isinstance(container.type, ListType):
            return self.cells(container, ("slots",)) | self.cells(index)
        if isinstance(container.type, Array):
            view = isinstance(op.result.type, Array) and is_basic_index(index)
            return set() if view else self.cells(container) | self.cells(index)
        if isinstance(container.type, (Numeric, Object)):
            return self.cells(container)
        return set() if isinstance(container.type, Tuple) else self.cells(container, ("entries",))

    def writes(self, op: Op) -> set[Cell]:
        """The memory that an op, or an op inside it, changes."""
        if op.blocks:
            return set().union(*(self.writes(o) for inner in op.blocks for o in inner.ops))
        if op.primitive is CALL and self.effects.writes(op):
            return set().union(*(self.cells(a) for a in op.inputs))
        found: set[Cell] = set()
        for k in op.primitive.writes:
            target = op.args[k]
            parts = ("slots",) if isinstance(target.type, ListType) else ("data", "slots")
            found |= self.cells(target, parts)
        return found

    def has_effect(self, op: Op) -> bool:
        """Whether an op, or an op inside it, must keep its place among all ops that read memory or may raise."""
        if op.blocks:
            return any(self.has_effect(o) for inner in op.blocks for o in inner.ops)
        return self.effects.has_effect(op)
