"""`jit="numba"`: the same derivative in machine code. Every result is compared with the plain flavour's."""

import math
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gradscribe import checkpoint, checkpointed, derive, grad, jvp, value_and_grad, vjp
from gradscribe.call.disk import CacheWarning
from gradscribe.call.jitting import NumbaFallback
from gradscribe.errors import BadArgument

numba = pytest.importorskip("numba")
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def same(left, right):
    if isinstance(left, (tuple, list)):
        assert type(left) is type(right) and len(left) == len(right)
        for a, b in zip(left, right):
            same(a, b)
    elif isinstance(left, dict):
        assert left.keys() == right.keys()
        for key in left:
            same(left[key], right[key])
    elif left is None:
        assert right is None
    else:
        np.testing.assert_allclose(left, right, rtol=1e-13, atol=1e-300)


def agree(f, *args, argnums=0):
    """The numba flavour gives what the plain one gives; the text of the former."""
    plain, fast = value_and_grad(f, argnums), value_and_grad(f, argnums, jit="numba")
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    same(fast(*copies), plain(*args))
    return fast.source


def powers(x, n):
    s = 0.0
    for i in range(n):
        s = s * x + math.sin(s + i)
    return s


def doubling(x):
    k = 0
    while x < 100.0:
        if x > 3.0:
            x = x * x * 0.5
        else:
            x = x * 2.0 + 1.0
        k += 1
    return x * k


def triangle(a):
    n = a.shape[0]
    s = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            s = s * 0.5 + a[i, j] * a[j, i] * s + a[i, j]
    return s


def descending(a):
    s = 1.0
    for i in range(len(a) - 1, -1, -1):
        for j in range(3, 6):
            s = s * a[i] + j
    return s


def early_exit(a, limit):
    s = 0.0
    for i in range(len(a)):
        s = s * s + a[i]
        if s > limit:
            break
    return s


def negative_index(a):
    s = 0.0
    for i in range(len(a)):
        s = s * a[i - 1] + a[-i]
    return s


def in_place(a):
    b = np.zeros(len(a))
    for i in range(len(a)):
        b[i] = a[i] * a[i]
        if i > 0:
            b[i] = b[i] * b[i - 1] + a[i]
    return b[len(a) - 1]


def rare(a):
    s = 1.0
    for i in range(len(a)):
        if a[i] > 0.5:
            s = s * a[i]
        if i % 2 == 0:
            s = s + math.exp(-s)
    return s


A = np.linspace(0.2, 1.1, 6)
PROGRAMS = [
    (powers, (0.3, 7)),
    (powers, (0.3, 0)),
    (powers, (0.3, -4)),
    (doubling, (0.3,)),
    (doubling, (4.0,)),
    (doubling, (200.0,)),
    (triangle, (np.outer(A, A) + 0.1,)),
    (triangle, (np.zeros((0, 0)),)),
    (descending, (A,)),
    (early_exit, (A, 0.9)),
    (early_exit, (A, 1e9)),
    (negative_index, (A,)),
    (in_place, (A,)),
    (rare, (A,)),
]


@pytest.mark.parametrize("f, args", PROGRAMS, ids=lambda x: getattr(x, "__name__", ""))
def test_equal_to_the_plain_flavour(f, args):
    agree(f, *args)


@pytest.mark.parametrize(
    "f, args", [p for p in PROGRAMS if p[0] is not in_place], ids=lambda x: getattr(x, "__name__", "")
)
def test_forward_mode(f, args):
    tangents = [np.ones_like(a) if not isinstance(a, int) else None for a in args]
    tangents = [float(t) if t is not None and t.ndim == 0 else t for t in tangents]
    same(jvp(f, args, tangents, jit="numba"), jvp(f, args, tangents))


def test_known_trips_are_indices():
    text = agree(powers, 0.3, 7)
    assert "s_tape = np.empty(max(n, 0))" in text and "s_tape[i] = " in text and "append" not in text
    text = agree(triangle, np.outer(A, A))
    assert "s_tape = np.empty((" in text and "s_tape[i, j]" in text


def test_unknown_trips_grow():
    text = agree(doubling, 0.3)
    assert "x_tape = grown(x_tape, x_size)" in text and "dtype=np.bool_" in text


def test_a_tape_of_many_trips_is_compact():
    """10**6 trips: the memory of the process grows by little more than a double a trip."""
    import tracemalloc

    g = grad(powers, jit="numba")
    g(0.5, 3)
    tracemalloc.start()
    g(0.5, 10**6)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10**7


def four_states(a, n):
    x, y, z, w = 1.0 * a, 2.0 * a, a * a, 0.5 * a
    for _ in range(n):
        x = x * y
        y = y * z
        z = z * w
        w = w * x
    return np.sum(x + y + z + w)


def test_several_tapes_of_arrays():
    text = agree(four_states, A, 3)
    assert "[]" not in text and text.count("_tape") > 3


# ------------------------------------------------------------------ structures


@dataclass
class Model:
    w: np.ndarray
    b: float
    name: str = "m"


def of_dict(p, x):
    s = p["b"]
    for i in range(len(x)):
        s = s * p["w"][i] + x[i]
    return s


def of_model(m, x):
    return of_dict({"w": m.w, "b": m.b}, x)


def of_nested(p, x):
    (a, b), c = p["layers"], p["more"]["c"]
    return a * x + b * c[0] * x


def test_structures_are_taken_apart():
    agree(of_dict, {"w": A, "b": 0.5}, A, argnums=(0, 1))
    agree(of_nested, {"layers": (0.3, 0.4), "more": {"c": [2.0, 3.0]}}, 0.7)
    model = Model(A, 0.5)
    plain, fast = grad(of_model)(model, A), grad(of_model, jit="numba")(model, A)
    same(fast.w, plain.w)
    same(fast.b, plain.b)
    assert isinstance(fast, Model)


SCALE = 2.0
TABLE = np.arange(4.0)


def with_globals(x):
    return x * x * SCALE + TABLE[1] * x


def test_globals_are_read_at_each_call(monkeypatch):
    g = grad(with_globals, jit="numba")
    assert g(3.0) == 13.0
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert g(3.0) == 31.0


def helper(n):
    t = 0.0
    for i in range(n):
        t += i
    return t


def with_helper(x, n):
    return x * helper(n) + x * x


def test_functions_of_the_user_are_read():
    agree(with_helper, 0.5, 4)


def kept_apart(x, n):
    return x * checkpoint(powers)(x, n) + checkpoint(powers)(x, n + 2)


def test_functions_that_are_computed_again():
    assert "powers_grad(" in agree(kept_apart, 0.5, 4)


# ------------------------------------------------------------------ from compiled functions


def test_called_from_compiled_functions():
    df = derive(powers, argnums=0, jit="numba")

    @numba.njit
    def descend(x, n):
        for _ in range(3):
            x = x - 0.1 * df(x, n)
        return x

    x = 0.3
    for _ in range(3):
        x = x - 0.1 * grad(powers)(x, 5)
    same(descend(0.3, 5), x)


def test_tangents_and_arrays_from_compiled_functions():
    dt, dn = derive(triangle, mode="forward", jit="numba"), derive(negative_index, jit="numba")

    @numba.njit
    def both(a, v):
        y, dy = dt(a, a)
        return y, dy, dn(v)

    a = np.outer(A, A)
    same(both(a, A), (*jvp(triangle, (a,), (a,)), grad(negative_index)(A)))


def test_a_derivative_with_a_shell_is_not_called_from_compiled_functions():
    g = grad(with_globals, jit="numba")
    call = numba.njit(lambda x: g(x))
    with pytest.raises(Exception, match="needs Python around it"):
        call(1.0)


# ------------------------------------------------------------------ where machine code differs


def factorial(x, n):
    k = 1
    for i in range(1, n + 1):
        k *= i
    return x * k


def test_integers_do_not_wrap_around():
    agree(factorial, 0.5, 12)
    with pytest.raises(OverflowError):
        grad(factorial, jit="numba")(0.5, 30)


def halves(x, n, m):
    return x * (n // m) + x * (n % m)


def test_division_of_integers_by_zero():
    agree(halves, 0.5, -7, 3)
    with pytest.raises(ZeroDivisionError):
        grad(halves, jit="numba")(0.5, 7, 0)


def floored(x, y):
    return x * int(y) + x * math.floor(y)


def test_what_is_no_integer_is_not_converted():
    agree(floored, 0.5, -2.7)
    for y in (math.nan, math.inf, 1e300):
        with pytest.raises((OverflowError, ValueError)):
            grad(floored, jit="numba")(0.5, y)


def out_of_range(a, n):
    s = 0.0
    for i in range(n):
        s += a[i] * a[i]
    return s


def test_indices_are_checked():
    with pytest.raises(IndexError):
        grad(out_of_range, jit="numba")(A, 7)


def shared(a, b):
    a[0] = a[0] * b[0]
    return a[0] * b[1]


def test_arguments_that_share_memory():
    agree(shared, A.copy(), A.copy(), argnums=(0, 1))
    with pytest.raises(ValueError, match="share memory"):
        v = A.copy()
        grad(shared, (0, 1), jit="numba")(v, v)


def strided(a):
    s = 0.0
    for i in range(a.shape[0]):
        s = s * 0.5 + a[i, 0] * a[i, 1]
    return s


def test_other_layouts():
    a = np.linspace(0.0, 1.0, 24).reshape(4, 6)
    g = grad(strided, jit="numba")
    for view in (a, np.asfortranarray(a), a[::2, ::3], a[::-1]):
        same(g(view), grad(strided)(view))


def float32(a):
    s = a[0] * a[0]
    return s * a[1]


def test_single_precision():
    a = A.astype(np.float32)
    found = grad(float32, jit="numba")(a)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, grad(float32)(a), rtol=1e-6)


# ------------------------------------------------------------------ refusals


def drawn(x):
    return x * np.random.rand()


def of_array_statements(x, n):
    y = np.pad(x, (n, n), mode="mean")
    return np.sum(y * y)


def recursive(x, n):
    return x if n <= 0 else x * recursive(x * 0.5, n - 1)


def few_states(x, n):
    for _ in checkpointed(range(n), snapshots=2):
        x = x * x
    return x


@pytest.mark.parametrize(
    "f, args, named",
    [
        (drawn, (2.0,), "rand"),
        (few_states, (0.9, 3), "checkpointed"),
        (of_array_statements, (A, 2), "pad"),
        (recursive, (2.0, 3), "calls itself"),
    ],
    ids=["random numbers", "checkpointed", "array statement", "recursion"],
)
def test_what_numba_cannot_is_named_and_runs_plainly(f, args, named):
    np.random.seed(0)
    with pytest.warns(NumbaFallback, match=named):
        found = grad(f, jit="numba")(*args)
    np.random.seed(0)
    same(found, grad(f)(*args))


def powered(x, n):
    return x * 2**n


def test_powers_of_integers_are_refused():
    with pytest.warns(NumbaFallback, match="64 bits"):
        assert grad(powered, jit="numba")(1.0, -1) == 0.5


def test_an_unknown_flavour():
    with pytest.raises(BadArgument, match="numba"):
        grad(powers, jit="jax")


def test_the_text_is_stored_and_found_again(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path))
    first = grad(powers, jit="numba")
    first(0.3, 4)
    (stored,) = tmp_path.glob("powers_grad_*.py")
    assert stored.read_text() == first.source
    assert list(tmp_path.glob("__pycache__/*.nbi"))
    same(grad(powers, jit="numba")(0.3, 4), first(0.3, 4))


def test_where_nothing_can_be_stored(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path / "file"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CacheWarning)
        agree(powers, 0.31, 5)


def of_matrix(a, x):
    y = np.zeros(a.shape[0])
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            y[i] += a[i, j] * x[j] * x[j]
    return y


def test_pullbacks():
    a = np.arange(6.0).reshape(2, 3)
    y, back = vjp(of_matrix, a, A[:3])
    z, fast = vjp(of_matrix, a, A[:3], jit="numba")
    same(z, y)
    for seed in (np.array([1.0, 2.0]), np.array([0.5, 0.0])):
        same(fast(seed), back(seed))


def logistic_map(x, n):
    s = 0.5
    for i in range(n):
        s = x * s * (1.0 - s)
    return s


def test_the_page_shows_what_is_printed():
    page = (Path(__file__).parents[2] / "docs" / "long-loops.md").read_text("utf-8")
    g = grad(logistic_map, jit="numba")
    g(3.2, 10)
    assert g.source in page


def squared_in_place(a, b):
    a *= a
    return a * b


def apart_from_arguments(a, b):
    return a * a * b


@pytest.mark.parametrize("f", [squared_in_place, apart_from_arguments])
def test_a_pullback_is_of_the_arguments_as_they_were(f):
    """Any number of times, whatever happens to the arrays meanwhile, and whether or not the gradient writes to them."""
    a, b, seed = np.arange(1.0, 4.0), np.full(3, 2.0), np.ones(3)
    _, back = vjp(f, a, b, jit="numba")
    expected = (4.0 * np.arange(1.0, 4.0), np.arange(1.0, 4.0) ** 2)
    for _ in range(3):
        same(back(seed), expected)
        a[:], b[:] = 7.0, 9.0


def test_what_numba_finds_out_late_is_a_refusal(monkeypatch):
    """Its code generator has errors that are none of numba's own kind."""

    def compile(self, types):
        raise NotImplementedError("No definition for lowering getitem")

    monkeypatch.setattr(numba.core.dispatcher.Dispatcher, "compile", compile)
    with pytest.warns(NumbaFallback, match="numba refuses this function: No definition for lowering"):
        np.testing.assert_allclose(grad(apart_from_sums, jit="numba")(np.arange(3.0)), [0.0, 2.0, 4.0])


def apart_from_sums(a):
    return np.sum(a * a)
