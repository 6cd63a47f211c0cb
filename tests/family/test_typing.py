"""Two type checkers see the parameters of a function in its derivatives."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).parent / "typed.py"
ROOT = FILE.parent.parent.parent
LINES = FILE.read_text().splitlines()
EXPECTED = {k for k, line in enumerate(LINES, 1) if line.endswith("# error")}
REVEALED = {k: line.partition("# ")[2] for k, line in enumerate(LINES, 1) if line.startswith("reveal_type(")}


def lines_of(output: str) -> set[int]:
    """The lines of the file that a checker complains about."""
    found = set()
    for line in output.splitlines():
        if "typed.py:" in line and "error" in line:
            found.add(int(line.split("typed.py:")[1].split(":")[0]))
    return found


def revealed(output: str) -> dict[int, str]:
    """The types that a checker shows, by line: without modules and defaults, and with one kind of brackets."""
    found = {}
    for line in output.splitlines():
        if "typed.py:" in line and ("Revealed type is" in line or "Type of" in line):
            type_ = line.rpartition(' is "')[2].rstrip('"')
            found[int(line.split("typed.py:")[1].split(":")[0])] = _plain(type_)
    return found


def _plain(type_: str) -> str:
    type_ = re.sub(r"gradscribe\.(\w+\.)+", "", type_).replace("[[", "[(").replace("], ", "), ")
    return re.sub(r" =( \d+)?(?=[,)])", " = ...", type_)


def test_mypy(tmp_path):
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path), "--follow-imports=silent", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=_environment())
    assert lines_of(done.stdout) == EXPECTED, done.stdout + done.stderr
    assert revealed(done.stdout) == REVEALED


def test_pyright():
    pyright = shutil.which("pyright", path=str(Path(sys.executable).parent)) or shutil.which("pyright")
    if pyright is None:
        pytest.skip("pyright is not installed")
    done = subprocess.run(
        [pyright, "--pythonpath", sys.executable, str(FILE)], capture_output=True, text=True, cwd=ROOT,
        env=_environment(),
    )  # fmt: skip
    if "error" not in done.stdout:
        pytest.skip("pyright does not run here")
    assert lines_of(done.stdout) == EXPECTED, done.stdout + done.stderr
    assert revealed(done.stdout) == REVEALED


def _environment():
    import os

    return {**os.environ, "MYPYPATH": str(ROOT / "src"), "PYTHONPATH": str(ROOT / "src")}
