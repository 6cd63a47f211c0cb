"""The text that is found is the text that runs; what is generated can be read."""

import ast
import functools
import gc
import importlib.util
import inspect
import linecache
import traceback

import gast
import pytest

from gradscribe.errors import NoSource, StaleSource
from gradscribe.source.text import location_of, make_function, read_source


def text_of(function):
    source = read_source(function)
    return "\n".join(gast.unparse(s) for s in source.tree.body)


def run(text, name="<cell>", **namespace):
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    exec(compile(text, name, "exec", dont_inherit=True), namespace)
    return namespace


def load(path, text):
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plus(n):
    def inner(x):
        return x + n

    return inner


class _Holder:
    def method(self, x):
        return self.__scale(x) + (lambda __y: __y)(x)

    def __scale(self, x):
        return 2 * x

    def nested(self):
        return lambda x: self.__scale(x)

    class Inner:
        def method(self, x):
            return self.__x


def named(function):
    return lambda g: g if g is None else function


@named(len)
def ignored(x):
    return x


def decorate(function):
    @functools.wraps(function)
    def wrapper(*args):
        return 3.0 * function(*args)

    return wrapper


@decorate
def decorated(x):
    return x


def with_assert(x):
    assert x > 0, "positive"
    return x + 1


def with_assert_and_lambda(x):
    assert (lambda y: y > 0)(x)
    return lambda y: y + x


def many_elifs(n=300):
    lines = ["def f(x):", "    if x == 0: return 0"]
    lines += [f"    elif x == {i}: return {i}" for i in range(1, n)]
    return "\n".join(lines) + "\n"


# function, body as read
FOUND = [
    (plus(1), "return x + n"),
    (_Holder.method, "return self._Holder__scale(x) + (lambda _Holder__y: _Holder__y)(x)"),
    (_Holder().method, "return self._Holder__scale(x) + (lambda _Holder__y: _Holder__y)(x)"),
    (_Holder().nested(), "return self._Holder__scale(x)"),
    (_Holder.Inner.method, "return self._Inner__x"),
    (decorated, "return 3.0 * function(*args)"),
    (decorated.__wrapped__, "return x"),
    (with_assert, "assert x > 0, 'positive'\nreturn x + 1"),
    (with_assert_and_lambda, "assert (lambda y: y > 0)(x)\nreturn lambda y: y + x"),
    (with_assert_and_lambda(1), "return y + x"),
]


@pytest.mark.parametrize("function, body", FOUND)
def test_found(function, body):
    assert text_of(function) == body


def test_lambdas_on_one_line():
    fs = [lambda x: x + 1, lambda x: x + 1.0, lambda x: x - 1, lambda x: lambda y: x + y]
    n = 2
    gs = lambda x: x + n  # noqa
    assert [text_of(f) for f in fs] == ["return x + 1", "return x + 1.0", "return x - 1", "return lambda y: x + y"]
    assert text_of(fs[3](1)) == "return x + y"
    assert text_of(gs) == "return x + n"


def test_equal_lambdas_keep_their_places():
    f, g = (lambda x: x * 2), (lambda x: x * 2)
    if f.__code__ is not g.__code__:
        places = [location_of(read_source(h).tree.body[0], read_source(h)).column for h in (f, g)]
        assert places == sorted(set(places))


@pytest.mark.parametrize("value", ["0.0", "-0.0", "1", "True", "1.0", "(1, 2.0)", "{1, 2}"])
def test_constants_are_compared_with_their_types(value):
    text = "def f(x):\n    return x in V\n"
    f = run(text.replace("V", value), "<constants>")["f"]
    assert value in text_of(f).replace("frozenset", "") or value.startswith("-")
    for other in {"0.0", "-0.0", "1", "True", "1.0", "(1, 2.0)", "{1, 2}"} - {value}:
        f = run(text.replace("V", value), "<constants>")["f"]
        run(text.replace("V", other), "<constants>")
        with pytest.raises(StaleSource):
            read_source(f)


def test_a_cell_run_again_under_the_same_name_is_stale():
    f = run("def f(x):\n    return x\n")["f"]
    run("def f(x):\n    return x + 1\n")
    with pytest.raises(StaleSource, match="<cell> has changed"):
        read_source(f)


def test_a_redefined_function_is_told_apart():
    text = "def f(x):\n    return x\ng = f\ndef f(x):\n    return x + 1\n"
    scope = run(text, "<twice>")
    assert (text_of(scope["g"]), text_of(scope["f"])) == ("return x", "return x + 1")


def test_a_file_that_changed(tmp_path):
    path = tmp_path / "changing.py"
    module = load(path, "def f(x):\n    return x + 1\n")
    path.write_text("# a new line\n\ndef f(x):\n    return x + 1\n")
    source = read_source(module.f)
    assert (source.first_line, location_of(source.tree.body[0], source).line) == (3, 4)
    module = load(path, "def f(x):\n    return x + 2\n")
    path.write_text("def f(x):\n    return x + 333\n")
    with pytest.raises(StaleSource) as caught:
        read_source(module.f)
    assert caught.value.lineno == 1 and "again" in caught.value.hint
    path.write_text("def f(x:\n")
    with pytest.raises(StaleSource, match="cannot be parsed"):
        read_source(module.f)
    path.write_text("def g(x): pass\n")
    with pytest.raises(StaleSource, match="no such function"):
        read_source(module.f)


def test_future_flags_follow_the_code():
    text = "from __future__ import annotations\ndef f(x):\n    def g(y: Undefined): return y\n    return g(x)\n"
    assert "def g" in text_of(run(text, "<future>")["f"])


@pytest.mark.parametrize("value", [len, print, int, functools.partial(plus, 1), 3, eval("lambda x: x")])
def test_no_source(value):
    with pytest.raises(NoSource) as caught:
        read_source(value)
    assert caught.value.hint


def test_what_the_text_refers_to():
    def f(x, /, y=2, *args, z: float = 3.0, **kw):
        w = n
        return w + x

    n = 5
    f.__wrapped__ = f.__signature__ = None
    source = read_source(f)
    assert source.cells["n"].cell_contents == 5 and source.globals is globals()
    assert source.defaults == {"y": 2, "z": 3.0}
    assert str(source.signature) == "(x, /, y=2, *args, z: float = 3.0, **kw)"
    assert source.qualname.endswith("<locals>.f")
    assert source.local_names == {"x", "y", "args", "z", "kw", "w"}
    assert read_source(f).tree is source.tree


def test_locations_count_characters():
    text = 'def f(x):\n    é = "ü"; y = é + x  # why\n    return (y +\n        1)\n'
    source = read_source(run(text, "<bytes>")["f"])
    where = location_of(source.tree.body[1], source)
    assert (where.line, where.column, where.end_column, where.text) == (2, 13, 22, "y = é + x")
    where = location_of(source.tree.body[1].value.right, source)
    assert (where.column, where.end_column, where.text) == (21, 22, 'é = "ü"; y = é + x  # why')
    where = location_of(source.tree.body[2], source)
    assert (where.line, where.end_column, where.text) == (3, 15, "return (y +")


def test_long_chains_and_long_expressions():
    assert len(read_source(run(many_elifs(), "<elifs>")["f"]).tree.body) == 1
    text = "def f(x):\n    return " + " + ".join(["x"] * 900) + "\n"
    assert read_source(run(text, "<long>")["f"])


def test_generated_functions_show_their_text_as_long_as_they_live():
    text = "def f(x):\n    def back(g):\n        return g / x\n    return back\n"
    f = make_function(text, "f", {"k": 1}, label="f_vjp")
    name = f.__code__.co_filename
    assert name.startswith("<gradscribe f_vjp ")
    assert inspect.getsource(f) == text and text_of(f).startswith("def back")
    back = f(0)
    del f
    gc.collect()
    try:
        back(1)
    except ZeroDivisionError:
        assert "return g / x" in traceback.format_exc()
    del back
    gc.collect()
    assert name not in linecache.cache


@pytest.mark.parametrize("by_statement", [False, True])
def test_modules_and_notebook_cells_compile_imported_names_differently(by_statement):
    text = "import math\ndef f(x):\n    return math.sin(x)\n"
    name, scope = f"<imports {by_statement}>", {}
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    tree = ast.parse(text)
    for body in [[s] for s in tree.body] if by_statement else [tree.body]:
        exec(compile(ast.Module(body, []), name, "exec"), scope)
    assert text_of(scope["f"]) == "return math.sin(x)"
