"""Each identity on special values: exact ones give the same bits, and each one that is claimed does apply."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from programs import VECTOR, function

from gradscribe.ir.build import Builder
from gradscribe.ir.dump import dump
from gradscribe.ir.interpret import run
from gradscribe.ir.nodes import Const, Var
from gradscribe.ir.primitives import (
    ADD,
    ADDAT,
    BOOL_OF,
    DIVIDE,
    GETITEM,
    LESS,
    MULTIPLY,
    NEGATIVE,
    POSITIVE,
    POWER,
    SETITEM,
    SUBTRACT,
    TUPLE,
)
from gradscribe.ir.types import BOOL, COMPLEX, FLOAT, INT, Scalar
from gradscribe.simplify import algebra, prune

SPECIAL = [0.0, -0.0, 1.0, -1.5, 3.0, 1e308, 5e-324, math.inf, -math.inf, math.nan]
SINGLE = Scalar("f", "float32")


def build(types, make):
    builder, params = Builder(), [Var(name, t) for name, t in zip("xyzw", types, strict=False)]
    return function(builder, params, make(builder, *params))


def names_of(program):
    return [op.primitive for op in program.body.ops]


def bits(value):
    return np.asarray(value).dtype, np.asarray(value).tobytes()


def same(left, right):
    if np.any(np.isnan(left)) or np.any(np.isnan(right)):
        return np.array_equal(left, right, equal_nan=True)
    return type(left) is type(right) and bits(left) == bits(right)


def ours(op):
    return True


EXACT = [
    ("x * 1", 1, lambda b, x: b.emit(MULTIPLY, x, Const(1.0)), []),
    ("1 * x", 1, lambda b, x: b.emit(MULTIPLY, Const(1.0), x), []),
    ("x / 1", 1, lambda b, x: b.emit(DIVIDE, x, Const(1.0)), []),
    ("x ** 1", 1, lambda b, x: b.emit(POWER, x, Const(1.0)), []),
    ("+x", 1, lambda b, x: b.emit(POSITIVE, x), []),
    ("x - 0", 1, lambda b, x: b.emit(SUBTRACT, x, Const(0.0)), []),
    ("-(-x)", 1, lambda b, x: b.emit(NEGATIVE, b.emit(NEGATIVE, x)), []),
    ("x + (-y)", 2, lambda b, x, y: b.emit(ADD, x, b.emit(NEGATIVE, y)), [SUBTRACT]),
    ("(-x) + y", 2, lambda b, x, y: b.emit(ADD, b.emit(NEGATIVE, x), y), [SUBTRACT]),
    ("x - (-y)", 2, lambda b, x, y: b.emit(SUBTRACT, x, b.emit(NEGATIVE, y)), [ADD]),
    ("(x, y)[1]", 2, lambda b, x, y: b.emit(GETITEM, b.emit(TUPLE, x, y), Const(1)), []),
]


@pytest.mark.parametrize(("name", "count", "make", "left"), EXACT, ids=[c[0] for c in EXACT])
@pytest.mark.parametrize("loose", [False, True])
def test_exact_identities(name, count, make, left, loose):
    before = build([FLOAT] * count, make)
    after = prune(algebra(before, ours) if loose else algebra(before))
    assert names_of(after) == left
    with np.errstate(all="ignore"):
        for values in itertools.product(SPECIAL, repeat=count):
            assert same(run(before, *values), run(after, *values)), values


KEPT = [
    ("x + 0", [FLOAT], lambda b, x: b.emit(ADD, x, Const(0.0))),
    ("x - -0", [FLOAT], lambda b, x: b.emit(SUBTRACT, x, Const(-0.0))),
    ("0 * x", [FLOAT], lambda b, x: b.emit(MULTIPLY, x, Const(0.0))),
    ("x ** 2", [FLOAT], lambda b, x: b.emit(POWER, x, Const(2.0))),
    ("x ** 0", [FLOAT], lambda b, x: b.emit(POWER, x, Const(0.0))),
    ("int * 1.0", [INT], lambda b, x: b.emit(MULTIPLY, x, Const(1.0))),
    ("int / 1", [INT], lambda b, x: b.emit(DIVIDE, x, Const(1))),
    ("bool * 1", [BOOL], lambda b, x: b.emit(MULTIPLY, x, Const(1))),
    ("-(-bool)", [BOOL], lambda b, x: b.emit(NEGATIVE, b.emit(NEGATIVE, x))),
    ("complex * 1", [COMPLEX], lambda b, x: b.emit(MULTIPLY, x, Const(1.0))),
    ("(-x) * y", [FLOAT, FLOAT], lambda b, x, y: b.emit(MULTIPLY, b.emit(NEGATIVE, x), y)),
    ("2 * (3 * x)", [FLOAT], lambda b, x: b.emit(MULTIPLY, Const(2.0), b.emit(MULTIPLY, Const(3.0), x))),
    ("returned array * 1", [VECTOR], lambda b, x: b.emit(MULTIPLY, x, Const(1.0))),
]


@pytest.mark.parametrize(("name", "types", "make"), KEPT, ids=[c[0] for c in KEPT])
def test_what_must_not_change_outside_derivatives(name, types, make):
    before = build(types, make)
    assert dump(prune(algebra(before))) == dump(before)


def test_the_type_of_a_narrow_number_is_kept():
    before = build([SINGLE], lambda b, x: b.emit(MULTIPLY, x, Const(1.0)))
    x = np.float32(1.1)
    assert same(run(prune(algebra(before)), x), run(before, x))


LOOSE = [
    ("2 * (3 * x)", 1, lambda b, x: b.emit(MULTIPLY, Const(2.0), b.emit(MULTIPLY, Const(3.0), x)), 1),
    ("x * 2 * y", 2, lambda b, x, y: b.emit(MULTIPLY, b.emit(MULTIPLY, x, Const(2.0)), y), 2),
    ("-x * -y", 2, lambda b, x, y: b.emit(MULTIPLY, b.emit(NEGATIVE, x), b.emit(NEGATIVE, y)), 1),
    ("x + -(2 * y)", 2, lambda b, x, y: b.emit(ADD, x, b.emit(MULTIPLY, Const(-2.0), y)), 2),
    ("x + x", 1, lambda b, x: b.emit(ADD, x, x), 1),
    ("x * y + y * x", 2, lambda b, x, y: b.emit(ADD, b.emit(MULTIPLY, x, y), b.emit(MULTIPLY, y, x)), 2),
    ("0 - x", 1, lambda b, x: b.emit(SUBTRACT, Const(0.0), x), 1),
    ("x + 0", 1, lambda b, x: b.emit(ADD, x, Const(0.0)), 0),
    ("-x / -y", 2, lambda b, x, y: b.emit(DIVIDE, b.emit(NEGATIVE, x), b.emit(NEGATIVE, y)), 1),
    ("2 + 3", 1, lambda b, x: b.emit(MULTIPLY, x, b.emit(ADD, Const(2.0), Const(3.0))), 1),
]


@pytest.mark.parametrize(("name", "count", "make", "length"), LOOSE, ids=[c[0] for c in LOOSE])
def test_loose_identities(name, count, make, length):
    before = build([FLOAT] * count, make)
    after = prune(algebra(before, ours))
    assert len(after.body.ops) <= length, dump(after)
    again = prune(algebra(after, ours))
    assert dump(again) == dump(after)
    for values in itertools.product([0.7, -1.5, 3.0, math.inf, math.nan], repeat=count):
        np.testing.assert_allclose(run(after, *values), run(before, *values), rtol=1e-14)


def test_the_seed_and_constants_come_first():
    builder, x, seed = Builder(), Var("x", FLOAT), Var("seed", FLOAT)
    result = builder.emit(MULTIPLY, builder.emit(MULTIPLY, x, seed), Const(2.0))
    text = dump(prune(algebra(function(builder, [x, seed], result), ours)))
    assert "multiply(2.0, seed)" in text


def test_written_memory_is_not_looked_through():
    def make(b, x):
        y = b.emit(NEGATIVE, x)
        b.perform(ADDAT, y, Const(0), Const(1.0))
        return b.emit(GETITEM, b.emit(MULTIPLY, b.emit(NEGATIVE, y), Const(1.0)), Const(0))

    before = build([VECTOR], make)
    x = np.array([1.0, 2.0])
    for predicate in (ours, lambda op: False):
        assert run(prune(algebra(before, predicate)), x) == run(before, x) == 0.0


def test_a_copy_that_is_written_stays():
    def make(b, x):
        y = b.emit(MULTIPLY, x, Const(1.0))
        b.perform(SETITEM, y, Const(0), Const(9.0))
        return b.emit(GETITEM, x, Const(0))

    x = np.array([1.0, 2.0])
    assert run(algebra(build([VECTOR], make)), x) == 1.0


def test_comparisons_of_constants_are_decided():
    after = algebra(build([FLOAT], lambda b, x: b.emit(BOOL_OF, x=b.emit(LESS, Const(1.0), Const(2.0)))))
    assert names_of(after) == [BOOL_OF]
