"""Nothing that a user names, writes in a string, or calls a file can become code of a derivative."""

from __future__ import annotations

import ast
import dataclasses
import linecache
import subprocess
import sys

import numpy as np
import pytest

from gradscribe import derive, grad, value_and_grad

HOSTILE = [
    "a\nimport os; os.abort()",
    "a\rimport os; os.abort()",
    "a\fimport os",
    "a\x0bimport os",
    "a\u2028import os; os.abort()",
    "a\u2029b",
    "a\x85b",
    "a\x1c\x1d\x1eb",
    "'''; raise SystemExit #",
    '"""; raise SystemExit #',
    "\\",
    "\\\n",
    "{x}",
    "%s",
    "#",
    "a\x00b",
    "\ud800",
    "𝕏 ℜ",
    "",
]


def function(text, filename="<injected>", **scope):
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    exec(compile(text, filename, "exec", dont_inherit=True), scope)
    return scope["f"]


def statements(text):
    """The shape of a text: the kinds of its statements, names left out."""
    return [type(node).__name__ for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]


@pytest.mark.parametrize("word", HOSTILE, ids=ascii)
def test_strings_and_keys(word):
    def f(p, how):
        y = p[word] * p[word]
        if how == word:
            y = y + 2.0 * p[word]
        return {word: y, "other": word}[word]

    for how, wanted in ((word, 8.0), ("plain", 6.0)):
        g = value_and_grad(f)
        assert g({word: 3.0}, how)[1] == {word: wanted}
        ast.parse(g.source.encode("utf-8", "backslashreplace"))


@pytest.mark.parametrize("word", [w for w in HOSTILE if "\x00" not in w and "\ud800" not in w], ids=ascii)
def test_comments_that_cite_the_users_lines(word):
    """The statement holds the string as it is, in a raw literal where Python allows that."""
    literal = '"""' + word.replace("\\", "\\\\").replace('"', '\\"') + '"""'
    plain = function("def f(x, n):\n    y = x * x * n['a']; y = y * x\n    return y\n")
    odd = function(f"def f(x, n):\n    y = x * x * n[{literal}]; y = y * x\n    return y\n", "<odd>")
    key = ast.literal_eval(literal)
    for way in (grad, value_and_grad):
        g, wanted = way(odd), way(plain)
        g(2.0, {key: 3.0}), wanted(2.0, {"a": 3.0})
        assert statements(g.source) == statements(wanted.source)
    assert grad(odd)(2.0, {key: 3.0}) == 36.0


@pytest.mark.parametrize(
    "name", ["<a\nimport os>", "a'b\"c.py", 'a"""b.py', "a\\b.py", "a\u2028b.py", "#.py", "{x}.py"]
)
def test_file_names(name):
    f = function("def f(x):\n    y = x * x\n    return y * y\n", name)
    plain = function("def f(x):\n    y = x * x\n    return y * y\n")
    assert grad(f)(2.0) == 32.0 and grad(f).source == grad(plain).source
    assert name not in value_and_grad(f).source


def test_docstrings_and_names(tmp_path):
    for quote in ('"""', "'''"):
        doc = 'ends """ here \\ \n    import os; os.abort() #' if quote == "'''" else "ends ''' here\\n x\u2028y \\\\"
        f = function(f"def f(x):\n    {quote}{doc}{quote}\n    return x * x\n", f"<doc {quote}>")
        assert derive(f)(2.0) == 4.0
        path = tmp_path / "saved.py"
        derive(f).save(str(path))
        done = subprocess.run([sys.executable, "-I", "-W", "error", str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_names_of_functions_and_attributes():
    def f(x):
        return x * x

    f.__name__, f.__qualname__, f.__module__ = "f(x): import os #", "a\nimport os", "b\n'''"
    g = grad(f)
    assert g(3.0) == 6.0 and "import os" not in g.source.replace("f(x): import os", "")
    compile(g.source, "<source>", "exec")


def test_fields_of_dataclasses():
    with pytest.raises(TypeError):
        dataclasses.make_dataclass("P", [("a b", float)])
    made = dataclasses.make_dataclass("P", [("ä", float), ("_x1", float)])
    made.__name__ = made.__qualname__ = "P\nimport os"
    made.__module__ = "m\nimport os"

    def f(p):
        return p.ä * p._x1

    found = grad(f)(made(2.0, 3.0))
    assert (found.ä, found._x1) == (3.0, 2.0)


def test_attributes_with_any_name():
    class Thing:
        pass

    thing = Thing()
    thing.__dict__["a\nimport os"] = 2.0

    def f(x):
        return getattr(thing, "a\nimport os") * x

    assert grad(f)(3.0) == 2.0


def test_keywords_with_any_name():
    def f(x, **options):
        return x * options["a\nb"]

    assert grad(f)(3.0, **{"a\nb": 2.0}) == 2.0


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -0.0, 1e-320, 10**30, complex("nan+infj"), np.float32(1.1)]
)
def test_constants_come_through(value):
    def f(x, k=value):
        return x * k + x * CONSTANT

    CONSTANT = value
    found = jvp_of(f)
    assert repr(found) == repr(jvp_of(lambda x, k=value: x * k + x * value))


def jvp_of(f):
    return derive(f, "forward", argnums=0)(1.0, 1.0)[1]


@pytest.mark.parametrize(
    "doc", ['say "hi"', '"""', "a\\", "a\x00b", "a\ud800", "\x0c\u2028", '\\"""', "{}%s"], ids=ascii
)
def test_docstrings(doc):
    def f(x):
        return x * x

    f.__doc__ = doc
    g = derive(f)
    assert g(3.0) == 6.0
    found = ast.get_docstring(ast.parse(g.source), clean=False)
    assert found is None or found.strip() == doc.strip() or doc.startswith("\x0c")
