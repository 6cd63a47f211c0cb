"""Where a derivative needs only the shape of a value, take it from what the value was computed from.

`np.zeros_like(error**2)` is `np.zeros_like(error)`: nothing is computed, or kept alive, for its shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ..analyse.extents import Extents
from ..ir.build import map_blocks
from ..ir.nodes import Atom, Block, Function, Op, Var, replace, walk
from ..ir.primitives import BY_NAME, FULL_LIKE, LENGTH, SHAPE, UNBROADCAST, ZEROS_LIKE
from ..ir.types import Array


def shorten_shapes(function: Function, derivative: Callable[[Op], bool]) -> Function:
    """Replace operands of which only the shape is read; see above.

    Args:
        function: any program.
        derivative: which operations belong to a derivative (others stay as the user wrote them).
    """
    return replace(function, body=_Shortening(function, derivative).block(function.body))


class _Shortening:
    def __init__(self, function: Function, derivative: Callable[[Op], bool]) -> None:
        self.derivative = derivative
        self.definitions = {r: op for op in walk(function.body) for r in op.results}
        self.extents = Extents(self.definitions)
        self.forgotten: set[Var] = set()
        self.uses: Counter[Atom] = Counter(function.body.yields)
        for op in walk(function.body):
            self.uses.update(a for k, a in enumerate(op.inputs) if k != _shape_of(op))
            for block in op.blocks:
                self.uses.update(block.yields)

    def block(self, block: Block) -> Block:
        ops = tuple(self.op(map_blocks(op, self.block)) for op in block.ops)
        return replace(block, ops=ops)

    def op(self, op: Op) -> Op:
        k = _shape_of(op)
        shaped = None if k is None else op.args[k]
        if k is None or not isinstance(shaped, Var) or not (self.derivative(op) or not op.origin):
            return op
        source = self.source(shaped, with_dtype=op.primitive in (ZEROS_LIKE, FULL_LIKE))
        return op if source is shaped else replace(op, args=(*op.args[:k], source, *op.args[k + 1 :]))

    def source(self, var: Var, *, with_dtype: bool) -> Var:
        """The value itself, or one of the same shape, if that saves computing it."""
        while not self.uses[var] and not var.named:
            made = self.definitions.get(var)
            found = None if made is None or made.aliasing != "fresh" or made.blocks else self.like(made, with_dtype)
            if found is None:
                break
            self.forget(var)
            var = found
        return var

    def forget(self, var: Var) -> None:
        """What computes a value that nobody reads any more reads nothing."""
        if var not in self.forgotten:
            self.forgotten.add(var)
            self.uses.subtract(self.definitions[var].inputs)

    def like(self, made: Op, with_dtype: bool) -> Var | None:
        """An operand that is proved to have the shape of the result."""
        type_ = made.result.type
        for atom in made.args:
            if isinstance(atom, Var) and isinstance(atom.type, Array) and isinstance(type_, Array):
                same = len(atom.type.shape) == type_.ndim and all(
                    a.same_as(b) or (a.one and b.one) for a, b in zip(atom.type.shape, type_.shape, strict=True)
                )
                same = same or self.extents.same(atom, made.result)
                if same and (not with_dtype or atom.type.dtype == type_.dtype):
                    return atom
        return None


def _shape_of(op: Op) -> int | None:
    """The position of the operand of which an operation reads the shape alone."""
    if op.primitive is UNBROADCAST:
        return 1
    return 0 if op.primitive in (ZEROS_LIKE, FULL_LIKE, SHAPE, LENGTH) or op.primitive is BY_NAME.get("size") else None
