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
    MULTIPLY,
    NEGATIVE,
    SUBTRACT,
    TUPLE,
    VADDAT,
    ZEROS_LIKE,
)
from gradscribe.ir.types import FLOAT, INT
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
