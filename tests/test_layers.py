"""The house's contract: which part may import which, and what it may import from outside."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "gradscribe"

# Left may import right. Parts on one level do not import each other.
LAYERS = [
    ["__main__"],
    ["commands"],
    ["__init__"],
    ["family"],
    ["checking"],
    ["api"],
    ["call"],
    ["explain"],
    ["guess", "export", "arguments"],
    ["pipeline"],
    ["settings", "nopython"],
    ["loops"],
    ["write", "simplify", "differentiate", "batch"],
    ["analyse"],
    ["rules"],
    ["read"],
    ["signature"],
    ["ir"],
    ["failures"],
    ["source", "constants", "fixed_points"],
    ["errors"],
    ["runtime", "runtime_scipy", "numerical", "dispatch", "checkpoints", "process", "stored"],
]
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}
OUTSIDE = {  # what may be imported, and by whom (None: everywhere)
    "numpy": None,
    "gast": {"call", "read", "source", "guess"},
    "astunparse": {"write"},
    "numba": {"nopython"},  # when the first function is compiled for it
    "llvmlite": {"nopython"},
    "scipy": {"rules", "runtime_scipy", "family"},  # when SciPy's functions are first met or run, see below
    "graphviz": {"explain"},  # these when they are asked for
    "sympy": {"explain"},
    "matplotlib": {"explain"},
    "IPython": {"explain"},
}

FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(file: Path) -> str:
    """`read` for read/lower.py, `api` for api.py."""
    first = file.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def module_of(file: Path) -> list[str]:
    parts = ["gradscribe", *file.relative_to(PACKAGE).with_suffix("").parts]
    return parts[:-1] if parts[-1] == "__init__" else parts


def imports(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Line and absolute dotted path of each import, whether at the top of the file or inside a function."""
    package = module_of(file) if file.name == "__init__.py" else module_of(file)[:-1]
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name.split(".")
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = base + (node.module.split(".") if node.module else [])
            for name in node.names:
                yield node.lineno, [*base, name.name]


def imported_part(path: list[str]) -> str | None:
    """The part of the package that an import reaches; None for one of something else."""
    if path[0] != "gradscribe":
        return None
    return path[1] if len(path) > 1 and path[1] in LEVEL else "__init__"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_imports_go_one_way(file):
    here = part_of(file)
    assert here in LEVEL, f"give {here} a place in LAYERS"
    for line, path in imports(file):
        there = imported_part(path)
        if there is None or there == here:
            continue
        assert LEVEL[here] < LEVEL[there], f"{file}:{line}: {here} may not import {there}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_little_is_imported_from_outside(file):
    here = part_of(file)
    for line, path in imports(file):
        name = path[0]
        if name == "gradscribe" or name in sys.stdlib_module_names:
            continue
        assert name in OUTSIDE, f"{file}:{line}: {name} is not a dependency"
        only = OUTSIDE[name]
        assert only is None or here in only, f"{file}:{line}: {name} is for {only}"


def test_runtime_and_the_judge_need_numpy_only():
    for file in FILES:
        if part_of(file) in ("runtime", "numerical", "checkpoints"):
            assert {path[0] for _, path in imports(file)} - sys.stdlib_module_names == {"numpy"}


PROGRAM = """
import sys
import gradscribe

def f(x):
    return x * x

assert gradscribe.grad(f)(2.0) == 4.0
print(*sys.modules)
"""


def test_scipy_is_not_loaded_for_others(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    source = {"PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, env=source)
    assert done.returncode == 0, done.stderr
    assert "gradscribe.api" in done.stdout.split()
    assert not {"scipy", "gradscribe.commands.cli"} & set(done.stdout.split())


def test_there_is_no_module_for_odds_and_ends():
    assert not [f for f in FILES if f.stem in {"utils", "util", "helpers", "common", "misc"}]
