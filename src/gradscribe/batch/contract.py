"""Sums of products in one pass, where k directions make a product that is only summed.

    np.sum(dx * y, axis=-1)                                 np.einsum("kij,ij->ki", dx, y)
    np.sum((a @ db) * c[:, :, None], axis=1)                np.tensordot(a * c[:, :, None], db, ((0, 2), (1, 2)))

NumPy sums along a short last axis slowly, and the product of all directions would be stored first. In the second line
c scales the rows of each of several products that are added up: that is one product, with `a` scaled once for all
directions, and neither it nor the result is as large as the products were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ..ir.build import Builder, map_blocks
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, replace, walk
from ..ir.primitives import BY_NAME, GETITEM, MATMUL, MULTIPLY
from ..ir.types import Array, Scalar

_LETTERS = "kijlmn"
Made = Callable[[Atom], "Op | None"]
"""The operation of this block that makes a value for a single use, if there is one."""


def contract(function: Function, stacked: Sequence[int]) -> Function:
    """Write sums of products as contractions.

    Args:
        function: a program for several directions.
        stacked: the positions of the parameters that come stacked along a first axis.
    """
    leading = f"{function.body.params[stacked[0]].hint}.0"
    uses = Counter(a for op in walk(function.body) for a in op.inputs if isinstance(a, Var))
    uses.update(y for op in walk(function.body) for b in op.blocks for y in b.yields if isinstance(y, Var))
    return replace(function, body=_block(function.body, uses, leading))


def _block(block: Block, uses: Counter[Var], leading: str) -> Block:
    made = {r: op for op in block.ops for r in op.results if uses[r] == 1}
    builder = Builder()
    for op in block.ops:
        builder.origin = op.origin
        found = _contracted(builder, op, made.get, leading)  # type: ignore[arg-type]
        builder.append(map_blocks(op, lambda inner: _block(inner, uses, leading)) if found is None else found)
    return replace(block, ops=tuple(builder.ops))


def _contracted(builder: Builder, op: Op, made: Made, leading: str) -> Op | None:
    """The op that defines a sum in terms of the factors of what is summed; None where it is something else."""
    product = made(op.args[0]) if op.primitive.name == "sum" and op.args else None
    if product is None or product.primitive is not MULTIPLY or not _is_stacked(product.result, leading):
        return None
    if not all(_is_float(a) for a in product.args) or not isinstance(op.result.type, (Array, Scalar)):
        return None
    return _along_last(builder, op, product) or _of_scaled_products(builder, op, product, made, leading)


def _is_stacked(atom: Atom, leading: str) -> bool:
    type_ = atom.type
    return _is_float(atom) and isinstance(type_, Array) and 3 <= type_.ndim <= 6 and type_.shape[0].base == leading


def _is_float(atom: Atom) -> bool:
    return isinstance(atom.type, Array) and atom.type.dtype == "float64" and atom.type.ndim > 0


def _along_last(builder: Builder, op: Op, product: Op) -> Op | None:
    """`np.sum(x * y, axis=-1)`."""
    keywords = {k: a.value for k, a in op.keywords if isinstance(a, Const)}
    rank = product.result.type.ndim  # type: ignore[attr-defined]
    keeps = keywords.pop("keepdims", False)
    if len(keywords) + bool(keeps) != len(op.keywords) or keywords not in ({"axis": -1}, {"axis": rank - 1}):
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


def _of_scaled_products(builder: Builder, op: Op, product: Op, made: Made, leading: str) -> Op | None:
    """`np.sum((a @ x) * c, axis=-3)`, where c has one number for each row of each product."""
    rank = product.result.type.ndim  # type: ignore[attr-defined]
    axis = op.keyword("axis")
    if len(op.keywords) != 1 or type(axis) is not int or rank < 4 or axis % rank != rank - 3:
        return None
    for x, c in (product.args, product.args[::-1]):
        inner = made(x)
        if inner is not None and inner.primitive is MATMUL and _scales_rows(c, inner.args[0], inner.args[1], leading):
            break
    else:
        return None
    a, x = inner.args
    ordered = made(x)
    x = ordered.args[0] if ordered is not None and ordered.primitive.name == "ascontiguousarray" else x
    scaled = builder.emit(MULTIPLY, a, c, hint=getattr(a, "hint", "a"))
    axes = Const(((0, 2), (rank - 3, rank - 2)))
    rows = builder.emit(BY_NAME["tensordot"], scaled, x, axes, hint=op.result.hint)
    return replace(op, primitive=BY_NAME["moveaxis"], args=(rows, Const(0), Const(-2)), keywords=(), style=None)


def _scales_rows(c: Atom, a: Atom, x: Atom, leading: str) -> bool:
    """Whether c has the shape (b, v, 1) for an a of (v, t) and an x of (k, ..., b, t, i)."""
    scales, matrix, stack = c.type, a.type, x.type
    if not (isinstance(scales, Array) and isinstance(matrix, Array) and isinstance(stack, Array)):
        return False
    if not _is_float(a) or not _is_stacked(x, leading) or (scales.ndim, matrix.ndim) != (3, 2) or stack.ndim < 4:
        return False
    b, v, one = scales.shape
    return one.one is True and b.same_as(stack.shape[-3]) and v.same_as(matrix.shape[0])
