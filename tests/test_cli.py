"""The command line, run as a user runs it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from gradscribe.commands import cli

PROGRAM = '''\
"""Functions to differentiate."""
import math

import numpy as np

NOT_A_FUNCTION = 3


def lecture(x1, x2):
    return x1 * x2 + math.sin(x1)


def growth(x, n):
    s = 1.0
    for i in range(n):
        if s > 3.0:
            s = s * x
        else:
            s = s + math.sin(x) * i
    return s


def unrolled(w, h, steps):
    states = [h]
    for t in range(steps):
        states.append(np.tanh(w @ states[-1]))
    return np.sum(states[0] * states[-1])


def logistic(w, xs, ys):
    loss = 0.0
    for i in range(len(ys)):
        loss += math.log1p(math.exp(-ys[i] * (xs[i] @ w)))
    return loss


class Model:
    scale = 2.0

    @staticmethod
    def loss(w):
        return np.sin(w) * w


def refused(x):
    yield x
'''


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path


def run(capsys, *args):
    """The exit code and what was printed."""
    code = cli.main([str(a) for a in args])
    out, err = capsys.readouterr()
    return code, out, err


def test_prints_the_gradient(program, capsys):
    code, out, err = run(capsys, f"{program}:lecture")
    assert (code, err) == (0, "")
    (function,) = [n for n in ast.parse(out).body if isinstance(n, ast.FunctionDef)]
    assert function.name == "lecture_grad"
    assert out.endswith("\n") and not out.endswith("\n\n")


def test_prints_the_tangent_program(program, capsys):
    code, out, _ = run(capsys, f"{program}:lecture", "--mode", "forward")
    assert code == 0 and "def lecture_jvp(" in out


@pytest.mark.parametrize("wrt", [["--wrt", "x2"], ["--wrt", "x1,x2"], ["--wrt", "x1", "--wrt", "x2"]])
def test_by_name(program, capsys, wrt):
    code, out, _ = run(capsys, f"{program}:lecture", *wrt)
    assert code == 0 and "bx2" in out


def test_without_annotations_and_arguments(program, capsys):
    code, out, _ = run(capsys, f"{program}:growth")
    assert code == 0 and "return bx" in out


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("name", ["unrolled", "logistic"])
def test_arguments_that_must_be_arrays(program, capsys, name, mode):
    code, out, err = run(capsys, f"{program}:{name}", "--mode", mode)
    assert (code, err) == (0, "") and " @ " in out


def test_plain_translation_differs(program, capsys):
    _, optimised, _ = run(capsys, f"{program}:growth")
    code, plain, _ = run(capsys, f"{program}:growth", "--no-optimize")
    assert code == 0 and len(plain.splitlines()) > len(optimised.splitlines())


@pytest.mark.parametrize("stage", ["read", "reverse", "simplify", "all"])
def test_every_stage_prints(program, capsys, stage):
    code, out, _ = run(capsys, f"{program}:growth", "--stage", stage)
    assert code == 0 and "growth" in out


def test_unknown_stage_lists_them(program, capsys):
    code, out, err = run(capsys, f"{program}:growth", "--stage", "nonsense")
    assert (code, out) == (2, "") and "read" in err and "simplify" in err


def test_written_module_stands_alone(program, capsys, tmp_path):
    out = tmp_path / "out.py"
    code, printed, _ = run(capsys, f"{program}:lecture", "--wrt", "x1", "-o", out)
    assert (code, printed) == (0, "")
    check = "import sys, out; print(out.lecture_grad(2.0, 3.0)); print('gradscribe' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    value, loaded = done.stdout.split()
    assert abs(float(value) - (3.0 - 0.4161468365471424)) < 1e-12 and loaded == "False"


def test_method_of_a_class(program, capsys):
    code, out, _ = run(capsys, f"{program}:Model.loss")
    assert code == 0 and "np.cos(w)" in out


@pytest.mark.parametrize(
    "target, message",
    [
        ("lecture", "write FILE.py:FUNC"),
        ("missing.py:f", "there is no file missing.py"),
        ("{program}:missing", "it has lecture, growth"),
        ("{program}:NOT_A_FUNCTION", "is not a function"),
        ("{program}:refused", "program.py:45"),
        ("no_such_module_at_all:f", "ModuleNotFoundError"),
    ],
)
def test_errors(program, capsys, target, message):
    code, out, err = run(capsys, target.format(program=program))
    assert (code, out) == (2, "")
    assert message in err and "Traceback" not in err


@pytest.mark.parametrize(
    "text, message",
    [
        ("def f(x:\n    pass\n", "broken.py:1"),
        ("x = 1\ny = x / 0\n", "broken.py:2: loading failed: ZeroDivisionError"),
        ("import sys\nsys.exit(0)\n", "SystemExit"),
    ],
)
def test_file_that_does_not_load(tmp_path, capsys, text, message):
    (tmp_path / "broken.py").write_text(text)
    code, out, err = run(capsys, f"{tmp_path}/broken.py:f")
    assert (code, out) == (2, "") and message in err and "Traceback" not in err


def test_unknown_parameter(program, capsys):
    code, _, err = run(capsys, f"{program}:lecture", "--wrt", "weight")
    assert code == 2 and "weight" in err and "internal" not in err


def test_unwritable_output(program, capsys):
    code, _, err = run(capsys, f"{program}:lecture", "-o", Path("/no/such/folder/out.py"))
    assert code == 2 and "cannot be written" in err


def test_as_a_process(program):
    done = subprocess.run(
        [sys.executable, "-m", "gradscribe", f"{program}:missing"],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(Path(cli.__file__).parent.parent), "PATH": ""},
    )
    assert done.returncode == 2 and done.stdout == "" and done.stderr.startswith("gradscribe: ")
