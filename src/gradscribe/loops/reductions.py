"""Sums and products of arrays: a running sum in a nest over what is summed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import ADD, MULTIPLY
from ..ir.types import Array, Scalar
from .nests import close, inside, nest
from .values import Body, Index, Lazy, NotLowerable, element_of

if TYPE_CHECKING:
    from .lowering import Lowering

_ZERO = {"f": 0.0, "c": 0j, "i": 0}


def total(low: Lowering, op: Op, builder: Builder) -> bool:
    """`np.sum(a)`."""
    if any(k != "axis" or v.value is not None for k, v in op.keywords if isinstance(v, Const)) or len(op.args) != 1:
        return False
    if any(not isinstance(v, Const) for _, v in op.keywords):
        return False
    value = low.array(op.args[0])
    if not isinstance(op.result.type, Scalar) or value.type.dtype not in ("float64", "int64", "complex128", "bool"):
        return False
    _sum_into(low, builder, op.result, value)
    return True


def _sum_into(low: Lowering, builder: Builder, result: Var, value: Lazy) -> None:
    made = nest(low.facts, value.lengths)
    body = Body(low.facts, Builder(builder.origin))
    before = Var(result.hint, result.type)
    with inside(made):
        atom = value.at(body, made.index)
        after = body.builder.emit(ADD, before, atom, hint=result.hint, type=result.type)
        (out,) = close(builder, made, body.builder.ops, [(before, Const(_ZERO[result.type.kind]), after)])  # type: ignore[attr-defined]
    _bind(builder, result, out)


def _bind(builder: Builder, result: Var, out: Var) -> None:
    """Let the last op that defines `out` define `result` instead."""
    op = builder.ops[-1]
    at = op.results.index(out)
    results = (*op.results[:at], result, *op.results[at + 1 :])
    builder.ops[-1] = Op(op.primitive, op.args, results, op.keywords, op.blocks, op.static, op.style, op.origin)


def product(low: Lowering, op: Op, builder: Builder) -> bool:
    """`np.dot(a, b)` and `a @ b` of vectors."""
    if op.keywords or len(op.args) != 2:
        return False
    left, right = map(low.array, op.args)
    if left.type.ndim != 1 or right.type.ndim != 1 or not isinstance(op.result.type, Scalar):
        return False
    if left.type.dtype != "float64" or right.type.dtype != "float64":
        return False
    if not low.facts.equal(left.lengths[0], right.lengths[0]):
        raise NotLowerable

    def compute(body: Body, index: Index) -> Atom:
        args = left.at(body, index), right.at(body, index)
        return body.builder.emit(MULTIPLY, *args, hint="t", type=element_of(left.type))

    assert isinstance(left.type, Array)
    _sum_into(low, builder, op.result, Lazy(left.type, left.lengths, compute))
    return True
