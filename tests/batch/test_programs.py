"""Whole programs for several directions: of the corpus, at random, and where k numbers are not like one."""

from __future__ import annotations

import contextlib
import io
import math
import warnings

import numpy as np
import pytest
from corpus import aliasing, constructs, kernels
from fuzz.generate import program
from fuzz.judge import load

import gradscribe as gs
from gradscribe.batch import NotBatched
from gradscribe.call.derivative import Derivative
from gradscribe.family import groups

from .compare import MODES, compare

CASES = [c for c in constructs.CASES + kernels.CASES + aliasing.CASES if not c.kwargs][::25]
SEEDS = range(1000, 1024)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_corpus(case, mode):
    with contextlib.redirect_stdout(io.StringIO()):
        said = compare(case.function, case.args, case.argnums, mode)
    assert said.partition(":")[0] in ("same", "looped", "refused"), said


@pytest.mark.parametrize("mode", MODES)
def test_random_programs(mode):
    together = 0
    for seed in SEEDS:
        made = load(program(seed))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            said = compare(made.function, made.args, made.argnums, mode)
        assert said.partition(":")[0] in ("same", "looped", "refused"), f"seed {seed}: {said}\n{made.text}"
        together += said == "same"
    assert together > len(SEEDS) // 2


# ------------------------------------------------------------------ k numbers are an array, and may be a view

X = np.array([0.3, 1.2, -0.7, 2.1])


def swapped(x):
    y = np.zeros(4)
    y[:] = x * x
    first = y[0]
    y[0] = y[1]
    y[1] = first
    return y


def rotated(x):
    y = x.copy()
    first = y[0]
    for i in range(3):
        y[i] = y[i + 1] * first
    y[3] = first
    return y


def kept_in_a_list(x):
    y = x * x
    seen = []
    for i in range(4):
        seen.append(y[i])
        y[i] = 0.0
    return y, seen[0] * seen[3]


def carried(x):
    y = x * x
    last = 1.0
    for i in range(4):
        y[i] = y[i] * last
        last = y[i]
        y[i] = y[i] + 1.0
    return y * last


def chosen(x):
    y = x * x
    top = y[0] if x[0] > 0.0 else y[1]
    y[0] = 5.0 * x[2]
    y[1] = 7.0 * x[2]
    return y * top


def spread(x):
    y = x * x
    top = y[0]
    rows = np.full(4, top)
    y[0] = x[1]
    return rows * y


def taken_apart(x):
    y = x * x
    a, b = y[0], y[1]
    y[0], y[1] = b, a
    return y * (a - b)


def with_views(x):
    y = x * x
    left, right = np.split(y, 2)
    left *= right
    return y + np.concatenate([right, left])


def named_twice(x):
    y = x * x
    y[np.array([0, 0, 2])] = x[:3]
    np.add.at(y, np.array([1, 1, 3]), x[1:])
    return y


def apart_in_the_index(x):
    cube = np.outer(x, x)[:, :, None] * x
    cube[0, :, np.array([1, 2])] *= 2.0
    return cube[np.array([0, 1]), :, np.array([3, 3])] + cube[0, :, 1]


def masked(x):
    y = x * x
    y[y > 1.0] = 0.5 * x[y > 1.0]
    return y


def stacks(x):
    table = np.array([[0.0, -x[2], x[1]], [x[2], 0, -x[0]], [-x[1], x[0], 1]])
    return np.vstack([table, table[0] * x[3]]), np.hstack([x, x[:2]]), np.column_stack([x, x * x]), np.stack([x, x])


def broadcasts(x):
    a = np.outer(x, x)
    return (
        a * x,
        x + a,
        a @ x,
        x @ a,
        np.einsum("ij,j", a, x),
        np.dot(x, x) * a,
        np.linalg.solve(a + 3.0 * np.eye(4), x),
    )


def scalars(x):
    s = 0.0
    for i in range(4):
        s = s + math.sin(x[i]) * x[i]
    return s, float(x[0]), np.sum(x), x[1] * np.ones((2, 3))


PROGRAMS = [
    *(swapped, rotated, kept_in_a_list, carried, chosen, spread, taken_apart, with_views, named_twice, stacks),
    *(apart_in_the_index, masked, broadcasts, scalars),
]
LOOPED = (kept_in_a_list, with_views)  # on their way back shadows come with the record, for one direction


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_program(function, mode):
    said = compare(function, (X,), (0,), mode)
    assert said == "same" or (mode == "reverse" and function in LOOPED and said.startswith("looped")), said


# ------------------------------------------------------------------ what users see


def polar(x):
    r = np.sqrt(np.sum(x * x))
    return x / r, r


def test_text():
    program = Derivative(polar, "forward", ("x",), raw=True, directions=True)
    (_, r), (moved, dr) = program(X, np.eye(4))
    assert np.allclose(dr, X / r) and np.allclose(moved, np.eye(4) / r - np.outer(X, X) / r**3)
    assert (
        "dx / r - dr[:, None] * x / r" in program.source.replace("result", "x / r") or "dr[:, None]" in program.source
    )
    assert "for " not in program.source


def chained(x):
    return np.tanh(x[1:] * x[:-1])


def test_directions_are_taken_in_groups(monkeypatch):
    x = np.linspace(0.1, 1.0, 30)
    whole = [make(chained)(x) for make in (gs.jacfwd, gs.jacrev)]
    monkeypatch.setattr(groups, "FIRST", 7)
    monkeypatch.setattr(groups, "BYTES", 0)  # then four at a time
    for make, want in zip((gs.jacfwd, gs.jacrev), whole, strict=True):
        jacobian = make(chained)
        assert np.array_equal(jacobian(x), want) and jacobian.looped is None


def grown(s):
    s = s * 1.5
    return s if s > 30.0 else grown(s) * s


def two_grown(x):
    x *= 2.0
    return np.array([grown(x[0] * x[0]), grown(x[1] + x[2] * x[2])])


def test_what_has_no_program_is_looped():
    jacobian = gs.jacfwd(two_grown)
    found = [jacobian(X.copy()), jacobian(X.copy()), gs.jacrev(two_grown)(X.copy())]  # each changes its argument
    assert np.allclose(found[0], found[2]) and np.array_equal(found[0], found[1])
    assert "calls itself" in jacobian.looped
    with pytest.raises(NotBatched, match="calls itself"):
        Derivative(two_grown, "forward", ("x",), raw=True, directions=True)(X.copy(), np.eye(4))


def test_groups_are_sized_by_the_memory_of_the_first_run():
    found = groups.Groups()
    assert found.size("a", 100) == groups.FIRST and found.size("a", 3) == 3
    found.measured("a", 8, lambda: np.zeros(8 * 1000))
    assert 400 <= found.size("a", 1000) <= groups.BYTES // 8000
    found.measured("b", 8, lambda: np.zeros(8 * 10**6))
    assert found.size("b", 1000) == groups.LEAST


def test_sums_of_products_are_contracted():
    def f(a, b):
        return np.sum(a * b, axis=1) + np.sum(a * b[:, :1], axis=-1, keepdims=True)[:, 0]

    a, b = np.arange(6.0).reshape(3, 2), np.arange(6.0, 12.0).reshape(3, 2)
    assert compare(f, (a, b), (0, 1), "forward") == compare(f, (a, b), (0, 1), "reverse") == "same"
    program = Derivative(f, "forward", ("a",), raw=True, directions=True)
    program(a, b, np.stack([a, b]))
    assert 'np.einsum("kij,ij->ki", da, b)' in program.source


def skinned(base, turns, weights):
    return np.sum((base @ turns) * weights[:, :, None], axis=0)


def skinned_backwards(base, turns, weights):
    return np.sum(weights[:, :, None] * (base @ turns), axis=-3)


def of_kept_products(base, turns, weights):
    moved = base @ turns
    return np.sum(moved * weights[:, :, None], axis=0) + moved[0]


def of_unequal_rows(base, turns, weights):
    return np.sum((base @ turns) * weights[:, :1, None], axis=0)


def of_scaled_columns(base, turns, weights):
    return np.sum((base @ turns) * weights[:, :1, None] * base[:1, :3], axis=0)


def of_stacked_bases(base, turns, weights):
    return np.sum((np.stack([base, base]) @ turns[:1]) * weights[:1, :, None], axis=0)


BASE, TURNS, WEIGHTS = (np.random.default_rng(5).normal(size=s) for s in [(6, 4), (2, 4, 3), (2, 6)])


@pytest.mark.parametrize("function", [skinned, skinned_backwards])
@pytest.mark.parametrize(
    ("base", "turns", "weights"),
    [
        (BASE, TURNS, WEIGHTS),
        (BASE[:1], TURNS, WEIGHTS[:, :1]),
        (BASE, TURNS[:1], WEIGHTS),  # one product for all rows of weights
        (BASE, TURNS[:1], WEIGHTS[:1]),
        (BASE, TURNS, WEIGHTS[:1]),
        (BASE, TURNS[:0], WEIGHTS[:0]),
        (BASE[:0], TURNS, WEIGHTS[:, :0]),
        (BASE[:, :0], TURNS[:, :0], WEIGHTS),
        (BASE, TURNS[:, :, :0], WEIGHTS),
        (BASE.astype(np.float32), TURNS.astype(np.float32), WEIGHTS.astype(np.float32)),
        (np.where(BASE > 1.0, np.inf, BASE), TURNS, np.where(WEIGHTS > 1.0, np.nan, WEIGHTS)),
        (-0.0 * BASE, TURNS, 0.0 * WEIGHTS),
    ],
)
def test_sums_of_scaled_products_are_one_product(function, base, turns, weights):
    args = (base, turns, weights)
    assert compare(function, args, (1,), "forward") == compare(function, args, (0, 1, 2), "forward") == "same"
    assert compare(function, args, (0, 1, 2), "reverse").partition(":")[0] in ("same", "looped")


@pytest.mark.parametrize("function", [skinned, skinned_backwards])
def test_a_sum_of_scaled_products_is_written_as_one(function):
    program = Derivative(function, "forward", ("turns",), raw=True, directions=True)
    value, _ = program(BASE, TURNS, WEIGHTS, np.stack([TURNS, TURNS]))
    assert "np.tensordot(" in program.source and "dturns, ((0, 2), (1, 2)))" in program.source
    assert np.array_equal(value, function(BASE, TURNS, WEIGHTS))  # the value itself is summed as it was


@pytest.mark.parametrize("function", [of_kept_products, of_unequal_rows, of_scaled_columns, of_stacked_bases])
def test_other_sums_of_scaled_products_are_not_one_product(function):
    for wrt in ((0,), (1,), (2,), (0, 1, 2)):
        assert compare(function, (BASE, TURNS, WEIGHTS), wrt, "forward") == "same"
    program = Derivative(function, "forward", ("turns",), raw=True, directions=True)
    program(BASE, TURNS, WEIGHTS, np.stack([TURNS, TURNS]))
    assert "tensordot" not in program.source


def test_a_sum_of_products_of_the_function_itself_stays_as_it_is():
    def f(x, a, b):
        return np.sum(a * b, axis=-1) * x

    a, b = np.random.default_rng(6).normal(size=(2, 7, 5, 9))
    program = Derivative(f, "forward", ("x",), raw=True, directions=True)
    value, _ = program(2.0, a, b, np.array([1.0, 2.0]))
    assert "einsum" not in program.source and np.array_equal(value, f(2.0, a, b))


def test_stacks_of_views_are_put_in_order_before_they_are_multiplied():
    def f(a, b):
        return b @ np.swapaxes(a, 1, 2)[:, :, :2]

    args = (np.arange(24.0).reshape(2, 3, 4), np.arange(8.0).reshape(2, 4))
    assert compare(f, args, (0, 1), "forward") == compare(f, args, (0, 1), "reverse") == "same"
