"""What the passes do, and what they must leave alone, on hand-made programs."""

from __future__ import annotations

import numpy as np
from programs import VECTOR, function

from gradscribe.ir.build import UNDEF, Builder
from gradscribe.ir.check import check
from gradscribe.ir.interpret import run
from gradscribe.ir.nodes import Const, Var, walk
from gradscribe.ir.primitives import (
    ADD,
    ADDAT,
    APPEND,
    CALL_PYTHON,
    COPY,
    DIVIDE,
    EQUAL,
    FULL_LIKE,
    GETITEM,
    IF,
    LENGTH,
    LIST,
    LOOP,
    MULTIPLY,
    POP,
    SETITEM,
    TUPLE,
    ZEROS_LIKE,
)
from gradscribe.ir.types import FLOAT, INT, NONE, Array, Dim, List
from gradscribe.simplify import fold, prune, share
from gradscribe.simplify.prune import drop_unused

X = np.array([1.0, 2.0, 3.0, 4.0])


def primitives(program):
    return [op.primitive for op in walk(program.body)]


def start(*types):
    return Builder(), [Var(name, t) for name, t in zip("xyz", types, strict=False)]


# ------------------------------------------------------------------ prune


def test_a_tape_that_nobody_reads_vanishes_with_its_loop():
    b, (x,) = start(FLOAT)
    tape = b.emit(LIST, type=List(FLOAT))
    inner, i = Builder(), Var("i", INT)
    inner.perform(APPEND, tape, x)
    inner.emit(POP, tape, type=FLOAT)
    inner.perform(APPEND, tape, x)
    b.loop((Const(0), Const(3), Const(1)), [], inner.block((i,), ()), [], exits=False)
    assert primitives(prune(function(b, [x], x))) == []


def test_operations_that_nothing_mentions_vanish_with_what_they_alone_mention():
    b, (x,) = start(FLOAT)
    tape = b.emit(LIST, type=List(FLOAT))
    inner, i = Builder(), Var("i", INT)
    inner.perform(APPEND, tape, x)
    inner.emit(MULTIPLY, inner.emit(ADD, x, x), x)
    inner.emit(POP, tape, type=FLOAT)
    inner.emit(CALL_PYTHON, Const(print, name="print"), x, type=NONE)
    b.loop((Const(0), Const(3), Const(1)), [], inner.block((i,), ()), [], exits=False)
    b.emit(ADD, b.emit(MULTIPLY, x, Const(2.0)), x)
    kept = b.emit(MULTIPLY, x, x)
    program = check(drop_unused(function(b, [x], kept)))
    assert primitives(program) == [LIST, LOOP, APPEND, POP, CALL_PYTHON, MULTIPLY]


def test_a_tape_that_is_read_stays_in_balance():
    b, (x,) = start(FLOAT)
    tape = b.emit(LIST, type=List(FLOAT))
    for _ in range(2):
        b.perform(APPEND, tape, x)
    b.emit(POP, tape, type=FLOAT)
    last = b.emit(POP, tape, type=FLOAT)
    assert primitives(prune(function(b, [x], last))) == [LIST, APPEND, APPEND, POP, POP]


def test_writes_live_as_long_as_their_memory_is_seen():
    b, (x,) = start(VECTOR)
    own, other = b.emit(COPY, x), b.emit(COPY, x)
    b.perform(SETITEM, own, Const(0), Const(5.0))
    b.perform(SETITEM, b.emit(GETITEM, other, Const(slice(1, None))), Const(0), Const(5.0))
    b.perform(SETITEM, x, Const(0), Const(7.0))
    result = b.emit(GETITEM, other, Const(1))
    after = prune(function(b, [x], result))
    assert primitives(after) == [COPY, GETITEM, SETITEM, SETITEM, GETITEM]
    given = X.copy()
    assert run(after, given) == 5.0 and given[0] == 7.0


def test_the_fill_value_of_full_like_is_read():
    b, (x,) = start(VECTOR)
    fill = b.emit(ZEROS_LIKE, x)
    b.perform(SETITEM, fill, Const(0), Const(5.0))
    result = b.emit(FULL_LIKE, x, fill)
    assert run(prune(function(b, [x], result)), X)[0] == 5.0


def test_memory_that_is_read_by_an_index_lives():
    integers = Array("int64", (Dim("k.0", 0, False),))
    b, (x, k) = start(VECTOR, integers)
    own = b.emit(COPY, k)
    b.perform(SETITEM, own, Const(0), Const(2))
    result = b.emit(GETITEM, x, b.emit(TUPLE, own))
    assert run(prune(function(b, [x, k], result)), X, np.array([0, 1]))[0] == 3.0


def test_effects_stay_and_unused_carried_values_go():
    b, (x,) = start(FLOAT)
    inner, i, p, q = Builder(), Var("i", INT), Var("p", FLOAT), Var("q", FLOAT)
    inner.emit(CALL_PYTHON, Const(print, name="print"), i, type=NONE)
    more, rest = inner.emit(ADD, p, x), inner.emit(ADD, q, x)
    results = [Var("p", FLOAT), Var("q", FLOAT)]
    b.loop((Const(0), Const(2), Const(1)), [x, x], inner.block((i, p, q), (more, rest)), results, exits=False)
    after = check(prune(function(b, [x], results[0])))
    assert primitives(after) == [LOOP, CALL_PYTHON, ADD]
    assert len(after.body.ops[0].results) == 1


def test_a_loop_for_its_exit_stays_whole():
    b, (x,) = start(FLOAT)
    inner, i, p = Builder(), Var("i", INT), Var("p", INT)
    result = Var("p", INT)
    b.loop(None, [Const(0)], inner.block((p,), (Const(True), Const(1))), [result], exits=True)
    assert run(prune(function(b, [x], result)), 1.0) == 1
    assert i.type == INT


# ------------------------------------------------------------------ share


def test_equal_operations_are_one_but_not_across_writes():
    b, (x,) = start(VECTOR)
    own = b.emit(COPY, x)
    before, same = b.emit(MULTIPLY, own, Const(2.0)), b.emit(MULTIPLY, Const(2.0), own)
    b.perform(ADDAT, b.emit(GETITEM, own, Const(slice(1, None))), Const(0), Const(1.0))
    after = b.emit(MULTIPLY, own, Const(2.0))
    result = b.emit(ADD, b.emit(ADD, before, same), after)
    program = function(b, [x], result)
    assert primitives(share(program)).count(MULTIPLY) == 2
    np.testing.assert_array_equal(run(share(program), X), run(program, X))


def test_views_of_the_same_cells_are_read_alike_until_they_are_written():
    b, (x, y) = start(VECTOR, VECTOR)
    cut = Const(slice(1, 3))
    view = Array("float64", (Dim(None),))
    squares = []
    for _ in range(2):
        squares.append(b.emit(MULTIPLY, *(b.emit(GETITEM, x, cut, type=view) for _ in range(2)), type=view))
    b.perform(SETITEM, y, Const(0), Const(7.0))  # another argument: apart
    squares.append(b.emit(MULTIPLY, *(b.emit(GETITEM, x, cut, type=view) for _ in range(2)), type=view))
    b.perform(SETITEM, x, Const(1), Const(5.0))
    squares.append(b.emit(MULTIPLY, *(b.emit(GETITEM, x, cut, type=view) for _ in range(2)), type=view))
    total = squares[0]
    for k, square in enumerate(squares[1:], 1):
        total = b.emit(ADD, total, b.emit(DIVIDE, square, Const(7.0**k), type=view), type=view)
    program = function(b, [x, y], total)
    shared = check(prune(share(program)))
    assert primitives(shared).count(MULTIPLY) == 2
    assert np.array_equal(run(shared, X.copy(), X.copy()), run(program, X.copy(), X.copy()))


def test_equality_is_the_same_from_both_sides_while_nothing_is_written():
    b, (x, y) = start(VECTOR, VECTOR)
    first = b.emit(EQUAL, x, y)
    second = b.emit(EQUAL, y, x)
    b.perform(SETITEM, x, Const(0), Const(7.0))
    third = b.emit(EQUAL, y, x)
    total = b.emit(ADD, b.emit(ADD, b.emit(MULTIPLY, first, Const(1.0)), second), b.emit(MULTIPLY, third, Const(4.0)))
    shared = check(prune(share(function(b, [x, y], total))))
    assert primitives(shared).count(EQUAL) == 2
    assert list(run(shared, X.copy(), X.copy())) == [2.0, 6.0, 6.0, 6.0]


def test_a_loop_that_writes_separates_its_trips():
    b, (x,) = start(VECTOR)
    own = b.emit(COPY, x)
    first = b.emit(MULTIPLY, own, Const(2.0))
    inner, i, s, result = Builder(), Var("i", INT), Var("s", VECTOR), Var("s", VECTOR)
    again = inner.emit(MULTIPLY, own, Const(2.0))
    inner.perform(SETITEM, own, i, Const(0.0))
    body = inner.block((i, s), (inner.emit(ADD, s, again),))
    b.loop((Const(0), Const(2), Const(1)), [first], body, [result], exits=False)
    program = function(b, [x], b.emit(ADD, result, first))
    np.testing.assert_array_equal(run(share(program), X), run(program, X))


def test_memory_for_writing_is_never_shared():
    b, (x,) = start(VECTOR)
    one, two = b.emit(ADD, x, x), b.emit(ADD, x, x)
    b.perform(SETITEM, one, Const(0), Const(9.0))
    lists = [b.emit(LIST, type=List(FLOAT)) for _ in range(2)]
    b.perform(APPEND, lists[0], Const(1.0))
    n = b.emit(LENGTH, lists[1])
    program = function(b, [x], b.emit(TUPLE, two, n))
    shared = run(share(program), X)
    assert shared[0][0] == 2.0 and shared[1] == 0


def test_two_results_are_two_arrays():
    b, (x,) = start(VECTOR)
    program = function(b, [x], b.emit(TUPLE, b.emit(ADD, x, x), b.emit(ADD, x, x)))
    one, two = run(share(program), X)
    assert not np.may_share_memory(one, two)


def test_constants_of_different_signs_or_types_differ():
    b, (x,) = start(FLOAT)
    parts = [b.emit(MULTIPLY, x, Const(c)) for c in (0.0, -0.0, 0, False)]
    program = function(b, [x], b.emit(TUPLE, *parts))
    assert primitives(share(program)).count(MULTIPLY) == 4


def test_what_one_arm_computes_is_unknown_to_the_other():
    b, (x,) = start(FLOAT)
    arms, result = [], Var("r", FLOAT)
    for _ in range(2):
        inner = Builder()
        arms.append(inner.block((), (inner.emit(MULTIPLY, x, x),)))
    b.branch(Const(True), *arms, [result])
    check(share(function(b, [x], result)))


# ------------------------------------------------------------------ fold


def test_decided_control_flow_goes():
    b, (x,) = start(FLOAT)
    then, orelse, chosen = Builder(), Builder(), Var("c", FLOAT)
    b.branch(Const(False), then.block((), (UNDEF,)), orelse.block((), (orelse.emit(ADD, x, x),)), [chosen])
    never, inner, i, p = Var("n", FLOAT), Builder(), Var("i", INT), Var("p", FLOAT)
    body = inner.block((i, p), (inner.emit(ADD, p, x),))
    b.loop((Const(3), Const(3), Const(1)), [chosen], body, [never], exits=False)
    after = fold(function(b, [x], never))
    assert primitives(after) == [ADD] and run(after, 2.0) == 4.0


def test_carried_values_that_stay_and_equal_yields_go():
    b, (x, y) = start(FLOAT, FLOAT)
    inner, i, p, q = Builder(), Var("i", INT), Var("p", FLOAT), Var("q", FLOAT)
    same = Var("same", FLOAT)
    inner.branch(i, Builder().block((), (p,)), Builder().block((), (p,)), [same])
    results = [Var("p", FLOAT), Var("q", FLOAT)]
    body = inner.block((i, p, q), (same, inner.emit(ADD, q, p)))
    b.loop((Const(0), Const(3), Const(1)), [x, y], body, results, exits=False)
    program = function(b, [x, y], b.emit(ADD, *results))
    after = check(fold(program))
    assert IF not in primitives(after) and len(after.body.ops[0].results) == 1
    assert run(after, 2.0, 1.0) == run(program, 2.0, 1.0) == 9.0
