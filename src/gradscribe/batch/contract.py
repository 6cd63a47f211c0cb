"""Sums of products along the last axis, in one pass: `np.einsum` where k directions make a product that is only summed.

NumPy sums along a short last axis slowly, and the product of all directions would be stored first.
"""

from __future__ import annotations

from collections import Counter

from ..ir.build import Builder, map_blocks
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, replace, walk
from ..ir.primitives import BY_NAME, GETITEM, MULTIPLY
from ..ir.types import Array, Scalar

_LETTERS = "kijlmn"


def contract(function: Function) -> Function:
    """Write sums of products along the last axis as contractions.

    Args:
        function: a program for several directions, in which `k` stands for their axis.
    """
    uses = Counter(a for op in walk(function.body) for a in op.inputs if isinstance(a, Var))
    uses.update(y for op in walk(function.body) for b in op.blocks for y in b.yields if isinstance(y, Var))
    return replace(function, body=_block(function.body, uses))


def _block(block: Block, uses: Counter[Var]) -> Block:
    products = {op.result: op for op in block.ops if op.primitive is MULTIPLY and _is_single(op, uses)}
    builder = Builder()
    for op in block.ops:
        builder.origin = op.origin
        product = products.get(op.args[0]) if op.primitive.name == "sum" and op.args else None  # type: ignore[arg-type]
        found = _contracted(builder, op, product) if product is not None else None
        builder.append(map_blocks(op, lambda inner: _block(inner, uses)) if found is None else found)
    return replace(block, ops=tuple(builder.ops))


def _is_single(op: Op, uses: Counter[Var]) -> bool:
    types = [op.result.type, *(a.type for a in op.args)]
    floats = all(isinstance(t, Array) and t.dtype == "float64" and t.ndim for t in types)
    return floats and uses[op.result] == 1 and isinstance(op.result.type, Array) and 3 <= op.result.type.ndim <= 6


def _contracted(builder: Builder, op: Op, product: Op) -> Op | None:
    """The op that defines the sum, in terms of the factors; None where it is another kind of sum."""
    keywords = {k: a.value for k, a in op.keywords if isinstance(a, Const)}
    rank = product.result.type.ndim  # type: ignore[attr-defined]
    keeps = keywords.pop("keepdims", False)
    if len(keywords) + bool(keeps) != len(op.keywords) or keywords not in ({"axis": -1}, {"axis": rank - 1}):
        return None
    if not isinstance(op.result.type, (Array, Scalar)):
        return None
    letters = _LETTERS[:rank]
    x, y = (letters[rank - a.type.ndim :] for a in product.args)  # type: ignore[attr-defined]
    args: tuple[Atom, ...] = (Const(f"{x},{y}->{letters[:-1]}"), *product.args)
    if not keeps:
        return replace(op, primitive=BY_NAME["einsum"], args=args, keywords=(), style=None)
    assert isinstance(op.result.type, Array)
    type_ = Array("float64", op.result.type.shape[:-1])
    summed = builder.emit(BY_NAME["einsum"], *args, type=type_, hint=op.result.hint)
    index = Const((*(slice(None),) * (rank - 1), None))
    return replace(op, primitive=GETITEM, args=(summed, index), keywords=(), style=None)
