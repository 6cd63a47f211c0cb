"""Checkpoints: the schedule against the least possible work, gradients against those that record everything."""

import functools
import math
import tracemalloc

import numpy as np
import pytest

from gradscribe import checkpoint, checkpointed, grad, jvp, value_and_grad, vjp
from gradscribe.checkpoints import Snapshots
from gradscribe.errors import GradscribeError

# ------------------------------------------------------------------ the schedule


@functools.cache
def least(n, s):
    """The fewest trips by which n trips can be run backwards with s snapshots, the first of which is the start."""
    if n <= 1:
        return 0
    if s == 1:
        return n * (n - 1) // 2
    return min(m + least(n - m, s - 1) + least(m, s) for m in range(1, n))


def work(n, s):
    """The trips that the schedule runs, all states being checked."""
    kept, count, most = Snapshots(range(n), s), 0, 0
    for t in range(n):
        kept.keep(t)

    def trip(t, x):
        nonlocal count
        count += 1
        assert t == x
        return (x + 1,)

    for t in range(n - 1, -1, -1):
        assert kept.before(t, trip) == (t,)
        most = max(most, len(kept.kept))
    assert most <= s
    return count + n - 1


@pytest.mark.parametrize("s", range(1, 8))
def test_the_schedule_is_optimal(s):
    for n in range(1, 40):
        assert work(n, s) == least(n, s)


def test_the_schedule_of_a_long_loop():
    r = 3
    n, s = math.comb(20 + r, r), 20
    assert work(n, s) == r * n - math.comb(s + r, s + 1)


# ------------------------------------------------------------------ loops


def heat(u, k, n, s):
    for t in checkpointed(range(n), snapshots=s):
        u = u + k * np.sin(u) * (1.0 + 0.01 * t)
    return np.sum(u * u)


def heat_recorded(u, k, n, s):
    for t in range(n):
        u = u + k * np.sin(u) * (1.0 + 0.01 * t)
    return np.sum(u * u)


def oscillator(x, v, n, s):
    a, t = 0.0, 0
    for t in checkpointed(range(3, n, 2), snapshots=s):
        a = -x * t
        x, v = x + 0.01 * v, v + 0.01 * a * x
    return x * v + t + a


def oscillator_recorded(x, v, n, s):
    a, t = 0.0, 0
    for t in range(3, n, 2):
        a = -x * t
        x, v = x + 0.01 * v, v + 0.01 * a * x
    return x * v + t + a


def downwards(x, n, s):
    for t in checkpointed(range(n, 0, -1), snapshots=s):
        if t % 2:
            x = math.sin(x) + 0.1 * t * x
        else:
            for j in range(t):
                x = x * 0.5 + math.cos(x) * j
    return x


def downwards_recorded(x, n, s):
    for t in range(n, 0, -1):
        if t % 2:
            x = math.sin(x) + 0.1 * t * x
        else:
            for j in range(t):
                x = x * 0.5 + math.cos(x) * j
    return x


def nested(x, w, n, s):
    total = 0.0
    for i in range(3):
        y = x * w[i]
        for _ in checkpointed(range(n), snapshots=s):
            y = math.sin(y) * w[i] + x
        total += y * y
        x = y
    return total


def nested_recorded(x, w, n, s):
    total = 0.0
    for i in range(3):
        y = x * w[i]
        for _ in range(n):
            y = math.sin(y) * w[i] + x
        total += y * y
        x = y
    return total


def written_around(x, w, n, s):
    w = w * 1.0
    for i in range(3):
        for j in checkpointed(range(n), snapshots=s):
            x = math.sin(x) * w[i] + w[j % 5]
        w[i] = w[i] * x
    return x + np.sum(w)


def written_around_recorded(x, w, n, s):
    w = w * 1.0
    for i in range(3):
        for j in range(n):
            x = math.sin(x) * w[i] + w[j % 5]
        w[i] = w[i] * x
    return x + np.sum(w)


U = np.linspace(0.1, 1.0, 5)
LOOPS = [
    (heat, heat_recorded, (U, 0.1), (0, 1)),
    (oscillator, oscillator_recorded, (0.3, 0.4), (0, 1)),
    (downwards, downwards_recorded, (0.3,), 0),
    (nested, nested_recorded, (0.3, U), (0, 1)),
    (written_around, written_around_recorded, (0.3, U), (0, 1)),
]


def same(left, right):
    if isinstance(left, tuple):
        for a, b in zip(left, right, strict=True):
            same(a, b)
    else:
        np.testing.assert_allclose(left, right, rtol=1e-12)


@pytest.mark.parametrize("f, recorded, args, argnums", LOOPS, ids=lambda x: getattr(x, "__name__", ""))
@pytest.mark.parametrize("n, s", [(4, 1), (7, 2), (25, 3), (25, 100)])
def test_loops(f, recorded, args, argnums, n, s):
    value, gradient = value_and_grad(f, argnums)(*args, n, s)
    assert value == recorded(*args, n, s) == f(*args, n, s)
    same(gradient, grad(recorded, argnums)(*args, n, s))
    one = (*(np.ones_like(a) if isinstance(a, np.ndarray) else 1.0 for a in args), None, None)
    same(jvp(f, (*args, n, s), one), jvp(recorded, (*args, n, s), one))


def test_no_trips():
    same(grad(heat)(U, 0.1, 0, 1), 2.0 * U)


def twenty(u):
    return heat(u, 0.1, 20, 3)


def test_a_pullback_is_called_twice():
    _, back = vjp(twenty, U)
    want = grad(heat_recorded)(U, 0.1, 20, 3)
    same(back(1.0)[0], want)
    same(back(2.0)[0], 2.0 * want)


def test_memory_is_that_of_the_snapshots():
    u, n, s = np.linspace(0.0, 1.0, 10_000), 300, 10
    g = grad(heat)
    g(u, 0.1, 3, s)
    tracemalloc.start()
    g(u, 0.1, n, s)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < (s + 8) * u.nbytes


def test_the_text_stands_alone(tmp_path):
    g = grad(heat)
    g(U, 0.1, 20, 3)
    g.save(str(tmp_path / "saved.py"))
    text = (tmp_path / "saved.py").read_text()
    assert "import gradscribe" not in text and "from gradscribe" not in text
    scope = {}
    exec(text, scope)
    same(scope["heat_grad"](U, 0.1, 20, 3), g(U, 0.1, 20, 3))


# ------------------------------------------------------------------ functions


def inner(x, k):
    s = x
    for _ in range(5):
        s = s + k * np.sin(s) * x
    return s


marked = checkpoint(inner)


def model(x, k):
    return np.sum(checkpoint(inner)(x, k) * marked(k, x))


def model_recorded(x, k):
    return np.sum(inner(x, k) * inner(k, x))


def in_loop(x, k):
    for _ in range(4):
        x = marked(x, k)
    return np.sum(x)


def in_loop_recorded(x, k):
    for _ in range(4):
        x = inner(x, k)
    return np.sum(x)


@pytest.mark.parametrize("f, recorded", [(model, model_recorded), (in_loop, in_loop_recorded)])
@pytest.mark.parametrize("x, k", [(0.3, 0.4), (U, U[::-1].copy())], ids=["numbers", "arrays"])
def test_functions(f, recorded, x, k):
    found, want = value_and_grad(f, (0, 1))(x, k), value_and_grad(recorded, (0, 1))(x, k)
    assert found[0] == want[0]
    same(found[1], want[1])


def test_marks_mean_nothing_elsewhere():
    assert marked(0.3, 0.4) == inner(0.3, 0.4)
    assert list(checkpointed(range(3), snapshots=1)) == [0, 1, 2]
    with pytest.raises(ValueError):
        checkpointed(range(3), snapshots=0)
    with pytest.raises(ValueError):
        grad(heat)(U, 0.1, 4, 0)


# ------------------------------------------------------------------ what is refused


def in_place(u, n):
    u = u.copy()
    for _ in checkpointed(range(n), snapshots=2):
        u[1:] += u[:-1] * u[1:]
    return np.sum(u)


def left_early(u, n):
    x = u[0]
    for _ in checkpointed(range(n), snapshots=2):
        x = x * x + 0.1
        if x > 3.0:
            break
    return x


def over_entries(u, n):
    x = 1.0
    for v in checkpointed(u, snapshots=2):
        x = x * v
    return x


def drawing(u, n):
    x = u[0]
    for _ in checkpointed(range(n), snapshots=2):
        x = x * np.random.rand()
    return x


def drawing_function(x):
    return x * np.random.rand()


def draws_in_a_function(u, n):
    return checkpoint(drawing_function)(u[0])


@pytest.mark.parametrize(
    "f, reason",
    [
        (in_place, "from outside"),
        (left_early, "left early"),
        (over_entries, "takes a range"),
        (drawing, "once more"),
        (draws_in_a_function, "once more"),
    ],
    ids=["in place", "left early", "not a range", "random numbers", "random numbers in a function"],
)
def test_what_is_refused(f, reason):
    with pytest.raises(GradscribeError, match=reason):
        grad(f)(U, 4)


def test_a_second_derivative_records():
    found = jvp(grad(heat), (U, 0.1, 4, 2), (U, None, None, None))
    same(found, jvp(grad(heat_recorded), (U, 0.1, 4, 2), (U, None, None, None)))
    found = jvp(grad(model), (U, U), (U, U))
    same(found, jvp(grad(model_recorded), (U, U), (U, U)))
