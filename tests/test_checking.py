"""`check_grads` passes what is right and says what is wrong, and where."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import gradscribe
import gradscribe.api
from gradscribe.checking import check_grads
from gradscribe.errors import BadArgument, GradientMismatch
from gradscribe.explain.parting import first_parting


def product(x, y):
    return x * y + math.sin(x)


def model(params, x):
    return np.sum(np.tanh(x @ params["w"] + params["b"]) ** 2)


def several(x):
    return {"square": x * x, "sum": np.sum(x)}


PARAMS = {"w": np.array([[0.5, -0.2], [0.1, 0.4]]), "b": 0.3}
X = np.array([[1.0, 2.0], [0.5, -1.0]])


def test_scalars():
    report = check_grads(product, (2.0, 3.0))
    assert report.right and len(report.comparisons) >= 5
    assert "reverse, x: 2.583853163" in str(report)


def test_structures():
    report = check_grads(model, (PARAMS, X), "reverse")
    assert any("reverse, params['w']" in one.what for one in report.comparisons)
    assert check_grads(model, (PARAMS, X), "reverse", argnums=1).right


def test_results_that_are_structures():
    assert check_grads(several, (np.array([0.5, -0.2]),), "reverse").right


def test_forward():
    assert check_grads(model, (PARAMS, X), "forward").right
    assert check_grads(several, (np.array([0.5, -0.2]),)).right


def test_second_order():
    report = check_grads(product, (2.0, 3.0), "reverse", order=2)
    assert any(one.what.startswith("gradient: reverse, y") for one in report.comparisons)


def test_keywords():
    def scaled(x, *, scale):
        return scale * x * x

    assert check_grads(scaled, (2.0,), "reverse", kwargs={"scale": 3.0}).right


def test_at_a_kink_anything_between_the_one_sided_derivatives_passes():
    def relu(x):
        return np.sum(np.maximum(x, 0.0))

    assert check_grads(relu, (np.array([0.0, 1.0, -1.0]),), "reverse").right


def test_bad_requests():
    with pytest.raises(BadArgument):
        check_grads(product, (2.0, 3.0), "sideways")
    with pytest.raises(BadArgument):
        check_grads(product, (2.0, 3.0), order=3)
    with pytest.raises(BadArgument):
        check_grads(lambda n: n, ("a",))


@dataclasses.dataclass
class Fake:
    """A stand-in for vjp whose gradient, value or manners can be spoilt."""

    factor: float = 1.0
    value_factor: float = 1.0
    spoils: bool = False
    shares: bool = False
    once: bool = False

    def __call__(self, f, x):
        before = x.copy()
        value = f(x) * self.value_factor
        if self.spoils:
            x[0] += 1.0
        calls = []

        def pullback(seed):
            calls.append(seed)
            g = 2.0 * before * seed * self.factor
            if self.shares:
                x[...] = before
                return (x,)
            return (g * (len(calls) if self.once else 1),)

        return value, pullback


def squares(x):
    return np.sum(x * x)


@pytest.mark.parametrize(
    ("fake", "words"),
    [
        (Fake(factor=1 + 1e-4), r"reverse, x\[\d\]: .*, expected "),
        (Fake(value_factor=2.0), "reverse, value: 10.58, expected 5.29"),
        (Fake(spoils=True), r"reverse, x after the call\[0\]: 3.3, expected 2.3"),
        (Fake(shares=True), "shares memory|reverse, x"),
        (Fake(once=True), "second call of the pullback, x"),
        (Fake(factor=float("nan")), "expected"),
    ],
)
def test_what_is_wrong_is_said(monkeypatch, fake, words):
    x = np.array([2.3, 0.0])
    monkeypatch.setattr(gradscribe.api, "vjp", lambda f, *args: fake(f, *args))
    with pytest.raises(GradientMismatch, match=words) as caught:
        check_grads(squares, (x,), "reverse")
    assert caught.value.report is None or not caught.value.report.right
    np.testing.assert_array_equal(x, [2.3, 0.0])


def test_forward_against_reverse(monkeypatch):
    monkeypatch.setattr(gradscribe.api, "vjp", Fake())
    monkeypatch.setattr(
        gradscribe.api, "jvp", lambda f, primals, tangents: (f(*primals), 2.0 * np.sum(primals[0] * tangents[0]))
    )
    report = check_grads(squares, (np.array([2.3, 0.5]),))
    assert report.comparisons[-1].what == "forward against reverse"


def test_the_first_line_where_tangents_and_differences_part():
    """A rule that is wrong is found by the line that uses it."""

    @gradscribe.custom_jvp
    def cube(x):
        return x * x * x

    cube.defjvp(lambda primals, tangents: (primals[0] ** 3, 2.0 * primals[0] ** 2 * tangents[0]))

    def f(x):
        y = math.sin(x)
        z = cube(y) + y
        return z * x

    with pytest.raises(GradientMismatch) as caught:
        check_grads(f, (1.3,), "forward")
    first = f.__code__.co_firstlineno
    assert caught.value.lineno == first + 2 and "part at line" in str(caught.value)


def test_nothing_parts_where_all_is_right():
    def f(x, y):
        total = 0.0
        for k in range(3):
            total = total + np.sum(np.sin(x) * y) * k
        return total

    assert first_parting(f, (np.arange(3.0), 2.0), (0, 1)) is None


@pytest.mark.parametrize("args", [1.3, np.ones(3)])
def test_arguments_that_are_not_in_a_tuple_are_refused(args):
    with pytest.raises(BadArgument, match="as a tuple"):
        check_grads(several, args)
