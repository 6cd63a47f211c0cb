"""The size budget: small files, small functions. Tables of rules may be long."""

import ast
from pathlib import Path
from statistics import median

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "gradscribe"
FILE_LINES = 400
FUNCTION_LINES = 40  # without the docstring
MEDIAN_LINES = 10
TABLES = ("rules", "runtime.py")  # the latter is a list of helpers that do not call each other

FILES = sorted(PACKAGE.rglob("*.py"))


def functions(file: Path):
    """Name, first line and length of each function; what a nested function holds counts for both."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            length = node.end_lineno - body[0].lineno + 2 if body else 1
            yield node.name, node.lineno, length


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_size(file):
    lines = len(file.read_text("utf-8").splitlines())
    assert lines <= FILE_LINES or file.relative_to(PACKAGE).parts[0] in TABLES, f"{file} has {lines} lines"
    long = [f"{file}:{line} {name} has {n} lines" for name, line, n in functions(file) if n > FUNCTION_LINES]
    assert not long, "\n".join(long)


def test_most_functions_are_small():
    assert median(n for file in FILES for _, _, n in functions(file)) <= MEDIAN_LINES


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_every_module_says_what_it_does(file):
    text = file.read_text("utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{file} has no docstring"
