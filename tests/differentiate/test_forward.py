"""Forward mode: tangents against differences, what their text looks like, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from programs import arguments, random_function

import gradscribe
from gradscribe.differentiate.forward import forward
from gradscribe.errors import UnsupportedCall, UntrackableAlias
from gradscribe.ir.check import check
from gradscribe.ir.interpret import run
from gradscribe.simplify import simplify

X = np.array([0.3, -0.5, 0.7, 1.1])
W = np.arange(16.0).reshape(4, 4) / 10.0 - 0.6
STORE = np.zeros(4)


# ------------------------------------------------------------------ random programs


def moved(function, seed, directions, step):
    x, a = arguments(seed)
    value, array = run(function, x + step * directions[0], a + step * directions[1])
    return np.append(array, value)


def test_random_programs_agree_with_differences():
    compared = 0
    for seed in range(300):
        primal = random_function(seed)
        tangent = check(forward(primal, [0, 1], name="f_jvp"))
        directions = np.random.default_rng(seed)
        dx, da = directions.uniform(-1, 1), directions.uniform(-1, 1, 4)
        with np.errstate(all="ignore"):
            wide, narrow = (
                (moved(primal, seed, (dx, da), h) - moved(primal, seed, (dx, da), -h)) / (2 * h) for h in (2e-6, 1e-6)
            )
            x, a = arguments(seed)
            given = da.copy()
            (value, array), (dvalue, darray) = run(tangent, x, a, dx, given)
            want = moved(primal, seed, (dx, da), 0.0)
        smooth = np.allclose(wide, narrow, rtol=1e-4, atol=1e-6)
        if not smooth or not np.all(np.isfinite(want)) or np.max(np.abs(want)) > 1e6:
            continue  # near a branch, or too large
        compared += 1
        np.testing.assert_array_equal(np.append(array, value), want, err_msg=f"seed {seed}")
        np.testing.assert_allclose(np.append(darray, dvalue), narrow, rtol=1e-4, atol=1e-4, err_msg=f"seed {seed}")
        np.testing.assert_array_equal(given, da, err_msg="the tangent that is passed in stays as it is")
    assert compared > 200


def test_simplified_programs_agree_with_plain_ones():
    for seed in range(150):
        primal = random_function(seed)
        plain = forward(primal, [0, 1], name="f_jvp")
        lean = check(simplify(plain, primal))
        with np.errstate(all="ignore"):
            (value, array), (dvalue, darray) = run(plain, *arguments(seed), 0.7, X)
            (value_, array_), (dvalue_, darray_) = run(lean, *arguments(seed), 0.7, X)
        np.testing.assert_array_equal(np.append(array, value), np.append(array_, value_), err_msg=f"seed {seed}")
        have, want = np.append(darray_, dvalue_), np.append(darray, dvalue)
        np.testing.assert_allclose(have, want, rtol=1e-8, atol=1e-8, err_msg=f"seed {seed}")


# ------------------------------------------------------------------ functions


def lecture(x1, x2):
    return x1 * x2 + math.sin(x1)


def growth(x, n=5):
    s = 1.0
    for i in range(n):
        if s > 3.0:
            s = s * x
        else:
            s = s + math.sin(x) * i
    return s


def newton(a):
    r = a
    while True:
        new = 0.5 * (r + a / r)
        if abs(new - r) < 1e-12:
            break
        r = new
    return new


def first_above(xs, level):
    total = 0.0
    for x in xs:
        total = total + x * x
        if total > level:
            return total / level
    return total


def smooth_in_place(x, c):
    x = x.copy()
    for i in range(1, len(x)):
        x[i] += c * x[i - 1]
    return np.sum(x * x)


def broadcast(s, x):
    return (s + 0.0 * x + x * s)[1:] / s


def only_scalar_varies(s):
    y = np.ones(3) + s
    y[1] *= s
    return y


def views(x):
    y = x * 2.0
    tail, back = y[1:], y[::-1]
    tail[0] = x[0] ** 2
    back += 1.0
    return np.sum(y * tail[0])


def written_argument(a, v):
    a[1:] *= v
    return np.sum(a * a)


def rebound_and_written(x):
    a = x
    for _ in range(3):
        a = a * 1.5
        a[0] = a[1] * x[2]
    return a


def chosen_memory(x):
    a, b = x * 2.0, x * 3.0
    c = a if x[0] > 0.0 else b
    c[1] = 5.0 * x[3]
    return np.sum(a * b)


def growing_list(x):
    values = [x]
    while len(values) < 5:
        values.append(math.sin(values[-1]) + x)
    last = values.pop()
    return last * values[2]


def parameters(params, x):
    hidden = np.tanh(params["W"] @ x + params["b"])
    return {"out": hidden, "norm": np.sum(hidden**2), "name": "hidden"}


def keywords(x, *, scale=2.0):
    return scale * x * x


def fancy(x):
    y = x[[0, 0, 2]]
    y[np.array([1, 1])] += x[3]
    return np.sum(y * y)


def recursive(x, n):
    return x if n == 0 else x * recursive(x * 0.5, n - 1)


CASES = [
    (lecture, (1.2, 0.5), (1.0, 2.0)),
    (growth, (1.3,), (1.0,)),
    (newton, (2.0,), (0.3,)),
    (first_above, (X, 0.4), (X + 1, 0.2)),
    (first_above, (X, 9.4), (X + 1, 0.2)),
    (smooth_in_place, (X, 0.5), (X + 1, 1.0)),
    (broadcast, (1.5, X), (1.0, X * X)),
    (broadcast, (1.5, X), (1.0, None)),
    (only_scalar_varies, (1.5,), (0.5,)),
    (views, (X,), (X + 1,)),
    (written_argument, (X, 1.5), (X + 1, 1.0)),
    (written_argument, (X, 1.5), (None, 1.0)),
    (rebound_and_written, (X,), (X + 1,)),
    (chosen_memory, (X,), (X + 1,)),
    (chosen_memory, (-X,), (X + 1,)),
    (growing_list, (0.4,), (1.0,)),
    (parameters, ({"W": W, "b": X}, X), ({"W": W + 1, "b": X * X}, X)),
    (keywords, (1.5,), (1.0,)),
    (fancy, (X,), (X + 1,)),
]


def stepped(value, tangent, step):
    if tangent is None:
        return np.copy(value) if isinstance(value, np.ndarray) else value
    if isinstance(value, dict):
        return {k: stepped(value[k], tangent[k], step) for k in value}
    return value + step * tangent


def numbers(value):
    if isinstance(value, dict):
        value = [v for v in value.values() if not isinstance(v, str) and v is not None]
        return np.concatenate([np.ravel(v) for v in value])
    return np.ravel(np.asarray(value, float))


@pytest.mark.parametrize(("function", "primals", "tangents"), CASES, ids=lambda v: getattr(v, "__name__", ""))
def test_functions_agree_with_differences(function, primals, tangents):
    def at(step):
        return numbers(function(*(stepped(p, t, step) for p, t in zip(primals, tangents, strict=True))))

    given = [stepped(p, t, 0.0) for p, t in zip(primals, tangents, strict=True)]
    value, tangent = gradscribe.jvp(function, given, tangents)
    np.testing.assert_array_equal(numbers(value), at(0.0))
    np.testing.assert_allclose(numbers(tangent), (at(1e-6) - at(-1e-6)) / 2e-6, rtol=1e-6, atol=1e-8)


# ------------------------------------------------------------------ text


def text_of(function, *args):
    return gradscribe.derive(function, mode="forward").source_for(*args, *args)


def test_the_tangent_stands_beside_its_value():
    assert text_of(lecture, 1.0, 1.0) == (
        "import math\n\n\n"
        "def lecture_jvp(x1, x2, dx1, dx2):\n"
        "    result = x1 * x2 + math.sin(x1)\n"
        "    dresult = dx1 * x2 + dx2 * x1 + dx1 * math.cos(x1)\n"
        "    return result, dresult\n"
    )


def test_shadows_are_written_like_their_arrays():
    text = text_of(smooth_in_place, X, 0.5)
    assert "    dx = dx.copy()\n" in text
    assert "        dx[i] += dc * x_1 + dx[i - 1] * c\n" in text


def test_names_of_tangents_are_free():
    def clash(t, dt):
        return t * dt

    assert "def clash_jvp(t, dt, dt_, ddt):" in text_of(clash, 1.0, 2.0)


# ------------------------------------------------------------------ refusals


def test_active_values_may_not_be_stored_outside():
    def store(x):
        STORE[0] = x
        return STORE[0]

    with pytest.raises(UntrackableAlias):
        gradscribe.jvp(store, (1.0,), (1.0,))


def test_an_opaque_call_may_not_return_active_values():
    with pytest.raises(UnsupportedCall):
        gradscribe.jvp(lambda x: float(f"{x}") * 2.0, (1.0,), (1.0,))


def test_arguments_that_share_memory_fail_when_one_is_written():
    def write(a, b):
        a[0] = b[1]
        return np.sum(a * b)

    x = X.copy()
    with pytest.raises(ValueError, match="share memory"):
        gradscribe.jvp(write, (x, x), (X, X))
