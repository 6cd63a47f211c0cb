"""Identities that reassociate products and drop added zeros, listed in `LOOSE`, for derivative code only.

Constants, signs and the seed are pulled to the front of a product: going over the program, every product is
`-(c * rest)`. `algebra.Spelling` then moves the sign and the coefficient into the leftmost factor, as one would write
it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.compute import compute
from ..ir.nodes import Atom, Const, Op, replace
from ..ir.primitives import (
    ADD,
    DIVIDE,
    MULTIPLY,
    NEGATIVE,
    SUBTRACT,
    Primitive,
)
from ..ir.types import Array, Scalar
from .operands import Rewrite, is_number, is_real, is_seed, is_zero, kind
from .rewriting import same

if TYPE_CHECKING:
    from .algebra import Algebra


def product(this: Algebra, op: Op) -> Atom | Op | None:
    """`-(c * rest)` from two factors of that form."""
    parts = [peel(this, a) for a in op.args]
    c = parts[0][0] * parts[1][0]
    factors = [rest for _, rest in parts if rest is not None]
    if not factors:
        return number(c)
    if len(factors) == 1:
        return scaled(this, c, factors[0], op)
    left, right = factors
    if is_seed(right) or (abs(c) != 1 and isinstance(right.type, Scalar) and isinstance(left.type, Array)):
        left, right = right, left
    if c == 1:
        return replace(op, args=(left, right), style=None)
    return scaled(this, c, this.make(MULTIPLY, left, right, like=op, hint=op.result.hint), op)


def quotient(this: Algebra, op: Op) -> Atom | Op | None:
    """`-(x / y)` with the sign in front."""
    (x, y), sign = op.args, 1
    for side in (0, 1):
        inner = this.defined(op.args[side], NEGATIVE)
        if inner and is_real(inner.args[0]):
            sign = -sign
            x, y = (inner.args[0], y) if side == 0 else (x, inner.args[0])
    if (x, y) == op.args:
        return None
    made = replace(op, args=(x, y))
    return made if sign > 0 else scaled(this, -1, this.make(DIVIDE, x, y, like=op, hint=op.result.hint), op)


def peel(this: Algebra, atom: Atom) -> tuple[float, Atom | None]:
    """Coefficient and rest of a factor."""
    if is_number(atom):
        return atom.value, None  # type: ignore[union-attr]
    negated = this.defined(atom, NEGATIVE)
    if negated and is_real(negated.args[0]):
        c, rest = peel(this, negated.args[0])
        return -c, rest
    scaled_ = this.defined(atom, MULTIPLY)
    if scaled_ and is_number(scaled_.args[0]) and is_real(atom) and this.is_single(atom):
        return scaled_.args[0].value, scaled_.args[1]  # type: ignore[union-attr]
    return 1, atom


def scaled(this: Algebra, c: float, rest: Atom, op: Op) -> Atom | Op | None:
    """The last operation of `-(c * rest)`."""
    if c == 1:
        return rest
    if c == -1:
        return Op(NEGATIVE, (rest,), op.results, origin=op.origin)
    if c < 0 and number(-c):
        made = this.make(MULTIPLY, number(-c), rest, like=op, hint=op.result.hint)  # type: ignore[arg-type]
        return Op(NEGATIVE, (made,), op.results, origin=op.origin)
    constant = number(c)
    return constant and Op(MULTIPLY, (constant, rest), op.results, origin=op.origin)


def number(value: float) -> Const | None:
    """A constant, unless it could not be written as a literal."""
    return Const(value) if abs(value) < float("inf") else None


def sum_of_constants(this: Algebra, op: Op) -> Const | None:
    x, y = op.args
    if not is_number(x) or not is_number(y):
        return None
    return number(compute(op.primitive, None, None, [x.value, y.value], {}))  # type: ignore[union-attr]


def minus_constant(this: Algebra, op: Op) -> Const | None:
    (x,) = op.args
    return number(-x.value) if is_number(x) else None  # type: ignore[union-attr]


def plus_zero(this: Algebra, op: Op) -> Atom | None:
    x, y = op.args
    if is_zero(y) and is_real(x):
        return x
    return y if is_zero(x) and is_real(y) else None


def zero_less(this: Algebra, op: Op) -> Op | None:
    x, y = op.args
    return Op(NEGATIVE, (y,), op.results, origin=op.origin) if is_zero(x) and is_real(y) else None


def twice(this: Algebra, op: Op) -> Atom | Op | None:
    """`x + x`, `x * y + y * x`."""
    x, y = op.args
    if not is_real(x, y) or kind(op.result) != "f":
        return None
    left, right = this.defined(x, MULTIPLY), this.defined(y, MULTIPLY)
    crossed = left and right and this.is_single(y) and _same_factors(left, right)
    if not (x is y or crossed):
        return None
    return product(this, replace(op, primitive=MULTIPLY, args=(Const(2.0), x)))


def _same_factors(left: Op, right: Op) -> bool:
    (a, b), (c, d) = left.args, right.args
    return (same(a, c) and same(b, d)) or (same(a, d) and same(b, c))


def sign_of_product(this: Algebra, op: Op) -> Atom | Op | None:
    """`-(c * x)` stays; `-(-c * x)` is `c * x`."""
    c, rest = peel(this, op.args[0])
    if rest is None or rest is op.args[0] or c > 0:
        return None
    return scaled(this, -c, rest, op)


LOOSE: dict[Primitive, list[Rewrite]] = {
    MULTIPLY: [product],
    DIVIDE: [quotient],
    ADD: [sum_of_constants, plus_zero, twice],
    SUBTRACT: [sum_of_constants, zero_less],
    NEGATIVE: [minus_constant, sign_of_product],
}
