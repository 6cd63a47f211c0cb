"""A fixed small budget of random programs of array statements: machine code does what NumPy does."""

from __future__ import annotations

import ast

import numpy as np
import pytest

pytest.importorskip("numba")

from . import races  # noqa: E402
from .loops import classify, load, outcome  # noqa: E402
from .slices import program  # noqa: E402


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.mark.parametrize(
    "mode, seeds", [("value", (1, 3, 5, 6, 10, 11)), ("gradient", (8, 9, 10))], ids=["value", "gradient"]
)
def test_random_programs(mode, seeds):
    for seed in seeds:
        verdict = classify(program(seed), mode)
        assert verdict.partition(":")[0] in ("right", "plain", "refused"), f"seed {seed}: {verdict}\n{program(seed)}"


@pytest.mark.parametrize("mode", ["value", "gradient"])
def test_no_two_trips_of_a_parallel_loop_meet(mode):
    verdicts = {seed: races.classify(program(seed), mode) for seed in range(30)}
    kinds = [verdict.partition(":")[0] for verdict in verdicts.values()]
    assert set(kinds) <= {"right", "serial", "plain", "refused"}, verdicts
    assert kinds.count("right") > 8


def test_programs_run_and_some_fail():
    found = []
    for seed in range(200):
        made = load(program(seed))
        found.append(outcome(made.function, made.arguments()))
    errors = {type(o.error) for o in found if o.error}
    assert errors == {ValueError} and sum(o.error is None for o in found) > 150
    assert all(np.isfinite(o.value) for o in found if o.error is None)


def test_arguments_are_shared_anew_each_time():
    made = load("import numpy as np\ndef f(a, b):\n    pass\nARGS = ((a_ := np.zeros(3)), a_[1:])\n")
    a, b = made.arguments()
    again, _ = made.arguments()
    assert np.shares_memory(a, b) and not np.shares_memory(a, again)


def test_every_construct_appears():
    text = "\n".join(program(seed) for seed in range(300))
    overlapping = "a_[1:]", "[::-1]", "[i", ":-2]", "...]", "n - ", "k + "
    kinds_of_arrays = "np.zeros((0,))", "np.float32", "asfortranarray", "None]", "np.newaxis", ".T"
    for mark in (*overlapping, *kinds_of_arrays, "keepdims=True", "@ ", "np.where", "np.maximum", "else:"):
        assert mark in text, mark
    kinds = {type(node) for node in ast.walk(ast.parse(text))}
    assert {ast.For, ast.If, ast.AugAssign, ast.Slice} <= kinds


WRONG = """
import numpy as np
def f(a):
    a[1:] = a[:-1]
    return np.sum(a * a)
ARGS = (np.array([1.0, 2.0, 3.0]),)
"""


def test_what_is_wrong_is_seen(monkeypatch):
    """Each of these is a way in which loops could be wrong."""

    def in_order(a):
        for i in range(1, len(a)):
            a[i] = a[i - 1]
        return np.sum(a * a)

    def out_of_bounds(a):
        raise IndexError

    for wrong in (in_order, out_of_bounds):
        monkeypatch.setattr("gradscribe.compile", lambda f, wrong=wrong: wrong)
        assert classify(WRONG, "value").startswith("wrong")
