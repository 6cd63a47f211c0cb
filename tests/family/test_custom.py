"""Rules of the user's own: `custom_jvp`, `custom_vjp`, hooks, constants by decree, templates, and their checks."""

import math
from functools import partial

import numpy as np
import pytest

import gradscribe as gs
from gradscribe.errors import BadRule, GradientMismatch, UnsupportedCall, UntrackableAlias
from gradscribe.rules.table import RULES

X = np.array([0.3, -0.7, 1.1])


@pytest.fixture(autouse=True)
def _table_as_before():
    before = dict(RULES)
    yield
    for primitive in [p for p in RULES if p not in before]:
        del RULES[primitive]


def product():
    @gs.custom_jvp
    def f(x, y):
        return np.sin(x) * y

    @f.defjvp
    def f_jvp(primals, tangents):
        x, y = primals
        dx, dy = tangents
        return f(x, y), np.cos(x) * dx * y + np.sin(x) * dy

    return f


def softplus():
    @gs.custom_jvp
    def log1pexp(x):
        return np.log(1.0 + np.exp(x))

    @log1pexp.defjvp
    def log1pexp_jvp(primals, tangents):
        (x,) = primals
        (dx,) = tangents
        return log1pexp(x), (1.0 - 1.0 / (1.0 + np.exp(x))) * dx

    return log1pexp


def clipped():
    @gs.custom_vjp
    def keep(low, high, x):
        return x * 1.0

    def keep_fwd(low, high, x):
        return x * 1.0, (low, high)

    def keep_bwd(residuals, g):
        low, high = residuals
        return None, None, np.clip(g, low, high)

    keep.defvjp(keep_fwd, keep_bwd)
    return keep


# ------------------------------------------------------------------ rules of tangents


def test_rule_of_tangents_in_both_modes():
    f = product()

    def loss(x, y):
        z = f(x, y)
        return np.sum(z * z)

    by_x, by_y = gs.grad(loss, argnums=(0, 1))(X, 2.0)
    assert np.allclose(by_x, 4.0 * np.sin(2.0 * X)) and by_y == pytest.approx(4.0 * np.sum(np.sin(X) ** 2))
    value, slope = gs.jvp(loss, (X, 2.0), (np.ones(3), 0.5))
    assert value == pytest.approx(loss(X, 2.0)) and slope == pytest.approx(np.sum(by_x) + 0.5 * by_y)


def test_calls_stay_readable():
    f = product()
    source = gs.grad(lambda x, y: np.sum(f(x, y))).source_for(X, 2.0)
    assert "def f_fwd(x, y):" in source and "def f_rev(record, seed):" in source


def test_the_rule_counts():
    @gs.custom_jvp
    def f(x):
        return x**2

    f.defjvp(lambda primals, tangents: (primals[0] ** 2, 7.0 * tangents[0]))
    assert f(3.0) == 9.0
    assert gs.grad(f)(3.0) == 7.0
    assert gs.jvp(f, (3.0,), (2.0,)) == (9.0, 14.0)


def test_higher_orders_of_a_rule_of_tangents():
    f = product()
    x = 0.7
    assert gs.grad(f)(x, 2.0) == pytest.approx(2.0 * math.cos(x))
    assert gs.grad(gs.grad(f))(x, 2.0) == pytest.approx(-2.0 * math.sin(x))
    assert gs.grad(gs.grad(gs.grad(f)))(x, 2.0) == pytest.approx(-2.0 * math.cos(x))
    loss = lambda x: np.sum(f(x, 2.0) ** 2)  # noqa: E731
    assert np.allclose(gs.hessian(loss)(X), np.diag(8.0 * np.cos(2.0 * X)))


def test_stable_softplus():
    log1pexp = softplus()
    assert gs.grad(log1pexp)(100.0) == 1.0
    assert gs.grad(gs.grad(log1pexp))(0.0) == pytest.approx(0.25)


def test_rules_by_argument():
    @gs.custom_jvp
    def f(x, y, n):
        return x**2 * y + n

    f.defjvps(lambda t, value, x, y, n: 2.0 * x * y * t, lambda t, value, x, y, n: x**2 * t, None)
    assert gs.grad(lambda x, y: f(x, y, 3), argnums=(0, 1))(3.0, 5.0) == (30.0, 9.0)
    assert gs.jvp(f, (3.0, 5.0, 1.0), (1.0, 1.0, 4.0))[1] == 39.0


def test_arguments_that_are_not_differentiated():
    @partial(gs.custom_jvp, nondiff_argnums=(0,))
    def apply(function, x):
        return function(x)

    @apply.defjvp
    def apply_jvp(function, primals, tangents):
        (x,), (dx,) = primals, tangents
        return function(x), 2.0 * function(x) * dx

    assert gs.grad(lambda x: apply(lambda v: v**3, x))(2.0) == 16.0
    assert gs.grad(apply, argnums=1)(math.exp, 0.5) == pytest.approx(2.0 * math.exp(0.5))


def test_structures():
    @gs.custom_jvp
    def norm(p):
        return np.sum(p["w"] ** 2) + p["b"]

    @norm.defjvp
    def norm_jvp(primals, tangents):
        (p,), (dp,) = primals, tangents
        return norm(p), 2.0 * np.sum(p["w"] * dp["w"]) + dp["b"]

    p = {"w": X, "b": 2.0, "name": "p"}
    found = gs.grad(lambda p: norm(p) ** 2)(p)
    assert np.allclose(found["w"], 4.0 * norm(p) * X) and found["b"] == pytest.approx(2.0 * norm(p))
    assert np.allclose(gs.grad(norm)(p)["w"], 2.0 * X)


def test_a_rule_may_loop_and_branch():
    @gs.custom_jvp
    def power(x, n):
        return x**n

    @power.defjvp
    def power_jvp(primals, tangents):
        x, n = primals
        dx, _ = tangents
        slope = 0.0
        for k in range(n):
            rest = 1.0
            for j in range(n):
                if j != k:
                    rest = rest * x
            slope = slope + rest
        return x**n, slope * dx

    assert gs.grad(power)(1.5, 4) == pytest.approx(4 * 1.5**3)
    assert gs.grad(gs.grad(power))(1.5, 4) == pytest.approx(12 * 1.5**2)


def test_in_a_loop_with_a_branch():
    f = product()

    def rollout(x, n):
        total = 0.0
        for k in range(n):
            if k % 2:
                x = f(x, 0.5)
            else:
                x = x + 0.1 * k
            total = total + x * x
        return total

    def plain(x, n):
        total = 0.0
        for k in range(n):
            if k % 2:
                x = math.sin(x) * 0.5
            else:
                x = x + 0.1 * k
            total = total + x * x
        return total

    assert gs.grad(rollout)(0.8, 5) == pytest.approx(gs.grad(plain)(0.8, 5))
    assert gs.grad(gs.grad(rollout))(0.8, 5) == pytest.approx(gs.grad(gs.grad(plain))(0.8, 5))


# ------------------------------------------------------------------ rules of adjoints


def test_rule_of_adjoints():
    keep = clipped()
    found = gs.grad(lambda x: np.sum(keep(-1.0, 1.0, x) ** 3))(X)
    assert np.allclose(found, np.clip(3.0 * X**2, -1.0, 1.0))
    assert "def keep_bwd(record, seed):" in gs.grad(lambda x: np.sum(keep(-1.0, 1.0, x))).source_for(X)


def test_rule_of_adjoints_has_no_tangent():
    keep = clipped()
    with pytest.raises(UnsupportedCall, match="has no tangent"):
        gs.jvp(lambda x: keep(-1.0, 1.0, x), (X,), (X,))


def test_reverse_over_a_rule_of_adjoints():
    @gs.custom_vjp
    def f(x):
        return np.sin(x)

    f.defvjp(lambda x: (f(x), np.cos(x)), lambda cos_x, g: (cos_x * g,))
    assert gs.grad(gs.grad(f))(0.4) == pytest.approx(-math.sin(0.4))


def test_functions_as_arguments_of_a_rule_of_adjoints():
    @partial(gs.custom_vjp, nondiff_argnums=(0,))
    def fixed(step, a):
        x = 1.0
        for _ in range(60):
            x = step(a, x)
        return x

    def fixed_fwd(step, a):
        x = fixed(step, a)
        return x, (a, x)

    def fixed_bwd(step, residuals, g):
        a, x = residuals
        by_a, by_x = gs.grad(step, argnums=(0, 1))(a, x)
        return (g * by_a / (1.0 - by_x),)

    def babylonian(a, x):
        return 0.5 * (x + a / x)

    fixed.defvjp(fixed_fwd, fixed_bwd)
    assert gs.grad(lambda a: fixed(babylonian, a) ** 2)(2.7) == pytest.approx(1.0)


def test_code_that_cannot_be_read():
    table = {0.0: 1.0}

    @gs.custom_vjp
    def lookup(x):
        return eval("table.setdefault(x, x * x)", {"table": table, "x": x})

    lookup.defvjp(lambda x: (float(lookup(x)), x), lambda x, g: (2.0 * x * g,))
    assert gs.grad(lambda x: lookup(3.0 * x) + x)(2.0) == 37.0


# ------------------------------------------------------------------ refusals


def test_no_rule():
    f = gs.custom_vjp(lambda x: x)
    with pytest.raises(BadRule, match="no rule is defined"):
        gs.grad(f)(1.0)


def test_the_rule_must_fit():
    f = gs.custom_jvp(lambda x: x * 2.0)
    f.defjvp(lambda primals, tangents: (primals[0] * 2.0, np.sum(tangents[0])))
    with pytest.raises(BadRule, match="tangent of type"):
        gs.jacfwd(f)(X)
    g = gs.custom_vjp(lambda x, y: x * y)
    g.defvjp(lambda x, y: (x * y, None), lambda res, a: (a,))
    with pytest.raises(BadRule, match="2 arguments"):
        gs.grad(g)(1.0, 2.0)


def test_what_a_rule_keeps_is_not_written():
    f = product()

    def loss(x):
        y = f(x, 2.0)
        y[0] = 1.0
        return np.sum(y)

    with pytest.raises(UntrackableAlias, match="copy"):
        gs.grad(loss)(X)

    def mended(x):
        y = f(x, 2.0).copy()
        y[0] = 1.0
        return np.sum(y)

    assert np.allclose(gs.grad(mended)(X), [0.0, *(2.0 * np.cos(X[1:]))])


def test_a_function_with_a_rule_writes_to_no_argument():
    f = gs.custom_jvp(_doubled_in_place)
    f.defjvp(lambda primals, tangents: (primals[0], 2.0 * tangents[0]))
    with pytest.raises((UnsupportedCall, UntrackableAlias), match="writes|written"):
        gs.grad(lambda x: np.sum(f(x * 1.0)))(X)


def _doubled_in_place(x):
    x *= 2.0
    return x


def test_differentiated_by_what_is_not_differentiated():
    keep = gs.custom_vjp(lambda x, k: x * k, nondiff_argnums=(1,))
    keep.defvjp(lambda x, k: (x * k, None), lambda k, res, g: (g * k,))
    assert gs.grad(keep)(2.0, 3.0) == 3.0
    with pytest.raises(UnsupportedCall, match="nondiff_argnums"):
        gs.grad(keep, argnums=1)(2.0, 3.0)


# ------------------------------------------------------------------ hooks and constants


def test_adjoint_is_clipped():
    def loss(x, bound):
        h = gs.adjoint_hook(x * x, lambda adjoint: np.clip(adjoint, -bound, bound))
        return np.sum(h**2)

    assert np.allclose(gs.grad(loss)(X, 0.5), np.clip(2.0 * X**2, -0.5, 0.5) * 2.0 * X)
    assert loss(X, 0.5) == pytest.approx(np.sum(X**4))


def test_adjoint_is_shown(capsys):
    def loss(x):
        return 3.0 * gs.adjoint_hook(x, print) ** 2

    assert gs.grad(loss)(2.0) == 12.0
    assert capsys.readouterr().out == "12.0\n"


def test_hook_reads_a_variable_that_moves():
    def loss(x):
        return gs.adjoint_hook(x * x, lambda adjoint: adjoint * x)

    with pytest.raises(UnsupportedCall, match="uses a variable"):
        gs.grad(loss)(2.0)


def test_stop_gradient():
    def loss(x):
        return np.sum(x * gs.stop_gradient(x * x))

    assert np.allclose(gs.grad(loss)(X), X**2)
    assert np.all(gs.hessian(loss)(X) == 0.0)
    assert np.allclose(gs.jvp(loss, (X,), (np.ones(3),))[1], np.sum(X**2))


def test_stop_gradient_of_structures():
    def loss(p):
        held = gs.stop_gradient(p)
        return np.sum(p["w"] * held["w"]) + held["b"] ** 2

    found = gs.grad(loss)({"w": X, "b": 2.0})
    assert np.allclose(found["w"], X) and found["b"] == 0.0
    assert gs.stop_gradient({"a": [1.0, (2.0,)]}) == {"a": [1.0, (2.0,)]}


def test_stop_gradient_and_writes():
    def loss(x):
        x = x * 1.0
        held = gs.stop_gradient(x)
        x[0] = 5.0
        return np.sum(x * held)

    assert np.allclose(gs.grad(loss)(X), [0.0, X[1], X[2]])


# ------------------------------------------------------------------ templates and checks


def test_templates_are_inlined():
    def cube(x):
        return x * x * x

    gs.tangent(cube)(lambda d, z, x: d * 3.0 * x**2)
    gs.adjoint(cube)(lambda g, z, x: g * 3.0 * x**2)
    assert gs.check_rule(cube, (1.7,)).right
    derivative = gs.grad(lambda x: cube(x) ** 2)
    assert derivative(1.1) == pytest.approx(6.0 * 1.1**5)
    assert "x**2" in derivative.source and "lambda" not in derivative.source


def test_right_rules_pass():
    assert gs.check_rule(product(), (X, 2.0)).right
    assert gs.check_rule(softplus(), (0.3,)).right


@pytest.mark.parametrize("kind", ["jvp", "vjp", "adjoint"])
def test_wrong_rules_are_reported(kind):
    if kind == "jvp":
        f = gs.custom_jvp(lambda x: x**2)
        f.defjvp(lambda primals, tangents: (primals[0] ** 2, primals[0] * tangents[0]))
    elif kind == "vjp":
        f = gs.custom_vjp(lambda x: x**2)
        f.defvjp(lambda x: (x**2, x), lambda x, g: (x * g,))
    else:

        def f(x):
            return x**2

        gs.adjoint(f)(lambda g, z, x: g * x)
    with pytest.raises(GradientMismatch, match="the rule of .* is wrong"):
        gs.check_rule(f, (1.3,))


def test_nothing_to_check():
    with pytest.raises(BadRule, match="no rule"):
        gs.check_rule(lambda x: x, (1.0,))
