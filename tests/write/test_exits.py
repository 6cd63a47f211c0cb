"""Exit flags become `break` where nothing else is left to do, and stay flags where something is."""

from __future__ import annotations

import numpy as np

from gradscribe.ir.build import NONE, UNDEF, Builder
from gradscribe.ir.nodes import Block, Const, Function
from gradscribe.ir.primitives import (
    ADD,
    ADDAT,
    APPEND,
    DIVIDE,
    GETITEM,
    GREATER,
    LENGTH,
    LESS,
    LIST,
    MULTIPLY,
    NOT,
    SUBTRACT,
    TUPLE,
)
from gradscribe.ir.types import BOOL, FLOAT, INT, List

from .making import VECTOR, arm, function, user, value
from .oracle import agrees

TRUE, FALSE = Const(True), Const(False)


def newton() -> Function:
    a, r, new, r_next, end = user("a"), user("r"), user("new"), user("r"), value("end", BOOL)
    body, builder = Builder(), Builder()
    quotient = body.emit(DIVIDE, a, r, type=FLOAT)
    latest = body.emit(
        MULTIPLY, Const(0.5), body.emit(ADD, r, quotient, type=FLOAT), type=FLOAT, hint="new", named=True
    )
    gap = body.emit(SUBTRACT, latest, r, type=FLOAT)
    near = body.emit(LESS, body.emit(MULTIPLY, gap, gap, type=FLOAT), Const(1e-24), type=BOOL, hint="took")
    body.branch(near, arm(TRUE, r), arm(FALSE, latest), [end, r_next])
    results = [user("r"), user("new")]
    builder.loop(None, [a, UNDEF], body.block((r, new), (end, r_next, latest)), results, exits=True)
    return function([a], builder, results[1], "newton")


def test_a_convergence_loop_breaks() -> None:
    written = agrees(newton(), 2.0)
    assert written.text == (
        "def newton(a):\n"
        "    r = a\n"
        "    while True:\n"
        "        new = 0.5 * (r + a / r)\n"
        "        took = new - r\n"
        "        if took * took < 1e-24:\n"
        "            break\n"
        "        r = new\n"
        "    return new\n"
    )


def countdown(effect_behind: bool = False) -> Function:
    """while n > 0: s = s * 2; n = n - 1 (and a write behind the test, or not)."""
    n, count, s, end = user("n", INT), user("n", INT), user("s"), value("end", BOOL)
    x = user("x", VECTOR)
    body, builder = Builder(), Builder()
    goes_on = body.emit(GREATER, count, Const(0), type=BOOL, hint="took")
    s_next, n_next = user("s"), user("n", INT)

    def trip(b: Builder) -> list[object]:
        doubled = b.emit(MULTIPLY, s, Const(2.0), type=FLOAT, hint="s", named=True)
        return [FALSE, doubled, b.emit(SUBTRACT, count, Const(1), type=INT, hint="n", named=True)]

    body.branch(goes_on, arm(do=trip), arm(TRUE, s, count), [end, s_next, n_next])  # type: ignore[arg-type]
    if effect_behind:
        body.perform(ADDAT, x, Const(0), Const(1.0))
    results = [user("s"), user("n", INT)]
    builder.loop(None, [Const(1.0), n], body.block((s, count), (end, s_next, n_next)), results, exits=True)
    return function([n, x], builder, results[0])


def test_a_leading_test_is_the_condition() -> None:
    written = agrees(countdown(), 5, np.zeros(2))
    assert "    while n > 0:\n        s = s * 2.0\n        n = n - 1\n    return s\n" in written.text


def test_no_break_where_something_follows() -> None:
    written = agrees(countdown(effect_behind=True), 5, np.zeros(2))
    assert "while True" in written.text
    assert written.text.index("x[0] += 1.0") < written.text.index("break")


def search(behind: str) -> Function:
    """A loop with an exit in a branch and a guard behind it."""
    xs, level = user("xs", VECTOR), user("level")
    total, i = user("total"), value("i", INT)
    builder, body = Builder(), Builder()
    n = builder.emit(LENGTH, xs)
    log = builder.emit(LIST, type=List(FLOAT), hint="log")
    x = body.emit(GETITEM, xs, i, hint="x", named=True)
    new = body.emit(ADD, total, x, type=FLOAT, hint="total", named=True)
    high = body.emit(GREATER, new, level, type=BOOL, hint="took")
    flag, kept = value("end", BOOL), user("total")
    low = body.emit(LESS, new, Const(-9.0), type=BOOL, hint="took")
    neither, inner = value("end", BOOL), user("total")

    def nested(b: Builder) -> list[object]:
        b.branch(low, arm(TRUE, Const(0.0)), arm(FALSE, new), [neither, inner])
        return [neither, inner]

    body.branch(high, arm(TRUE, new), arm(do=nested), [flag, kept])  # type: ignore[arg-type]
    end, last = value("end", BOOL), user("total")

    def rest(b: Builder) -> list[object]:
        b.perform(APPEND, log, kept)
        return [FALSE, b.emit(MULTIPLY, kept, Const(0.5), type=FLOAT, hint="total", named=True)]

    if behind == "unguarded":
        body.perform(APPEND, log, kept)
    body.branch(flag, arm(TRUE, kept), arm(do=rest), [end, last])  # type: ignore[arg-type]
    result = user("total")
    builder.loop((Const(0), n, Const(1)), [Const(0.0)], body.block((i, total), (end, last)), [result], exits=True)
    pair = builder.emit(TUPLE, result, log, hint="result")
    return function([xs, level], builder, pair)


def test_exits_at_two_depths_with_a_guard() -> None:
    for xs in ([1.0, 2.0, 3.0], [1.0, -30.0, 3.0], [0.1, 0.1, 0.1], []):
        written = agrees(search("guarded"), np.array(xs), 2.0)
    assert written.text.count("break") == 2
    assert "for x in xs:" in written.text and "end =" not in written.text


def test_an_effect_between_exit_and_guard_keeps_the_flag() -> None:
    for xs in ([1.0, 2.0, 3.0], [1.0, -30.0, 3.0], [0.1, 0.1, 0.1], []):
        written = agrees(search("unguarded"), np.array(xs), 2.0)
    assert "end = True" in written.text and "if end:" in written.text


def test_an_exit_that_is_always_taken() -> None:
    i, s, x = value("i", INT), user("s"), user("x")
    body, builder = Builder(), Builder()
    s_next = body.emit(ADD, s, x, type=FLOAT, hint="s", named=True)
    result = user("s")
    builder.loop((Const(0), Const(5), Const(1)), [Const(0.0)], body.block((i, s), (TRUE, s_next)), [result], exits=True)
    written = agrees(function([x], builder, result), 1.5)
    assert written.text.rstrip().endswith("break\n    return s")


def test_early_returns() -> None:
    x, result = user("x"), value("_rv")
    builder = Builder()
    low = builder.emit(LESS, x, Const(0.0), type=BOOL, hint="took")
    builder.branch(low, arm(Const(0.0)), arm(do=lambda b: [b.emit(MULTIPLY, x, x, type=FLOAT)]), [result])
    made = function([x], builder, result)
    written = agrees(made, 2.0)
    agrees(made, -2.0)
    assert written.text == "def f(x):\n    return 0.0 if x < 0.0 else x * x\n"


def test_a_choice_reads_as_and_or() -> None:
    x, y = user("x"), user("y")
    builder = Builder()
    left = builder.emit(LESS, x, Const(0.0), type=BOOL)
    both, either, out = value("t", BOOL), value("t", BOOL), user("z")
    builder.branch(left, arm(do=lambda b: [b.emit(LESS, y, Const(0.0), type=BOOL)]), arm(FALSE), [both])
    other = builder.emit(GREATER, x, y, type=BOOL)
    builder.branch(both, arm(TRUE), arm(do=lambda b: [b.emit(NOT, other, type=BOOL)]), [either])
    builder.branch(either, arm(x), arm(y), [out])
    made = function([x, y], builder, out)
    for args in ((1.0, 2.0), (-1.0, -2.0), (2.0, 1.0)):
        written = agrees(made, *args)
    assert "x < 0.0 and y < 0.0 or not x > y" in written.text


def test_values_without_a_value() -> None:
    """A name that has no value is passed on to another name: it must be given one."""
    x, first, second = user("x"), user("first"), user("second")
    builder, i = Builder(), value("i", INT)
    a, b = user("first"), user("second")
    body = Builder()
    made = body.emit(ADD, x, i, type=FLOAT, hint="first", named=True)
    builder.loop(
        (Const(0), Const(3), Const(1)), [UNDEF, UNDEF], body.block((i, a, b), (made, a)), [first, second], exits=False
    )
    written = agrees(function([x], builder, second), 1.5)
    assert "first = None" in written.text


def test_nothing_to_return() -> None:
    x = user("x", VECTOR)
    builder = Builder()
    builder.perform(ADDAT, x, Const(0), Const(1.0))
    written = agrees(function([x], builder, NONE), np.zeros(2))
    assert written.text == "def f(x):\n    x[0] += 1.0\n    return\n"


def test_a_loop_without_a_use_is_gone() -> None:
    x, i, p, r = user("x"), value("i", INT), value("s"), value("s")
    builder = Builder()
    builder.loop((Const(0), Const(3), Const(1)), [x], Block((i, p), (), (p,)), [r], exits=False)
    assert agrees(function([x], builder, x), 2.0).text == "def f(x):\n    return x\n"
