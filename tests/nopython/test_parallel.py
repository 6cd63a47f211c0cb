"""`parallel=True`: loops whose trips have nothing to do with each other, and no others, run on several processors."""

import re
import warnings
from unittest import mock

import numpy as np
import pytest

from gradscribe import compile, grad, value_and_grad
from gradscribe.errors import BadArgument
from gradscribe.nopython.flavour import NotParallel

numba = pytest.importorskip("numba")
from tests.fuzz.races import Race, watched  # noqa: E402


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def heat(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1, 1:-1] += 0.1 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2]) * np.exp(-u[1:-1, 1:-1])
    return np.sum(u * u)


def rows(x):
    """Each row a loop of its own, with a number that it carries, and integers below zero."""
    s = np.zeros(len(x))
    for i in range(len(x)):
        t = 0.5
        for j in range(x.shape[1]):
            t = t * 0.9 + x[i, j] * (j - i) + (-i) % 3
        s[i] = t
    return np.sum(s * s)


def stretched(w, x):
    """The adjoint of `w` adds up over the rows: each row's trip would meet all its entries."""
    y = np.empty(x.shape)
    for i in range(len(x)):
        for j in range(len(w)):
            y[i, j] = np.sin(w[j] * x[i, j])
    return np.sum(y)


def windows(x):
    """Windows overlap, so that their adjoints do."""
    y = np.zeros(len(x))
    for i in range(len(x) - 2):
        for j in range(3):
            y[i] += x[i + j] * x[i + j]
    return np.sum(y * y)


def before(x):
    """Each entry from the one before it."""
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = y[i - 1] * 0.5 + x[i] * x[i]
    return np.sum(y)


def chosen(x, k):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[k[i]] = x[i] * x[i]
    return np.sum(y * y)


def around(x):
    """`y[i - 1]` is the last entry at first."""
    y = np.zeros(len(x))
    for i in range(-3, len(x)):
        y[i] = x[i] * 2.0
    return np.sum(y * x)


GRID = np.random.default_rng(0).standard_normal((23, 31))
LINE = GRID[0].copy()
PROGRAMS = [
    (heat, (0.1 * GRID, 3), 3),
    (rows, (GRID,), 2),
    (stretched, (LINE, GRID), 1),
    (windows, (LINE,), 1),
    (before, (LINE,), 0),
    (chosen, (LINE, np.arange(31) // 2), 0),
    (around, (LINE,), 0),
]


def heads(text):
    """The heads of the loops that run in parallel."""
    return re.findall(r"for \w+ in numba\.prange\(.*\):", text)


@pytest.mark.parametrize("f, args, count", PROGRAMS, ids=lambda x: getattr(x, "__name__", ""))
def test_no_two_trips_meet(f, args, count):
    """Each parallel loop is run by Python, out of order, with arrays that know who has met which entry."""
    with watched() as watch, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotParallel)
        derivative = value_and_grad(f, jit="numba", parallel=True)
        value, gradient = derivative(*args)
    expected = value_and_grad(f)(*args)
    np.testing.assert_allclose(value, expected[0], rtol=1e-12)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-12, atol=1e-13)
    assert watch.loops >= count, derivative.source


@pytest.mark.parametrize("f, args", [p[:2] for p in PROGRAMS if p[0] in (stretched, windows, before)])
def test_the_watch_sees_a_race(f, args):
    """What would happen if the loops were taken for independent."""
    always = mock.patch("gradscribe.loops.independent._Body._has_own_entries", lambda self, array: True)
    with watched(), always, pytest.raises(Race):
        value_and_grad(f, jit="numba", parallel=True)(*args)


@pytest.mark.parametrize("f, args", [p[:2] for p in PROGRAMS[:3]], ids=lambda x: getattr(x, "__name__", ""))
@pytest.mark.long
def test_machine_code_gives_the_numbers_of_one_processor(f, args):
    serial, fast = grad(f, jit="numba"), grad(f, jit="numba", parallel=True)
    expected = fast(*args)
    np.testing.assert_allclose(expected, serial(*args), rtol=1e-12, atol=1e-13)
    assert heads(fast.source) and "prange" not in serial.source
    given = numba.get_num_threads()
    try:
        for count in range(1, given + 1):
            numba.set_num_threads(count)
            np.testing.assert_array_equal(fast(*args), expected)
    finally:
        numba.set_num_threads(given)


def test_arrays_that_share_memory_go_to_the_plain_program():
    def copied(x, y):
        for i in range(len(x)):
            y[i] = x[i] * 2.0

    fast = compile(copied, parallel=True)
    base, other = np.arange(40.0), np.arange(40.0)
    fast(base[:-1], base[1:])
    copied(other[:-1], other[1:])
    np.testing.assert_array_equal(base, other)
    assert heads(fast.source)


def test_why_a_function_runs_on_one_processor():
    with watched(), pytest.warns(NotParallel, match="of none of its loops it is certain"):
        compile(before, parallel=True)(LINE)


def test_several_processors_are_for_machine_code():
    with pytest.raises(BadArgument, match='say jit="numba" too'):
        grad(heat, parallel=True)
