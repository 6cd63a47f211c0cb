"""Sums of products of vectors and matrices are written as products, as one would do by hand.

    np.sum(x * y)                      x @ y
    np.sum(a * x, axis=1)              a @ x
    np.sum(a * x[:, None], axis=0)     x @ a

A product goes over the entries once and makes no array in between. It adds in another order, so that only double
precision is taken, in operations of a derivative; and what NumPy would have to spread stays as it is, as do other
libraries' arrays and machine code, which has loops of its own for this.
"""

from __future__ import annotations

from collections.abc import Callable

from ..analyse.extents import Extents
from ..ir.build import map_blocks
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, replace, walk
from ..ir.primitives import BY_NAME, CALL, GETITEM, MATMUL, MULTIPLY
from ..ir.types import Array
from .algebra import alike
from .prune import drop_unused
from .rewriting import uses

_COLUMN = (slice(None), None)


def contract_sums(function: Function, derivative: Callable[[Op], bool]) -> Function:
    """Write sums of products as products; see above.

    Args:
        function: any program.
        derivative: which operations belong to a derivative.
    """
    if not any(op.primitive is BY_NAME["sum"] and derivative(op) for op in walk(function.body)):
        return function
    made = _Contracting(function, derivative)
    return drop_unused(replace(function, body=made.block(function.body)))


class _Contracting:
    def __init__(self, function: Function, derivative: Callable[[Op], bool]) -> None:
        self.derivative, self.count = derivative, uses(function)
        self.definitions = {r: op for op in walk(function.body) for r in op.results}
        self.extents = Extents(self.definitions)

    def block(self, block: Block) -> Block:
        recent: dict[Atom, Op] = {}  # what has been computed since memory was last written
        ops: list[Op] = []
        for op in block.ops:
            product = recent.get(op.args[0]) if op.primitive is BY_NAME["sum"] and self.derivative(op) else None
            made = None if product is None else self.product(op, product)
            if op.blocks or op.primitive is CALL or not op.primitive.is_pure:
                recent = {}
            recent.update(dict.fromkeys(op.results, op))
            ops.append(made or map_blocks(op, self.block))
        return replace(block, ops=tuple(ops))

    def product(self, op: Op, made: Op) -> Op | None:
        """The product that a sum is; None where it is none."""
        if made.primitive is not MULTIPLY or made.keywords or self.count[made.result] > 1:
            return None
        if not all(isinstance(a.type, Array) and a.type.dtype == "float64" for a in (*made.args, made.result)):
            return None
        axis, rank = op.keyword("axis"), made.result.type.ndim  # type: ignore[attr-defined]
        if any(key != "axis" for key, _ in op.keywords) or not (axis is None or type(axis) is int):
            return None
        for x, y in (made.args, made.args[::-1]):
            args = self.operands(x, y, rank, axis)
            if args is not None and alike(MATMUL.infer(args, {}), op.result.type):  # type: ignore[misc]
                return Op(MATMUL, args, op.results, origin=op.origin)
        return None

    def operands(self, x: Atom, y: Atom, rank: int, axis: int | None) -> tuple[Atom, Atom] | None:
        """What to multiply in place of a sum of `x * y`."""
        shapes = [self.extents.of(a) for a in (x, y)]
        if rank == 1:
            return (x, y) if shapes[0] == shapes[1] else None
        if rank != 2 or axis is None or len(shapes[0]) != 2:
            return None
        if axis % 2 == 1:
            return (x, y) if shapes[1] == shapes[0][1:] else None
        vector = self.spread_as_column(y)
        return (vector, x) if vector is not None and self.extents.of(vector) == shapes[0][:1] else None

    def spread_as_column(self, atom: Atom) -> Var | None:
        """The x of a view `x[:, None]`."""
        made = self.definitions.get(atom) if isinstance(atom, Var) else None
        if made is None or made.primitive is not GETITEM or made.aliasing == "fresh":
            return None
        vector, index = made.args
        is_column = isinstance(index, Const) and index.value == _COLUMN
        return vector if is_column and isinstance(vector, Var) and isinstance(vector.type, Array) else None
