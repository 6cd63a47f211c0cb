"""Threads, processes, pickles; and what is kept alive, or stale."""

from __future__ import annotations

import copy
import gc
import linecache
import multiprocessing
import os
import pickle
import subprocess
import sys
import textwrap
import threading
import weakref
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from gradscribe import grad, jvp, value_and_grad, vjp
from gradscribe.dispatch import LIMIT

from . import shared

REDEFINITIONS = int(os.environ.get("REDEFINITIONS", "400"))
HERE = sys.modules[__name__]


def wanted(x):
    return 2 * x * np.sin(x) + x * x * np.cos(x)


def test_16_threads_compile_and_call():
    common, gate, wrong = grad(shared.f), threading.Barrier(16), []
    limit, interval = sys.getrecursionlimit(), sys.getswitchinterval()

    def work(k):
        gate.wait()
        try:
            for n in range(8):
                x = np.arange(1.0, 4.0 + (n + k) % 5)
                np.testing.assert_allclose(common(x), wanted(x))
                np.testing.assert_allclose(vjp(shared.f, x)[1](1.0)[0], wanted(x))
                assert grad(shared.make(k * 100 + n))(2.0) == 4.0 * (k * 100 + n)
                assert jvp(shared.make(k), (float(n),), (1.0,))[1] == 2.0 * k * n
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(16)]
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong, wrong[0]
    assert sys.getrecursionlimit() == limit and gc.isenabled()


def test_one_pullback_in_many_threads():
    x = np.arange(1.0, 50.0)

    def carried(x):
        for _ in range(5):
            x = np.sin(x) * x
        return np.sum(x)

    _, pull = vjp(carried, x)
    right, wrong = pull(1.0)[0], []
    threads = [threading.Thread(target=lambda: wrong.append(bool(np.any(pull(1.0)[0] != right)))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [False] * 16


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_fork():
    grad(shared.f)(np.ones(3))
    child = os.fork()
    if child == 0:
        try:
            good = np.allclose(grad(shared.f)(np.ones((2, 2))), wanted(np.ones((2, 2))))
            good &= grad(shared.make(3))(2.0) == 12.0
        except BaseException:
            good = False
        os._exit(0 if good else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_pools_of_processes(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        for n, found in enumerate(pool.map(shared.gradient, range(3))):
            np.testing.assert_allclose(found, wanted(np.arange(1.0, n + 2.0)))
        np.testing.assert_allclose(pool.submit(shared.derivative, np.ones(2)).result(), wanted(np.ones(2)))
        np.testing.assert_allclose(
            pool.submit(shared.pulled, vjp(shared.f, np.ones(2))[1]).result()[0], wanted(np.ones(2))
        )


@pytest.mark.parametrize("again", [lambda v: pickle.loads(pickle.dumps(v)), copy.copy, copy.deepcopy])
def test_pickles_and_copies(again):
    x = np.arange(1.0, 4.0)
    np.testing.assert_allclose(again(grad(shared.f))(x), wanted(x))
    assert again(value_and_grad(shared.scale, argnums=1))({"a": 0.0}, 3.0) == (0.0, 0.0)
    value, pull = vjp(shared.f, x)
    for _ in range(2):
        np.testing.assert_allclose(again(pull)(1.0)[0], wanted(x))
    plain = vjp(shared.through_a_module, 0.5)[1]
    assert again(plain)(1.0) == plain(1.0)
    assert again(grad(lambda x: x * x))(3.0) == 6.0


def test_a_pullback_of_a_function_without_a_name_is_pickled():
    factor = 3.0
    pull = pickle.loads(pickle.dumps(vjp(lambda x: factor * x * x, 2.0)[1]))
    assert pull(1.0) == (12.0,)


# --- what is kept


def test_caches_have_bounds():
    def f(x, how):
        return x * x if how else x

    g = grad(f)
    for k in range(LIMIT + 50):
        g._compiled[("filled", k)] = None
    assert g(2.0, "a") == 4.0 and len(g._compiled) <= LIMIT


def test_nothing_is_kept_of_functions_that_are_gone():
    """Functions that are defined again and again, as in a notebook, and their derivatives, vanish with their names."""
    refs, texts = [], []

    def define(k):
        name, text = f"<again {k}>", f"def f(x):\n    y = x * {k}.0\n    return y * y\n"
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        scope = {}
        exec(compile(text, name, "exec"), scope)
        assert grad(scope["f"])(1.0) == 2.0 * k * k
        linecache.cache.pop(name)
        refs.append(weakref.ref(scope["f"]))

    for k in range(REDEFINITIONS):
        define(k)
        if k in (REDEFINITIONS // 2, REDEFINITIONS - 1):
            gc.collect()
            texts.append((len(gc.get_objects()), sum(name.startswith("<gradscribe") for name in linecache.cache)))
    assert sum(ref() is not None for ref in refs) <= 1
    (before, lines_before), (after, lines_after) = texts
    assert after - before < 0.1 * before + 20 * REDEFINITIONS / 10 and lines_after <= lines_before


def test_the_shared_cache_of_vjp_and_jvp_has_bounds():
    refs = []
    for k in range(600):
        f = shared.make(k)
        jvp(f, (1.0,), (1.0,))
        refs.append(weakref.ref(f))
        del f
    gc.collect()
    assert sum(ref() is not None for ref in refs) <= 512


# --- nothing is stale


SCALE = 2.0


def helper(x):
    return x * x


def stale(x, power=2.0, *, shift=0.0):
    return SCALE * helper(x) ** (power / 2.0) + shift * x


def test_globals_defaults_cells_and_helpers_are_never_stale(monkeypatch):
    ways = {"grad": grad(stale), "value_and_grad": lambda x: value_and_grad(stale)(x)[1]}
    ways |= {"vjp": lambda x: vjp(stale, x)[1](1.0)[0], "jvp": lambda x: jvp(stale, (x,), (1.0,))[1]}

    def all_are(number):
        for _ in range(2):
            assert {name: float(way(3.0)) for name, way in ways.items()} == dict.fromkeys(ways, number)

    all_are(12.0)
    monkeypatch.setattr(HERE, "SCALE", 5.0)
    all_are(30.0)
    monkeypatch.setattr(HERE, "helper", lambda x: x)
    all_are(5.0)
    monkeypatch.setattr(stale, "__defaults__", (4.0,))
    all_are(30.0)
    monkeypatch.setattr(stale, "__kwdefaults__", {"shift": 1.0})
    all_are(31.0)
    monkeypatch.setattr(stale, "__code__", (lambda x, power=2.0, *, shift=0.0: 7.0 * x).__code__)
    all_are(7.0)


def test_attributes_and_methods_are_never_stale():
    class Model:
        factor = 2.0

        def __call__(self, x):
            return self.step(x) * self.factor

        def step(self, x):
            return x * x

    model = Model()
    g = grad(model)
    assert (g(3.0), g(3.0)) == (12.0, 12.0)
    model.factor = 5.0
    assert g(3.0) == 30.0
    Model.step = lambda self, x: x
    assert g(3.0) == 5.0
    model.step = lambda x: 10.0 * x
    assert g(3.0) == 50.0
    del model.factor
    assert g(3.0) == 20.0


def test_cells_are_never_stale():
    factor, function = 2.0, np.sin

    def f(x):
        return factor * function(x)

    g = grad(f)
    assert g(0.0) == 2.0
    factor = 3
    assert g(0.0) == 3.0
    factor = np.array([1.0, 2.0])
    with pytest.raises(Exception, match="array"):
        g(0.0)
    factor, function = 1.0, np.exp
    assert g(0.0) == 1.0


def test_a_hook_at_exit_and_a_subinterpreter_free_shutdown():
    text = textwrap.dedent("""
        import atexit, sys
        sys.path[:0] = [sys.argv[1], sys.argv[2]]
        from tests.odd import shared
        from gradscribe import grad, vjp
        import numpy as np
        kept = vjp(shared.f, np.ones(2))[1]
        atexit.register(lambda: print(grad(shared.f)(np.ones(1)).shape, kept(1.0)[0].shape))
    """)
    root = Path(__file__).parents[2]
    command = [sys.executable, "-W", "error", "-c", text, str(root), str(root / "src")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "(1,) (2,)\n", "")
