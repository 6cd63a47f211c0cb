"""Every identity of `simplify.identities` and `simplify.sums`, each with a program that it applies to, and how the
values may differ from those of the program as it was.

Nothing is allowed where `allowed` is empty: the same bits for all operands, signed zeros, infinities and nan included,
for numbers and arrays of both precisions and for whole numbers. Else it says what may differ, and why:

- "rounding": products are reassociated, common factors taken out; the last bits differ;
- "zero": a zero may have the other sign, since adding a positive zero turns -0.0 into 0.0;
- "range": an intermediate result overflows, or vanishes, in one order and not in the other.

All these touch derivatives alone, where the order of operations is ours; values of the user's keep their bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradscribe.ir.nodes import Const
from gradscribe.ir.primitives import (
    ADD,
    BY_NAME,
    DIVIDE,
    GETITEM,
    LESS,
    MATMUL,
    MULTIPLY,
    NEGATIVE,
    POSITIVE,
    POWER,
    SUBTRACT,
    TUPLE,
    UNBROADCAST,
    VADDAT,
    ZEROS_LIKE,
)
from gradscribe.ir.types import INT, UNKNOWN, Array
from gradscribe.simplify import identities, sums

NUMBERS = ("float", "float32", "array", "array32")
ANY = (*NUMBERS, "int")


@dataclass(frozen=True)
class Case:
    """An identity and a program.

    Args:
        identity: the rewrite.
        make: builds the program from its operands.
        count: how many operands it has.
        kinds: of what kinds all of them are, in turn ("types" for one of their own).
        allowed: how the values may differ.
        types, values: the operands where they are not numbers or arrays of one shape.
    """

    identity: Callable[..., Any]
    make: Callable[..., Any]
    count: int = 1
    kinds: Sequence[str] = NUMBERS
    allowed: frozenset[str] = frozenset()
    types: Sequence[Any] = ()
    values: Sequence[Sequence[Any]] = ()


def at_random(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).normal(size=shape)


MATRIX, STACK = (Array("float64", (UNKNOWN,) * n) for n in (2, 3))
VECTOR = Array("float64", (UNKNOWN,))
ROUNDING = frozenset({"rounding"})
RANGE = frozenset({"rounding", "range"})
ZERO = frozenset({"zero"})
SPECIAL_ROWS = np.array([[0.0, -0.0, np.inf], [np.nan, 1e308, -np.inf]])
PLAIN = dict(kinds=("types",))
MATRICES = [(at_random(2, 3), at_random(3, 4)), (at_random(0, 3), at_random(3, 4)), (at_random(1, 1), at_random(1, 1))]
ROWS = [(at_random(3, 4), at_random(2)), (SPECIAL_ROWS.repeat(2, 0)[:3, [0, 1, 2, 0]], np.array([-0.0, np.nan]))]


def c(value: Any) -> Const:
    return Const(value)


CASES = [
    # the same bits, in any code
    Case(identities.times_one, lambda b, x: b.emit(MULTIPLY, x, c(1.0))),
    Case(identities.times_one, lambda b, x: b.emit(MULTIPLY, c(1), x), kinds=ANY),
    Case(identities.over_one, lambda b, x: b.emit(DIVIDE, x, c(1.0))),
    Case(identities.to_the_one, lambda b, x: b.emit(POWER, x, c(1)), kinds=ANY),
    Case(identities.minus_zero, lambda b, x: b.emit(SUBTRACT, x, c(0.0))),
    Case(identities.minus_zero, lambda b, x: b.emit(SUBTRACT, x, c(0)), kinds=ANY),
    Case(identities.plus_itself, lambda b, x: b.emit(POSITIVE, x), kinds=ANY),
    Case(identities.minus_minus, lambda b, x: b.emit(NEGATIVE, b.emit(NEGATIVE, x)), kinds=ANY),
    Case(identities.plus_minus, lambda b, x, y: b.emit(ADD, x, b.emit(NEGATIVE, y)), 2, ANY),
    Case(identities.plus_minus, lambda b, x, y: b.emit(ADD, b.emit(NEGATIVE, x), y), 2, ANY),
    Case(identities.less_minus, lambda b, x, y: b.emit(SUBTRACT, x, b.emit(NEGATIVE, y)), 2, ANY),
    Case(identities.entry_of_new, lambda b, x, y: b.emit(GETITEM, b.emit(TUPLE, x, y), c(1)), 2, ANY),
    Case(identities.decided, lambda b, x: b.emit(ADD, x, b.emit(LESS, c(1.0), c(2.0))), kinds=("float", "int")),
    Case(
        identities.transposed_twice,
        lambda b, x: b.emit(BY_NAME["transpose"], b.emit(BY_NAME["transpose"], x)),
        types=[MATRIX], values=[(SPECIAL_ROWS,), (np.empty((0, 3)),)], **PLAIN,
    ),
    Case(
        identities.swapped_twice,
        lambda b, x: b.emit(BY_NAME["swapaxes"], b.emit(BY_NAME["swapaxes"], x, c(0), c(1)), c(-1), c(-2)),
        types=[MATRIX], values=[(SPECIAL_ROWS,), (np.empty((0, 3)),)], **PLAIN,
    ),
    # in derivatives
    Case(
        identities.product,
        lambda b, x: b.emit(MULTIPLY, c(3.0), b.emit(MULTIPLY, c(0.7), x)), allowed=RANGE,
    ),
    Case(identities.product, lambda b, x, y: b.emit(MULTIPLY, b.emit(NEGATIVE, x), b.emit(NEGATIVE, y)), 2),
    Case(identities.product, lambda b, x, y: b.emit(MULTIPLY, x, b.emit(NEGATIVE, y)), 2),
    Case(identities.over_reciprocal, lambda b, x, y: b.emit(
        TUPLE, z := b.emit(DIVIDE, c(1.0), y), b.emit(DIVIDE, b.emit(MULTIPLY, x, z), y)
    ), 2, kinds=("array",), allowed=ROUNDING),
    Case(identities.quotient, lambda b, x, y: b.emit(DIVIDE, x, b.emit(NEGATIVE, y)), 2, kinds=("array", "array32")),
    Case(
        identities.quotient,
        lambda b, x, y: b.emit(DIVIDE, b.emit(NEGATIVE, x), b.emit(NEGATIVE, y)), 2, kinds=("array", "array32"),
    ),
    Case(identities.sum_of_constants, lambda b, x: b.emit(MULTIPLY, x, b.emit(ADD, c(2.0), c(3.0)))),
    Case(identities.minus_constant, lambda b, x: b.emit(ADD, x, b.emit(NEGATIVE, c(2.0)))),
    Case(identities.plus_zero, lambda b, x: b.emit(ADD, x, c(0.0)), allowed=ZERO),
    Case(identities.plus_zero, lambda b, x: b.emit(ADD, c(0), x), kinds=("int",)),
    Case(identities.zero_less, lambda b, x: b.emit(SUBTRACT, c(0.0), x), allowed=ZERO),
    Case(identities.twice, lambda b, x: b.emit(ADD, x, x)),
    Case(
        identities.twice,
        lambda b, x, y: b.emit(ADD, b.emit(MULTIPLY, x, y), b.emit(MULTIPLY, y, x)), 2, allowed=frozenset({"range"}),
    ),
    Case(
        identities.added_twice, lambda b, x, y: b.emit(ADD, b.emit(ADD, x, y), y), 2,
        allowed=frozenset({"rounding", "range"}),
    ),
    Case(
        identities.added_twice, lambda b, x, y: b.emit(ADD, b.emit(ADD, y, x), y), 2,
        allowed=frozenset({"rounding", "range"}),
    ),
    Case(identities.sign_of_product, lambda b, x: b.emit(NEGATIVE, b.emit(MULTIPLY, c(-2.0), x))),
    # sums
    Case(
        sums.common_factor,
        lambda b, x, y, z: b.emit(ADD, b.emit(MULTIPLY, x, y), b.emit(MULTIPLY, x, z)), 3,
        allowed=frozenset({"rounding", "range", "zero"}),
    ),
    Case(sums.offset, lambda b, x: b.emit(SUBTRACT, b.emit(SUBTRACT, x, c(1)), c(1)), kinds=("int",)),
    Case(sums.offset, lambda b, x: b.emit(ADD, b.emit(SUBTRACT, x, c(3)), c(3)), kinds=("int",)),
    Case(
        sums.of_scaled,
        lambda b, x: b.emit(BY_NAME["sum"], b.emit(MULTIPLY, c(-0.7), x)),
        types=[VECTOR], values=[(at_random(9),), (np.empty(0),), (np.array([-0.0]),), (SPECIAL_ROWS[1],)],
        allowed=frozenset({"rounding", "zero"}), **PLAIN,
    ),
    Case(
        sums.of_moved,
        lambda b, g, x: b.emit(UNBROADCAST, b.emit(MULTIPLY, c(-0.7), g), x),
        types=[MATRIX, MATRIX], values=[(at_random(3, 4), at_random(*s)) for s in ((3, 4), (1, 4), (3, 1), (1, 1))]
        + [(SPECIAL_ROWS, SPECIAL_ROWS[:1]), (np.empty((0, 3)), at_random(1, 3)), (-np.zeros((2, 2)), at_random(2, 1))],
        allowed=frozenset({"rounding", "zero"}), **PLAIN,
    ),
    Case(
        sums.of_moved,
        lambda b, x: b.emit(BY_NAME["roll"], b.emit(NEGATIVE, x), c(1)),
        types=[VECTOR], values=[(at_random(9),), (np.empty(0),), (np.array([-0.0]),), (SPECIAL_ROWS[1],)], **PLAIN,
    ),
    Case(
        sums.of_product,
        lambda b, x, y: b.emit(BY_NAME["sum"], b.emit(MATMUL, x, y), axis=c(0)),
        types=[MATRIX, MATRIX], values=MATRICES, allowed=ROUNDING, **PLAIN,
    ),
    Case(
        sums.entry_of_sum,
        lambda b, x: b.emit(GETITEM, b.emit(BY_NAME["sum"], x, axis=c(1), keepdims=c(True)), c((slice(None), 0))),
        types=[MATRIX], values=[(SPECIAL_ROWS,), (np.empty((0, 3)),), (np.empty((3, 0)),)], **PLAIN,
    ),
    Case(
        sums.to_one_entry,
        lambda b, x: b.emit(
            VADDAT,
            b.emit(VADDAT, x, c(1), b.emit(GETITEM, x, c(0))), c(1), b.emit(GETITEM, x, c(2)),
        ),
        types=[VECTOR], values=[(np.array([0.2, 0.1, 0.3]),), (SPECIAL_ROWS[0],), (SPECIAL_ROWS[1],)],
        allowed=frozenset({"rounding"}), **PLAIN,
    ),
    Case(
        sums.into_new,
        lambda b, x, y: b.emit(VADDAT, b.emit(ZEROS_LIKE, x), c((slice(None), None)), b.emit(
            GETITEM, x, c((slice(None), None)))),
        2, types=[Array("float64", (UNKNOWN,)), INT], values=[(np.array([0.0, -0.0, np.nan, np.inf]), 0)],
        allowed=ZERO, **PLAIN,
    ),
    Case(
        sums.through_row,
        lambda b, x, y: b.emit(
            VADDAT, x, c(1),
            b.emit(VADDAT, b.emit(ZEROS_LIKE, b.emit(GETITEM, x, c(1))), c(slice(1, 3)), y),
        ),
        2, types=[MATRIX, VECTOR], values=ROWS, allowed=ZERO, **PLAIN,
    ),
]  # fmt: skip
