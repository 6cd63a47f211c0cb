"""What notebooks show, the magics, and the example notebooks."""

import runpy
from pathlib import Path

import numpy as np
import programs_seen as programs
import pytest

import gradscribe
from gradscribe import explain, grad, trace
from gradscribe.errors import BadArgument
from gradscribe.explain.graph import graph

FOLDER = Path(__file__).parent.parent.parent / "examples" / "notebooks"
RUNNER = runpy.run_path(str(FOLDER / "run.py"))
NOTEBOOKS = sorted(p for p in FOLDER.glob("*.py") if p.name != "run.py")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_show_what_they_print(path):
    text, stale = RUNNER["run"](path)
    assert not stale and text == path.read_text("utf-8"), "python examples/notebooks/run.py --update"


def test_a_stale_cell_is_found(tmp_path):
    path = tmp_path / "one.py"
    path.write_text("# %%\nprint(1 + 1)\n\n# Out:\n# 3\n")
    assert RUNNER["run"](path)[1] == [0]


def test_derivatives_show_their_source():
    bundle = grad(programs.wave)._repr_mimebundle_()
    assert "def wave_grad(t, seed=1.0):" in bundle["text/plain"]
    assert '<span class="kw">def</span> <span class="def">wave_grad</span>' in bundle["text/html"]


def test_a_derivative_without_source_shows_its_name():
    def refused(x):
        yield x

    assert "refused" in grad(refused)._repr_mimebundle_()["text/plain"]


def test_traces_graphs_and_reports():
    run = trace(programs.in_place, np.array([1.0, 2.0, 3.0]), 0.3)
    assert run._repr_mimebundle_()["text/html"].count("<tr>") == len(run.steps) + 1
    shown = graph(run)._repr_mimebundle_()
    assert shown["image/svg+xml"].startswith("<svg") and shown["text/plain"].startswith("graph LR")
    report = explain(programs.wave, 1.5, detail="full", teach=True)._repr_mimebundle_()
    assert report["text/html"].count("<details") == 8 and "tangent line" in report["text/html"]


@pytest.fixture
def shell():
    interactive = pytest.importorskip("IPython.core.interactiveshell")
    made = interactive.InteractiveShell.instance()
    gradscribe.load_ipython_extension(made)
    yield made
    interactive.InteractiveShell.clear_instance()


CELL = "import math\n\ndef cell_f(x, y):\n    return x * math.sin(y)\n"


@pytest.mark.parametrize(
    "line, shown",
    [
        ("", "def cell_f_grad(x, y, seed=1.0):"),
        ("--mode forward", "def cell_f_jvp(x, y, dx, dy):"),
        ("--wrt y", "def cell_f_grad_y(x, y, seed=1.0):"),
        ("--at x=2,y=3", "cell_f(x=2, y=3)"),
    ],
)
def test_cell_magic(shell, capsys, line, shown):
    shell.run_cell_magic("gradscribe", line, CELL)
    assert shown in capsys.readouterr().out


def test_line_magic(shell, capsys):
    shell.run_cell(CELL)
    shell.run_line_magic("gradscribe", "cell_f --wrt x")
    assert "def cell_f_grad(" in capsys.readouterr().out


@pytest.mark.parametrize(
    "line, message", [("--wrt", "needs a value"), ("--nothing", "no option"), ("missing", "no func")]
)
def test_magic_refuses(shell, line, message):
    with pytest.raises(BadArgument, match=message):
        shell.run_line_magic("gradscribe", line)
