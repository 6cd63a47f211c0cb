"""Exact identities, one function each, listed in `EXACT`: they give the same bits for all operands, signed zeros,
infinities and nan included, and keep the type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.compute import compute
from ..ir.nodes import Atom, Const, Op, Var, replace
from ..ir.primitives import (
    ADD,
    BY_NAME,
    DIVIDE,
    EQUAL,
    FIXED_LIST,
    GETITEM,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    MULTIPLY,
    NEGATIVE,
    NOT,
    NOT_EQUAL,
    POSITIVE,
    POWER,
    SUBTRACT,
    TUPLE,
    Primitive,
)
from .operands import Rewrite, is_one, is_real, is_zero, kind

if TYPE_CHECKING:
    from .algebra import Algebra


def times_one(this: Algebra, op: Op) -> Atom | None:
    x, y = op.args
    if is_one(y) and is_real(x):
        return x
    return y if is_one(x) and is_real(y) else None


def over_one(this: Algebra, op: Op) -> Atom | None:
    x, y = op.args
    return x if is_one(y) and is_real(x) else None


def to_the_one(this: Algebra, op: Op) -> Atom | None:
    x, y = op.args
    return x if is_one(y) and is_real(x) else None


def minus_zero(this: Algebra, op: Op) -> Atom | None:
    x, y = op.args
    positive = is_zero(y) and str(y.value)[0] != "-"  # type: ignore[union-attr]
    return x if positive and is_real(x) else None


def plus_itself(this: Algebra, op: Op) -> Atom | None:
    return op.args[0] if is_real(op.args[0]) else None


def minus_minus(this: Algebra, op: Op) -> Atom | None:
    inner = this.defined(op.args[0], NEGATIVE)
    return inner.args[0] if inner and kind(inner.args[0]) in "ifc" else None


def plus_minus(this: Algebra, op: Op) -> Op | None:
    x, y = op.args
    right, left = this.defined(y, NEGATIVE), this.defined(x, NEGATIVE)
    if right and is_real(x, right.args[0]):
        return replace(op, primitive=SUBTRACT, args=(x, right.args[0]))
    if left and is_real(y, left.args[0]):
        return replace(op, primitive=SUBTRACT, args=(y, left.args[0]))
    return None


def less_minus(this: Algebra, op: Op) -> Op | None:
    x, y = op.args
    right = this.defined(y, NEGATIVE)
    return replace(op, primitive=ADD, args=(x, right.args[0])) if right and is_real(x, right.args[0]) else None


def entry_of_new(this: Algebra, op: Op) -> Atom | None:
    """`(a, b)[0]`."""
    container, index = op.args
    made = this.source.get(container) if isinstance(container, Var) else None
    if made is None or made.primitive not in (TUPLE, FIXED_LIST) or not isinstance(index, Const):
        return None
    return made.args[index.value] if type(index.value) is int else None


def transposed_twice(this: Algebra, op: Op) -> Atom | None:
    made = this.source.get(op.args[0]) if isinstance(op.args[0], Var) else None
    return made.args[0] if made and made.primitive is op.primitive and not made.keywords and not op.keywords else None


def decided(this: Algebra, op: Op) -> Atom | None:
    """A comparison of constants."""
    if not all(isinstance(a, Const) and type(a.value) in (int, float, bool, str) for a in op.args):
        return None
    try:
        value = compute(op.primitive, op.style, None, [a.value for a in op.args], {})  # type: ignore[union-attr]
    except TypeError:
        return None
    return Const(value) if type(value) is bool else None


EXACT: dict[Primitive, list[Rewrite]] = {
    MULTIPLY: [times_one],
    DIVIDE: [over_one],
    POWER: [to_the_one],
    SUBTRACT: [minus_zero, less_minus],
    ADD: [plus_minus],
    POSITIVE: [plus_itself],
    NEGATIVE: [minus_minus],
    GETITEM: [entry_of_new],
    **{p: [decided] for p in (LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL, NOT)},
}


if "transpose" in BY_NAME:
    EXACT[BY_NAME["transpose"]] = [transposed_twice]


NO_COPY = (GETITEM, BY_NAME.get("transpose"))
