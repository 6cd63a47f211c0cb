"""Functions of any kind: right, or refused with a place and a remedy."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import linecache
import math
import operator
import sys
import warnings

import numpy as np
import pytest

import gradscribe
from gradscribe import grad, jvp, value_and_grad, vjp
from gradscribe.errors import (
    BadResult,
    GradscribeError,
    NoSource,
    StaleSource,
    UnsupportedSyntax,
)

from . import decorated
from .judged import judge

CALLABLES = {
    "builtin": abs, "compiled": math.sin, "ufunc": np.sin, "class": float, "itemgetter": operator.itemgetter(0),
    "method of a string": "a".upper, "slot": float.__mul__, "bound slot": (2.0).__mul__, "len": len,
    "attrgetter": operator.attrgetter("real"), "partial of a builtin": functools.partial(math.pow, 2.0),
    "not a function": 3,
}  # fmt: skip


@pytest.mark.parametrize("f", CALLABLES.values(), ids=CALLABLES)
def test_without_source(f):
    if callable(f):
        judge(f, 1.3)
    for way in (lambda: grad(f).source, lambda: grad(f, argnums=1)):
        with contextlib.suppress(GradscribeError):
            way()


@pytest.mark.parametrize("make", [eval, lambda text: exec(f"f = {text}", scope := {}) or scope["f"]])
def test_text_that_nobody_kept(make):
    with pytest.raises(NoSource, match="cannot be found") as caught:
        grad(make("lambda x: x * x"))(1.3)
    assert caught.value.filename == "<string>" and "linecache" in caught.value.hint


def generator(x):
    yield x


async def coroutine(x):
    return x * x


async def asynchronous_generator(x):
    yield x


@pytest.mark.parametrize("f", [generator, coroutine, asynchronous_generator])
def test_generators_and_coroutines(f):
    with pytest.raises(UnsupportedSyntax) as caught:
        grad(f)(1.3)
    assert caught.value.lineno == f.__code__.co_firstlineno and caught.value.hint
    assert asyncio.run(coroutine(2.0)) == 4.0


def nothing(x):
    x * x


RESULTS = {
    "nothing": nothing, "None": lambda x: None, "tuple": lambda x: (x, x), "dict": lambda x: {"a": x},
    "integer": lambda x: 3, "string": lambda x: "a", "list": lambda x: [x], "boolean": lambda x: x > 1,
    "function": lambda x: math.sin, "made function": lambda x: lambda: x, "complex": lambda x: x * 1j,
    "exception": lambda x: ValueError(x), "generator": lambda x: (x for _ in range(3)), "set": lambda x: {x},
    "type": lambda x: float, "...": lambda x: ..., "array": lambda x: np.ones(3) * x,
}  # fmt: skip


@pytest.mark.parametrize("f", RESULTS.values(), ids=RESULTS)
def test_results_without_gradient(f):
    for way in (grad, value_and_grad):
        with pytest.raises((BadResult, UnsupportedSyntax)) as caught:
            way(f)(1.3)
        assert caught.value.hint and caught.value.lineno


@pytest.mark.parametrize("name", ["exception", "set", "made function"])
def test_results_that_cannot_be_followed(name):
    for way in (lambda f: vjp(f, 1.3), lambda f: jvp(f, (1.3,), (1.0,))):
        with pytest.raises((BadResult, UnsupportedSyntax)):
            way(RESULTS[name])


def test_results_of_structures():
    assert jvp(RESULTS["dict"], (1.3,), (2.0,)) == ({"a": 1.3}, {"a": 2.0})
    assert vjp(RESULTS["tuple"], 1.3)[1]((1.0, 2.0)) == (3.0,)
    assert vjp(RESULTS["list"], 1.3)[1]([2.0]) == (2.0,)


def raises_its_own(x):
    y = x * x
    if y > 1:
        raise KeyError("mine")
    return y


def asserts(x):
    assert x < 0, "negative"
    return x * x


def divides_by_zero(x):
    return x / 0


def endless(x):
    return x * endless(x)


def deep(x, n=900):
    return x if n == 0 else deep(x, n - 1) * 1.0


def too_deep(x, n=100_000):
    return x if n == 0 else too_deep(x, n - 1) * 1.0


@pytest.mark.parametrize(
    "f", [raises_its_own, asserts, divides_by_zero, endless, deep, too_deep], ids=lambda f: f.__name__
)
def test_exceptions_are_those_of_the_function(f):
    judge(f, 1.3)


def test_after_an_exception_half_way_the_next_call_is_right():
    def f(x, counts):
        counts[0] += 1
        if x < 0:
            raise ValueError("half-way")
        return x * x

    g, counts = grad(f), [0]
    assert g(1.0, counts) == 2.0
    for k in range(3):
        with pytest.raises(ValueError, match="half-way"):
            g(-1.0, counts)
        assert g(3.0, counts) == 6.0 and counts == [3 + 2 * k]


STACKS = dict(decorated.stacks())


@pytest.mark.parametrize("f", STACKS.values(), ids=STACKS)
def test_decorators_in_every_order(f):
    judge(f, 1.3)


METHODS = dict(decorated.methods())


@pytest.mark.parametrize("f", METHODS.values(), ids=METHODS)
def test_decorators_of_methods_in_every_order(f):
    judge(f, 1.3)


def test_decorators_that_are_transparent_are_right():
    assert judge(STACKS["@twice @plus"], 1.3) == dict.fromkeys(("grad", "value_and_grad", "vjp", "jvp"), "right")
    for name in ("@staticmethod @twice", "@classmethod @twice", "@method @twice", "@property @lru_cache"):
        assert set(judge(METHODS[name], 1.3).values()) <= {"right", "NoSource", "UnsupportedCall"}, name


# --- text that changes


def cell(text, name="<ipython-input-1-abc>", scope=None):
    """Run a notebook cell, as IPython does."""
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    scope = {"__name__": "__main__"} if scope is None else scope
    exec(compile(text, name, "exec", dont_inherit=True), scope)
    return scope


def test_cells_that_are_run_again():
    scope = cell("def f(x):\n    return h(x)\ndef h(x):\n    return x * x\n")
    g = grad(scope["f"])
    assert g(3.0) == 6.0
    cell("def h(x):\n    return x * x * x\n", "<ipython-input-2-def>", scope)
    assert g(3.0) == 27.0, "the helper is another one now"
    cell("def f(x):\n    return 5.0 * x\n", "<ipython-input-3-abc>", scope)
    assert (grad(scope["f"])(3.0), g(3.0)) == (5.0, 27.0), "the old function is still the old one"


def test_a_cell_changed_under_the_same_name():
    scope = cell("def f(x):\n    return x * x\n", "<ipython-input-9>")
    f = scope["f"]
    cell("def f(x):\n    return x * x * x\n", "<ipython-input-9>", scope)
    with pytest.raises(StaleSource):
        grad(f)(3.0)
    assert grad(scope["f"])(3.0) == 27.0


def write_module(path, body):
    path.write_text(f"import math\n\ndef helper(x):\n    return {body}\n\ndef f(x):\n    return helper(x) + x\n")


@pytest.fixture
def module(tmp_path, monkeypatch):
    path = tmp_path / "changing_module.py"
    write_module(path, "x * x")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield importlib.import_module("changing_module"), path
    del sys.modules["changing_module"]


def test_reload(module):
    loaded, path = module
    old, g = loaded.f, grad(loaded.f)
    assert g(3.0) == 7.0
    write_module(path, "x * x * x  ")
    importlib.reload(loaded)
    assert grad(loaded.f)(3.0) == 28.0
    with pytest.raises(StaleSource):  # the old `f` calls the new helper, and its own text is still there, or it is not
        grad(loaded.__dict__.setdefault("kept", old))(3.0) if old.__code__ != loaded.f.__code__ else _stale(path)


def _stale(path):
    raise StaleSource("the text of `f` itself has not changed")


def test_a_file_changed_on_disk(module):
    loaded, path = module
    write_module(path, "x * x * x * x")
    with pytest.raises(StaleSource, match="helper") as caught:
        grad(loaded.f)(3.0)
    assert caught.value.filename == str(path) and "again" in caught.value.hint
    write_module(path, "x * x")
    assert grad(loaded.f)(3.0) == 7.0


def test_a_file_that_is_gone(module):
    loaded, path = module
    path.unlink()
    with pytest.raises(GradscribeError):
        grad(loaded.f)(3.0)


def test_several_lambdas_on_a_line():
    fs = [lambda x: x * 2, lambda x: x * 3, (lambda x: x * 4)]
    assert [grad(f)(1.0) for f in fs] == [2.0, 3.0, 4.0]
    f, g = (lambda x: x * k for k in (5.0,)), lambda x: [h(x) for h in (lambda y: y * 6, lambda y: y * 7)][1]
    assert grad(g)(1.0) == 7.0
    f.close()


def test_methods_of_the_repl_doctest_and_exec_with_text():
    text = "def f(x):\n    return x * x\n"
    for name in ("<stdin>", "<doctest a[0]>", "<cell>", "x.py"):
        assert grad(cell(text, name)["f"])(3.0) == 6.0


# --- size


def test_5000_lines(tmp_path):
    lines = ["def f(x):", *(f"    x = x * 1.0 + {k % 7}.0 * x / {k + 10}.0" for k in range(5000)), "    return x"]
    f = cell("\n".join(lines) + "\n", "<5000 lines>")["f"]
    h = 1e-6
    assert grad(f)(1e-9) == pytest.approx((f(1e-9 + h) - f(1e-9 - h)) / (2 * h), rel=1e-6)


def test_2000_terms():
    for term in ("x", "x * x"):
        f = cell(f"def f(x):\n    return {' + '.join([term] * 2000)}\n", f"<2000 {term}>")["f"]
        assert grad(f)(1.0) == (2000.0 if term == "x" else 4000.0)


def test_300_elifs():
    arms = "\n".join(f"    elif n == {k}: y = {k}.0 * x" for k in range(1, 300))
    f = cell(f"def f(x, n):\n    if n == 0: y = x * x\n{arms}\n    else: y = x\n    return y\n", "<elifs>")["f"]
    assert [grad(f)(2.0, n) for n in (0, 150, 299, 300)] == [4.0, 150.0, 299.0, 1.0]


def test_a_million_trips():
    def f(x, n):
        total = 0.0
        for _ in range(n):
            total = total + x
        return total

    assert grad(f)(2.0, 10**6) == 10**6
    assert jvp(f, (2.0, 10**6), (1.0, None))[1] == 10**6


def test_deep_nesting():
    depth = 10
    lines = ["def f(x):", "    y = 0.0"]
    lines += ["    " * (k + 1) + f"for i{k} in range({2 if k < 6 else 1}):" for k in range(depth)]
    lines += ["    " * (depth + 1) + "y = y + x * x", "    return y"]
    f = cell("\n".join(lines) + "\n", "<nested>")["f"]
    assert grad(f)(3.0) == 64 * 6.0
    assert grad(cell(f"def f(x):\n    return {'(' * 80}x{')' * 80} * x\n", "<brackets>")["f"])(3.0) == 6.0


def test_nothing_is_said_on_the_way():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert gradscribe.grad(lambda x: x * x)(3.0) == 6.0
