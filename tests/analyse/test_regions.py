"""Which values share memory, on small hand-made programs."""

from __future__ import annotations

import inspect

import numpy as np

from gradscribe.analyse.regions import regions
from gradscribe.ir.build import Builder
from gradscribe.ir.check import check
from gradscribe.ir.nodes import Block, Callee, Const, Function, Parameter, Var
from gradscribe.ir.primitives import (
    ADD,
    ADDAT,
    APPEND,
    CALL,
    CALL_PYTHON,
    COPY,
    EXTERNAL,
    GETITEM,
    LIST,
    MULTIPLY,
    POP,
    SETITEM,
    External,
)
from gradscribe.ir.types import FLOAT, INT, OBJECT, Array, Dict, Dim, List

VECTOR = Array("float64", (Dim("x.0", 0, False),))
POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD


def function(builder, params, result, name="f"):
    parameters = tuple(Parameter(p, POSITIONAL) for p in params)
    return check(Function(name, parameters, Block(tuple(params), tuple(builder.ops), (result,))))


def test_views_share_and_copies_do_not():
    x, b = Var("x", VECTOR), Builder()
    view = b.emit(GETITEM, x, Const(slice(1, -1)))
    copy = b.emit(COPY, x)
    total = b.emit(ADD, x, view)
    b.perform(ADDAT, view, Const(0), Const(1.0))
    found = regions(function(b, [x], total))
    assert found.of(x) is found.of(view)
    assert found.of(copy) is not found.of(x)
    assert found.of(total) is not found.of(x)
    assert found.is_written(x) and not found.is_written(total) and not found.is_written(copy)
    assert found.members(found.of(x)) == [x, view]
    assert [op.primitive for op in found.writes(found.of(x))] == [ADDAT]
    assert found.escapes(x) and found.escapes(total) and not found.escapes(copy)


def test_a_fancy_index_copies():
    x, i, b = Var("x", VECTOR), Var("i", Array("int64", (Dim(),))), Builder()
    fancy = b.emit(GETITEM, x, i)
    found = regions(function(b, [x, i], fancy))
    assert found.of(fancy) is not found.of(x)


def test_fields_of_a_structure_are_apart():
    p, b = Var("p", Dict(("W", "b"), (VECTOR, VECTOR))), Builder()
    w, c, again = b.emit(GETITEM, p, Const("W")), b.emit(GETITEM, p, Const("b")), b.emit(GETITEM, p, Const("W"))
    b.perform(SETITEM, w, Const(0), Const(1.0))
    found = regions(function(b, [p], c))
    assert found.of(w) is found.of(again) is not found.of(c)
    assert found.is_written(again) and not found.is_written(c)


def test_entries_of_a_list_share():
    x, y, b = Var("x", VECTOR), Var("y", VECTOR), Builder()
    xs = b.new_list(VECTOR, x)
    b.perform(APPEND, xs, y)
    got = b.emit(POP, xs, type=VECTOR)
    b.perform(SETITEM, got, Const(0), Const(1.0))
    found = regions(function(b, [x, y], xs))
    assert found.of(x) is found.of(y) is found.of(got) is not found.of(xs)
    assert found.is_written(x) and found.is_written(xs)
    assert [op.primitive for op in found.writes(found.of(xs))] == [APPEND, POP]


def test_loop_carried_values_share():
    x, b, inner = Var("x", VECTOR), Builder(), Builder()
    i, s, result = Var("i", INT), Var("s", VECTOR), Var("s", VECTOR)
    inner.perform(SETITEM, s, i, Const(0.0))
    new = inner.emit(MULTIPLY, s, Const(2.0))
    b.loop((Const(0), Const(3), Const(1)), [x], inner.block((i, s), (new,)), [result], exits=False)
    found = regions(function(b, [x], result))
    assert found.of(x) is found.of(s) is found.of(new) is found.of(result)
    assert found.is_written(result)


def test_an_opaque_call_clobbers_what_it_is_given_but_print_does_not():
    x, y, b = Var("x", VECTOR), Var("y", VECTOR), Builder()
    b.emit(CALL_PYTHON, Const(print), y, type=OBJECT)
    b.emit(CALL_PYTHON, Const(np.random.shuffle), x, type=OBJECT)
    found = regions(function(b, [x, y], y))
    assert found.is_clobbered(x) and not found.is_clobbered(y) and not found.is_written(y)


def test_externals_are_foreign_and_known_by_where_they_are():
    owner, b = {}, Builder()
    one, two = (b.emit(EXTERNAL, type=VECTOR, static=External("g", owner)) for _ in range(2))
    other = b.emit(EXTERNAL, type=VECTOR, static=External("h", owner))
    found = regions(function(b, [], one))
    assert found.of(one) is found.of(two) is not found.of(other)
    assert found.is_foreign(one) and found.escapes(other)


def test_a_callee_is_looked_into():
    inner, p, v = Builder(), Var("p", VECTOR), Var("v", FLOAT)
    view = inner.emit(GETITEM, p, Const(slice(1, None)))
    inner.perform(SETITEM, p, Const(0), v)
    callee = function(inner, [p, v], view, "callee")
    x, y, b = Var("x", VECTOR), Var("y", VECTOR), Builder()
    got = b.emit(CALL, x, Const(1.0), static=Callee("callee", callee), type=VECTOR)
    found = regions(function(b, [x, y], y))
    assert found.of(got) is found.of(x) is not found.of(y)
    assert found.is_written(x) and [op.primitive for op in found.writes(found.of(x))] == [CALL]


def test_lists_made_by_list_hold_their_entries():
    x, b = Var("x", VECTOR), Builder()
    xs = b.emit(LIST, x, x, type=List(VECTOR))
    entry = b.emit(GETITEM, xs, Const(0))
    found = regions(function(b, [x], entry))
    assert found.of(entry) is found.of(x)
    assert [*found.contents(found.of(xs)).values()] == [found.of(x)]
