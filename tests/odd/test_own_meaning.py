"""Classes that give tuples, text, attributes, `isinstance` or operators a meaning of their own: the derivative is that
of what runs, or the class is refused. Each is met as a global, as an argument, as an item, and made in the function."""

from __future__ import annotations

import itertools
import linecache

import numpy as np
import pytest

import gradscribe
from gradscribe.errors import GradscribeError

_numbers = itertools.count()
HEAD = "import dataclasses\nfrom collections import namedtuple\nfrom typing import NamedTuple\nimport numpy as np\n"
PAIR = HEAD + "class P(NamedTuple):\n    a: float\n    b: float\n    {method}\np = P(2.0, 5.0)\nps = [p, P(1.5, 2.5)]\n"

# the method, and what is computed with `p`
OF_TUPLES = [
    ("def __mul__(self, k): return (0.0, 9.0 * k)", "({p} * 2)[1] * x"),
    ("def __rmul__(self, k): return (0.0, 9.0 * k)", "(2 * {p})[1] * x"),
    ("def __add__(self, o): return P(self.a + o.a, self.b + o.b)", "({p} + {p})[1] * x"),
    ("def __radd__(self, o): return 7.0", "((1.0, 2.0) + {p}) * x"),
    ("def __getitem__(self, k): return 7.0", "{p}[0] * x"),
    ("def __len__(self): return 7", "len({p}) * x"),
    ("def __iter__(self): return iter((7.0, 8.0))", "sum({p}) * x"),
    ("def __iter__(self): return iter((7.0, 8.0))", "sum([v for v in {p}]) * x"),
    ("def __iter__(self): return iter((7.0, 8.0))", "(lambda u, v: u * v)(*{p}) * x"),
    ("def __reversed__(self): return iter((7.0,))", "sum(reversed({p})) * x"),
    ("def __contains__(self, k): return True", "(1.0 if 77.0 in {p} else 3.0) * x"),
    ("def __eq__(self, o): return False", "(1.0 if {p} == {p} else 3.0) * x"),
    ("def __lt__(self, o): return True", "(1.0 if {p} < {p} else 3.0) * x"),
    ("def __bool__(self): return False", "(1.0 if {p} else 3.0) * x"),
    ("def __float__(self): return 7.0", "float({p}) * x"),
    ("def __array__(self, dtype=None, copy=None): return np.array([7.0, 7.0])", "np.sum(np.asarray({p})) * x"),
    ("def count(self, k): return 7", "{p}.count(2.0) * x"),
    ("def index(self, k): return 7", "{p}.index(2.0) * x"),
    ("def total(self): return self.a + self.b", "{p}.total() * x"),
]
WAYS = {
    "global": "def f(x):\n    return {e}\n",
    "argument": "def f(x, p):\n    return {e}\n",
    "items of an argument": "def f(x, ps):\n    return sum([{e} for p in ps])\n",
    "items": "def f(x):\n    return sum([{e} for p in ps])\n",
    "made here": "def f(x):\n    p = P(2.0, 5.0)\n    return {e}\n",
    "made of what moves": "def f(x):\n    p = P(2.0, 5.0 * x)\n    return {e}\n",
}

# definitions, and the expression
OF_CLASSES = [
    (
        "class P(namedtuple('P', 'a b')):\n    def __new__(cls, a): return super().__new__(cls, a * 7.0, 1.0)\n",
        "P(x).a * x",
    ),
    (
        "class P(namedtuple('P', 'a b')):\n    def _replace(self, **k): return P(7.0, 7.0)\n",
        "P(x, x)._replace(a=1.0).a * x",
    ),
    ("class P(namedtuple('P', 'a b')):\n    def _asdict(self): return {'a': 7.0}\n", "P(x, x)._asdict()['a'] * x"),
    (
        "class P(namedtuple('P', 'a b')):\n    @classmethod\n    def _make(cls, i): return cls(7.0, 7.0)\n",
        "P._make([x, x]).a * x",
    ),
    ("class P(namedtuple('P', 'a b')):\n    a = 7.0\n", "P(x, x).a * x"),
    ("class P(namedtuple('P', 'a b')):\n    a = 7.0\np = P(1.0, 2.0)\n", "p.a * x"),
    ("class P(namedtuple('P', 'a b')):\n    @property\n    def a(self): return super().a * 2\n", "P(x, x).a * x"),
    ("class P(namedtuple('P', 'a b')):\n    @property\n    def a(self): return 7.0\np = P(1.0, 2.0)\n", "p.a * x"),
    (
        "class T(tuple):\n    def __reversed__(self): return iter((7.0,))\np = T((1.0, 2.0))\nq = [p]\n",
        "sum(reversed(q[0])) * x",
    ),
    ("class T(tuple):\n    def __add__(self, o): return 7.0\np = T((1.0, 2.0))\n", "(p + p) * x"),
    (
        "class D:\n    def __get__(self, o, t=None): return 7.0\n    def __set__(self, o, v): pass\n"
        "class T:\n    k = D()\n    def __init__(self, k): self.k = k\n",
        "T(x).k * x",
    ),
    (
        "class D:\n    def __set_name__(self, o, n): self.n = '_' + n\n"
        "    def __get__(self, o, t=None): return getattr(o, self.n) * 7.0\n"
        "    def __set__(self, o, v): setattr(o, self.n, v)\n"
        "class T:\n    k = D()\n    def __init__(self, k): self.k = k\n",
        "T(x).k * x",
    ),
    (
        "class D:\n    def __get__(self, o, t=None): return 7.0\n    def __set__(self, o, v): pass\n"
        "@dataclasses.dataclass\nclass T:\n    k: float = D()\n",
        "T(x).k * x",
    ),
    (
        "class T:\n    def __init__(self, k): self.k = k\n    @property\n    def k(self): return self._k\n"
        "    @k.setter\n    def k(self, v): self._k = v * 7.0\n",
        "T(x).k",
    ),
    ("class T:\n    __slots__ = ('k',)\n    def __init__(self, k): self.k = k\n", "T(x).k * x"),
    ("class M(type):\n    def __bool__(cls): return False\nclass T(metaclass=M): pass\n", "(1.0 if T else 2.0) * x"),
    ("class M(type):\n    def __len__(cls): return 0\nclass T(metaclass=M): pass\n", "(1.0 if T else 2.0) * x"),
    (
        "class M(type):\n    def __instancecheck__(cls, o): return True\nclass T(metaclass=M): pass\n",
        "(1.0 if isinstance(x, T) else 3.0) * x",
    ),
    (
        "class M(type):\n    def __instancecheck__(cls, o): return True\nclass T(metaclass=M): pass\n",
        "(1.0 if isinstance(x, (int, T)) else 3.0) * x",
    ),
    (
        "class M(type):\n    def __instancecheck__(cls, o): return True\nclass T(metaclass=M): pass\n"
        "def g(x):\n    match x:\n        case T(): return 1.0\n    return 3.0\n",
        "g(x) * x",
    ),
    ("import abc\nclass T(abc.ABC): pass\nT.register(float)\n", "(1.0 if isinstance(x, T) else 3.0) * x"),
    (
        "class T:\n    def __mul__(self, o): return 1.0\nclass U(T):\n    def __rmul__(self, o): return 7.0\n",
        "(T() * U()) * x",
    ),
    (
        "class T:\n    def __mul__(self, o): return 1.0\n    def __rmul__(self, o): return 5.0\nclass U(T): pass\n",
        "(T() * U()) * x",
    ),
    (
        "calls = []\nclass T:\n    def __mul__(self, o): return 1.0\nclass U:\n    def __rmul__(self, o):\n"
        "        raise ValueError\n",
        "(T() * U()) * x",
    ),
    (
        "class T(str):\n    def __eq__(self, o): return True\n    __hash__ = str.__hash__\np = T('a')\n",
        "(1.0 if p == 'b' else 2.0) * x",
    ),
    ("class T(str):\n    def __len__(self): return 7\np = T('a')\n", "len(p) * x"),
    ("class T(str):\n    def __bool__(self): return False\np = T('a')\n", "(1.0 if p else 2.0) * x"),
]


def load(text):
    filename = f"<meaning {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    made = {"__name__": "meaning"}
    exec(compile(text, filename, "exec", dont_inherit=True), made)
    return made


def judge(f, *args):
    """The derivative is that of a plain call, or is refused. The functions are polynomials of degree two at most."""
    wanted = (float(f(4.0, *args)) - float(f(2.0, *args))) / 2.0
    try:
        found = gradscribe.grad(f)(3.0, *args)
    except GradscribeError:
        return
    assert np.isclose(found, wanted), f"{found} instead of {wanted}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("method, expression", OF_TUPLES)
def test_named_tuples(method, expression, way):
    made = load(PAIR.format(method=method) + WAYS[way].format(e=expression.format(p="p")))
    args = {"argument": (made["p"],), "items of an argument": (made["ps"],)}.get(way, ())
    judge(made["f"], *args)


@pytest.mark.parametrize("definitions, expression", OF_CLASSES)
def test_classes(definitions, expression):
    judge(load(HEAD + definitions + f"def f(x):\n    return {expression}\n")["f"])


@pytest.mark.parametrize("method, expression", [OF_TUPLES[0], OF_TUPLES[2], OF_TUPLES[-1]])
@pytest.mark.parametrize("way", ["global", "argument", "made of what moves"])
def test_methods_that_are_read_are_not_refused(method, expression, way):
    made = load(PAIR.format(method=method) + WAYS[way].format(e=expression.format(p="p")))
    f, args = made["f"], (made["p"],) if way == "argument" else ()
    assert np.isclose(gradscribe.grad(f)(3.0, *args), (f(4.0, *args) - f(2.0, *args)) / 2.0)


class Word(str):
    """Text whose `repr` is code."""

    def __repr__(self):
        return "__import__('pytest').fail('this ran')"


class Number(int):
    def __repr__(self):
        return "__import__('pytest').fail('this ran')"


WORD = Word("a")


def test_the_repr_of_an_object_is_never_written_down():
    def looks_up(x, word):
        return {"a": x * x, "b": x}[word] * len(word)

    def shows(x, word):
        print(word)
        return x * {"a": 2.0}[WORD]

    def power(x, n):
        return x**n

    judge(power, Number(2))
    for f, args, wanted in ((looks_up, (WORD,), 6.0), (shows, (WORD,), 2.0)):
        derivative = gradscribe.grad(f)
        assert derivative(3.0, *args) == wanted
        assert "this ran" not in derivative.source


def test_words_of_a_class_are_told_apart_by_identity():
    class Same(str):
        def __eq__(self, other):
            return True

        def __hash__(self):
            return 1

    def f(x, word):
        return x * len(word)

    derivative = gradscribe.grad(f)
    assert [derivative(3.0, word) for word in (Same("a"), Same("abc"), Same("ab"))] == [1.0, 3.0, 2.0]


def test_text_of_numpy_is_text():
    def f(x, word):
        return x if word == "a" else x * x

    derivative = gradscribe.grad(f)
    assert [derivative(3.0, np.str_(w)) for w in "abab"] == [1.0, 6.0, 1.0, 6.0]
    assert len(derivative._compiled) == 2
