"""What the documentation shows is what happens; and it builds."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
SHOWN = runpy.run_path(str(DOCS / "shown.py"))
PAGES = SHOWN["pages"]()
FENCE = "```"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_pages_show_what_is_printed(page):
    if "symbolic  " in page.read_text("utf-8"):
        pytest.importorskip("sympy")
    try:
        found = SHOWN["stale"](page)
    except ModuleNotFoundError as missing:
        pytest.skip(f"the page needs {missing.name}")
    assert found is None


def page(tmp_path, text):
    path = tmp_path / "page.md"
    path.write_text(text.replace("~~~", FENCE), "utf-8")
    return path


def test_a_stale_page_is_found_and_mended(tmp_path):
    path = page(tmp_path, "# A\n~~~python\nx = 2\nprint(x + 1)\n~~~\ntext\n~~~text output\n4\n~~~\n")
    assert SHOWN["current"](path) == path.read_text("utf-8").replace("\n4\n", "\n3\n")


def test_errors_files_and_commands(tmp_path):
    text = (
        "~~~python raises\n1 / 0\n~~~\n~~~text output\n~~~\n"
        "~~~python file=m.py\ndef f(x):\n    return x * x\n~~~\n~~~console\n$ python -m gradscribe m.py:f\nold\n~~~\n"
    )
    made = SHOWN["current"](page(tmp_path, text))
    assert "ZeroDivisionError: division by zero\n" in made
    assert "def f_grad(x, seed=1.0):" in made and "bx = 2.0 * seed * x" in made and "old" not in made
    with pytest.raises(ZeroDivisionError):
        SHOWN["current"](page(tmp_path, text.replace("python raises", "python")))


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("error 1.3e-13", "error 4.4e-16", True),
        ("x 2.58385316345286", "x 2.58385316345290", True),
        ("x 2.58385", "x 2.58395", False),
        ("a  b", "a     b", True),
        ("n = 3", "n = 4", False),
    ],
)
def test_rounding_errors_do_not_count(one, other, same):
    assert (SHOWN["_rounded"](one) == SHOWN["_rounded"](other)) == same


def test_the_site_builds(tmp_path):
    for needed in ("sphinx", "myst_parser", "furo", "sympy"):
        pytest.importorskip(needed)
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", str(DOCS), str(tmp_path / "site")]
    path = {**os.environ, "PYTHONPATH": str(DOCS.parent / "src")}
    done = subprocess.run(command, capture_output=True, text=True, env=path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "explorer.html").exists()
