"""Arithmetic identities, one function each, listed in `EXACT` (any code) and `LOOSE` (derivative code only).

Exact identities give the same bits for all operands, signed zeros, infinities and nan included, and keep the type.
Loose ones reassociate products and drop added zeros. Zeros are never made here (`0 * x` is not 0): they come from
activity. An identity asks `this`, the pass, about the program around it; it returns what stands for the result, an
operation that computes it, or None where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .. import rules
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
from ..ir.types import FLOAT, Array, Scalar
from .rewriting import same
from .sums import SUMS

if TYPE_CHECKING:
    from .algebra import Algebra

Rewrite = Callable[["Algebra", Op], "Atom | Op | None"]


def is_number(atom: Atom) -> bool:
    """Whether an atom is a Python number that may be folded into another."""
    return isinstance(atom, Const) and type(atom.value) in (int, float)


def is_one(atom: Atom) -> bool:
    return is_number(atom) and atom.value == 1  # type: ignore[union-attr]


def is_zero(atom: Atom) -> bool:
    return is_number(atom) and atom.value == 0  # type: ignore[union-attr]


def kind(atom: Atom) -> str:
    return getattr(atom.type, "kind", "?")


def is_real(*atoms: Atom) -> bool:
    return all(isinstance(a.type, (Scalar, Array)) and kind(a) in "if" for a in atoms)


# ------------------------------------------------------------------ exact


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


def swapped_twice(this: Algebra, op: Op) -> Atom | None:
    made = this.source.get(op.args[0]) if isinstance(op.args[0], Var) else None
    if made is None or made.primitive is not op.primitive or not isinstance(op.args[0].type, Array):
        return None
    axes = [_axes(o, op.args[0].type.ndim) for o in (made, op)]
    return made.args[0] if axes[0] is not None and axes[0] == axes[1] else None


def _axes(op: Op, ndim: int) -> set[int] | None:
    """The axes that `np.swapaxes` exchanges."""
    numbers = [a.value for a in op.args[1:] if isinstance(a, Const) and type(a.value) is int]
    return {n % ndim for n in numbers} if len(numbers) == 2 and not op.keywords else None


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
assert rules  # importing them has made this primitive
EXACT[BY_NAME["transpose"]] = [transposed_twice]
EXACT[BY_NAME["swapaxes"]] = [swapped_twice]

NO_COPY = (GETITEM, BY_NAME["transpose"], BY_NAME["swapaxes"])


# ------------------------------------------------------------------ loose


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
    left, right = scaled_first(this, left, right, op)
    if c == 1:
        return replace(op, args=(left, right), style=None)
    return scaled(this, c, this.make(MULTIPLY, left, right, like=op, hint=op.result.hint), op)


def scaled_first(this: Algebra, g: Atom, other: Atom, op: Op) -> tuple[Atom, Atom]:
    """For a number c the factors of `g * (c * x)` and `g * y * c` as those of `h * x` and `h * y` with `h = g * c`."""
    if not _is_float_array(g) or not _is_float_array(op.result) or not this.is_stable(g):
        return g, other
    inner = this.defined(other, MULTIPLY) if this.is_single(other) else None
    if inner is not None:
        c, x = inner.args if isinstance(inner.args[0].type, Scalar) else inner.args[::-1]
        if c.type == FLOAT and _is_float_array(x) and x.type == g.type:
            h = this.multiple(g, c) or this.make(MULTIPLY, g, c, like=op, hint=getattr(g, "hint", "t"))
            return h, x
        return g, other
    made = this.defined(g, MULTIPLY) if this.is_single(g) else None
    for array, y in (made.args, made.args[::-1]) if made is not None else ():
        known = this.multiple(array, other) if _is_float_array(array) and _is_float_array(y) else None
        if known is not None and y.type == known.type:
            return known, y
    return g, other


def _is_float_array(atom: Atom) -> bool:
    return isinstance(atom, Var) and isinstance(atom.type, Array) and atom.type.kind == "f"


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


def over_reciprocal(this: Algebra, op: Op) -> Op | None:
    """`x / y` is `x * z` where `z = 1.0 / y` is at hand."""
    x, y = op.args
    inverse = this.inverses.get(y) if isinstance(y, Var) else None
    if inverse is None or op.keywords or not is_real(x, y) or not this.is_stable(inverse) or not this.is_stable(y):
        return None
    return Op(MULTIPLY, (x, inverse), op.results, origin=op.origin)


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


def is_seed(atom: Atom) -> bool:
    return isinstance(atom, Var) and atom.hint == "seed"


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


def added_twice(this: Algebra, op: Op) -> Op | None:
    """`x + y + y` is `x + 2.0 * y`."""
    x, y = op.args
    inner = this.defined(x, ADD) if this.is_single(x) else None
    if inner is None or not is_real(*inner.args) or kind(y) != "f" or op.result.type != y.type or y not in inner.args:
        return None
    first = inner.args[inner.args[0] is y]
    doubled = this.make(MULTIPLY, Const(2.0), y, like=op, hint=getattr(y, "hint", "t"))
    return replace(op, args=(first, doubled))


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
    DIVIDE: [over_reciprocal, quotient],
    ADD: [sum_of_constants, plus_zero, twice, added_twice],
    SUBTRACT: [sum_of_constants, zero_less],
    NEGATIVE: [minus_constant, sign_of_product],
}
for _primitive, _rewrites in SUMS.items():
    LOOSE.setdefault(_primitive, []).extend(_rewrites)
