"""Machine code on disk: another process runs it without numba's compiler, and never runs what is not meant for it."""

from __future__ import annotations

import os
import pickle
import stat
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from gradscribe import compile, derive, grad, stored
from gradscribe.nopython import object_code

numba = pytest.importorskip("numba")
ROOT = Path(__file__).parents[2]
MODULE = """
import numpy as np

SCALE = 2.0

def smooth(a, steps):
    a = a.copy()
    for _ in range(steps):
        a[1:-1] += SCALE * (a[:-2] - 2.0 * a[1:-1] + a[2:])
    return np.sum(a * a)

def by_name(params, x):
    return np.sum(np.tanh(params["w"] * x + params["b"]))
"""
RUN = textwrap.dedent("""
    import sys
    sys.path[:0] = sys.argv[1:3]
    import numpy as np
    import gradscribe.pipeline as pipeline
    made, before = [], pipeline.compile_derivative
    pipeline.compile_derivative = lambda *a, **k: made.append(1) or before(*a, **k)
    import stored_module as m
    from gradscribe import grad
    a = np.linspace(0.0, 1.0, 9)
    g, h = grad(m.smooth, jit="numba"), grad(m.by_name, jit="numba")
    print(g(a, 3).tobytes().hex(), h({"w": a, "b": 0.5}, a)["w"].tobytes().hex(), g(np.ones(2), 1).tolist())
    print(len(made), "numba.np.arraymath" in sys.modules, len(g.source) > 300)
    m.SCALE = 3.0
    print(np.allclose(g(a, 3), grad(m.smooth)(a, 3)), np.allclose(g(a[::2], 3), grad(m.smooth)(a[::2], 3)))
""")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    (tmp_path / "stored_module.py").write_text(MODULE)
    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def run(place, warn="error"):
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", warn, "-c", RUN, str(place.parent), str(ROOT / "src")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr


def test_another_process_compiles_nothing(cache):
    (first, told, right), _ = run(cache)
    assert told.split() == ["3", "True", "True"] and right == "True True"  # the third for arrays too short for loops
    (again, told, right), _ = run(cache)
    assert again == first and told.split() == ["0", "False", "True"] and right == "True True"
    (code, *_) = cache.glob("smooth_grad_*.code")
    body = bytearray(code.read_bytes())
    body[-9] ^= 1
    code.write_bytes(bytes(body))
    (again, told, right), warned = run(cache, "default")
    assert again == first and "its digest is another one" in warned and right == "True True"
    os.chmod(code, stat.S_IRUSR | stat.S_IWUSR | stat.S_IWOTH)
    (again, *_), warned = run(cache, "default")
    assert again == first and "others may have written it" in warned


@pytest.mark.long
def test_changed_sources_are_not_what_was_stored(cache):
    run(cache)
    (cache.parent / "stored_module.py").write_text(MODULE.replace("a[1:-1] += ", "a[1:-1] -= "))
    (_, told, right), _ = run(cache)
    assert told.split()[0] != "0" and right == "True True"


def squares(a):
    return np.sum(a * a)


def core_of(derivative):
    (made,) = derivative._compiled.values()
    return made.machine.core


def test_code_that_nothing_can_link_is_made_anew(cache):
    """LLVM ends the process where a name means nothing to it."""
    grad(squares, jit="numba")(np.ones(3))
    (place,) = cache.glob("squares_grad_*.code")
    told = pickle.loads(stored.read(place))
    assert object_code.load(place) is not None
    for wrong in ({"needed": ["numba_of_another_version"]}, {"entry": 3}, {"environments": None}):
        stored.write(place, pickle.dumps(told | wrong))
        with pytest.warns(stored.CacheWarning) if "needed" not in wrong else np.errstate():
            assert object_code.load(place) is None
    stored.write(place, pickle.dumps(told | {"needed": ["numba_of_another_version"]}))
    assert grad(squares, jit="numba")(np.ones(3)).tolist() == [2.0, 2.0, 2.0]


def test_code_runs_for_what_it_was_made_for(cache):
    """The code itself looks at no types: others get their own, or an error."""
    derivative = grad(squares, jit="numba")
    derivative(np.ones(3))
    call = core_of(derivative).function
    base = np.arange(12.0)
    fixed = np.ones(3)
    fixed.flags.writeable = False
    others = [base[::2], base.reshape(4, 3)[:, 1], np.arange(3), np.ones(3, np.float32), fixed, base.view(np.recarray)]
    for array in others:
        np.testing.assert_array_equal(call(array), 2 * np.asarray(array))
    np.testing.assert_array_equal(call(np.ones(3), 3.0), [6.0, 6.0, 6.0])
    swapped = np.arange(3.0).astype(">f8")
    with pytest.raises(Exception, match="(?i)numba|native"):
        call(swapped)


def of_number(x, n, flag):
    return x * n if flag else x


def with_default(x, scale=2.5):
    return x * scale


def test_defaults_are_known_by_value(cache):
    """Those of the function come with each call, as other objects where they were read from disk."""
    for _ in range(2):
        compiled = compile(with_default)
        assert compiled(2.0) == 5.0 and compiled(2.0, float("2.5")) == 5.0 and compiled(2.0, 3.0) == 6.0


def test_numbers_are_looked_at(cache):
    compiled = compile(of_number)
    compiled(2.0, 3, True)
    call = core_of(compiled).function
    assert call(2.5, 3, True) == 7.5 and call(2, 2.5, True) == 5.0 and call(2.5, True, False) == 2.5
    with pytest.raises(OverflowError):
        call(2.0, 2**70, True)


def test_compiled_functions_of_others_call_it(cache):
    """The first process, and one that has found everything on disk."""
    a = np.linspace(0.0, 1.0, 5)
    for _ in range(2):
        derivative = derive(squares, jit="numba")
        derivative(a)

        @numba.njit
        def twice(a):
            return derivative(a) + derivative(2.0 * a)

        np.testing.assert_allclose(twice(a), 6.0 * a)


SCALE = 2.0


def scaled(a):
    a = a.copy()
    a[1:-1] += SCALE * a[:-2] * a[2:]
    return np.sum(a * a)


def test_numbers_from_outside_are_those_of_the_call(cache, monkeypatch):
    """Also where a call may go to the plain program."""
    fast, plain = grad(scaled, jit="numba"), grad(scaled)
    for scale in (2.0, 3.0, 4.0):
        monkeypatch.setitem(globals(), "SCALE", scale)
        for size in (1, 6, 1, 6):
            a = np.arange(float(size))
            np.testing.assert_allclose(fast(a), plain(a), err_msg=f"{scale}, {size}")


@pytest.mark.parametrize("name", ["numpy.__version__", "llvmlite.__version__", "llvmlite.binding.get_host_cpu_name"])
def test_versions_and_the_processor_decide(name, cache, monkeypatch):
    from gradscribe.nopython import machine

    monkeypatch.setattr(object_code, "processor", object_code.processor.__wrapped__)
    before = machine._place("f", "text", ())
    monkeypatch.setattr(name, (lambda: "another") if "get" in name else "0.0.1")
    assert machine._place("f", "text", ()) not in (None, before)


BRIEF = """
import sys
sys.path[:0] = sys.argv[1:3]
import stored_module as m
from gradscribe import grad
print(grad(m.cubed, jit="numba")(3.0))
"""


def test_processes_that_write_at_the_same_time(cache):
    (cache.parent / "stored_module.py").write_text("def cubed(x):\n    return x * x * x\n")
    command = [sys.executable, "-W", "error", "-c", BRIEF, str(cache.parent), str(ROOT / "src")]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: subprocess.run(command, capture_output=True, text=True), range(4)))
    assert [(one.stdout, one.stderr) for one in found] == [("27.0\n", "")] * 4
    assert sorted(p.suffix for p in cache.iterdir() if p.is_file()) == [".code", ".json", ".py"]
