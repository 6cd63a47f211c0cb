"""The reader: what is read computes what the function computes, and what cannot be read is refused where it stands."""

from __future__ import annotations

import copy
import functools
import inspect
import math

import numpy as np
import pytest

import gradscribe.rules  # noqa: F401
from gradscribe.dispatch import FORM
from gradscribe.errors import GradscribeError, UnsupportedCall, UnsupportedSyntax
from gradscribe.ir import check, interpret
from gradscribe.ir.nodes import walk
from gradscribe.ir.types import FLOAT, INT
from gradscribe.read.lower import lower
from gradscribe.signature import split

from .programs import CASES
from .refusals import REFUSED


def read(function, args, kwargs=None):
    """The program, and its arguments in order."""
    bound = inspect.signature(function).bind(*copy.deepcopy(args), **(kwargs or {}))
    bound.apply_defaults()
    types, static = split(bound.arguments)
    lowered = lower(function, types, static=static)
    check.check(lowered.function)
    return lowered, list(bound.arguments.values())


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0].__name__)
def test_computes_the_same(case):
    function, args, kwargs = case
    lowered, values = read(function, args, kwargs)
    given = copy.deepcopy(args)
    np.testing.assert_array_equal(interpret.run(lowered.function, *values), function(*given, **kwargs))
    for mine, theirs in zip(values, given, strict=False):
        np.testing.assert_equal(mine, theirs)


def test_reading_is_deterministic():
    from gradscribe.ir.dump import dump

    for function, args, kwargs in CASES[:20]:
        first, second = (dump(read(function, args, kwargs)[0].function) for _ in range(2))
        assert first == second


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c[0].__name__)
def test_refuses_where_it_stands(case):
    function, args, reason, under = case
    with pytest.raises(GradscribeError) as caught:
        read(function, args)
    error = caught.value
    assert reason in error.reason
    assert error.where is not None and error.where.filename.endswith("refusals.py")
    line = inspect.getsource(inspect.getmodule(function)).splitlines()[error.where.line - 1]
    marked = line[error.where.column : error.where.end_column]
    assert not under or marked.startswith(under.replace("'", '"')), marked


def primitives_of(lowered):
    return [op.primitive.name for op in walk(lowered.function.body)]


def test_constant_range_stays_a_loop():
    def f(x):
        for i in range(3):
            x = x * i
        return x

    assert primitives_of(lower(f, {"x": FLOAT})).count("loop") == 1


def test_known_branch_leaves_no_trace():
    def f(x, mode="fast", n=2):
        if mode == "fast" and not None:
            return x * 2.0
        return x / 0

    assert primitives_of(lower(f, {"x": FLOAT, "n": INT}, static={"mode": "fast"})) == ["multiply"]


def test_inactive_calls_stay_calls():
    lowered = lower(calls_helper, {"x": FLOAT, "n": INT}, ["x"])
    assert "call_python" in primitives_of(lowered)
    found = [(owner is globals(), name) for owner, name, _ in lowered.resolved if name not in FORM]
    assert found == [(True, "helper")]


def helper(n):
    return n * 2 + 1


def calls_helper(x, n):
    return x * helper(n)


def test_activity_decides_what_is_refused():
    def f(x, n):
        return x * math.gamma(math.factorial(n))

    lower(f, {"x": FLOAT, "n": INT}, ["x"])

    def g(x):
        return x * hash(x) + len(str(x))

    lower(g, {"x": FLOAT}, ["x"])


def test_activity_through_a_later_write():
    def f(x, n):
        a = np.zeros(3)
        b = a[1:]
        total = 0.0
        for i in range(n):
            total += unknown(b)
            a[1] = x
        return total

    with pytest.raises(UnsupportedCall):
        lower(f, {"x": FLOAT, "n": INT}, ["x"])


unknown = np.vectorize(lambda v: v)
SCALE = 2.0


def uses_global(x):
    return x * SCALE


def test_globals_are_read_live():
    lowered = lower(uses_global, {"x": FLOAT})
    ((external, _),) = lowered.externals
    assert external.name == "SCALE" and external.owner is globals()
    assert interpret.run(lowered.function, 3.0) == 6.0


def made(source, tmp_path):
    """A function from a text."""
    path = tmp_path / "made_module.py"
    path.write_text(source)
    namespace = {"__name__": "made_module"}
    exec(compile(source, str(path), "exec"), namespace)
    return namespace["f"]


@pytest.mark.parametrize(
    "body",
    [
        "    return " + " + ".join(["x"] * 2000),
        "    if x < 0.0:\n        y = x\n"
        + "".join(f"    elif x < {k}.0:\n        y = x * {k}.0\n" for k in range(300))
        + "    return y",
        "".join(f"    if x < {k}.0:\n        return x * {k}.0\n" for k in range(150)) + "    return x",
        "".join(f"    v{k} = {f'v{k - 1}' if k else 'x'} * x + {k}.0\n" for k in range(1000)) + "    return v999",
    ],
    ids=["terms", "elifs", "returns", "statements"],
)
def test_long_functions(body, tmp_path):
    f = made(f"def f(x):\n{body}\n", tmp_path)
    lowered = lower(f, {"x": FLOAT})
    assert interpret.run(lowered.function, 0.5) == f(0.5)


class Line:
    def __init__(self, slope):
        self.slope = slope

    def at(self, x):
        return self.slope * x

    def __call__(self, x):
        return self.at(x) + 1.0


@pytest.mark.parametrize("function", [Line(3.0).at, Line(3.0), functools.partial(calls_helper, n=2)])
def test_bound_methods_callable_objects_and_partials(function):
    types = {"x": FLOAT} | ({"n": INT} if isinstance(function, functools.partial) else {})
    arguments = [2.0] + ([2] if len(types) == 2 else [])
    assert interpret.run(lower(function, types, ["x"]).function, *arguments) == function(2.0)


def test_a_generator_is_refused():
    def f(x):
        yield x

    with pytest.raises(UnsupportedSyntax) as caught:
        lower(f, {"x": FLOAT})
    assert "generator" in caught.value.reason
