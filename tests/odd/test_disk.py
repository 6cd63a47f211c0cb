"""The cache on disk: it survives processes, is never stale, and never runs what others may have written."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE = """
import math
import numpy as np

SCALE = 2.0
NAME = "square"

def helper(x, power=2.0):
    return x * x if NAME == "square" else x

def f(x):
    for k in range(1):
        x = abs(x) * 1.0 + k
    return SCALE * np.sum(helper(x)) * math.exp(0.0)
"""
RUN = textwrap.dedent("""
    import sys
    sys.path[:0] = sys.argv[1:3]
    import numpy as np
    import gradscribe.pipeline as pipeline
    made, before = [], pipeline.compile_derivative
    pipeline.compile_derivative = lambda *a, **k: made.append(1) or before(*a, **k)
    import cached_module
    from gradscribe import grad, value_and_grad
    g = grad(cached_module.f)
    print(float(g(3.0)), g(np.ones(2)).tolist(), float(g(4.0)), len(made), len(g.source) > 10)
""")


@pytest.fixture
def place(tmp_path):
    (tmp_path / "cached_module.py").write_text(MODULE)
    return tmp_path


def run(place, warn="error", cache="cache"):
    """The numbers that a process of its own finds, and how many derivatives it had to compile."""
    environment = {**os.environ, "GRADSCRIBE_CACHE": str(place / cache), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", warn, "-c", RUN, str(place), str(ROOT / "src")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    *numbers, compiled, _ = done.stdout.replace(", ", ",").split()
    return numbers, int(compiled), done.stderr


def entries(place):
    return sorted((place / "cache").glob("*.json"))


def test_survives_processes(place):
    first, second = run(place), run(place)
    assert first[0] == second[0] == ["12.0", "[4.0,4.0]", "16.0"]
    assert (first[1], second[1]) == (2, 0) and len(entries(place)) == 2
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in entries(place))


@pytest.mark.parametrize(
    "old, new, wanted",
    [
        ("SCALE = 2.0", "SCALE = 5.0", "30.0"),  # read when it runs
        ("x * x if", "x * x * x if", "54.0"),  # a helper
        ('NAME = "square"', 'NAME = "line"', "2.0"),  # what was decided when it was compiled
        ("SCALE * np.sum", "3.0 * SCALE * np.sum", "36.0"),
        ("math.exp(0.0)", "math.cos(0.0)", "12.0"),
        ("import math", "import cmath as math", None),
        ("SCALE = 2.0", "SCALE = np.array([2.0, 1.0])", None),
    ],
)
def test_is_never_stale(place, old, new, wanted):
    run(place)
    text = MODULE.replace(old, new)
    assert text != MODULE
    (place / "cached_module.py").write_text(text)
    try:
        found = run(place)
    except AssertionError:
        assert wanted is None
        return
    fresh = run(place, cache="other")
    assert found[0] == fresh[0] and (wanted is None or found[0][0] == wanted)


def spoil_truncated(path):
    path.write_bytes(path.read_bytes()[:-20])


def spoil_text(path):
    path.write_bytes(path.read_bytes().replace(b"return", b"import os; os.abort(); return"))


def spoil_all(path):
    path.write_bytes(b"\x00\xff" * 100)


def spoil_empty(path):
    path.write_bytes(b"")


def spoil_mode(path):
    spoil_consistently(path)
    path.chmod(0o666)


def spoil_consistently(path):
    """Harmful text under a digest that is right: only the owner of the file could have written that."""
    import hashlib

    entry = json.loads(path.read_bytes().partition(b"\n")[2])
    entry["text"] = "import os\nos.abort()\n" + entry["text"]
    body = json.dumps(entry).encode()
    path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


@pytest.mark.parametrize("spoil", [spoil_truncated, spoil_text, spoil_all, spoil_empty, spoil_mode])
def test_spoilt_entries_are_ignored_with_a_warning(place, spoil):
    wanted = run(place)[0]
    for path in entries(place):
        spoil(path)
    found = run(place, warn="always")
    assert found[0] == wanted and found[1] == 2 and "CacheWarning" in found[2]


def test_a_folder_that_others_may_write_to_is_ignored(place):
    wanted = run(place)[0]
    for path in entries(place):
        spoil_consistently(path)
    (place / "cache").chmod(0o777)
    found = run(place, warn="always")
    assert found[0] == wanted and "others may have written it" in found[2]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away")
def test_entries_of_somebody_else_are_ignored(place):
    wanted = run(place)[0]
    for path in entries(place):
        spoil_consistently(path)
        os.chown(path, 12345, 12345)
    found = run(place, warn="always")
    assert found[0] == wanted and "others may have written it" in found[2]


def test_writers_at_the_same_time(place):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: run(place), range(8)))
    assert all(one[0] == found[0][0] for one in found) and run(place)[1] == 0
    assert [p.suffix for p in (place / "cache").iterdir()] == [".json"] * 2


def test_what_cannot_be_told_by_names_is_not_kept(place, monkeypatch, tmp_path):
    import numpy as np

    from gradscribe import grad

    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path / "cache"))
    factor = 2.0

    class Holder:
        k = 3.0

        def method(self, x):
            return self.k * x

    table = {"f": lambda x: 5.0 * x}
    for f, wanted in ((lambda x: factor * x, 2.0), (Holder().method, 3.0), (lambda x, g=table["f"]: g(x), 5.0)):
        assert grad(f)(1.0) == wanted
    assert grad(lambda x, how: x * x if how == "a" else x)(3.0, "a") == 6.0
    assert grad(np.sin)(0.0) == 1.0
    assert not (tmp_path / "cache").exists() or len(list((tmp_path / "cache").iterdir())) <= 1


def test_every_file_of_ours_decides():
    """A rule that changes makes other derivatives: what is kept is told apart by all files, not by some."""
    from gradscribe.call.disk import _own_files

    told = {Path(path).name for path, _ in _own_files()}
    assert {"disk.py", "ufuncs.py", "pipeline.py", "printer.py", "lower.py"} <= told


def test_an_error_of_arithmetic_is_the_users(place):
    """Also where the text has come from disk, without the trees that say which statement a line comes from."""
    tried = "try:\n    grad(cached_module.log)(0.0)\nexcept ZeroDivisionError:\n    print('told')\n"
    code = RUN.split("g = grad")[0] + tried
    (place / "cached_module.py").write_text(MODULE + "\ndef log(x):\n    return 1.0 / x\n")
    environment = {**os.environ, "GRADSCRIBE_CACHE": str(place / "cache")}
    command = [sys.executable, "-c", code, str(place), str(ROOT / "src")]
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert done.stdout.startswith("told"), done.stderr
