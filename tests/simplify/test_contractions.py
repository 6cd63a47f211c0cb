"""Sums of products are written as products of vectors and matrices, where these mean the same."""

from __future__ import annotations

import numpy as np
import pytest

import gradscribe
from gradscribe import check_grads

RANDOM = np.random.default_rng(3)
V, W, M = RANDOM.normal(size=4), RANDOM.normal(size=3), RANDOM.normal(size=(4, 3))
SQUARE = RANDOM.normal(size=(3, 3))


def scaled(x, y, weights):
    return np.sum(weights * np.sin(x * y))


def in_columns(x, y, weights):
    return np.sum(weights * np.sin(x[:, None] * y))


PRODUCTS = {
    "a number and a vector": (scaled, 0.3, V, V, ["@ y"]),
    "a number and one entry": (scaled, 0.3, V[:1], V[:1], ["@ y"]),
    "a number and no entry": (scaled, 0.3, V[:0], V[:0], ["@ y"]),
    "a column and a row": (in_columns, V, W, M, ["x @ ", "@ y"]),
    "a column and a row of one length": (in_columns, W, W + 1.0, SQUARE, ["x @ ", "@ y"]),
    "a column without entries": (in_columns, V[:0], W, M[:0], ["x @ ", "@ y"]),
}
OTHERS = {
    "a matrix and a row": (scaled, M, W, M),
    "a square matrix and a row": (scaled, SQUARE, W, SQUARE),
    "a column and a matrix": (in_columns, V, M, M),
    "a column of one entry": (in_columns, V[:1], W, M[:1]),
    "a row of one entry": (in_columns, V, W[:1], M[:, :1]),
    "single entries": (in_columns, V[:1], W[:1], M[:1, :1]),
    "vectors": (scaled, V, V + 1.0, V),
    "a vector and one entry": (scaled, V, V[:1], V),
    "a vector and an array without axes": (scaled, np.array(0.3), V, V),
    "weights that are spread": (in_columns, V, W, W),
    "one weight": (in_columns, V, W, V[:1]),
}


@pytest.mark.parametrize("case", {**PRODUCTS, **OTHERS})
def test_sums_of_products_are_right(case):
    f, x, y, weights = {**PRODUCTS, **OTHERS}[case][:4]
    check_grads(f, (x, y, weights), argnums=(0, 1))


@pytest.mark.parametrize("case", PRODUCTS)
def test_sums_of_products_are_products(case):
    f, x, y, weights, texts = PRODUCTS[case]
    source = gradscribe.grad(f, argnums=(0, 1)).source_for(x, y, weights)
    assert all(text in source for text in texts)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (V[:1], V),  # is spread
        (0.3, V.astype(np.float32)),  # adds with too little care
        (0.3, V + 0j),
    ],
)
def test_others_stay_sums(x, y):
    def f(x, y):
        return np.sum(np.sin(x * y).real)

    check_grads(f, (x, y), argnums=0, rtol=1e-2 if y.dtype == np.float32 else 1e-6)
    assert "@" not in gradscribe.grad(f).source_for(x, y)


@pytest.mark.parametrize("special", [np.inf, -np.inf, np.nan, 0.0, -0.0])
@pytest.mark.parametrize("f", [scaled, in_columns])
def test_entries_that_are_not_finite_count_as_in_a_sum(f, special):
    x, y, weights = 0.3 if f is scaled else V.copy(), W.copy(), W.copy() if f is scaled else M.copy()
    y[1] = weights[..., 2] = special
    with np.errstate(all="ignore"):
        found = gradscribe.grad(f, argnums=(0, 1))(x, y, weights)
        plain = gradscribe.derive(f, argnums=(0, 1), optimize=False)(x, y, weights)
    assert all(np.allclose(a, b, equal_nan=True) for a, b in zip(found, plain, strict=True))


def overwritten(c, x):
    """What is summed was read before memory changes."""
    x = x.copy()
    y = c * x[1:]
    x[:-1] += y
    x[1:] *= c
    return np.sum(x**3)


def of_unknown_lengths(c, x, n=2):
    return np.sum((c * x[:n]) ** 2) + np.sum((x[:n] * x[n:]) ** 3) * c


def of_rows_of_a_list(c, x):
    rows = [x[k] * c for k in range(len(x))]
    total = 0.0
    for row in rows:
        total += np.sum(row**2) + np.sum(x[0] * row)
    return total


@pytest.mark.parametrize(("f", "x"), [(overwritten, V), (of_unknown_lengths, V), (of_rows_of_a_list, M)])
def test_products_see_the_values_that_the_sums_saw(f, x):
    check_grads(f, (0.3, x.copy()), argnums=(0, 1), order=2)


def test_the_function_itself_keeps_its_sums():
    def f(x, y):
        return np.sum(x * y) ** 2

    x, y = RANDOM.normal(size=(2, 1001))
    gradient = gradscribe.value_and_grad(f)
    assert gradient(x, y)[0] == f(x, y) and "@" not in gradient.source
    value, _ = gradscribe.jvp(f, (x, y), (y, x))
    tangent = gradscribe.derive(f, mode="forward", argnums=0)
    assert value == f(x, y) and tangent(x, y, x)[0] == f(x, y)
    assert "np.sum(x * y)" in tangent.source and "dx @ y" in tangent.source
