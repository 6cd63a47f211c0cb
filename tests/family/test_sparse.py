"""Sparse Jacobians and Hessians: patterns, groups, what is read off, and what is refused."""

import numpy as np
import pytest

import gradscribe as gs
from gradscribe.errors import BadArgument, BadResult
from gradscribe.family.colouring import _greedy, groups_of_columns
from gradscribe.family.index_sets import IndexSets
from gradscribe.family.sparse import WrongPattern

scipy_sparse = pytest.importorskip("scipy.sparse")

X = np.linspace(0.1, 1.3, 9)
A = np.diag(np.ones(8), 1) + np.diag(np.full(9, 2.0))


def tridiagonal(x):
    return np.concatenate([[x[0] ** 2], x[:-2] * x[1:-1] + np.sin(x[2:]), [x[-1]]])


def looped(x):
    y = np.zeros(len(x))
    for i in range(1, len(x) - 1):
        if x[i] > 0.5:
            y[i] = x[i - 1] * x[i + 1] - x[i]
        else:
            y[i] = x[i]
    return y


def in_place(x):
    y = x * 2.0
    y[1:] *= y[:-1]
    view = y[::2]
    view += x[0]
    return y


def arrow(x):
    y = x * x * x[0]
    y[0] = np.sum(x**3)
    return y


def shuffled(x):
    m = x.reshape(3, 3)
    return np.stack([m.T[::-1].ravel(), np.roll(x, 2)], axis=1)


def reduced(x):
    m = np.exp(x.reshape(3, 3))
    return m / np.sum(m, axis=1, keepdims=True), np.max(m, axis=0)


def products(x):
    return A @ np.sin(x), x @ A, np.cumsum(x)[:3], np.diff(x)


def gathered(x):
    return x[np.array([0, 0, 3, 5])] * np.where(x[:4] > 0.4, x[4:8], 2.0)


def listed(x):
    parts = [x[0] * x[1]]
    for k in range(2, 5):
        parts.append(parts[-1] + x[k])
    return np.array(parts)


def vectors(x):
    m = x.reshape(3, 3)
    return np.cross(m, np.sin(m[::-1])), np.stack([m[:2, :2], m[1:, 1:]]) @ np.stack([m[1:, :2], m[:2, 1:]])


def dense(x):
    return np.linalg.solve(np.eye(9) + np.outer(x, x), x)


def halves(x):
    return np.where(x > 0.5, x, 0.0) + np.maximum(x, 0.3) * np.floor(x)


FUNCTIONS = [
    tridiagonal, looped, in_place, arrow, shuffled, reduced, products, gathered, listed, vectors, dense, halves,
]  # fmt: skip


def stacked(f):
    parts = gs.jacfwd(f)(X)
    return np.concatenate([np.reshape(p, (-1, X.size)) for p in (parts if isinstance(parts, tuple) else (parts,))])


@pytest.mark.parametrize("f", FUNCTIONS)
def test_jacobian(f):
    found = gs.jacobian(f, sparse=True)(X)
    assert scipy_sparse.issparse(found)
    assert np.allclose(found.toarray(), stacked(f), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("f, sweeps", [(tridiagonal, (3, 0)), (arrow, (2, 1)), (halves, (1, 0))])
def test_number_of_directions(f, sweeps):
    jacobian = gs.jacobian(f, sparse=True)
    jacobian(X)
    assert jacobian.sweeps == sweeps


def test_structures_and_several_arguments():
    def f(p, y):
        return {"a": p["w"] * y, "b": p["c"] * y[0]}

    p, y = {"w": X[:3], "c": 2.0}, X[3:6]
    found = gs.jacobian(f, argnums=(0, 1), sparse=True)(p, y).toarray()
    assert found.shape == (4, 7)
    assert np.allclose(found[:3, :3], np.diag(y)) and np.allclose(found[:3, 4:], np.diag(X[:3]))
    assert np.allclose(found[3], [0, 0, 0, y[0], 2.0, 0, 0])


def test_arguments_are_left_alone():
    x = X.copy()
    gs.jacobian(in_place, sparse=True)(x)
    assert np.array_equal(x, X)


def test_pattern_at_a_point():
    pattern = gs.jacobian(looped, sparse=True).pattern_at(X).toarray()
    assert pattern.dtype == bool and np.array_equal(pattern, stacked(looped) != 0)


def test_given_pattern():
    pattern = gs.jacobian(tridiagonal, sparse=True).pattern_at(X)
    assert np.allclose(gs.jacobian(tridiagonal, sparse=pattern)(2.0 * X).toarray(), gs.jacfwd(tridiagonal)(2.0 * X))
    with pytest.raises(WrongPattern, match="leaves out"):
        gs.jacobian(tridiagonal, sparse=scipy_sparse.eye_array(9))(X)
    with pytest.raises(BadArgument, match="columns"):
        gs.jacobian(tridiagonal, sparse=scipy_sparse.eye_array(4))(X)


def test_what_is_not_sparse(monkeypatch):
    monkeypatch.setattr("gradscribe.family.sparse.LIMIT", 80)
    assert gs.jacobian(tridiagonal, sparse=True)(X).nnz == 23
    with pytest.raises(BadResult, match="not sparse"):
        gs.jacobian(dense, sparse=True)(X)


def test_no_auxiliary():
    with pytest.raises(BadArgument, match="auxiliary"):
        gs.jacobian(tridiagonal, sparse=True, has_aux=True)


# ------------------------------------------------------------------ Hessians


def chain(x):
    return np.sum((x[1:] - x[:-1] ** 2) ** 2) + np.sum(np.cos(x))


def star(x):
    return np.sum(x[0] * x[1:] ** 2) + np.sum(x**4)


def two_stars(x):
    return np.sum(x[0] * x[1:] ** 2) + np.sum(np.sin(x[3] * x)) + np.sum(x**4)


def looped_chain(x):
    total = 0.0
    for k in range(1, len(x)):
        total = total + (x[k] - x[k - 1] ** 2) ** 2
    return total


@pytest.mark.parametrize("f, sweeps", [(chain, 3), (star, 2), (two_stars, 3), (looped_chain, 3)])
def test_hessian(f, sweeps):
    hessian = gs.hessian(f, sparse=True)
    found = hessian(X)
    assert np.allclose(found.toarray(), gs.hessian(f)(X), rtol=1e-12, atol=1e-13)
    assert hessian.sweeps == (sweeps, 0)


@pytest.mark.parametrize("f, sweeps", [(chain, 3), (star, 2)])
def test_many_variables(f, sweeps):
    x = np.linspace(0.1, 1.0, 100_000)
    hessian = gs.hessian(f, sparse=True)
    found = hessian(x)
    assert found.shape == (100_000, 100_000) and found.nnz < 300_000 and hessian.sweeps == (sweeps, 0)
    v = np.cos(np.arange(100_000.0))
    assert np.allclose(found @ v, gs.hvp(f)(x, v), rtol=1e-10, atol=1e-10)


# ------------------------------------------------------------------ parts


def test_index_sets():
    table = IndexSets(4)
    a = table.union(np.array([1, 2, 0]), np.array([2, 2, 3]))
    b = table.union(a, 4)
    rows, columns = table.members(np.asarray(b))
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [
        (0, 0),
        (0, 1),
        (0, 3),
        (1, 1),
        (1, 3),
        (2, 2),
        (2, 3),
    ]
    assert table.union(1, 2) == table.union(2, 1) and table.union(0, 3) == 3


def test_groups():
    random = np.random.default_rng(0)
    pattern = scipy_sparse.csc_array(random.random((30, 20)) < 0.1)
    for groups in (groups_of_columns(pattern), _greedy(pattern)):
        held = pattern.toarray().astype(int)
        for group in range(groups.max() + 1):
            assert np.all(np.sum(held[:, groups == group], axis=1) <= 1)
