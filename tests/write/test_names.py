"""Names: the user's first, nothing hidden, and going out of SSA keeps the meaning."""

from __future__ import annotations

import ast
from inspect import Parameter as Kind

import numpy as np
import pytest

from gradscribe.errors import Location
from gradscribe.ir.build import Builder
from gradscribe.ir.nodes import Block, Callee, Const, Function, Parameter
from gradscribe.ir.primitives import (
    ADD,
    APPEND,
    CALL,
    CALL_METHOD,
    CALL_PYTHON,
    COMMENT,
    DICT,
    EXPRESSION,
    EXTERNAL,
    GETITEM,
    LENGTH,
    LIST,
    MULTIPLY,
    POP,
    RAISE,
    SETITEM,
    SUBTRACT,
    TUPLE,
    ExpressionSource,
    External,
)
from gradscribe.ir.types import FLOAT, INT, OBJECT, Dict, List, Tuple
from gradscribe.write import write

from .making import VECTOR, arm, function, user, value
from .oracle import agrees, made
from .programs import SIN


def test_a_swap_is_one_statement() -> None:
    n, i, a, b = user("n", INT), value("i", INT), user("a"), user("b")
    body, builder = Builder(), Builder()
    total = body.emit(ADD, a, b, type=FLOAT, hint="b", named=True)
    results = [user("a"), user("b")]
    builder.loop(
        (Const(0), n, Const(1)), [Const(0.0), Const(1.0)], body.block((i, a, b), (b, total)), results, exits=False
    )
    written = agrees(function([n], builder, results[0]), 9)
    assert "        a, b = b, a + b\n" in written.text


def test_three_values_rotate() -> None:
    n, i = user("n", INT), value("i", INT)
    a, b, c = user("a"), user("b"), user("c")
    builder, results = Builder(), [user("a"), user("b"), user("c")]
    inits = [Const(1.0), Const(2.0), Const(3.0)]
    builder.loop((Const(0), n, Const(1)), inits, Block((i, a, b, c), (), (b, c, a)), results, exits=False)
    whole = builder.emit(TUPLE, *results, hint="result")
    written = agrees(function([n], builder, whole), 4)
    assert "a, b, c = b, c, a" in written.text


@pytest.mark.parametrize("name", ["np", "len", "range", "math", "f", "float", "t", "seed"])
def test_parameters_keep_their_names(name: str) -> None:
    x, other = user(name, VECTOR), user("y")
    builder, body = Builder(), Builder()
    n = builder.emit(LENGTH, x)
    i, s, result = value("i", INT), user("s"), user("s")
    item = body.emit(GETITEM, x, i, type=FLOAT)
    new = body.emit(ADD, s, body.emit(SIN, item, type=FLOAT, style="np"), type=FLOAT, hint="s", named=True)
    bounds = (Const(0), n, Const(1))
    builder.loop(bounds, [Const(float("inf"))], body.block((i, s), (new,)), [result], exits=False)
    written = agrees(function([x, other], builder, result), np.arange(3.0), 1.0)
    assert f"def f({name}, y)" in written.text


@pytest.mark.parametrize("name", ["np", "len", "for", "class", "1x", "a b", "f", "list"])
def test_locals_give_way(name: str) -> None:
    x = user("x", VECTOR)
    builder = Builder()
    local = builder.emit(MULTIPLY, x, Const(2.0), type=VECTOR, hint=name, named=True)
    n = builder.emit(LENGTH, local)
    t = builder.emit(SIN, local, type=VECTOR, style="np")
    agrees(function([x], builder, builder.emit(TUPLE, local, n, t, hint="result")), np.arange(3.0))


def test_two_user_names_are_not_merged() -> None:
    r, x = user("r"), user("x")
    builder, body = Builder(), Builder()
    i = value("i", INT)
    new = body.emit(ADD, r, x, type=FLOAT, hint="new", named=True)
    result = user("r")
    builder.loop((Const(0), Const(3), Const(1)), [x], body.block((i, r), (new,)), [result], exits=False)
    written = agrees(function([x], builder, result), 2.0)
    assert "new = r + x\n        r = new" in written.text


def test_unrelated_values_share_a_name() -> None:
    x = user("x")
    builder = Builder()
    first = builder.emit(ADD, x, x, type=FLOAT, hint="s", named=True)
    second = builder.emit(MULTIPLY, first, x, type=FLOAT, hint="s", named=True)
    builder.emit(MULTIPLY, second, x, type=FLOAT, hint="s", named=True)
    third = builder.emit(SUBTRACT, second, x, type=FLOAT, hint="s", named=True)
    written = agrees(function([x], builder, third), 2.0)
    assert written.text == "def f(x):\n    s = x + x\n    s = s * x\n    s = s - x\n    return s\n"


def test_a_clash_takes_a_number() -> None:
    x = user("x")
    builder = Builder()
    first = builder.emit(ADD, x, x, type=FLOAT, hint="s", named=True)
    second = builder.emit(MULTIPLY, first, x, type=FLOAT, hint="s", named=True)
    pair = builder.emit(TUPLE, first, second, hint="result")
    assert "s_1 = s * x" in agrees(function([x], builder, pair), 2.0).text


def test_externals_are_bound_by_the_caller() -> None:
    x = user("x")
    builder = Builder()
    ours, theirs = {"scale": 3.0, "x": 5.0}, {"scale": 4.0}
    read = [
        builder.emit(EXTERNAL, type=FLOAT, static=External("scale", ours), hint="scale"),
        builder.emit(EXTERNAL, type=FLOAT, static=External("scale", theirs), hint="scale"),
        builder.emit(EXTERNAL, type=FLOAT, static=External("x", ours), hint="x"),
        builder.emit(EXTERNAL, type=FLOAT, static=External("scale", ours), hint="scale"),
    ]
    written = agrees(function([x], builder, builder.emit(TUPLE, x, *read, hint="result")), 2.0)
    assert written.text == "def f(x):\n    return x, scale, scale_1, x_1, scale\n"
    assert list(written.externals) == ["scale", "scale_1", "x_1"]


def test_opaque_python() -> None:
    x = user("x", OBJECT)
    builder = Builder()
    builder.perform(CALL_PYTHON, Const(print, name="print"), Const("hello"), end=Const(""))
    parts = builder.emit(CALL_METHOD, x, Const(","), static="split", type=OBJECT, hint="parts")
    tree = ast.parse("[len(p) * k for k, p in enumerate(parts)]", mode="eval").body
    found = builder.emit(EXPRESSION, parts, static=ExpressionSource(tree, ("parts",)), type=OBJECT, hint="t")
    written = agrees(function([x], builder, found), "a,bb,c")
    assert 'print("hello", end="")' in written.text


def test_effects_keep_their_order() -> None:
    log: list[object] = []

    def note(thing: object) -> object:
        log.append(thing)
        return thing

    x = user("x")
    builder = Builder()
    callee = Const(note, name="note")
    first = builder.emit(CALL_PYTHON, callee, Const(1.0), type=FLOAT)
    second = builder.emit(CALL_PYTHON, callee, x, type=FLOAT)
    third = builder.emit(CALL_PYTHON, callee, Const(3.0), type=FLOAT)
    total = builder.emit(SUBTRACT, builder.emit(SUBTRACT, third, first, type=FLOAT), second, type=FLOAT)
    written = write(function([x], builder, total))
    assert made(written, "f")(2.0) == 0.0 and log == [1.0, 2.0, 3.0]


def test_pops_from_one_list_keep_their_order() -> None:
    x = user("x")
    builder = Builder()
    tape = builder.emit(LIST, x, Const(5.0), Const(7.0), type=List(FLOAT), hint="tape")
    first = builder.emit(POP, tape, type=FLOAT)
    second = builder.emit(POP, tape, type=FLOAT)
    agrees(function([x], builder, builder.emit(SUBTRACT, second, first, type=FLOAT)), 1.0)


def test_a_read_does_not_pass_a_write() -> None:
    x = user("x", VECTOR)
    builder = Builder()
    view = builder.emit(GETITEM, x, Const(slice(1, None)), hint="w")
    before = builder.emit(GETITEM, view, Const(0), type=FLOAT)
    builder.perform(SETITEM, x, Const(1), Const(9.0))
    after = builder.emit(GETITEM, view, Const(0), type=FLOAT)
    agrees(function([x], builder, builder.emit(SUBTRACT, before, after, type=FLOAT)), np.arange(4.0))


def test_a_tape_does_not_hold_up_what_it_holds() -> None:
    """Appending to a list changes the list, not the arrays in it: reads of these may move on."""
    x = user("x", VECTOR)
    builder = Builder()
    tape = builder.emit(LIST, type=List(VECTOR), hint="tape")
    t = builder.emit(MULTIPLY, x, x, type=VECTOR)
    builder.perform(APPEND, tape, x)
    result = builder.emit(ADD, t, x, type=VECTOR, hint="z", named=True)
    pair = builder.emit(TUPLE, result, tape, hint="result")
    assert "z = x * x + x" in agrees(function([x], builder, pair), np.arange(3.0)).text


def test_augmented_items() -> None:
    x = user("x", VECTOR)
    builder = Builder()
    for index, amount in ((Const(0), Const(2.0)), (Const(slice(1, None)), Const(3.0)), (Const(...), Const(0.5))):
        old = builder.emit(GETITEM, x, index)
        builder.perform(SETITEM, x, index, builder.emit(MULTIPLY, old, amount))
    text = agrees(function([x], builder, x), np.arange(3.0)).text
    assert "x[0] *= 2.0\n    x[1:] *= 3.0\n    x[...] *= 0.5\n" in text


def test_calls_are_printed_beside() -> None:
    a, b = user("a"), user("a")
    inner = Builder()
    square = function([a], inner, inner.emit(MULTIPLY, a, a, type=FLOAT), name="square")
    builder = Builder()
    once = builder.emit(CALL, b, static=Callee("square", square), type=FLOAT)
    twice = builder.emit(CALL, once, static=Callee("square", square), type=FLOAT, hint="twice", named=True)
    text = agrees(function([b], builder, twice), 3.0).text
    assert text == (
        "def square(a):\n    return a * a\n\n\ndef f(a):\n    twice = square(square(a))\n    return twice\n"
    )


def test_structures() -> None:
    params = user("params", Dict(("w", "b"), (FLOAT, FLOAT)))
    pair = user("pair", Tuple((FLOAT, FLOAT)))
    builder = Builder()
    w = builder.emit(GETITEM, params, Const("w"))
    p = builder.emit(GETITEM, pair, Const(1))
    product = builder.emit(MULTIPLY, w, p, type=FLOAT, hint="bw")
    made_ = builder.emit(DICT, product, w, static=("w", "b"), type=Dict(("w", "b"), (FLOAT, FLOAT)), hint="result")
    text = agrees(function([params, pair], builder, made_), {"w": 2.0, "b": 1.0}, (3.0, 4.0)).text
    assert 'bw = params["w"] * pair[1]\n    return {"w": bw, "b": params["w"]}' in text


def test_raise_in_an_arm() -> None:
    x, r = user("x"), user("r")
    builder = Builder()
    bad = builder.emit(ADD, x, x, type=FLOAT)

    def fails(b: Builder) -> list[object]:
        error = b.emit(CALL_PYTHON, Const(ValueError, name="ValueError"), Const("no"), type=OBJECT)
        b.perform(RAISE, error)
        return [x]

    builder.branch(bad, arm(do=fails), arm(do=lambda b: [b.emit(ADD, x, x, type=FLOAT, hint="r", named=True)]), [r])  # type: ignore[arg-type]
    written = write(function([x], builder, r))
    assert '        raise ValueError("no")\n' in written.text
    assert made(written, "f")(0.0) == 0.0
    with pytest.raises(ValueError, match="no"):
        made(written, "f")(1.0)


def test_parameter_kinds_and_defaults() -> None:
    kinds = [Kind.POSITIONAL_ONLY, Kind.POSITIONAL_OR_KEYWORD, Kind.VAR_POSITIONAL, Kind.KEYWORD_ONLY, Kind.VAR_KEYWORD]
    defaults = [None, Const(1.5), None, Const(np.sin, name="np.sin"), None]
    variables = [user(n, OBJECT) for n in "abcde"]
    parameters = tuple(Parameter(v, k, d) for v, k, d in zip(variables, kinds, defaults, strict=True))
    builder = Builder()
    result = builder.emit(TUPLE, *variables, hint="result")
    written = write(Function("f", parameters, builder.block(variables, (result,)), doc='Says "hi".'))
    assert "def f(a, /, b=1.5, *c, d=np.sin, **e):" in written.text
    assert made(written, "f")(1, 2, 3, x=4) == (1, 2, (3,), np.sin, {"x": 4})


def test_citations_and_sections() -> None:
    x, seed = user("x"), user("seed")
    lines = [Location("f.py", k, 4, 9, "f", t) for k, t in ((1, "y = x * x"), (2, "return np.sin(y)"))]
    builder = Builder()
    builder.perform(COMMENT, static="forward")
    builder.origin = lines[0]
    y = builder.emit(MULTIPLY, x, x, type=FLOAT, hint="y", named=True)
    builder.perform(COMMENT, static="reverse")
    builder.origin = lines[1]
    by = builder.emit(MULTIPLY, seed, builder.emit(SIN, y, type=FLOAT, style="np"), type=FLOAT, hint="by")
    builder.origin = lines[0]
    left = builder.emit(MULTIPLY, by, x, type=FLOAT, hint="bx")
    bx = builder.emit(ADD, left, builder.emit(MULTIPLY, by, x, type=FLOAT), type=FLOAT, hint="bx")
    text = write(function([x, seed], builder, bx, seed=1.0), cite=True).text
    assert text == (
        "import numpy as np\n\n\n"
        "def f(x, seed=1.0):\n"
        "    # forward\n"
        "    y = x * x\n"
        "    # reverse\n"
        "    by = seed * np.sin(y)  # np.sin(y)\n"
        "    bx = by * x + by * x  # y = x * x\n"
        "    return bx\n"
    )


def test_linear_time() -> None:
    """A program of 5,000 statements, and one of 300 nested branches."""
    import time

    x = user("x", VECTOR)
    builder = Builder()
    s = builder.emit(GETITEM, x, Const(0), type=FLOAT, hint="s", named=True)
    for k in range(5000):
        s = builder.emit(MULTIPLY, s, s, type=FLOAT, hint=f"s{k % 7}", named=True)
    start = time.perf_counter()
    write(function([x], builder, s))
    assert time.perf_counter() - start < 5.0

    block = Block((), (), (Const(1.0),))
    a = user("a")
    for k in range(300):
        inner, result = Builder(), user("r")
        test = inner.emit(SUBTRACT, a, Const(float(k)), type=FLOAT, hint="took")
        twice = arm(do=lambda b: [b.emit(MULTIPLY, a, a, type=FLOAT, hint="r", named=True)])
        inner.branch(test, twice, block, [result])
        block = inner.block((), (result,))
    write(Function("f", (Parameter(a, Kind.POSITIONAL_OR_KEYWORD),), Block((a,), block.ops, block.yields)))
