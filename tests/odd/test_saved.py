"""Saved modules: they run with NumPy alone, say what they were made of, and refuse what they were not written for."""

from __future__ import annotations

import ast
import math
import random
import subprocess
import sys
import textwrap
import types
from pathlib import Path

import numpy as np
import pytest

from gradscribe import GradscribeError, derive, fixed_point, grad, value_and_grad
from gradscribe.export import _place
from gradscribe.source.imports import arranged

HELPER_SCALE = np.array([2.0, 3.0])


def helper(v):
    return np.sum(v * HELPER_SCALE) + v[0] * v[1]


def inlined(x, y):
    """Docs that say
    import os; os.abort()
    """
    total = 0.0
    for k in range(3):
        total = total + helper(x) * y
    return total


def broadcast(x, m):
    return np.sum(x * m)


def overwritten(a, b):
    a[0] = a[1] * b[0]
    return np.sum(a * a)


def structured(p, x):
    return np.sum(p["w"] * x) + p["b"][0]


def recursive(x, n):
    return x if n == 0 else x * recursive(x, n - 1)


X, M = np.array([0.5, 2.0]), np.arange(6.0).reshape(3, 2)
CASES = [
    (inlined, (X, 1.5)),
    (broadcast, (X, M)),
    (overwritten, (X, X + 1.0)),
    (structured, ({"w": X, "b": [1.0, 2.0]}, X)),
    (recursive, (1.5, 3)),
]
RUN = textwrap.dedent("""
    import importlib.util, pickle, sys
    sys.modules["gradscribe"] = None  # cannot be imported
    spec = importlib.util.spec_from_file_location("saved", sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    name, args = pickle.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(pickle.dumps(getattr(module, name)(*args)))
""")


def copied(args):
    import copy

    return copy.deepcopy(args)


def save(derivative, args, path):
    derivative(*copied(args))
    derivative.save(str(path))
    return path.read_text()


@pytest.mark.parametrize("f, args", CASES, ids=lambda v: getattr(v, "__name__", ""))
@pytest.mark.parametrize("make", [grad, value_and_grad, lambda f: derive(f, "forward", argnums=0)])
def test_runs_with_numpy_alone(make, f, args, tmp_path):
    import pickle

    derivative = make(f)
    given = (*args, args[0]) if derivative.mode == "forward" else args
    path = tmp_path / "saved.py"
    text = save(derivative, given, path)
    assert text.startswith('"""') and f.__name__ in text.splitlines()[0] and "gradscribe from" in text
    assert "import gradscribe" not in text and "from gradscribe" not in text
    command = [sys.executable, "-I", "-W", "error", "-c", RUN, str(path)]
    done = subprocess.run(command, input=pickle.dumps((derivative.__name__, copied(given))), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert repr(pickle.loads(done.stdout)) == repr(derivative(*copied(given)))


@pytest.mark.parametrize("f, args", CASES, ids=lambda v: getattr(v, "__name__", ""))
def test_passes_the_linter(f, args, tmp_path):
    pytest.importorskip("ruff", reason="ruff is not installed")
    path = tmp_path / "saved.py"
    save(grad(f), args, path)
    rules = ["--isolated", "--no-cache"]
    done = subprocess.run([sys.executable, "-m", "ruff", "check", *rules, str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + path.read_text()


def load(path):
    scope = {"__name__": "saved"}
    exec(compile(path.read_text(), str(path), "exec"), scope)
    return scope


WRONG = [
    (np.ones(3), M),  # another length
    (X, M.T.copy()),
    (X, M[:, :1]),  # a dimension of length 1
    (X[:1], M),
    (X, M[0]),  # another rank
    (X.astype(np.float32), M),
    (X.astype(int), M),
    (1.0, M),
    ([1.0, 2.0], M),
    (None, M),
]


@pytest.mark.parametrize("args", WRONG, ids=lambda a: str([np.shape(v) for v in a]) if isinstance(a, tuple) else "")
def test_refuses_what_it_was_not_written_for(args, tmp_path):
    path = tmp_path / "saved.py"
    save(grad(broadcast), (X, M), path)
    saved = load(path)["broadcast_grad"]
    np.testing.assert_array_equal(saved(X, np.ones((7, 2))), [7.0, 7.0])  # lengths may differ, their pattern not
    with pytest.raises(ValueError, match="written for"):
        saved(*args)


def test_refuses_other_structures(tmp_path):
    path = tmp_path / "saved.py"
    save(grad(structured), CASES[3][1], path)
    saved = load(path)["structured_grad"]
    b = [1.0, 2.0]
    for wrong in ({"w": X}, {"w": X, "b": [1.0]}, {"b": b, "w": X}, [X, b], {"w": 1.0, "b": b}):
        with pytest.raises(ValueError, match="written for"):
            saved(wrong, X)


def test_what_checks_find_is_raised(tmp_path):
    path = tmp_path / "saved.py"
    save(grad(overwritten), CASES[2][1], path)
    x = X.copy()
    with pytest.raises(ValueError, match="share memory"):
        load(path)["overwritten_grad"](x, x)


def test_names_of_the_primal_do_not_leave_the_header(tmp_path):
    def f(x):
        return x * x

    f.__qualname__, f.__module__ = 'f"""\nimport os; os.abort()\n"""', "m\nimport os"
    path = tmp_path / "saved.py"
    text = save(grad(f), (2.0,), path)
    assert load(path)["f_grad"](3.0) == 6.0 and "\nimport os" not in text


def test_the_command_line(tmp_path):
    source, path = tmp_path / "given.py", tmp_path / "out.py"
    source.write_text("import numpy as np\n\ndef f(x: np.ndarray):\n    return np.sum(x * x)\n")
    root = Path(__file__).parents[2] / "src"
    command = [sys.executable, "-m", "gradscribe", f"{source}:f", "-o", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(root), "PATH": ""})
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(load(path)["f_grad"](X), 2 * X)


ODD = np.array([np.nan, np.inf, -np.inf])
SINGLE, LESS, MANY = np.float32(1.1), -float("inf"), complex(np.inf, 2.0)


def with_constants(x):
    return np.sum(x * ODD) + x[0] * SINGLE + x[1] * LESS + x[2] * MANY.imag


def test_constants_that_have_no_literal(tmp_path):
    path = tmp_path / "saved.py"
    with np.errstate(all="ignore"):
        save(grad(with_constants), (np.ones(3),), path)
        wanted = grad(with_constants)(np.ones(3))
        np.testing.assert_array_equal(load(path)["with_constants_grad"](np.ones(3)), wanted)


@pytest.mark.parametrize("shape", [(2, 0), (0, 3), ()])
def test_arrays_from_outside_keep_shape_and_layout(shape, tmp_path):
    empty, columns = np.zeros(shape), np.asfortranarray(np.arange(6.0).reshape(2, 3))
    mask = np.array([True, False, True])

    def f(x):
        return np.sum((x * x * mask) @ columns.T) + x[0] * np.sum(empty + 1.0) * np.sum(mask)

    path = tmp_path / "saved.py"
    save(grad(f), (np.ones(3),), path)
    held = load(path)
    np.testing.assert_array_equal(held["f_grad"](np.ones(3)), grad(f)(np.ones(3)))
    assert held["empty"].shape == shape and held["columns"].flags.f_contiguous and held["mask"].dtype == bool


def draws(x):
    random.seed(4)
    return x * random.random() + x * x * random.gauss(0.0, 1.0)


def test_methods_that_stand_in_a_module(tmp_path):
    path = tmp_path / "saved.py"
    save(grad(draws), (2.0,), path)
    assert load(path)["draws_grad"](2.0) == grad(draws)(2.0)


def opaque(text):
    return text


def test_another_function_under_the_same_name_has_no_place():
    """An import would give what the module holds by then."""
    made = types.FunctionType(opaque.__code__, {}, "opaque")
    made.__module__ = opaque.__module__
    assert _place(opaque) == (__name__, "opaque") and _place(made) is None


def test_what_is_refused_leaves_the_file(tmp_path):
    class Counter:
        def add(self, x):
            return x

    counter = Counter()

    def f(x):
        return x * len(str(counter))

    path = tmp_path / "saved.py"
    path.write_text("as it was")
    with pytest.raises(GradscribeError, match="`?counter`? cannot be written"):
        grad(f).save(str(path))
    assert path.read_text() == "as it was"


def nested_exceptions(x):
    s = 0.0
    for k in range(3):
        try:
            if k == 0:
                raise KeyError("k")
            s += x
        except KeyError:
            s += x * math.exp(x)
    return s


def given_later(x):
    best, kept = None, None
    for k in range(4):
        c = (x - k) ** 2
        if best is None or c < best:
            best, kept = c, x * k
    return kept * best


MORE = [(nested_exceptions, (0.5,)), (given_later, (1.6,)), (draws, (2.0,))]


@pytest.mark.parametrize("f, args", MORE, ids=lambda v: getattr(v, "__name__", ""))
def test_more_of_what_the_linter_reads(f, args, tmp_path):
    test_passes_the_linter(f, args, tmp_path)
    held = load(tmp_path / "saved.py")
    assert held[f"{f.__name__}_grad"](*args) == grad(f)(*args)


def test_imports_are_sorted():
    given = [
        "import numpy as np",
        "from math import sqrt",
        "import os.path",
        "from b import z, Y, X_",
        "from b import c as d",
    ]
    wanted = [
        "import os.path",
        "from math import sqrt",
        "",
        "import numpy as np",
        "from b import X_, Y, z",
        "from b import c as d",
    ]
    assert arranged(given) == wanted


def smooth(x, n):
    while x < 100.0:
        x = x * x + 0.5 if x > 1.0 else x + 0.7
    return x * n


def test_machine_code_is_called_behind_the_check(tmp_path):
    pytest.importorskip("numba", reason="numba is not installed")
    path = tmp_path / "saved.py"
    fast = grad(smooth, jit="numba")
    save(fast, (0.3, 2), path)
    saved = load(path)["smooth_grad"]
    assert saved(0.3, 2) == fast(0.3, 2) and saved(2, 2) == fast(2, 2)
    with pytest.raises(ValueError, match="written for"):
        saved(np.ones(2), 2)


def waves(x):
    return np.sum(np.sin(x) * x)


def test_machine_code_of_ours_is_refused_by_name(tmp_path):
    pytest.importorskip("numba", reason="numba is not installed")
    fast = grad(waves, jit="numba")
    fast(X)
    if "vector" not in fast.source:
        pytest.skip("this processor has no vectors of elementary functions")
    with pytest.raises(GradscribeError, match="vector_(sin|cos)` of gradscribe"):
        fast.save(str(tmp_path / "saved.py"))


def test_helpers_bring_their_imports():
    """Whatever a helper mentions is defined in a module that it is copied to."""
    import builtins

    from gradscribe import checkpoints, export, runtime, runtime_scipy

    for home in (runtime, runtime_scipy, checkpoints):
        for name, value in vars(home).items():
            if not isinstance(value, types.FunctionType) or value.__module__ != home.__name__:
                continue
            helpers = export._all_helpers([name])
            imports = {line.split()[-1] for h in helpers for line in export._imports_of(h)}
            known = {*helpers, *imports, "np", *vars(builtins)}
            tree = ast.parse(export._source_of_helper(name))
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            missing = {n for n in names if hasattr(home, n)} - known
            assert not missing, (name, missing)


def fixed(a):
    return fixed_point(lambda x: 0.5 * (x + a / x), a)


def test_what_needs_this_package_is_refused_by_name(tmp_path):
    g = grad(fixed)
    g(3.0)
    with pytest.raises(GradscribeError, match="`gradscribe.fixed_points` cannot be written"):
        g.save(str(tmp_path / "saved.py"))
