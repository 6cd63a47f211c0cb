"""What stands in a message beside the reason: the place, the calls that lead there, why the value is differentiated."""

from __future__ import annotations

import itertools
import linecache
import math

import numpy as np
import pytest

import gradscribe
from gradscribe.errors import GradscribeError, Location

_numbers = itertools.count()


def refusal(text: str, *args, **names) -> GradscribeError:
    filename = f"<message {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    made = {"math": math, "np": np, "__name__": "refused", **names}
    exec(compile(text, filename, "exec"), made)
    with pytest.raises(GradscribeError) as caught:
        gradscribe.grad(made["f"])(*args)
    return caught.value


def why(text: str, *args, **names) -> list[str]:
    return list(refusal(text, *args, **names).because)


CHAIN = """
def inner(z):
    w = z + 1.0
    return math.nextafter(w, 2.0)

def outer(y, n):
    return inner(y) * n

def f(x, n):
    a = x * n
    b = n + 2.0
    c = a * b
    return 1.0 + outer(c, n)
"""


def test_the_argument_and_the_statements_between():
    error = refusal(CHAIN, 1.3, 2.0)
    assert error.because == (
        "differentiated because it depends on `x`, an argument of f:",
        "    line 10: a = x * n",
        "    line 12: c = a * b",
        "    line 3: w = z + 1.0",
    )
    told = str(error).splitlines()
    assert told[3:6] == ["  in inner", *(f"  called from {n} at {w}: {w.text}" for n, w in reversed(error.chain))]
    assert told[6] == "  " + error.because[0] and told[-1].startswith("  hint: ")


@pytest.mark.parametrize(
    "body, wanted",
    [
        ("return math.nextafter(x, 2.0)", []),
        ("y = n * x\n    return math.nextafter(n, y)", ["line 2: y = n * x"]),
        ("d = {'a': [n, x * 2]}\n    return math.nextafter(*d['a'])", ["line 2: d = {'a': [n, x * 2]}"]),
        ("y = np.zeros(2)\n    y[0] = x\n    return math.nextafter(y[0], 2.0)", ["line 3: y[0] = x"]),
        ("y = x * 2 if n > 0 else n\n    return math.nextafter(y, n)", ["line 2: y = x * 2 if n > 0 else n"]),
        ("y = x\n    for k in range(2):\n        y = y * n\n    return math.nextafter(y, n)", None),
        ("y = x * 3\n    for k in range(2):\n        n = math.nextafter(y, n)\n    return n", ["line 2: y = x * 3"]),
        (
            "a = x + 1\n    b = a + 1\n    c = b + 1\n    d = c + 1\n    e = d + 1\n    return math.nextafter(e, n)",
            ["line 2: a = x + 1", "...", "line 5: d = c + 1", "line 6: e = d + 1"],
        ),
    ],
)
def test_ways_that_a_value_takes(body, wanted):
    first, *lines = why(f"def f(x, n):\n    {body}\n", 1.3, 2.0) or ["differentiated because it depends on `x`"]
    assert first.startswith("differentiated because it depends on `x`")
    assert wanted is None or [line.strip() for line in lines] == wanted


@pytest.mark.parametrize(
    "text, args",
    [
        ("def f(x):\n    return np.sum(x.view(np.int64) * x)", (np.ones(2),)),
        ("def f(x):\n    return np.sum(np.add(x, 1.0, where=x > 0.0))", (np.ones(2),)),
        ("kept = {'best': 0.0}\ndef f(x):\n    kept['best'] = x * x\n    return kept['best']", (1.3,)),
        ("def f(x):\n    return np.sum(np.mgrid[0.0:x])", (1.3,)),
        ("def f(x):\n    return exec('y = 1', {'x': x})", (1.3,)),
    ],
)
def test_each_refusal_of_a_value_that_is_differentiated_says_why(text, args):
    assert why(text, *args)[0].startswith("differentiated because it depends on `x`, an argument of f")


def test_syntax_is_refused_without_a_reason_of_that_kind():
    assert refusal("def f(x):\n    yield x\n", 1.3).because == ()


def test_statements_of_other_files_are_named_with_their_file():
    text = "def helper(y):\n    return math.nextafter(y, 2.0)\n"
    linecache.cache["<helper>"] = (len(text), None, text.splitlines(keepends=True), "<helper>")
    made = {"math": math, "__name__": "helpers"}
    exec(compile(text, "<helper>", "exec"), made)
    error = refusal("def f(x):\n    y = x * 2\n    return helper(y)\n", 1.3, helper=made["helper"])
    assert error.filename == "<helper>"
    assert error.because[1].endswith(":2: y = x * 2") and "<message" in error.because[1]


def test_calls_that_repeat_are_told_once():
    text = """
def g(x, n):
    if n == 0:
        return math.nextafter(x, 2.0)
    return g(x, n - 1)

def f(x):
    return g(x, 40)
"""
    error = refusal(text, 1.3)
    told = [line for line in str(error).splitlines() if "called from" in line]
    assert len(error.chain) == 41 and len(told) == 2 and told[0].endswith("return g(x, n - 1) (40 times)")


@pytest.mark.parametrize("before", ["'日本語'", "'e\u0301'", "'🎉'", "'\u200b'", "'äöü'", "'ｗｉｄｅ'"])
def test_carets_stand_under_what_is_wide_or_has_no_width(before):
    error = refusal(f"def f(x):\n    s = {before}; return math.nextafter(x, 2.0)\n", 1.3)
    _, shown, carets, *_ = str(error).splitlines()
    wide = {"日", "本", "語", "🎉", *"ｗｉｄｅ"}
    columns = [c for c in shown for _ in range(2 if c in wide else 0 if c in "\u0301\u200b" else 1)]
    assert "".join(columns[carets.index("^") : carets.rindex("^") + 1]) == "math.nextafter(x, 2.0)"


def test_an_argument_that_does_not_fit_the_signature_has_a_place():
    error = refusal("def f(x, y):\n    return x * y\n", 1.3)
    assert (error.lineno, error.col_offset, error.function) == (1, 0, "f") and "call" in error.hint


def _divides(x):
    y = x - 1.0
    return 1.0 / y


def _takes_a_root(x):
    y = x - 10.0
    return math.sqrt(y)


def _looks_up(x):
    return {"a": x}["b"] * x


def _raises(x):
    if x > 0:
        raise LookupError("mine")
    return x


def _reads_behind_the_end(x):
    a = np.ones(3)
    return a[int(x) + 5] * x


@pytest.mark.parametrize("way", ["grad", "value_and_grad", "vjp", "jvp"])
@pytest.mark.parametrize(
    "f, error, text",
    [
        (_divides, ZeroDivisionError, "return 1.0 / y"),
        (_takes_a_root, ValueError, "return math.sqrt(y)"),
        (_looks_up, KeyError, 'return {"a": x}["b"] * x'),
        (_raises, LookupError, 'raise LookupError("mine")'),
        (_reads_behind_the_end, IndexError, "return a[int(x) + 5] * x"),
    ],
)
def test_what_the_function_raises_names_its_line(way, f, error, text):
    calls = {
        "grad": lambda: gradscribe.grad(f)(1.0),
        "value_and_grad": lambda: gradscribe.value_and_grad(f)(1.0),
        "vjp": lambda: gradscribe.vjp(f, 1.0),
        "jvp": lambda: gradscribe.jvp(f, (1.0,), (1.0,)),
    }
    with pytest.raises(error) as caught:
        calls[way]()
    assert type(caught.value) is error
    assert any(f"{__file__}:" in note and note.endswith(text) for note in caught.value.__notes__)


def _root(x):
    y = x * x
    return np.sqrt(y) ** 2.5


BACKWARD = {
    "pullback": lambda x: gradscribe.vjp(_root, x)[1](x),
    "elementwise": lambda x: gradscribe.elementwise_grad(_root)(x),
    "jacobian": lambda x: gradscribe.jacrev(_root)(x),
    "linear": lambda x: gradscribe.linearize(_root, x)[1](x),
    "several": lambda x: gradscribe.vjp_each(_root, x)[1](np.eye(2)),
}


@pytest.mark.parametrize("way", BACKWARD.values(), ids=BACKWARD)
def test_what_the_way_back_raises_names_its_line(way):
    with np.errstate(all="raise"), pytest.raises(FloatingPointError) as caught:
        way(np.array([1.0, 0.0]))
    assert any(f"{__file__}:" in note and "return np.sqrt(y) ** 2.5" in note for note in caught.value.__notes__)


def test_notes_do_not_pile_up_on_an_exception_that_is_raised_again():
    again = LookupError("one object")

    def f(x):
        if x > 0:
            raise again
        return x

    g = gradscribe.grad(f)
    for _ in range(3):
        with pytest.raises(LookupError):
            g(1.0)
    assert len(set(again.__notes__)) == len(again.__notes__)


def _always(x):
    raise NotImplementedError("to be written")


def test_a_function_that_always_raises_raises():
    with pytest.raises(NotImplementedError):
        gradscribe.grad(_always)(1.0)


def test_messages_of_places_that_are_gone():
    assert "^" not in str(GradscribeError("no", Location("<gone>", 3, 4, 9, "f", "y = 1")))
