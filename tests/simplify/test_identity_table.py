"""Each identity on special values: numbers, whole numbers, arrays of no, one and many entries, both precisions."""

from __future__ import annotations

import copy
import itertools
import math

import numpy as np
import pytest
from programs import function

from gradscribe.ir.build import Builder
from gradscribe.ir.dump import dump
from gradscribe.ir.interpret import run
from gradscribe.ir.nodes import Var
from gradscribe.ir.primitives import COPY
from gradscribe.ir.types import FLOAT, INT, Array, Dim, Scalar
from gradscribe.simplify import algebra, prune
from gradscribe.simplify.identities import EXACT, LOOSE

from .identity_cases import CASES, Case

SPECIAL = [0.0, -0.0, 1.0, -1.5, 3.3, 0.1, 1e308, -1e308, 5e-324, 1e-300, math.inf, -math.inf, math.nan]
WHOLE = [0, 1, -1, 7, -(10**20), 2**53 + 1]
TYPES = {
    "float": FLOAT,
    "float32": Scalar("f", "float32"),
    "int": INT,
    "array": Array("float64", (Dim("x.0", 0, False),)),
    "array32": Array("float32", (Dim("x.0", 0, False),)),
}


def operands(case: Case, kind: str):
    """The operands of the program, one tuple after the other."""
    if kind == "types":
        return case.values
    if kind in ("float", "float32", "int"):
        number = np.float32 if kind == "float32" else lambda value: value
        with np.errstate(all="ignore"):
            values = [number(v) for v in (WHOLE if kind == "int" else SPECIAL)]
        return list(itertools.product(values, repeat=case.count))
    with np.errstate(all="ignore"):
        grid = np.array(list(itertools.product(SPECIAL, repeat=case.count)), np.dtype(TYPES[kind].dtype)).T
    return [tuple(row[:n].copy() for row in grid) for n in (0, 1, grid.shape[1])]


def difference(left: float, right: float, precision: float) -> str | None:
    if left == right or (math.isnan(left) and math.isnan(right)):
        return "zero" if left == right == 0.0 and math.copysign(1.0, left) != math.copysign(1.0, right) else None
    close = math.isfinite(left) and math.isfinite(right) and abs(left - right) <= 4 * precision * abs(left)
    return "rounding" if close else "range"


def differences(left, right) -> set[str]:
    """In what ways two values differ."""
    if isinstance(left, tuple):
        return set().union(*(differences(a, b) for a, b in zip(left, right, strict=True)))
    if isinstance(left, int):
        assert type(left) is type(right)
        return set() if left == right else {"range"}
    one, other = np.asarray(left), np.asarray(right)
    assert type(left) is type(right) and one.dtype == other.dtype and one.shape == other.shape
    precision = float(np.finfo(one.dtype).eps)
    pairs = zip(one.ravel().tolist(), other.ravel().tolist(), strict=True)
    return {d for d in (difference(a, b, precision) for a, b in pairs) if d}


def program(case: Case, kind: str):
    types = case.types if kind == "types" else [TYPES[kind]] * case.count
    builder, params = Builder(), [Var(name, t) for name, t in zip("xyz", types, strict=False)]
    result = case.make(builder, *params)
    if isinstance(result.type, Array):  # an array that is returned is one of its own
        result = builder.emit(COPY, result)
    return function(builder, params, result)


def is_exact(case: Case) -> bool:
    return any(case.identity in rewrites for rewrites in EXACT.values())


IDS = [f"{case.identity.__name__}-{k}" for k, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_values(case):
    found: set[str] = set()
    for kind in case.kinds:
        before = program(case, kind)
        after = prune(algebra(before, (lambda op: False) if is_exact(case) else lambda op: True))
        assert dump(after) != dump(before), f"does not apply to {kind}"
        for values in operands(case, kind):
            with np.errstate(all="ignore"):
                found |= differences(run(before, *copy.deepcopy(values)), run(after, *copy.deepcopy(values)))
    assert found == case.allowed


def test_identities_of_any_code_change_nothing():
    assert not any(case.allowed for case in CASES if is_exact(case))


def test_each_identity_has_a_case():
    listed = {rewrite for table in (EXACT, LOOSE) for rewrites in table.values() for rewrite in rewrites}
    assert listed == {case.identity for case in CASES}
