"""In-place statements over arrays, `x[1:] += x[:-1]`: numba computes them entry by entry, and would read what it has
just written. An operand that may share memory with the target is copied first."""

from __future__ import annotations

from ..ir.build import Builder, map_blocks
from ..ir.nodes import Atom, Block, Function, Op, Var, replace, walk
from ..ir.primitives import ADDAT, COPY, SETITEM
from ..ir.types import Array
from ..write.ordering import Ordering


def apart(function: Function) -> Function:
    """The function with copies of what its in-place statements read of what they write."""
    if not any(op.primitive in (ADDAT, SETITEM) and _is_array(op.args[0]) for op in walk(function.body)):
        return function
    return replace(function, body=_Apart(function).block(function.body))


def _is_array(atom: Atom) -> bool:
    return isinstance(atom.type, Array) and atom.type.ndim > 0


class _Apart:
    def __init__(self, function: Function) -> None:
        self.ordering = Ordering(function)
        self.definition = {r: op for op in walk(function.body) for r in op.results}

    def block(self, block: Block) -> Block:
        builder = Builder()
        for op in block.ops:
            builder.origin = op.origin
            if op.primitive in (ADDAT, SETITEM) and _is_array(op.args[0]) and _is_array(op.args[2]):
                op = replace(op, args=(*op.args[:2], self._value(builder, op)))
            builder.append(map_blocks(op, self.block))
        return replace(block, ops=tuple(builder.ops))

    def _value(self, builder: Builder, op: Op) -> Atom:
        target, _, value = op.args
        if op.primitive is ADDAT:
            return self._copied(builder, target, value)
        made = self.definition.get(value) if isinstance(value, Var) else None
        if made is None or made.primitive.symbol is None or len(made.args) != 2:
            return value
        operands = tuple(self._copied(builder, target, a) if k else a for k, a in enumerate(made.args))
        if operands == made.args:
            return value
        result = Var(made.result.hint, made.result.type)  # printed as `x *= y.copy()`
        builder.append(replace(made, args=operands, results=(result,)))
        return result

    def _copied(self, builder: Builder, target: Atom, value: Atom) -> Atom:
        if not isinstance(value, Var) or not isinstance(target, Var) or not _is_array(value):
            return value
        if self.ordering.region(value) is not self.ordering.region(target):
            return value
        return builder.emit(COPY, value, hint=value.hint)
