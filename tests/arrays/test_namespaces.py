"""Derivatives written with the functions of another namespace: JAX, PyTorch, the array API standard."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from gradscribe import derive, grad, jvp, value_and_grad, vjp
from gradscribe.errors import BadArgument, UnsupportedCall

rng = np.random.default_rng(4)
X, Y, LABELS, W = rng.normal(size=(12, 3)), rng.normal(size=12), rng.random(size=(12, 4)), rng.normal(size=3)
NETWORK = {name: rng.normal(size=shape) for name, shape in {"w1": (3, 5), "b1": 5, "w2": (5, 4), "b2": 4}.items()}


def least_squares(w, X, y):
    r = np.tanh(X @ w) - y
    return np.sum(r * r) / len(y) + 0.1 * np.sum(np.abs(w))


def network(p, X, labels):
    h = np.tanh(X @ p["w1"] + p["b1"])
    out = h @ p["w2"] + p["b2"]
    top = np.max(out, axis=1, keepdims=True)
    out = out - top - np.log(np.sum(np.exp(out - top), axis=1, keepdims=True))
    return -np.mean(np.sum(labels * out, axis=1))


def by_items(w, X):
    return np.sum((w[0] + w[1] * X[:, 0] + w[2] * X[:, 1] ** 2) ** 2)


def steps(w, X):
    for _ in range(4):
        w = w - 0.1 * (X.T @ (X @ w))
    return np.sum(w**2)


def differences(x):
    return np.sum((x[1:] - x[:-1]) ** 2 * x[0])


def joined(x):
    return np.sum(np.concatenate([x, 2.0 * x[:2]]) ** 2) + np.mean(np.stack([x, x**3]))


def clipped(x):
    return np.sum(np.where(x > 0.0, x, 0.1 * x) * x)


CASES = {
    least_squares: (W, X, Y),
    network: (NETWORK, X, LABELS),
    by_items: (W, X),
    steps: (W, X),
    differences: (Y,),
    joined: (Y,),
    clipped: (Y,),
}


def _jax(a):
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    return jax.numpy.asarray(a)


def _torch(a):
    return pytest.importorskip("torch").tensor(a)


def _strict(a):
    return pytest.importorskip("array_api_strict").asarray(a)


KINDS = {"jax.numpy": _jax, "torch": _torch, "array_api": _strict}


def moved(value, convert):
    if isinstance(value, dict):
        return {k: moved(v, convert) for k, v in value.items()}
    return tuple(moved(v, convert) for v in value) if isinstance(value, tuple) else convert(value)


def leaves(value):
    if isinstance(value, dict):
        return [v for k in sorted(value) for v in leaves(value[k])]
    return [v for part in value for v in leaves(part)] if isinstance(value, (tuple, list)) else [value]


def same(found, expected):
    for a, b in zip(leaves(found), leaves(expected), strict=True):
        np.testing.assert_allclose(np.asarray(a), b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("function", CASES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("namespace", KINDS)
def test_gradients_tangents_and_pullbacks(namespace, function):
    plain = CASES[function]
    args = moved(plain, KINDS[namespace])
    gradient = value_and_grad(function, namespace=namespace)
    found = gradient(*args)
    kind = type(KINDS[namespace](W))
    assert all(isinstance(leaf, kind) for leaf in leaves(found[1]))
    same(found, value_and_grad(function)(*plain))
    assert "np." not in gradient.source.replace("jnp.", "").split("return")[-1]
    same(jvp(function, args, args, namespace=namespace), jvp(function, plain, plain))
    same(vjp(function, *args, namespace=namespace)[1](2.0), vjp(function, *plain)[1](2.0))


@pytest.mark.parametrize("function", CASES, ids=lambda f: f.__name__)
def test_jax_compiles_what_is_written(function):
    jax = pytest.importorskip("jax")
    args = moved(CASES[function], _jax)
    same(jax.jit(value_and_grad(function, namespace="jax.numpy"))(*args), value_and_grad(function)(*CASES[function]))


def test_sums_into_entries_of_immutable_arrays():
    x = _jax(Y)
    gradient = grad(lambda x: np.sum(x[np.array([0, 0, 1])] ** 2), namespace="jax.numpy")
    same(gradient(x), grad(lambda x: np.sum(x[np.array([0, 0, 1])] ** 2))(Y))
    assert ".at[" in gradient.source and "import jax.numpy as jnp" in gradient.source


def test_special_functions_of_jax():
    special = pytest.importorskip("scipy.special")
    gradient = grad(lambda x: np.sum(special.expit(x)), namespace="jax.numpy")
    same(gradient(_jax(Y)), grad(lambda x: np.sum(special.expit(x)))(Y))


def test_numpy_is_an_array_namespace():
    """The text for "array_api" runs on NumPy's arrays as well."""
    gradient = value_and_grad(network, namespace="array_api")
    same(gradient(*CASES[network]), value_and_grad(network)(*CASES[network]))
    assert gradient.source.startswith("import numpy as xp\n")


def test_results_that_are_tuples():
    def f(a, b):
        return np.sum(a * b, axis=0), a + b

    args = X[:, :1], X[0]
    adjoint = np.ones(3), np.full((12, 3), 2.0)
    for namespace in ["array_api"]:
        convert = KINDS[namespace]
        found = vjp(f, *moved(args, convert), namespace=namespace)[1](moved(adjoint, convert))
        assert all(isinstance(g, type(convert(W))) for g in found)
        same(found, vjp(f, *args)[1](adjoint))


def test_the_text_before_any_call():
    assert "jnp." in derive(by_items, namespace="jax.numpy").source if _jax(0.0) is not None else True


def test_a_derivative_keeps_its_namespace():
    copy = pickle.loads(pickle.dumps(grad(differences, namespace="array_api")))
    same(copy(_strict(Y)), grad(differences)(Y))


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("namespace", KINDS)
def test_arrays_that_numpy_does_not_hand_on_need_a_namespace(namespace):
    with pytest.raises(BadArgument, match="do not hand") as caught:
        grad(differences)(KINDS[namespace](Y))
    assert f"namespace={namespace!r}" in caught.value.hint


def writes(x):
    x = 2.0 * x
    x[0] = 1.0
    return np.sum(x**2)


def sorts(x):
    return np.sum(np.median(x))


@pytest.mark.parametrize("namespace", KINDS)
def test_writes_are_refused(namespace):
    with pytest.raises(UnsupportedCall, match="entries of an array are written") as caught:
        grad(writes, namespace=namespace)(KINDS[namespace](Y))
    assert caught.value.where.function == "writes"


@pytest.mark.parametrize("namespace", ["torch", "array_api"])
def test_what_a_namespace_lacks_is_refused_with_the_place(namespace):
    with pytest.raises(UnsupportedCall, match="has no `np") as caught:
        grad(sorts, namespace=namespace)(KINDS[namespace](Y))
    assert caught.value.where.function == "sorts"


def test_two_kinds_of_arrays_are_refused():
    with pytest.raises(BadArgument, match="do not take array_api_strict arrays"):
        grad(differences, namespace="jax.numpy")(_strict(Y))


def test_unknown_namespaces_are_refused():
    with pytest.raises(BadArgument, match="namespace is one of"):
        grad(differences, namespace="numpy")
    with pytest.raises(BadArgument, match="compiles for arrays of NumPy"):
        grad(differences, namespace="torch", jit="numba")
