"""Sums are done in place only in arrays that are nobody else's. Each case is a way to get this silently wrong."""

from __future__ import annotations

import numpy as np
import pytest

from gradscribe.ir.build import Builder
from gradscribe.ir.nodes import Const, Var
from gradscribe.ir.primitives import (
    ADD,
    APPEND,
    CALL_PYTHON,
    GETITEM,
    GREATER,
    LIST,
    MULTIPLY,
    POP,
    SUBTRACT,
    TUPLE,
    VADDAT,
    ZEROS_LIKE,
)
from gradscribe.ir.types import BOOL, FLOAT, INT, NUMERIC, Array, Dim, List
from gradscribe.write import Written

from .making import VECTOR, arm, function, user, value
from .oracle import agrees

ONE, TWO = Const(1.0), Const(2.0)


def check(builder: Builder, x: Var, *results: Var) -> Written:
    pair = builder.emit(TUPLE, *results, hint="result")
    return agrees(function([x], builder, pair), np.arange(4.0))


def add_at(builder: Builder, array: Var, index: object = 0, amount: Const = ONE) -> Var:
    return builder.emit(VADDAT, array, Const(index), amount, hint="bx")


def start() -> tuple[Builder, Var]:
    return Builder(), user("x", VECTOR)


def test_a_fresh_array_is_added_to_in_place() -> None:
    b, x = start()
    zeros = b.emit(ZEROS_LIKE, x, hint="bx")
    written = check(b, x, add_at(b, add_at(b, zeros), 1))
    assert "copy" not in written.text
    assert "    bx[0] += 1.0\n    bx[1] += 1.0\n" in written.text


def test_a_parameter_is_copied() -> None:
    b, x = start()
    assert "x.copy()" in check(b, x, add_at(b, x)).text


def test_an_array_that_is_read_later_is_copied() -> None:
    b, x = start()
    zeros = b.emit(MULTIPLY, x, TWO, hint="bx")
    first = add_at(b, zeros)
    assert "copy" in check(b, x, first, zeros).text


def test_two_sums_from_one_array() -> None:
    b, x = start()
    zeros = b.emit(MULTIPLY, x, TWO, hint="bx")
    assert check(b, x, add_at(b, zeros), add_at(b, zeros, 1)).text.count("copy") == 1


@pytest.mark.parametrize("index", [slice(1, None), slice(None, None, -1), ...])
def test_a_view_that_is_read_later(index: object) -> None:
    b, x = start()
    zeros = b.emit(MULTIPLY, x, TWO, hint="bx")
    view = b.emit(GETITEM, zeros, Const(index), hint="w")
    summed = add_at(b, zeros)
    assert "copy" in check(b, x, summed, b.emit(MULTIPLY, view, TWO, hint="r")).text


def test_a_view_that_is_read_before() -> None:
    b, x = start()
    zeros = b.emit(MULTIPLY, x, TWO, hint="bx")
    view = b.emit(GETITEM, zeros, Const(slice(1, None)), hint="w")
    read = b.emit(MULTIPLY, view, TWO, hint="r", named=True)
    assert "copy" not in check(b, x, add_at(b, zeros), read).text


def test_the_amount_is_a_view_of_the_array() -> None:
    b, x = start()
    fresh = b.emit(MULTIPLY, x, TWO, hint="bx")
    view = b.emit(GETITEM, fresh, Const(slice(None, None, -1)), type=VECTOR, hint="w")
    summed = b.emit(VADDAT, fresh, Const(slice(None)), view, hint="bx")
    assert "copy" in check(b, x, summed).text


@pytest.mark.parametrize("kind", ["tuple", "list", "call"])
def test_a_reference_that_was_given_away(kind: str) -> None:
    b, x = start()
    fresh = b.emit(MULTIPLY, x, TWO, hint="bx")
    if kind == "list":
        kept = b.emit(LIST, type=List(VECTOR), hint="kept")
        b.perform(APPEND, kept, fresh)
    elif kind == "tuple":
        kept = b.emit(TUPLE, fresh, x, hint="kept")
    else:
        kept = b.emit(CALL_PYTHON, Const(np.asarray, name="np.asarray"), fresh, type=NUMERIC, hint="kept")
    assert "copy" in check(b, x, add_at(b, fresh), kept).text


def test_a_popped_array_is_not_ours() -> None:
    b, x = start()
    shelf = b.emit(LIST, x, type=List(VECTOR), hint="shelf")
    popped = b.emit(POP, shelf, type=VECTOR, hint="bx")
    assert "copy" in check(b, x, add_at(b, popped)).text


def test_one_array_for_two_carried_values() -> None:
    """The classic: `ba = bb = zeros`, then both are added to."""
    b, x = start()
    zeros = b.emit(ZEROS_LIKE, x, hint="bx")
    i, p, q = value("i", INT), value("ba", VECTOR), value("bb", VECTOR)
    body = Builder()
    nexts = (add_at(body, p, 0), add_at(body, q, 1))
    results = [value("ba", VECTOR), value("bb", VECTOR)]
    b.loop((Const(0), Const(3), ONE_), [zeros, zeros], body.block((i, p, q), nexts), results, exits=False)
    written = check(b, x, *results)
    assert written.text.count("copy") >= 1


ONE_ = Const(1)


def test_carried_values_that_swap() -> None:
    b, x = start()
    i, p, q = value("i", INT), value("ba", VECTOR), value("bb", VECTOR)
    body = Builder()
    nexts = (q, add_at(body, p))
    results = [value("ba", VECTOR), value("bb", VECTOR)]
    inits = [b.emit(ZEROS_LIKE, x, hint="ba"), b.emit(ZEROS_LIKE, x, hint="bb")]
    b.loop((Const(0), Const(3), ONE_), inits, body.block((i, p, q), nexts), results, exits=False)
    check(b, x, *results)


def test_a_loop_adds_in_place_and_copies_what_comes_in() -> None:
    b, x = start()
    i, p, result = value("i", INT), value("bx", VECTOR), value("bx", VECTOR)
    body = Builder()
    b.loop((Const(0), Const(3), ONE_), [x], body.block((i, p), (add_at(body, p),)), [result], exits=False)
    written = check(b, x, result)
    assert written.text.count("copy") == 1
    assert written.text.index("copy") < written.text.index("for")


def test_a_carried_value_that_is_kept_at_each_trip() -> None:
    b, x = start()
    shelf = b.emit(LIST, type=List(VECTOR), hint="shelf")
    i, p, result = value("i", INT), value("bx", VECTOR), value("bx", VECTOR)
    body = Builder()
    body.perform(APPEND, shelf, p)
    zeros = b.emit(ZEROS_LIKE, x, hint="bx")
    b.loop((Const(0), Const(3), ONE_), [zeros], body.block((i, p), (add_at(body, p),)), [result], exits=False)
    check(b, x, result, shelf)


def test_a_value_kept_behind_the_loop_costs_nothing_in_it() -> None:
    b, x = start()
    i, p, result = value("i", INT), value("bx", VECTOR), value("bx", VECTOR)
    body = Builder()
    zeros = b.emit(ZEROS_LIKE, x, hint="bx")
    b.loop((Const(0), Const(3), ONE_), [zeros], body.block((i, p), (add_at(body, p),)), [result], exits=False)
    shelf = b.emit(LIST, type=List(VECTOR), hint="shelf")
    b.perform(APPEND, shelf, result)
    assert "copy" not in check(b, x, result, shelf).text


def branches(shared: bool) -> Written:
    b, x = start()
    test = b.emit(GREATER, b.emit(GETITEM, x, Const(0), type=FLOAT), ONE, type=BOOL, hint="took")
    fresh = b.emit(MULTIPLY, x, TWO, hint="bx")
    other = b.emit(MULTIPLY, x, Const(3.0), hint="by")
    out = value("bx", VECTOR)
    b.branch(test, arm(fresh), arm(do=lambda inner: [add_at(inner, other)]), [out])
    summed = add_at(b, out)
    return check(b, x, summed, *([fresh] if shared else []))


def test_a_branch_hands_over_what_is_ours() -> None:
    assert "copy" not in branches(shared=False).text
    assert "copy" in branches(shared=True).text


def test_repeated_entries_are_added_once_each() -> None:
    b, x = start()
    zeros = b.emit(ZEROS_LIKE, x, hint="bx")
    written = check(b, x, add_at(b, zeros, np.array([1, 1, 0])))
    assert "np.add.at(bx, " in written.text


def running_sum(named: bool = False, shape: Array = VECTOR) -> Written:
    b, x = start()
    i, p, result = value("i", INT), Var("bx", shape, named), Var("bx", shape, named)
    body = Builder()
    row = Const(1.0) if shape is VECTOR else x
    nexts = (body.emit(ADD, p, row, type=shape, hint="bx", named=named),)
    zeros = b.emit(ZEROS_LIKE, x, type=shape, hint="bx", named=named)
    b.loop((Const(0), Const(3), ONE_), [zeros], body.block((i, p), nexts), [result], exits=False)
    return check(b, x, result)


def test_plain_sums() -> None:
    assert "bx += 1.0" in running_sum().text
    assert "bx = bx + 1.0" in running_sum(named=True).text, "the user's statement stays as it is"
    unsure = Array("float64", (Dim(None, 0, None),))
    assert "bx = bx + x" in running_sum(shape=unsure).text, "the sum may be larger"


def test_a_sum_whose_start_is_read_later() -> None:
    b, x = start()
    zeros = b.emit(MULTIPLY, x, TWO, hint="bx")
    i, p, result = value("i", INT), value("bx", VECTOR), value("bx", VECTOR)
    body = Builder()
    nexts = (body.emit(SUBTRACT, p, x, type=VECTOR, hint="bx"),)
    b.loop((Const(0), Const(3), ONE_), [zeros], body.block((i, p), nexts), [result], exits=False)
    check(b, x, result, zeros)


def test_lists_are_added_to_entry_by_entry() -> None:
    x = user("x", VECTOR)
    b = Builder()
    zeros = b.emit(LIST, Const(0.0), Const(1.0), type=List(FLOAT), hint="bxs")
    other = b.emit(VADDAT, zeros, Const(0), ONE, hint="bxs")
    check(b, x, other, zeros)


def test_zero_dimensional_arrays_are_not_added_to() -> None:
    scalar = Array("float64", ())
    x = user("x", scalar)
    b = Builder()
    i, p, result = value("i", INT), value("bx", scalar), value("bx", scalar)
    body = Builder()
    nexts = (body.emit(ADD, p, x, type=scalar, hint="bx"),)
    zeros = b.emit(ZEROS_LIKE, x, hint="bx")
    b.loop((Const(0), Const(3), ONE_), [zeros], body.block((i, p), nexts), [result], exits=False)
    assert "+=" not in agrees(function([x], b, result), np.array(2.0)).text
