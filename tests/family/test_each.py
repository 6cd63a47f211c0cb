"""Products with the Jacobian for several directions that are given."""

import numpy as np
import pytest

import gradscribe as gs
from gradscribe.errors import BadArgument

X = np.array([0.3, 1.2, -0.7])


def parts(x, p):
    y = np.outer(x, x) * p["s"]
    return {"all": y, "sum": np.sum(y) + p["s"]}


def test_tangents():
    rng = np.random.default_rng(0)
    dx, ds = rng.normal(size=(5, 3)), rng.normal(size=5)
    value, moved = gs.jvp_each(parts, (X, {"s": 2.0, "name": "p"}), (dx, {"s": ds, "name": "p"}))
    assert value["sum"] == parts(X, {"s": 2.0})["sum"]
    for k in range(5):
        _, one = gs.jvp(parts, (X, {"s": 2.0, "name": "p"}), (dx[k], {"s": ds[k], "name": "p"}))
        assert np.allclose(moved["all"][k], one["all"]) and np.isclose(moved["sum"][k], one["sum"])


def test_adjoints():
    rng = np.random.default_rng(0)
    given = {"all": rng.normal(size=(4, 3, 3)), "sum": rng.normal(size=4)}
    _, pullback = gs.vjp_each(parts, X, {"s": 2.0}, argnums=(0, "p"))
    bx, bp = pullback(given)
    assert pullback.looped is None and bx.shape == (4, 3) and bp["s"].shape == (4,)
    _, back = gs.vjp(parts, X, {"s": 2.0})
    for k in range(4):
        one = back({"all": given["all"][k], "sum": float(given["sum"][k])})
        assert np.allclose(bx[k], one[0]) and np.isclose(bp["s"][k], one[1]["s"])
    only = gs.vjp_each(parts, X, {"s": 2.0})[1](given)
    assert np.array_equal(only, bx)


def test_what_does_not_fit_is_refused():
    with pytest.raises(BadArgument, match=r"shapes \(3,\), not \(k, 3\)"):
        gs.jvp_each(parts, (X, {"s": 2.0}), (X, None))
    with pytest.raises(BadArgument, match="complex"):
        gs.jvp_each(parts, (X, {"s": 2.0}), (np.eye(3) * 1j, None))
    _, pullback = gs.vjp_each(parts, X, {"s": 2.0})
    with pytest.raises(BadArgument, match="the adjoints"):
        pullback({"all": np.zeros((2, 3, 3)), "sum": np.zeros(3)})
    with pytest.raises(BadArgument, match="2 primals and 1 tangents"):
        gs.jvp_each(parts, (X, {"s": 2.0}), (X,))
