"""Which values may share memory: values are put in one region by what the operations do, whatever the order.

A region is a class of a union-find over values (Steensgaard), with inner regions for what a container holds: one for
each field of a tuple, dict or record with constant keys, one for all entries of a list. Parameters, and values from
outside under different names, are taken to be apart (the emitted code checks that at run time where it matters).
This module knows nothing of derivatives; see `activity`.
"""

from __future__ import annotations

import ast
import functools
import types as python_types
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ..ir.indexing import is_basic_index
from ..ir.nodes import Atom, Const, Function, Op, Var, loop_of, walk
from ..ir.primitives import (
    APPEND,
    CALL,
    CALL_METHOD,
    CALL_PYTHON,
    DICT,
    EXPRESSION,
    EXTERNAL,
    FIXED_LIST,
    GETATTR,
    GETITEM,
    LIST,
    LOOP,
    POP,
    RECORD,
    SETITEM,
    TUPLE,
)
from ..ir.types import STRUCTURES, Array, Dict, FixedList, List, Numeric, Object, Record, Slice, Tuple, Type
from .partition import EVERY, Region, Regions

__all__ = ["EVERY", "Region", "Regions", "has_memory", "regions"]

OPAQUE = (CALL_PYTHON, CALL_METHOD, EXPRESSION)

_HOLDS_NOTHING = (
    type(None),
    str,
    bytes,
    slice,
    range,
    type(Ellipsis),
    type,
    np.dtype,
    np.ufunc,
    np.random.Generator,
    np.random.RandomState,
    python_types.FunctionType,
    python_types.BuiltinFunctionType,
    python_types.ModuleType,
)
_SHARES_NOTHING = (
    *(print, repr, str, format, len, isinstance, issubclass, type, id),
    *(hasattr, callable, range, hash, any, all),
)
_LEAVES_ALONE = (*_SHARES_NOTHING, sorted, list, tuple, dict, min, max, sum, enumerate, zip, reversed)


_WRITABLE = (Array, Numeric, List, *(s for s in STRUCTURES if s is not Tuple))


def has_memory(type_: Type) -> bool:
    """Whether a value of this type can be, or can hold, something that is written in place."""
    if isinstance(type_, _WRITABLE):
        return True
    if isinstance(type_, Tuple):
        return any(map(has_memory, type_.items))
    return isinstance(type_, Object) and (type_.cls is None or not issubclass(type_.cls, _HOLDS_NOTHING))


@functools.lru_cache(maxsize=1)  # passes that change nothing ask again
def regions(function: Function) -> Regions:
    """Group the values of a function by the memory that they may share.

    Args:
        function: any program; the functions that it calls are looked into.

    Returns:
        for each value its region, and for each region who writes it.
    """
    return _Grouping(function, {}).run()


class _Grouping:
    """Goes over the operations once."""

    def __init__(self, function: Function, known: dict[Function, Regions | None]) -> None:
        self.function, self.known, self.groups = function, known, Regions()
        self.externals: dict[tuple[int, str], Region] = {}
        self.outside = self.groups.fresh()

    def run(self) -> Regions:
        self.known[self.function] = None
        for var in self.function.body.params:
            self.groups.escape(self.groups.node(var))
        for op in walk(self.function.body):
            for var in op.results:
                self.groups.node(var)
            for block in op.blocks:
                for var in block.params:
                    self.groups.node(var)
            self.visit(op)
        for region in self.nodes(self.function.body.yields):
            self.groups.escape(region)
        self.groups.escape(self.outside, foreign=True)
        self.known[self.function] = self.groups.finish()
        return self.groups

    def nodes(self, atoms: Iterable[Atom]) -> Iterator[Region]:
        """The regions of those operands that hold memory."""
        return (self.groups.node(a) for a in atoms if isinstance(a, Var) and has_memory(a.type))

    def same(self, *atoms: Atom) -> None:
        first, *rest = [*self.nodes(atoms)] or [None]
        for region in rest:
            self.groups.unite(first, region)

    def visit(self, op: Op) -> None:
        if op.blocks:
            self.join(op)
        elif op.primitive is CALL:
            self.call(op)
        elif op.primitive in OPAQUE:
            self.opaque(op)
        elif op.primitive is EXTERNAL:
            self.external(op)
        else:
            self.plain(op)

    def join(self, op: Op) -> None:
        """A branch or a loop: what several paths hand on is one region."""
        if op.primitive is LOOP:
            loop = loop_of(op)
            joined = zip(loop.results, loop.carried, loop.inits, loop.nexts, strict=True)
        else:
            joined = zip(op.results, *(b.yields for b in op.blocks), strict=True)
        for values in joined:
            self.same(*values)

    def plain(self, op: Op) -> None:
        """An operation without blocks."""
        self.store(op)
        for result in self.nodes(op.results):
            self.define(op, result)
        for position in op.primitive.writes:
            for region in self.nodes(op.args[position : position + 1]):
                self.groups.write(region, op)

    # definitions --------------------------------------------------------------------------------------------------

    def define(self, op: Op, result: Region) -> None:
        keys = _keys(op)
        if keys is not None:
            for key, arg in zip(keys, op.args, strict=True):
                for region in self.nodes([arg]):
                    self.groups.unite(self.groups.inner(result, key), region)
        elif op.primitive is GETITEM:
            self.item(op, result)
        elif op.primitive is GETATTR:
            self.attribute(op, result)
        elif op.primitive is POP:
            self.groups.unite(result, self.groups.inner(self.groups.node(op.args[0]), EVERY))  # type: ignore[arg-type]
        elif op.aliasing == "fresh":
            self.entries(op, result)
        elif op.aliasing == "any":
            for region in self.nodes(op.inputs):
                self.mix(result, region)
        else:
            self.share(op, result)

    def item(self, op: Op, result: Region) -> None:
        container, index = op.args
        if not isinstance(container, Var):  # a constant tuple
            return
        region = self.groups.node(container)
        if isinstance(container.type, STRUCTURES):
            self.groups.unite(result, self.groups.inner(region, _field(container.type, index)))
        elif isinstance(container.type, List):
            if isinstance(op.result.type, List) and _is_slice(index):
                result = self.groups.inner(result, EVERY)
            self.groups.unite(result, self.groups.inner(region, EVERY))
        elif isinstance(container.type, Array):
            if is_basic_index(index) or not is_surely_fancy(index):
                self.groups.unite(result, region)
        else:
            self.mix(result, region)

    def attribute(self, op: Op, result: Region) -> None:
        (container,) = op.args
        for region in self.nodes([container]):
            if isinstance(container.type, STRUCTURES):
                self.groups.unite(result, self.groups.inner(region, op.static))
            else:
                self.mix(result, region)

    def entries(self, op: Op, result: Region) -> None:
        """A fresh container made from other containers holds what they hold (`list(xs)`, `xs + ys`)."""
        if not isinstance(op.result.type, (*STRUCTURES, List)):
            return
        for atom in op.inputs:
            if isinstance(atom.type, (*STRUCTURES, List)):
                for region in self.nodes([atom]):
                    self.groups.unite(self.groups.inner(result, EVERY), self.groups.inner(region, EVERY))

    def share(self, op: Op, result: Region) -> None:
        """A view of operand 0, or of what it holds; a tuple or list of views of it."""
        for region in self.nodes(op.args[:1]):
            if isinstance(op.args[0].type, (*STRUCTURES, List)):
                region = self.groups.inner(region, EVERY)
            if isinstance(op.result.type, (*STRUCTURES, List)):
                result = self.groups.inner(result, EVERY)
            self.groups.unite(result, region)

    def mix(self, result: Region, region: Region) -> None:
        """A part of something that is not known: it may be the thing itself, or anything that it holds."""
        self.groups.unite(self.groups.inner(region, EVERY), region)
        self.groups.unite(result, region)

    def store(self, op: Op) -> None:
        """A container now also holds what is put into it."""
        if op.primitive is APPEND or op.primitive is SETITEM:
            container = op.args[0]
            if not isinstance(container.type, (Array, Numeric)):
                key = _field(container.type, op.args[1]) if op.primitive is SETITEM else EVERY
                for value in self.nodes(op.args[-1:]):
                    for region in self.nodes([container]):
                        self.groups.unite(self.groups.inner(region, key), value)

    # what is outside ----------------------------------------------------------------------------------------------

    def external(self, op: Op) -> None:
        name, owner = op.static.name, op.static.owner
        for result in self.nodes(op.results):
            self.groups.unite(self.externals.setdefault((id(owner), name), result), result)
            self.groups.escape(result, foreign=True)

    def opaque(self, op: Op) -> None:
        operands = [*self.nodes(op.inputs)]
        if not _leaves_alone(op):
            for region in operands:
                self.groups.write(region, op, opaque=True)
                self.groups.escape(region)
        for result in self.nodes(op.results):
            if op.primitive is CALL_PYTHON and _is_one_of(op, _SHARES_NOTHING):
                continue
            for region in operands:
                self.mix(result, region)
            if not _is_of_numpy(op):
                self.groups.unite(result, self.outside)

    def call(self, op: Op) -> None:
        """What the callee does with its parameters happens to the operands."""
        callee: Function | None = op.static.function
        if op.static.rule is not None:  # its rule may return, or keep, any of its operands
            operands = [*self.nodes((*op.args, *op.results))]
            for region in operands:
                self.mix(operands[0], region)
            return
        if callee is None:  # still being made, by a transform that writes to no argument
            for region in self.nodes((*op.args, *op.results)):
                self.mix(region, region)
            return
        if callee not in self.known:
            _Grouping(callee, self.known).run()
        inside = self.known[callee]
        if inside is None:  # it calls itself: all may share
            operands = [*self.nodes((*op.args, *op.results))]
            for region in operands:
                self.mix(operands[0], region)
                self.groups.write(region, op)
        else:
            self.apply(op, callee, inside)

    def apply(self, op: Op, callee: Function, inside: Regions) -> None:
        """Let the operands and the result share and be written as the parameters and the result of the callee."""
        pairs = [*zip(callee.body.params, op.args, strict=True), *zip(callee.body.yields, op.results, strict=True)]
        bound: dict[Region, Region] = {}
        for formal, actual in pairs:
            for region in self.nodes([actual]):
                if isinstance(formal, Var):
                    self.bind(inside, inside.of(formal), region, bound)
        for formal_region, region in bound.items():
            if inside.writes(formal_region):
                self.groups.write(region, op, opaque=formal_region in inside._clobbered)
            if formal_region in inside._from_outside:
                self.groups.unite(region, self.outside)

    def bind(self, inside: Regions, formal: Region, actual: Region, bound: dict[Region, Region]) -> None:
        todo = [(formal, actual)]
        while todo:
            formal, actual = todo.pop()
            if formal in bound:
                self.groups.unite(bound[formal], actual)
                continue
            bound[formal] = actual
            for key, entry in inside.contents(formal).items():
                todo.append((entry, self.groups.inner(actual, key)))


def _keys(op: Op) -> Iterable[Any] | None:
    """The keys under which a new container holds the operands; None for any other operation."""
    if op.primitive is TUPLE or op.primitive is FIXED_LIST:
        return range(len(op.args))
    if op.primitive is LIST:
        return [EVERY] * len(op.args)
    if op.primitive is DICT:
        return op.static
    return op.static[1] if op.primitive is RECORD else None


def _field(container: Type, index: Atom) -> Any:
    """The key of an entry of a container, `EVERY` where the index does not tell."""
    if not isinstance(index, Const) or isinstance(index.value, slice) or not isinstance(container, STRUCTURES):
        return EVERY
    if isinstance(container, (Dict, Record)) or not isinstance(index.value, int):
        return index.value
    return index.value % max(len(container.items), 1)


def _is_slice(index: Atom) -> bool:
    return isinstance(index.type, Slice) or (isinstance(index, Const) and isinstance(index.value, slice))


def is_surely_fancy(index: Atom) -> bool:
    """Whether an index of an array that is not basic is known to hold an array or a list, so that a copy is made."""
    parts = index.type.items if isinstance(index.type, Tuple) else (index.type,)
    return any(isinstance(part, (Array, List, FixedList)) or getattr(part, "cls", None) is list for part in parts)


def _leaves_alone(op: Op) -> bool:
    """Whether an opaque operation is known not to write to what it is given."""
    if op.primitive is EXPRESSION:
        return op.static.leaves_alone or not any(isinstance(node, ast.Call) for node in ast.walk(op.static.tree))
    return op.primitive is CALL_PYTHON and _is_one_of(op, _LEAVES_ALONE)


def _is_one_of(op: Op, functions: Iterable[Any]) -> bool:
    callee = op.args[0]
    return isinstance(callee, Const) and any(callee.value is known for known in functions)


def _is_of_numpy(op: Op) -> bool:
    callee = op.args[0] if op.args else None
    if op.primitive is CALL_METHOD and callee is not None and isinstance(callee.type, Object):
        return callee.type.cls is not None and issubclass(callee.type.cls, (np.random.Generator, np.random.RandomState))
    module = getattr(callee.value, "__module__", None) if isinstance(callee, Const) else None
    return module is not None and module.split(".")[0] in ("numpy", "builtins", "math", "scipy")
