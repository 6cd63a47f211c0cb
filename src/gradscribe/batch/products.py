"""Products for k directions. A derivative is linear, so that one operand alone is batched."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import BY_NAME, GETITEM
from ..ir.types import Array, Scalar
from .values import rank_of, widened

if TYPE_CHECKING:
    from .transform import Batch


def matmul(batch: Batch, op: Op) -> Atom | None:
    """`x @ y`, also `np.dot` and `np.inner` where these mean the same."""
    x, y = op.args
    if op.keywords or not _arrays(x, y) or all(map(batch.is_batched, op.args)):
        return None
    left, right = rank_of(x.type), rank_of(y.type)
    if not left or not right:
        return None
    if batch.is_batched(x):
        return _from_left(batch, op, x, y, left, right)
    if right == 1:  # a matrix times k vectors
        if left > 2:
            return None
        columns = batch.builder.emit(BY_NAME["transpose"], x, style="attribute") if left == 2 else x
        return _product(batch, op, batch.of(y), columns)
    return _product(batch, op, x, batch.expanded(y, left) if left > right else batch.of(y))


def _from_left(batch: Batch, op: Op, x: Atom, y: Atom, left: int, right: int) -> Atom | None:
    if left == 1:  # k vectors times a vector or a matrix
        return _product(batch, op, batch.of(x), y) if right <= 2 else None
    return _product(batch, op, batch.expanded(x, right) if right > left else batch.of(x), y)


def _product(batch: Batch, op: Op, left: Atom, right: Atom) -> Atom:
    operands = [_in_order(batch, a) for a in (left, right)]
    return batch.builder.emit(BY_NAME["matmul"], *operands, type=widened(op.result.type, batch.dim))


def _in_order(batch: Batch, atom: Atom) -> Atom:
    """A stack of matrices that are views, in an order of its own: NumPy multiplies many small ones at a tenth of the
    speed otherwise."""
    if not isinstance(atom.type, Array) or atom.type.ndim < 3 or not isinstance(atom, Var):
        return atom
    made = next((op for op in reversed(batch.builder.ops) if atom in op.results), None)
    is_view = made is not None and (made.primitive.aliasing in ("view", "item"))
    return batch.builder.emit(BY_NAME["ascontiguousarray"], atom, hint=atom.hint) if is_view else atom


def _arrays(*atoms: Atom) -> bool:
    return all(isinstance(a.type, (Array, Scalar)) for a in atoms)


def dot(batch: Batch, op: Op) -> Atom | None:
    if not _arrays(*op.args) or op.keywords or all(map(batch.is_batched, op.args)):
        return None
    x, y = op.args
    ranks = rank_of(x.type), rank_of(y.type)
    if 0 in ranks:
        args = [batch.expanded(a, max(ranks)) for a in op.args]
        return batch.emit("multiply", *args, like=op.result.type)
    return matmul(batch, op) if max(ranks) <= 2 else None


def inner(batch: Batch, op: Op) -> Atom | None:
    return dot(batch, op) if _arrays(*op.args) and max(rank_of(a.type) for a in op.args) <= 1 else None


def outer(batch: Batch, op: Op) -> Atom | None:
    """`x[:, :, None] * y`, or `x[:, None] * y[:, None, :]`."""
    x, y = op.args
    if op.keywords or not _arrays(x, y) or rank_of(x.type) != 1 or rank_of(y.type) != 1:
        return None
    type_ = widened(op.result.type, batch.dim)
    if batch.is_batched(x):
        column = _item(batch, batch.of(x), (slice(None), slice(None), None))
    else:
        column = _item(batch, x, (slice(None), None))
    row = batch.expanded(y, 2)
    return batch.builder.emit(BY_NAME["multiply"], column, row, type=type_, hint=op.result.hint)


def _item(batch: Batch, atom: Atom, index: tuple[Any, ...]) -> Var:
    return batch.builder.emit(GETITEM, atom, Const(index), hint=getattr(atom, "hint", "t"))


def einsum(batch: Batch, op: Op) -> Atom | None:
    """One more letter in front."""
    subscripts, *operands = op.args
    text = subscripts.value.replace(" ", "") if isinstance(subscripts, Const) else None
    if not isinstance(text, str) or "." in text or not _arrays(*operands):
        return None
    free = next((c for c in "zyxwvutsrqponmlkjihgfedcbaZYXWVUTS" if c not in text), None)
    given, _, result = text.partition("->")
    if "->" not in text:
        result = "".join(c for c in sorted(set(given) - {","}) if given.count(c) == 1)
    if free is None:
        return None
    parts = zip(given.split(","), operands, strict=True)
    marked = ",".join(free + part if batch.is_batched(a) else part for part, a in parts)
    args = map(batch.of, operands)
    type_ = widened(op.result.type, batch.dim)
    return batch.builder.emit(
        op.primitive, Const(f"{marked}->{free}{result}"), *args, type=type_, more=dict(op.keywords), style=op.style
    )


def cross(batch: Batch, op: Op) -> Atom | None:
    """Along the last axis."""
    if op.keywords or not _arrays(*op.args) or any(rank_of(a.type) == 0 for a in op.args):
        return None
    rank = max(rank_of(a.type) for a in op.args)
    return batch.builder.emit(
        op.primitive, *(batch.expanded(a, rank) for a in op.args), type=widened(op.result.type, batch.dim)
    )


def solve(batch: Batch, op: Op) -> Atom | None:
    """The same matrix for all right-hand sides; k vectors are the columns of a matrix."""
    a, b = op.args
    if op.keywords or batch.is_batched(a) or not _arrays(a, b) or rank_of(a.type) != 2:
        return None
    type_ = widened(op.result.type, batch.dim)
    if rank_of(b.type) != 1:
        return batch.builder.emit(op.primitive, a, batch.of(b), type=type_) if rank_of(b.type) == 2 else None
    columns = batch.builder.emit(BY_NAME["transpose"], batch.of(b), style="attribute")
    found = batch.builder.emit(op.primitive, a, columns)
    return batch.builder.emit(BY_NAME["transpose"], found, style="attribute", type=type_)


RULES: dict[str, Callable[[Any, Op], Atom | None]] = {
    "matmul": matmul,
    "dot": dot,
    "inner": inner,
    "outer": outer,
    "einsum": einsum,
    "cross": cross,
    "solve": solve,
}
