"""A tour of the tool: what is emitted for each golden file is what stands there, and what stands there is right."""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from golden_files import FILES, Golden


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden(path, request):
    golden = Golden(path)
    if request.config.getoption("--update-golden"):
        _update(golden)
        return
    if not golden.expected:
        pytest.skip("no derivative in the file yet; fill it in with --update-golden")
    assert golden.fault(golden.expected) is None
    emitted = golden.emitted()
    assert emitted == golden.expected, "\n".join(_difference(golden.expected, emitted))


def _update(golden: Golden) -> None:
    emitted = golden.emitted()
    fault = golden.fault(emitted)
    assert fault is None, f"not written, the derivative is wrong: {fault}\n{emitted}"
    if emitted != golden.expected:
        golden.write(emitted)


def _difference(expected: str, emitted: str) -> list[str]:
    return list(difflib.unified_diff(expected.splitlines(), emitted.splitlines(), "expected", "emitted", lineterm=""))


def test_there_is_a_tour():
    assert len(FILES) >= 40


def test_a_wrong_derivative_is_not_blessed():
    golden = Golden(next(path for path in FILES if path.stem == "a01_lecture"))
    right = "def f_grad(x1, x2, seed=1.0):\n    return seed * (x2 + math.cos(x1)), seed * x1"
    assert golden.fault(right) is None
    assert "differences" in (golden.fault(right.replace("math.cos", "math.sin")) or "")
    assert "gradients" in (golden.fault(right.replace(", seed * x1", ",")) or "")


def test_one_text_in_every_process():
    """What is emitted does not depend on the order of sets and dicts of one process."""
    code = (
        "import contextlib, golden_files\n"
        "for path in golden_files.FILES:\n"
        "    with contextlib.suppress(Exception):\n"
        "        print(golden_files.Golden(path).emitted())\n"
    )
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here), str(here.parent / "src")])
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
