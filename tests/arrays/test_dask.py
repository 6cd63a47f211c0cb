"""Derivatives of functions of Dask arrays: lazy, in chunks, and those of the same function of NumPy arrays."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import gradscribe
from gradscribe import grad, hvp, jvp, value_and_grad, vjp
from gradscribe.call.jitting import NumbaFallback
from gradscribe.errors import BadArgument, UnsupportedCall

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")

rng = np.random.default_rng(3)
X, Y, LABELS = rng.normal(size=(12, 3)), rng.normal(size=12), rng.random(size=(12, 4))
W = rng.normal(size=3)
NETWORK = {name: rng.normal(size=shape) for name, shape in {"w1": (3, 5), "b1": 5, "w2": (5, 4), "b2": 4}.items()}
DX, DY, DLABELS = da.from_array(X, chunks=(4, 3)), da.from_array(Y, chunks=4), da.from_array(LABELS, chunks=(4, 4))


def least_squares(X, y, w):
    r = X @ w - y
    return np.sum(r * r) / len(y)


def logistic(X, y, w, b):
    z = y * (X @ w + b)
    return np.mean(np.logaddexp(0.0, -z)) + 0.1 * np.sum(w**2)


def softmax_network(p, X, labels):
    h = np.tanh(X @ p["w1"] + p["b1"])
    out = h @ p["w2"] + p["b2"]
    top = np.max(out, axis=1, keepdims=True)
    out = out - top - np.log(np.sum(np.exp(out - top), axis=1, keepdims=True))
    return -np.mean(np.sum(labels * out, axis=1))


def by_items(X, w):
    return np.sum((w[0] + w[1] * X[:, 0] + w[2] * X[:, 1] ** 2) ** 2)


def by_columns(X, w):
    s = 0.0
    for j in range(len(w)):
        s += w[j] * np.sum(X[:, j]) ** 2
    return s


def centred(X, w):
    r = (X - np.mean(X, axis=0)) @ w
    return np.sum(np.where(np.abs(r) < 1.0, 0.5 * r**2, np.abs(r) - 0.5))


def differences(x):
    return np.sum((x[1:] - x[:-1]) ** 2 * x[0])


def joined(x):
    return np.sum(np.concatenate([x, 2.0 * x[:3]]) ** 3) + np.std(x) + np.linalg.norm(x)


def branching(x):
    return np.sum(x**3) if np.sum(x) > 0.0 else np.sum(x**2)


def clipped(x, low, high):
    return np.sum(np.clip(x, low, high) ** 2) + np.sum(np.clip(x, None, 0.5) * x.clip(-0.5))


def numbers_alone(x):
    y = np.where(x > 1.0, np.nan, x)
    return np.nanmean(y) + np.nanstd(y, ddof=1) + np.sum(np.nanvar(y, axis=0)) + np.sum(np.nanmean(y, axis=1) ** 2)


CASES = {
    "clipped": (clipped, (X, -0.3, 0.8), (DX, -0.3, 0.8), (0,)),
    "numbers alone": (numbers_alone, (X,), (DX,), (0,)),
    "least squares": (least_squares, (X, Y, W), (DX, DY, W), (0, 1, 2)),
    "parameters alone": (least_squares, (X, Y, W), (DX, DY, W), (2,)),
    "logistic": (logistic, (X, np.sign(Y), W, 0.3), (DX, np.sign(DY), W, 0.3), (0, 2, 3)),
    "network": (softmax_network, (NETWORK, X, LABELS), (NETWORK, DX, DLABELS), (0, 1)),
    "items of parameters": (by_items, (X, W), (DX, W), (0, 1)),
    "a loop over columns": (by_columns, (X, W), (DX, W), (0, 1)),
    "rows left out": (centred, (X, W), (DX, W), (0, 1)),
    "slices": (differences, (Y,), (DY,), (0,)),
    "joined": (joined, (Y,), (DY,), (0,)),
}


def leaves(value):
    if isinstance(value, dict):
        return [v for k in sorted(value) for v in leaves(value[k])]
    return [v for part in value for v in leaves(part)] if isinstance(value, (tuple, list)) else [value]


def same(lazy, plain):
    for a, b in zip(leaves(dask.compute(lazy)[0]), leaves(plain), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def never(*args, **keywords):
    raise AssertionError("something was computed")


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_lazy_and_those_of_numpy(name):
    function, plain, lazy, argnums = CASES[name]
    with dask.config.set(scheduler=never), warnings.catch_warnings():
        warnings.simplefilter("error")  # Dask warns where it hands an array to NumPy
        found = value_and_grad(function, argnums)(*lazy)
    assert all(isinstance(leaf, da.Array) for leaf in leaves(found))
    same(found, value_and_grad(function, argnums)(*plain))


@pytest.mark.parametrize("name", CASES)
def test_tangents_are_lazy_and_those_of_numpy(name):
    function, plain, lazy, argnums = CASES[name]
    plain_tangents = [p if k in argnums else None for k, p in enumerate(plain)]
    lazy_tangents = [p if k in argnums else None for k, p in enumerate(lazy)]
    with dask.config.set(scheduler=never):
        found = jvp(function, lazy, lazy_tangents)
    same(found, jvp(function, plain, plain_tangents))


@pytest.mark.parametrize("name", CASES)
def test_pullbacks_are_lazy_and_those_of_numpy(name):
    function, plain, lazy, _ = CASES[name]
    with dask.config.set(scheduler=never):
        value, pullback = vjp(function, *lazy)
        found = pullback(2.0), pullback(2.0)
    expected = vjp(function, *plain)[1](2.0)
    for adjoints in found:
        same([a for a in leaves(adjoints) if a is not None], [a for a in leaves(expected) if a is not None])


def test_an_adjoint_may_be_lazy():
    value, pullback = vjp(lambda X, w: np.tanh(X @ w), DX, W)
    same(pullback(DY), vjp(lambda X, w: np.tanh(X @ w), X, W)[1](Y))


def test_a_gradient_of_data_keeps_its_chunks():
    for function, argnum, args in ((by_items, 0, (DX, W)), (by_columns, 0, (DX, W)), (differences, 0, (DY,))):
        assert grad(function, argnum)(*args).chunks == args[0].chunks


def test_data_from_outside():
    def loss(w):
        return least_squares(DX, DY, w)

    with dask.config.set(scheduler=never):
        found = grad(loss)(W)
    same(found, grad(least_squares, 2)(X, Y, W))


def test_second_derivatives():
    same(
        grad(lambda w: np.sum(grad(least_squares, 2)(DX, DY, w) ** 2))(W),
        grad(lambda w: np.sum(grad(least_squares, 2)(X, Y, w) ** 2))(W),
    )
    same(
        hvp(lambda w: logistic(DX, np.sign(DY), w, 0.3))(W, W),
        hvp(lambda w: logistic(X, np.sign(Y), w, 0.3))(W, W),
    )


def test_a_branch_computes_what_it_depends_on():
    for sign in (1.0, -1.0):
        same(grad(branching)(DY * sign), grad(branching)(Y * sign))


def test_one_function_serves_both_kinds_of_arrays():
    gradient = grad(by_items, 1)
    for _ in range(2):
        assert isinstance(gradient(X, W), np.ndarray)
        assert isinstance(gradient(DX, W), da.Array)


def test_the_caller_s_arrays_stay_as_they_are():
    """Entries of lazy arrays can be assigned, and some operations return the array itself."""

    def f(x):
        y = x.astype(float)
        return np.sum(y**2) + y[0] * x[1]

    x = da.from_array(Y, chunks=4)
    found = grad(f)(x)
    np.testing.assert_array_equal(x.compute(), Y)
    same(found, grad(f)(Y))


def test_a_saved_derivative_takes_the_arrays_that_it_was_made_for(tmp_path):
    gradient = grad(by_items, 1)
    gradient(DX, W)
    gradient.save(tmp_path / "saved.py")
    scope: dict = {"__name__": "saved"}
    exec(compile((tmp_path / "saved.py").read_text("utf-8"), "saved", "exec"), scope)
    same(scope["by_items_grad_w"](DX, W), grad(by_items, 1)(X, W))
    with pytest.raises(ValueError, match="was written for"):
        scope["by_items_grad_w"](DY, W)


def test_numba_falls_back():
    with pytest.warns(NumbaFallback, match="not for Dask arrays"):
        same(grad(least_squares, 2, jit="numba")(DX, DY, W), grad(least_squares, 2)(X, Y, W))


# ------------------------------------------------------------------ what is refused


def writes(x):
    y = 2.0 * x
    y[0] = 3.0
    return np.sum(y**2)


def adds_in_place(x):
    y = 2.0 * x
    y += 1.0
    return np.sum(y**2)


def fills_a_buffer(x):
    out = np.zeros(3)
    for j in range(3):
        out[j] = np.sum(x * j)
    return np.sum(out**2)


def gathers(x):
    return np.sum(x[np.array([0, 0, 1])] ** 2)


def masked(x):
    return np.sum(x[x > 0.0] ** 2)


def sorts(x):
    return np.sum(np.sort(x) * np.arange(12.0))


REFUSED = {
    "entries of an array are written": (writes, adds_in_place, fills_a_buffer),
    "an index is an array": (gathers, masked),
    "there is no `np.argsort`": (sorts,),
}


@pytest.mark.parametrize("function, message", [(f, m) for m, fs in REFUSED.items() for f in fs])
def test_what_dask_cannot_do_is_refused_with_the_place(function, message):
    with pytest.raises(UnsupportedCall, match=f"with Dask arrays, {message}") as caught:
        grad(function)(DY)
    assert caught.value.where is not None and caught.value.where.function == function.__name__
    assert "x.compute()" in caught.value.hint
    grad(function)(Y)  # it is no fault of the function


def test_unknown_lengths_are_refused():
    some = DX[DX[:, 0] > 0.0]
    with pytest.raises(BadArgument, match="not all of its lengths are known") as caught:
        grad(lambda X, w: np.sum(X @ w), 1)(some, W)
    assert "compute_chunk_sizes" in caught.value.hint
    with pytest.raises(BadArgument, match="not all of its lengths are known"):
        grad(lambda w: np.sum(some @ w))(W)


def test_a_result_that_is_no_scalar_is_refused():
    with pytest.raises(gradscribe.errors.BadResult):
        grad(lambda x: x**2)(DY)


def test_integers_have_no_derivative():
    with pytest.raises(BadArgument, match="Dask array of int64"):
        grad(lambda x: np.sum(x**2))(da.arange(3))
