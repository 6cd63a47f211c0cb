"""What depends on what, on small hand-made programs."""

from __future__ import annotations

from programs import function

from gradscribe.analyse.activity import useful, varied
from gradscribe.ir.build import Builder
from gradscribe.ir.nodes import Block, Callee, Const, Var
from gradscribe.ir.primitives import (
    ADD,
    CALL,
    CALL_PYTHON,
    FLOAT_OF,
    GETITEM,
    INT_OF,
    LENGTH,
    LESS,
    LIST,
    MULTIPLY,
    SETITEM,
    ZEROS_LIKE,
)
from gradscribe.ir.types import FLOAT, INT, OBJECT, Array, Dim, List

VECTOR = Array("float64", (Dim("x.0", 0, False),))


def test_only_continuous_values_are_active():
    x, b = Var("x", FLOAT), Builder()
    y, n, less = b.emit(MULTIPLY, x, Const(2.0)), b.emit(INT_OF, x), b.emit(LESS, x, Const(0.0))
    z = b.emit(ADD, y, n)
    found = varied(function(b, [x], z), [x])
    assert list(found) == [x, y, z] or set(found) == {x, y, z}
    assert n not in found and less not in found


def test_shapes_cut():
    x, b = Var("x", VECTOR), Builder()
    zeros, n = b.emit(ZEROS_LIKE, x), b.emit(LENGTH, x)
    other = b.emit(MULTIPLY, zeros, n)
    assert set(varied(function(b, [x], other), [x])) == {x}


def test_memory_makes_every_alias_active():
    x, a, b = Var("x", FLOAT), Var("a", VECTOR), Builder()
    before = b.emit(GETITEM, a, Const(slice(1, None)))
    b.perform(SETITEM, a, Const(0), x)
    read = b.emit(GETITEM, before, Const(0))
    f = function(b, [x, a], read)
    assert set(varied(f, [x])) == {x, a, before, read}
    assert set(useful(f)) == {x, a, before, read}


def test_a_list_that_holds_a_written_array_is_active():
    x, a, b = Var("x", FLOAT), Var("a", VECTOR), Builder()
    xs = b.emit(LIST, a, type=List(VECTOR))
    b.perform(SETITEM, a, Const(0), x)
    assert xs in varied(function(b, [x, a], xs), [x])


def test_loops_go_to_a_fixed_point():
    x, b, inner = Var("x", FLOAT), Builder(), Builder()
    i, p, q = Var("i", INT), Var("p", FLOAT), Var("q", FLOAT)
    rp, rq = Var("p", FLOAT), Var("q", FLOAT)
    body = Block((i, p, q), tuple(inner.ops), (q, x))
    b.loop((Const(0), Const(3), Const(1)), [Const(0.0), Const(0.0)], body, [rp, rq], exits=False)
    assert set(varied(function(b, [x], rp), [x])) == {x, p, q, rp, rq}


def test_what_the_result_does_not_depend_on_is_useless():
    x, y, b = Var("x", FLOAT), Var("y", FLOAT), Builder()
    one, two = b.emit(ADD, x, x), b.emit(ADD, y, y)
    assert set(useful(function(b, [x, y], one))) == {x, one}
    assert two not in useful(function(b, [x, y], one))


def test_calls_by_operand():
    p, q, inner = Var("p", FLOAT), Var("q", FLOAT), Builder()
    callee = function(inner, [p, q], inner.emit(ADD, p, Const(1.0)), "callee")
    x, y, b = Var("x", FLOAT), Var("y", FLOAT), Builder()
    got = b.emit(CALL, x, y, static=Callee("callee", callee), type=FLOAT)
    f = function(b, [x, y], got)
    assert got in varied(f, [x]) and got not in varied(f, [y])


def test_a_derivative_lost_in_an_object_is_reported():
    x, b = Var("x", FLOAT), Builder()
    text = b.emit(CALL_PYTHON, Const(str), x, type=OBJECT)
    lost = b.emit(FLOAT_OF, text)
    found = varied(function(b, [x], lost), [x])
    assert [op.primitive for op in found.laundering] == [FLOAT_OF]
    assert text in found.tainted and text not in found
