"""Functions and derivatives in processes that have neither their module nor their file."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

from gradscribe import GradscribeError, adjoint, compile, grad, hessian, vjp
from gradscribe.call.sending import received, sent
from gradscribe.rules.table import GIVEN

MODULE = """
import numpy as np
from gradscribe import custom_vjp, grad

SCALE = 2.0
DATA = np.arange(3.0)

def calls(x):
    return deep(x) * SCALE

def deep(x):
    if x < 1.0:
        return x
    return deep(x - 1.0) * x

@grad
def decorated(x):
    return SCALE * np.sum(np.sin(x) * DATA)

def make(k):
    def inner(x, p=2.0, *, shift=1.0):
        return k * x ** p + shift * x
    return inner

def outer(x):
    def local(y):
        return SCALE * y
    return local(x) * x

def with_class(x):
    class Local:
        factor = SCALE
    return Local.factor * x

class Model:
    def __init__(self):
        self.__rate = 3.0
    def __call__(self, x):
        return self.__rate * x

two = (lambda x: x * x, lambda x: x * 3.0)

@custom_vjp
def clipped(x):
    return x

clipped.defvjp(lambda x: (x, None), lambda residuals, b: (7.0 * b,))

def clips(x):
    return clipped(x) * x

def counts(x, count=[0]):
    count[0] += 1
    return count[0] * x

def refers_to_itself(x):
    return x * x if df is not None else x

df = grad(refers_to_itself)
"""

READER = """
import pickle, sys
items = pickle.load(open(sys.argv[1], "rb"))
print([float(sum(map(float, [*([v] if getattr(v, "ndim", 0) == 0 else v)]))) for v in [g(x) for g, x in items]])
print("a_module" in sys.modules)
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "a_module.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path / "home"))
    import a_module

    yield a_module
    del sys.modules["a_module"]


def elsewhere(items, tmp_path):
    """What the items are in a process that cannot import the module."""
    (tmp_path / "data").write_bytes(pickle.dumps(items))
    (tmp_path / "home" / "a_module.py").rename(tmp_path / "gone")
    path = [p for p in sys.path if not p.startswith(str(tmp_path))]
    command = [sys.executable, "-c", f"import sys; sys.path[:] = {path!r}\n{READER}", str(tmp_path / "data")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found, known = done.stdout.splitlines()
    assert known == "False"
    return eval(found)


def test_derivatives_need_no_module(module, tmp_path):
    module.SCALE = 5.0  # as it is now
    closed = 4.0
    items = [
        (grad(module.calls), 3.0),
        (module.decorated, np.ones(3)),
        (grad(module.make(3.0)), 2.0),
        (grad(module.outer), 2.0),
        (grad(module.two[1]), 2.0),
        (grad(module.two[0]), 2.0),
        (grad(module.clips), 2.0),
        (module.df, 2.0),
        (grad(lambda x: closed * x * x), 3.0),
        (hessian(lambda x: closed * x**3), 2.0),
        (grad(np.tanh), 0.5),
    ]
    here = [float(np.sum(g(x))) for g, x in items]
    assert here[4:9] == [3.0, 4.0, 16.0, 4.0, 24.0]
    assert elsewhere(items, tmp_path) == here


def test_functions_share_what_they_share_here(module):
    first, second = pickle.loads(sent((module.calls, module.outer)))[1]
    assert first.__globals__ is second.__globals__ and first.__globals__ is not vars(module)
    first.__globals__["SCALE"] = 10.0
    assert second(2.0) == 40.0
    one = pickle.loads(sent(module.counts))[1]
    assert (one(1.0), one(1.0)) == (1.0, 2.0)
    assert pickle.loads(sent(module.with_class))[1](2.0) == 4.0
    made = pickle.loads(sent(module.make(3.0)))[1]
    assert (made.__name__, made.__qualname__, made(2.0)) == ("inner", "make.<locals>.inner", 14.0)
    assert made(2.0, 3.0, shift=0.0) == 24.0


def test_cells_are_shared():
    count = 0

    def up():
        nonlocal count
        count += 1

    def read():
        return count

    further, found = pickle.loads(sent((up, read)))[1]
    further()
    assert (found(), count) == (1, 0)


def test_equal_bytes_are_one_object_and_others_are_not(module):
    first, second = received(sent(grad(module.calls))), received(sent(grad(module.calls)))
    assert first is second
    module.SCALE = 7.0
    third = received(sent(grad(module.calls)))
    assert third is not first and third(0.5) == 7.0 and first(0.5) == 2.0


def test_errors_cite_the_line_of_the_file(module):
    def refused(x):
        return open(x)

    with pytest.raises(GradscribeError) as here:
        grad(refused)(1.0)
    with pytest.raises(GradscribeError) as there:
        pickle.loads(pickle.dumps(grad(refused)))(1.0)
    assert (there.value.lineno, there.value.reason) == (here.value.lineno, here.value.reason)
    assert "return open(x)" in str(there.value)


def test_rules_travel(tmp_path, module):
    """A rule need not be the derivative of what it is for: where it got lost, the gradient would be another one."""
    adjoint(module.deep)(lambda g, z, x: 100.0 * g)
    try:
        assert grad(module.calls)(3.0) == 200.0
        assert elsewhere([(grad(module.calls), 3.0)], tmp_path) == [200.0]
    finally:
        GIVEN.pop()


def test_rules_of_functions_that_are_not_sent_stay(module):
    """What somebody else has registered, for a function inside another, makes nothing fail and is not sent."""

    def hidden(x):
        return x * x

    before = len(GIVEN)
    lock = threading.Lock()  # cannot be sent
    adjoint(hidden)(lambda g, z, x: 5.0 * g if lock else g)
    for k in range(3):
        assert pickle.loads(pickle.dumps(grad(lambda x, k=k: k * x * x)))(3.0) == 6.0 * k
    assert len(GIVEN) == before + 1
    GIVEN.pop()


def test_a_rule_that_comes_back_is_a_rule_of_its_own(module):
    def square(x):
        return x * x

    adjoint(square)(lambda g, z, x: 5.0 * g)
    for k in range(3):
        made = pickle.loads(pickle.dumps(grad(lambda x, k=k: k * square(x))))
        assert made(3.0) == 5.0 * k


def test_compiled_functions_travel_as_derivatives_do():
    factor = 3.0

    def helper(x):
        return factor * x

    again = pickle.loads(pickle.dumps(compile(lambda x: helper(x) * x)))
    assert type(again).__name__ == "CompiledFunction" and again.primal(2.0) == 12.0 and again.jit == "numba"


def test_pullbacks_travel(tmp_path, module):
    pull = vjp(module.calls, 3.0)[1]
    assert pickle.loads(pickle.dumps(pull))(1.0) == pull(1.0)


# --- what cannot be sent


def test_what_cannot_be_sent_is_named():
    lock = threading.Lock()

    def guarded(x):
        with lock:
            return x * x

    with pytest.raises(GradscribeError, match=r"lock, which .*guarded reads, cannot be sent to another process"):
        sent(guarded)
    with pytest.raises(GradscribeError, match=r"lock, which .*guarded reads"):
        sent(lambda x: guarded(x))


def test_what_reads_everything_is_refused():
    with pytest.raises(GradscribeError, match=r"calls eval\(\)"):
        sent(lambda x: eval("x"))


def test_a_method_needs_its_class(module, tmp_path):
    """Classes are imported: a process that cannot do that says so."""
    (tmp_path / "data").write_bytes(pickle.dumps(grad(module.Model())))
    command = [sys.executable, "-c", "import pickle; pickle.load(open('data', 'rb'))"]
    path = {"PYTHONPATH": ":".join(p for p in sys.path if not p.startswith(str(tmp_path)))}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=path)
    assert "No module named 'a_module'" in done.stderr
