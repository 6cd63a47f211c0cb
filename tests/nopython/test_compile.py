"""`compile(f)`: the function itself in machine code does what a plain call does."""

import pickle
import warnings
from dataclasses import dataclass

import numpy as np
import pytest

import gradscribe
from gradscribe import grad
from gradscribe.call.jitting import NumbaFallback
from gradscribe.errors import BadArgument, GradscribeError

numba = pytest.importorskip("numba")
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def square(x):
    return x * x


def smooth(n, a, b):
    for _ in range(n):
        b[1:-1] = 0.25 * (a[:-2] + 2.0 * a[1:-1] + a[2:])
        a[1:-1] = 0.25 * (b[:-2] + 2.0 * b[1:-1] + b[2:])


def factor(a):
    for i in range(a.shape[0]):
        for j in range(i):
            a[i, j] = (a[i, j] - np.dot(a[i, :j], a[j, :j])) / a[j, j]
        a[i, i] = np.sqrt(a[i, i] - np.dot(a[i, :i], a[i, :i]))
    return a


def scale(x, /, y=2.0, *, z):
    return x * y - z


@dataclass
class Model:
    w: np.ndarray
    b: float


def through(m, x):
    m["v"][0] = x
    return {"w": m["v"][1:] * x, "all": (m["v"], x)}


def of_model(m, x):
    return Model(m.w * x, m.b + x)


def total(x, axis):
    return np.sum(x, axis=axis)


def test_writes_to_arguments_as_the_function_does():
    a, b = np.arange(8.0) ** 2, np.ones(8)
    want_a, want_b = a.copy(), b.copy()
    assert smooth(3, want_a, want_b) is None and gradscribe.compile(smooth)(3, a, b) is None
    np.testing.assert_allclose(a, want_a, rtol=1e-15)
    np.testing.assert_allclose(b, want_b, rtol=1e-15)


def test_returns_an_argument_itself():
    a = 7.0 * np.eye(5) + 1.0
    want = factor(a.copy())
    assert gradscribe.compile(factor)(a) is a
    np.testing.assert_allclose(a, want, rtol=1e-14)


def test_structures_and_views():
    fast, v = gradscribe.compile(through), np.ones(3)
    found = fast({"v": v}, 2.0)
    np.testing.assert_array_equal(found["w"], [2.0, 2.0])
    assert v[0] == 2.0 and found["all"][0] is v
    model = gradscribe.compile(of_model)(Model(v, 1.0), 3.0)
    assert isinstance(model, Model) and model.b == 4.0 and model.w[0] == 6.0


def test_defaults_and_keywords():
    fast = gradscribe.compile(scale)
    assert fast(3.0, z=1.0) == 5.0 and fast(3.0, 1.0, z=1.0) == 2.0
    with pytest.raises(BadArgument, match="missing"):
        fast(3.0)


def test_one_text_for_each_kind():
    fast = gradscribe.compile(square)
    assert fast(3.0) == 9.0 and fast(3) == 9 and isinstance(fast(3), int)
    np.testing.assert_array_equal(fast(np.ones(2)), [1.0, 1.0])
    assert "@numba.njit" in fast.source and "def square(x):" in fast.source
    assert fast.__name__ == "square" and "numba" in repr(fast)
    assert len(fast._compiled) == 3


def test_integers_that_must_be_known():
    fast, a = gradscribe.compile(total), np.arange(6.0).reshape(2, 3)
    for axis in (0, 1, 0):
        np.testing.assert_allclose(fast(a, axis), total(a, axis))


def test_errors_are_those_of_the_function():
    with pytest.raises(IndexError):
        gradscribe.compile(lambda a, k: a[k])(np.ones(3), 5)
    with pytest.raises(ValueError):
        gradscribe.compile(lambda a, b: a + b)(np.ones(3), np.ones(2))


def test_what_numba_cannot_runs_plainly_with_a_warning_at_the_call():
    def drawn(x):
        return x * np.random.rand()

    np.random.seed(0)
    with pytest.warns(NumbaFallback, match="rand") as told:
        found = gradscribe.compile(drawn)(2.0)
    assert told[0].filename == __file__
    np.random.seed(0)
    assert found == drawn(2.0)


def test_what_cannot_be_read_is_refused():
    def grows(p):
        p.append(1.0)
        return p

    with pytest.raises(GradscribeError, match="length of a container argument"):
        gradscribe.compile(grows)([1.0])
    with pytest.raises(BadArgument, match="a function is needed"):
        gradscribe.compile(3)
    with pytest.raises(BadArgument, match="jax"):
        gradscribe.compile(square, jit="jax")


FACTOR = 2.0


def scaled(x):
    return FACTOR * x


def test_what_stands_outside_is_read_at_each_call(monkeypatch):
    fast = gradscribe.compile(scaled)
    assert fast(3.0) == 6.0
    monkeypatch.setitem(globals(), "FACTOR", 5.0)
    assert fast(3.0) == 15.0


fast_square = gradscribe.compile(square)


def cubed(x):
    return fast_square(x) * x


def test_derivatives_go_through():
    assert grad(fast_square)(3.0) == 6.0
    assert grad(cubed)(2.0) == 12.0 and grad(cubed, jit="numba")(2.0) == 12.0
    assert gradscribe.compile(grad(square))(3.0) == 6.0


def test_called_from_compiled_functions():
    @numba.njit
    def call(x):
        return fast_square(x) + 1.0

    assert call(2.0) == 5.0


def test_pickles_and_methods():
    assert pickle.loads(pickle.dumps(fast_square))(3.0) == 9.0

    class Scaled:
        def __init__(self, by):
            self.by = by

        @gradscribe.compile
        def of(self, x):
            return self.by * x

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaFallback)
        assert Scaled(2.0).of(3.0) == 6.0 and Scaled(4.0).of(3.0) == 12.0
