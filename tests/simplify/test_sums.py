"""Identities for sums: what they make, and that it is worth the same."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from programs import VECTOR, function

from gradscribe.ir.build import Builder
from gradscribe.ir.interpret import run
from gradscribe.ir.nodes import Const, Var
from gradscribe.ir.primitives import (
    ADD,
    ADDAT,
    BY_NAME,
    GETITEM,
    MATMUL,
    MULTIPLY,
    NEGATIVE,
    SUBTRACT,
    TUPLE,
    VADDAT,
    ZEROS_LIKE,
)
from gradscribe.ir.types import FLOAT, INT, UNKNOWN, Array
from gradscribe.simplify import algebra, prune

X = np.array([1.0, -2.0, 3.0])


def simplified(types, make, *args):
    builder, params = Builder(), [Var(name, t) for name, t in zip("xyz", types, strict=False)]
    before = function(builder, params, make(builder, *params))
    after = prune(algebra(before, lambda op: True))
    assert np.allclose(run(before, *copy.deepcopy(args)), run(after, *copy.deepcopy(args)))
    return [op.primitive for op in after.body.ops]


SCALARS = [
    (lambda b, x, y, z: b.emit(ADD, b.emit(MULTIPLY, x, y), b.emit(MULTIPLY, x, z)), [ADD, MULTIPLY]),
    (lambda b, x, y, z: b.emit(SUBTRACT, b.emit(MULTIPLY, y, x), b.emit(MULTIPLY, x, z)), [SUBTRACT, MULTIPLY]),
    (
        lambda b, x, y, z: b.emit(ADD, b.emit(MULTIPLY, b.emit(MULTIPLY, x, y), y), b.emit(MULTIPLY, x, z)),
        [MULTIPLY, ADD, MULTIPLY],
    ),
]


@pytest.mark.parametrize(("make", "left"), SCALARS)
def test_common_factors(make, left):
    assert sorted(p.name for p in simplified([FLOAT] * 3, make, 1.5, -2.0, 0.25)) == sorted(p.name for p in left)


def test_a_product_that_is_needed_anyway_stays():
    def make(b, x, y, z):
        product = b.emit(MULTIPLY, x, y)
        return b.emit(TUPLE, product, b.emit(ADD, product, b.emit(MULTIPLY, x, z)))

    assert simplified([FLOAT] * 3, make, 1.5, -2.0, 0.25) == [MULTIPLY, MULTIPLY, ADD, TUPLE]


def test_coefficients_leave_sums():
    def make(b, x, y):
        return b.emit(BY_NAME["sum"], b.emit(NEGATIVE, b.emit(MULTIPLY, x, y)))

    assert simplified([VECTOR, VECTOR], make, X, X + 1.0) == [MULTIPLY, BY_NAME["sum"], NEGATIVE]


@pytest.mark.parametrize("again", [True, False])
def test_two_additions_to_one_entry(again):
    def make(b, x, y, z):
        total = b.emit(VADDAT, b.emit(ZEROS_LIKE, x), Const(1), y)
        return b.emit(VADDAT, total, Const(1), y if again else z)

    assert simplified([VECTOR, FLOAT, FLOAT], make, X, 2.0, 3.0).count(VADDAT) == 1


def test_additions_to_two_entries_stay():
    def make(b, x, y):
        return b.emit(VADDAT, b.emit(VADDAT, b.emit(ZEROS_LIKE, x), Const(1), y), Const(0), y)

    assert simplified([VECTOR, FLOAT], make, X, 2.0).count(VADDAT) == 2


def test_offsets():
    def make(b, x):
        return b.emit(ADD, b.emit(SUBTRACT, b.emit(SUBTRACT, x, Const(1)), Const(1)), Const(2))

    assert simplified([INT], make, 7) == []


def test_an_axis_that_was_added_is_taken_away():
    index = Const((slice(None), None))

    def make(b, x, y):
        column = b.emit(GETITEM, x, index)
        total = b.emit(BY_NAME["sum"], b.emit(MULTIPLY, column, y), axis=Const(1), keepdims=Const(True))
        return b.emit(VADDAT, b.emit(ZEROS_LIKE, x), index, total)

    assert simplified([VECTOR, VECTOR], make, X, X + 1.0) == [GETITEM, MULTIPLY, BY_NAME["sum"]]


def test_memory_that_is_written_in_between():
    def make(b, x, y):
        product = b.emit(MULTIPLY, y, x)
        b.perform(ADDAT, x, Const(0), Const(1.0))
        return b.emit(MULTIPLY, Const(2.0), product)

    assert simplified([VECTOR, FLOAT], make, X.copy(), 2.0) == [MULTIPLY, ADDAT, MULTIPLY]


MATRIX, STACK = (Array("float64", (UNKNOWN,) * n) for n in (2, 3))
A, B = np.arange(6.0).reshape(2, 3) - 2.5, np.arange(12.0).reshape(3, 4) - 5.0


@pytest.mark.parametrize(
    ("types", "axis", "keep", "args", "applies"),
    [
        ((MATRIX, MATRIX), 0, False, (A, B), True),
        ((MATRIX, MATRIX), 1, False, (A, B), True),
        ((MATRIX, MATRIX), -1, True, (A, B), True),
        ((MATRIX, MATRIX), -2, True, (A, B), True),
        ((MATRIX, MATRIX), 0, True, (A[:0], B), True),
        ((MATRIX, MATRIX), 1, False, (A[:, :0], B[:0]), True),
        ((STACK, MATRIX), 1, True, (np.stack([A, 2 * A]), B), True),
        ((MATRIX, STACK), 1, True, (A, np.stack([B, 3 * B])), True),
        ((MATRIX, STACK), 2, True, (A, np.stack([B, 3 * B])), True),
        ((STACK, MATRIX), 2, False, (np.stack([A, 2 * A]), B), True),
        ((STACK, STACK), 0, False, (np.stack([A, 2 * A]), np.stack([B, 3 * B])), False),
        ((STACK, MATRIX), 1, False, (np.stack([A, 2 * A]), B), False),
        ((VECTOR, MATRIX), 0, False, (X, B), False),
        ((MATRIX, VECTOR), 0, False, (A, X), False),
    ],
)
def test_sums_of_products_contract_first(types, axis, keep, args, applies):
    def make(b, x, y):
        keywords = {"axis": Const(axis), **({"keepdims": Const(True)} if keep else {})}
        return b.emit(BY_NAME["sum"], b.emit(MATMUL, x, y), **keywords)

    made = simplified(types, make, *args)
    assert made == ([BY_NAME["sum"], MATMUL] if applies else [MATMUL, BY_NAME["sum"]])


def test_a_product_that_is_read_twice_is_summed_as_it_is():
    def make(b, x, y):
        z = b.emit(MATMUL, x, y)
        return b.emit(TUPLE, z, b.emit(BY_NAME["sum"], z, axis=Const(0)))

    before = [A, B]
    builder, params = Builder(), [Var(name, MATRIX) for name in "xy"]
    program = function(builder, params, make(builder, *params))
    after = prune(algebra(program, lambda op: True))
    assert [op.primitive for op in after.body.ops] == [MATMUL, BY_NAME["sum"], TUPLE]
    assert all(map(np.array_equal, run(program, *before), run(after, *before)))
