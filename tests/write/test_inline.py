"""Where values are put back into expressions: what runs once runs once, and where it gives what it gave."""

from __future__ import annotations

import math

import numpy as np

import gradscribe
from gradscribe.ir.build import Builder
from gradscribe.ir.nodes import Block, Const
from gradscribe.ir.primitives import (
    ADD,
    APPEND,
    COPY,
    GETITEM,
    GREATER,
    LENGTH,
    LIST,
    MULTIPLY,
    POP,
    SETITEM,
    SUBTRACT,
    TUPLE,
)
from gradscribe.ir.types import BOOL, FLOAT, INT, List, Scalar

from .making import VECTOR, arm, function, user, value
from .oracle import agrees


def test_a_pop_is_not_written_again_with_what_it_goes_into() -> None:
    x = user("x")
    builder = Builder()
    tape = builder.emit(LIST, Const(3), type=List(INT), hint="tape")
    last = builder.emit(SUBTRACT, builder.emit(POP, tape, type=INT), Const(1), type=INT)
    positive = builder.emit(GREATER, x, Const(0.0), type=BOOL)
    (chosen,) = results = [value("chosen", INT)]
    builder.branch(positive, arm(do=lambda b: [b.emit(ADD, last, Const(5), type=INT)]), arm(last), results)
    written = agrees(function([x], builder, builder.emit(TUPLE, chosen, last)), 1.0)
    assert written.text.count(".pop()") == 1


def test_a_view_that_is_written_again_reads_at_each_place() -> None:
    """The list is changed between the view of its entry and what is taken from that view at two places."""
    x = user("x", VECTOR)
    builder = Builder()
    things = builder.emit(LIST, x, type=List(VECTOR), hint="things")
    entry = builder.emit(GETITEM, things, Const(-1), type=VECTOR)
    tail = builder.emit(GETITEM, entry, Const(slice(1, None)))
    builder.perform(APPEND, things, builder.emit(MULTIPLY, x, x, type=VECTOR))
    first, second = (builder.emit(GETITEM, tail, Const(k), type=FLOAT) for k in (0, 1))
    total = builder.emit(ADD, first, second, type=FLOAT, hint="s", named=True)
    agrees(function([x], builder, builder.emit(TUPLE, total, things)), np.arange(1.0, 4.0))


def test_a_pop_is_not_put_into_an_arm() -> None:
    x = user("x")
    builder = Builder()
    tape = builder.emit(LIST, Const(3.0), x, type=List(FLOAT), hint="tape")
    popped = builder.emit(POP, tape, type=FLOAT)
    positive = builder.emit(GREATER, x, Const(0.0), type=BOOL)
    (chosen,) = results = [value("chosen")]
    builder.branch(positive, arm(Const(1.0)), arm(popped), results)
    rest = builder.emit(LENGTH, tape, type=INT)
    agrees(function([x], builder, builder.emit(TUPLE, chosen, rest)), 1.0)


def test_a_pop_goes_where_its_value_is_used() -> None:
    x = user("x", VECTOR)
    builder = Builder()
    own = builder.emit(COPY, x, hint="u", named=True)
    tape = builder.emit(LIST, builder.emit(COPY, x), type=List(VECTOR), hint="u_tape")
    popped = builder.emit(POP, tape, type=VECTOR)
    builder.perform(SETITEM, own, Const(0), Const(2.0))
    builder.perform(SETITEM, own, Const(...), popped)
    text = agrees(function([x], builder, own), np.arange(3.0)).text
    assert "u[...] = u_tape.pop()" in text


def test_a_pop_does_not_pass_what_looks_at_the_list() -> None:
    x = user("x")
    builder = Builder()
    tape = builder.emit(LIST, Const(3.0), x, type=List(FLOAT), hint="tape")
    popped = builder.emit(POP, tape, type=FLOAT)
    rest = builder.emit(LENGTH, tape, type=INT, hint="rest", named=True)
    twice = builder.emit(MULTIPLY, popped, rest, type=FLOAT, hint="y", named=True)
    agrees(function([x], builder, builder.emit(TUPLE, twice, tape)), 5.0)


def test_an_index_is_written_where_it_is_used() -> None:
    x, i = user("x", VECTOR), user("i", INT)
    builder = Builder()
    before = builder.emit(SUBTRACT, i, Const(1), type=INT)
    for k in range(4):
        old = builder.emit(GETITEM, x, before, type=Scalar("f", "float64"))
        builder.perform(SETITEM, x, before, builder.emit(ADD, old, Const(float(k))))
    text = agrees(function([x, i], builder, x), np.arange(3.0), 2).text
    assert text.count("x[i - 1]") >= 4


def test_a_loop_inside_counts_with_another_name() -> None:
    x = user("x")
    outer, inner, builder = Builder(), Builder(), Builder()
    j, k, s, r = value("i", INT), value("i", INT), user("s"), user("s")
    product = inner.emit(ADD, r, k, type=FLOAT, hint="s", named=True)
    start = outer.emit(ADD, s, j, type=FLOAT, hint="s", named=True)
    (ended,) = end = [user("s")]
    bounds = (Const(0), Const(3), Const(1))
    outer.loop(bounds, [start], inner.block((k, r), (product,)), end, exits=False)
    (result,) = results = [user("s")]
    builder.loop(bounds, [x], outer.block((j, s), (ended,)), results, exits=False)
    text = agrees(function([x], builder, result), 1.0).text
    assert "for i in range(3):" in text and "for i_1 in range(3):" in text


def lecture(x1, x2):
    return x1 * x2 + math.sin(x1)


def test_line_by_line() -> None:
    backward, forward = (gradscribe.derive(lecture, mode, (0, 1), optimize=False) for mode in ("reverse", "forward"))
    assert abs(backward(2.0, 3.0)[0] - (3.0 + math.cos(2.0))) < 1e-15
    assert backward.source.partition("\n\n\n")[2] == (
        "def lecture_grad(x1, x2, seed=1.0):\n"
        "    # forward\n"
        "    t = x1 * x2\n"
        "    t_1 = math.sin(x1)\n"
        "    result = t + t_1\n"
        "    # reverse\n"
        "    t_2 = math.cos(x1)\n"
        "    bx1 = seed * t_2\n"
        "    t_3 = seed * x2\n"
        "    bx1 += t_3\n"
        "    bx2 = seed * x1\n"
        "    return bx1, bx2\n"
    )
    forward(2.0, 3.0, 1.0, 0.0)
    assert forward.source.partition("\n\n\n")[2] == (
        "def lecture_jvp(x1, x2, dx1, dx2):\n"
        "    t = x1 * x2\n"
        "    t_1 = dx1 * x2\n"
        "    t_2 = dx2 * x1\n"
        "    dt = t_1 + t_2\n"
        "    t_3 = math.sin(x1)\n"
        "    t_4 = math.cos(x1)\n"
        "    dt_1 = dx1 * t_4\n"
        "    result = t + t_3\n"
        "    dresult = dt + dt_1\n"
        "    return result, dresult\n"
    )


def stencil(u, c, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] * c + 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2]) * u[1:-1]
    return np.sum(u * u)


def test_one_statement_of_the_users_is_one_statement() -> None:
    gradient = gradscribe.grad(stencil, (0, 1))
    gradient(np.ones(7), 0.3, 2)
    text = gradient.source
    assert "        u[1:-1] = u[1:-1] * c + 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2]) * u[1:-1]\n" in text
    assert "        u[1:-1] = u_tape[trip]" in text
    assert "    bu = 2.0 * seed * u" in text


def test_choices_are_blocks_line_by_line() -> None:
    x = user("x")
    builder = Builder()
    (chosen,) = results = [value("y")]
    builder.branch(builder.emit(GREATER, x, Const(0.0), type=BOOL), Block((), (), (x,)), arm(Const(0.0)), results)
    assert " else " not in agrees(function([x], builder, chosen), 1.0, statements=True).text


def blocks(x: np.ndarray, b: int, n: int) -> float:
    total = 0.0
    for i in range(n):
        row = x[2 * i + 1]
        total += np.sum(row[b : 2 * b] ** 3 * row[3 * b : 4 * b])
    return total


def test_index_arithmetic_stands_where_it_is_used() -> None:
    source = gradscribe.grad(blocks).source_for(np.ones((4, 8)), 2, 2)
    reverse = source[source.index("bx = ") :]
    assert "[2 * i + 1, 3 * b : 4 * b] +=" in reverse and "[2 * i + 1, b : 2 * b] +=" in reverse
    assert "slice(" not in reverse
