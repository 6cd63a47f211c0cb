"""What must not share memory: checks in the program that arrays from outside are apart where one of them is written.

Arguments, entries of containers, globals and attributes of objects are each followed as memory of their own. That is
checked as the program runs: with the arrays that are written, each against itself and against all others. It knows
nothing of derivatives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..analyse.partition import EVERY, Region
from ..analyse.regions import OPAQUE, has_memory, regions
from ..ir.build import Builder
from ..ir.bundles import item_of, key_of
from ..ir.nodes import Block, Const, Function, Op, Var, replace, walk
from ..ir.primitives import CALL, EXTERNAL, GETATTR, GETITEM
from ..ir.types import STRUCTURES, Array, List, Numeric, Type
from .shadows import CHECK_APART


def guard_memory(function: Function) -> Function:
    """The function with the checks that its arrays from outside do not share memory.

    Args:
        function: any program.

    Returns:
        the same function where none is written, or where it has the checks.
    """
    guard = _Guard(function)
    if any(op.primitive is CHECK_APART for op in function.body.ops):
        return function
    first = guard.entrance()
    body = guard.inside(function.body)
    if not first and body is function.body:
        return function
    return replace(function, body=replace(body, ops=(*first, *body.ops)))


class _Guard:
    """The roots of memory from outside, and who writes them."""

    def __init__(self, function: Function) -> None:
        self.function, self.memory = function, regions(function)
        writes = [op for region in self.memory.written() for op in self.memory.writes(region)]
        self.builder = Builder(next((op.origin for op in writes if op.origin is not None), None))
        self.written: list[Var] = []
        self.others: list[Var] = []

    def entrance(self) -> list[Op]:
        """The check of what is known when the program starts."""
        for param in self.function.body.params:
            self._root(param, self.memory.of(param))
        outside = {op.static: op for op in _every_op(self.function) if op.primitive is EXTERNAL and op.results}
        if self.written or any(self._is_written(self._region(op)) for op in outside.values()):
            for op in outside.values():
                if _holds_arrays(op.result.type):
                    again = Builder().emit(EXTERNAL, static=op.static, type=op.result.type, hint=op.result.hint)
                    self.builder.append(replace(op, results=(again,)))
                    self._root(again, self._region(op))
        if not self.written:
            return []
        self._check(self.builder, self.written, self.others)
        return self.builder.ops

    def _region(self, op: Op) -> Region | None:
        return self.memory.of(op.result) if self.memory.knows(op.result) else None

    def _root(self, var: Var, region: Region | None) -> None:
        """Note an array, or those that a container holds."""
        type_ = var.type
        if isinstance(type_, STRUCTURES) and _holds_arrays(type_):
            held = {} if region is None else self.memory.contents(region)
            for k, item in enumerate(type_.items):
                if _holds_arrays(item):
                    self._root(item_of(self.builder, var, k), held.get(key_of(type_, k), held.get(EVERY)))
        elif _holds_arrays(type_):
            (self.written if self._is_written(region) else self.others).append(var)

    def _is_written(self, region: Region | None) -> bool:
        if region is None:
            return False
        return any(self.memory.writes(inner) for inner in self.memory.reachable(region))

    def _check(self, builder: Builder, written: list[Var], others: Iterable[Var]) -> None:
        count = {} if len(written) == 1 else {"written": Const(len(written))}
        builder.perform(CHECK_APART, *written, *others, style="runtime", **count)

    # arrays that are met on the way -----------------------------------------------------------------------------------

    def inside(self, block: Block) -> Block:
        """The block with a check behind each array that comes out of an object."""
        builder = Builder()
        for op in block.ops:
            if op.blocks:
                arms = tuple(map(self.inside, op.blocks))
                op = op if all(a is b for a, b in zip(arms, op.blocks, strict=True)) else replace(op, blocks=arms)
            builder.origin = op.origin
            builder.append(op)
            if _comes_out(op):
                self._check_found(builder, op.result)
        return block if tuple(builder.ops) == block.ops else replace(block, ops=tuple(builder.ops))

    def _check_found(self, builder: Builder, found: Var) -> None:
        writers = self.memory.writes(self.memory.of(found))
        if any(op.primitive not in OPAQUE for op in writers):
            self._check(builder, [*self.written, found], self.others)
        elif self.written and self.memory.of(found) not in map(self.memory.of, self.function.body.params):
            self._check(builder, self.written, [found])


def _holds_arrays(type_: Type) -> bool:
    if isinstance(type_, STRUCTURES):
        return any(map(_holds_arrays, type_.items))
    if isinstance(type_, List):
        return _holds_arrays(type_.item)
    return isinstance(type_, Array) and type_.ndim > 0


def _comes_out(op: Op) -> bool:
    """Whether an operation finds an array in an object that is not looked into."""
    if len(op.results) != 1 or not isinstance(op.result.type, (Array, Numeric)):
        return False
    if op.primitive in (GETATTR, GETITEM):
        holder = op.args[0]
        return isinstance(holder, Var) and not isinstance(holder.type, (*STRUCTURES, List, Array, Numeric))
    return op.primitive in OPAQUE and any(isinstance(a, Var) and has_memory(a.type) for a in op.inputs)


def _every_op(function: Function) -> Iterator[Op]:
    """The operations of a function and of those that it calls."""
    todo, seen = [function], {function}
    while todo:
        for op in walk(todo.pop().body):
            yield op
            called = op.static.function if op.primitive is CALL else None
            if called is not None and called not in seen:
                seen.add(called)
                todo.append(called)
