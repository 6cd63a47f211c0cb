"""What is taken from outside as it is, is never taken for what it was before something changed it."""

from __future__ import annotations

import linecache
import math
import sys

import numpy as np
import pytest

from gradscribe import grad
from gradscribe.errors import NotAsAssumed

from . import hidden_calls, meddlers
from .judged import WAYS, judge

X = np.arange(1.0, 7.0).reshape(2, 3)
HERE = sys.modules[__name__]
FACTOR, MODE, STEPS, WAVE = 1.0, "a", 0, math.sin


def defined(text: str, module=meddlers):
    name = f"<meddler {abs(hash(text))}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    space = vars(module)
    space.setdefault("here", module)
    exec(compile(text, name, "exec"), space)
    return space.pop("f")


@pytest.mark.parametrize(("k", "change"), list(enumerate(meddlers.CHANGES)))
def test_never_stale(k, change):
    read = meddlers.READS[k % len(meddlers.READS)]
    judge(defined(meddlers.program(change, read)), X, meddlers.reset)


@pytest.mark.parametrize(("k", "change"), list(enumerate(hidden_calls.CHANGES)))
@pytest.mark.filterwarnings("ignore")
def test_never_stale_by_hidden_calls(k, change):
    f = defined(meddlers.program(change, meddlers.READS[k % len(meddlers.READS)]), hidden_calls)
    verdicts = judge(f, X, hidden_calls.reset, [list(WAYS)[k % len(WAYS)]])
    assert "UnresolvedName" not in verdicts.values()


@pytest.mark.filterwarnings("ignore")
def test_what_is_recorded_is_read_where_it_was():
    """An entry that both the value and the pullback need, in front of a call that changes the dict."""
    change = "y = unittest.mock.patch.dict(table, axis=1).start()"
    assert change in hidden_calls.CHANGES
    f = defined(meddlers.program(change, meddlers.READS[2]), hidden_calls)
    assert judge(f, X, hidden_calls.reset, ["vjp"]) == {"vjp": "right"}


def unread():
    """Rebinds the globals of this module, in a way that is not read."""

    class Local:
        pass

    HERE.FACTOR, HERE.MODE, HERE.STEPS, HERE.WAVE = 2.0, "b", 1, math.cos


def by_factor(x):
    before = FACTOR * x * x
    unread()
    return before + FACTOR * x


def by_mode(x):
    unread()
    return x * x if MODE == "a" else 3.0 * x


def by_steps(x):
    unread()
    for _ in range(STEPS):
        x = x * x
    return x


def by_function(x):
    unread()
    return WAVE(x)


@pytest.fixture
def globals_as_they_were():
    saved = FACTOR, MODE, STEPS, WAVE
    yield
    HERE.FACTOR, HERE.MODE, HERE.STEPS, HERE.WAVE = saved


@pytest.mark.parametrize("f", [by_factor, by_mode, by_steps, by_function])
@pytest.mark.usefixtures("globals_as_they_were")
def test_rebound_by_a_call_that_is_not_read(f):
    with pytest.raises(NotAsAssumed, match="changed by a call that was not read") as caught:
        grad(f)(1.5)
    assert "argument" in caught.value.hint


def shown(x):
    print(MODE, x)
    return x * x if MODE == "a" else x


def scaled_by_a_helper(x):
    return x * double(STEPS)


def double(n):
    return 2 * n + 1


@pytest.mark.parametrize("f", [shown, scaled_by_a_helper])
def test_calls_that_change_nothing_cost_nothing(f):
    derivative = grad(f)
    derivative(1.5)
    assert "check_same" not in derivative.source
