"""What an entry of the cache on disk depends on: no change of the program is served an old text.

Each program is written to a folder of its own under one module name, loaded, and differentiated with the same cache.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings

import numpy as np
import pytest

import gradscribe
from gradscribe.call import disk

HEAD = """
import dataclasses, functools, math
from collections import namedtuple
from typing import NamedTuple
import numpy as np
from gradscribe import compile, custom_jvp, custom_vjp, grad
"""

# what changes: the program, the text that is replaced, what replaces it, whether an entry is kept
CHANGES = {
    "a rule for adjoints": (
        "@custom_vjp\ndef g(x): return x * x\ng.defvjp(lambda x: (x * x, x), lambda r, s: (2.0 * r * s,))\n"
        "def f(x): return g(x) * 1.0\n",
        "2.0 * r",
        "3.0 * r",
        False,
    ),
    "a function of a rule, by name": (
        "def back(r, s): return (2.0 * r * s,)\n@custom_vjp\ndef g(x): return x * x\n"
        "g.defvjp(lambda x: (x * x, x), back)\ndef f(x): return g(x) * 1.0\n",
        "2.0 * r",
        "3.0 * r",
        False,
    ),
    "a rule for tangents": (
        "@custom_jvp\ndef g(x): return x * x\ng.defjvp(lambda p, t: (p[0] * p[0], 2.0 * p[0] * t[0]))\n"
        "def f(x): return g(x) * 1.0\n",
        "2.0 * p",
        "5.0 * p",
        False,
    ),
    "a compiled function": ("@compile\ndef g(x): return x**3\ndef f(x): return g(x) * x\n", "x**3", "x**4", False),
    "a gradient": ("@grad\ndef g(x): return x**3\ndef f(x): return g(x) * x\n", "x**3", "x**4", False),
    "a cached function": (
        "@functools.lru_cache\ndef g(n): return n * 2.0\ndef f(x): return g(3) * x\n",
        "2.0",
        "7.0",
        False,
    ),
    "a partial": ("h = functools.partial(pow, 2.0)\ndef f(x): return x * h(2)\n", "2.0", "3.0", False),
    "fields of a named tuple": (
        "P = namedtuple('P', 'a b')\np = P(1.0, 2.0)\ndef f(x): return p.a * x + p.b * x * x\n",
        "'a b'",
        "'b a'",
        True,
    ),
    "fields of a class": (
        "class P(NamedTuple):\n    a: float\n    b: float\np = P(1.0, 2.0)\ndef f(x): return p.a * x + p.b * x * x\n",
        "    a: float\n    b: float\n",
        "    b: float\n    a: float\n",
        True,
    ),
    "a method that appears": (
        "class P(NamedTuple):\n    a: float\np = P(2.0)\ndef f(x): return (p * 2)[1] * x\n",
        "    a: float\n",
        "    a: float\n    def __mul__(self, k): return (0.0, 9.0)\n",
        True,
    ),
    "fields of a dataclass": (
        "@dataclasses.dataclass\nclass P:\n    a: float\n    b: float\np = P(1.0, 2.0)\n"
        "def f(x): return p.a * x + p.b * x * x\n",
        "    a: float\n    b: float\n",
        "    b: float\n    a: float\n",
        True,
    ),
    "an attribute of an instance": (
        "class P:\n    def __init__(self, k): self.k = k\np = P(2.0)\ndef f(x): return x * p.k\n",
        "P(2.0)",
        "P(5.0)",
        True,
    ),
    "a property": (
        "class P:\n    def __init__(self, k): self.k = k\np = P(2.0)\ndef f(x): return x * p.k\n",
        "def __init__(self, k): self.k = k",
        "k = property(lambda self: 7.0)\n    def __init__(self, k): pass",
        True,
    ),
    "a default": ("def g(x, *, k=2.0): return x * k\ndef f(x): return g(x)\n", "k=2.0", "k=3.0", True),
    "a name for another function": (
        "def a(x): return x * x\ndef b(x): return x\ng = a\ndef f(x): return g(x)\n",
        "g = a",
        "g = b",
        True,
    ),
    "an imported name": ("from math import sin as s\ndef f(x): return s(x)\n", "sin as", "cos as", True),
    "a name in place of a builtin": (
        "def f(x): return max(x, 1.0)\n",
        "def f",
        "def max(a, b): return a * b * 2\ndef f",
        True,
    ),
    "the length of a list": ("L = [1.0, 2.0]\ndef f(x): return sum(k * x for k in L)\n", "2.0]", "2.0, 3.0]", True),
    "the type of a global": ("W = np.ones(2)\ndef f(x): return np.sum(W * x)\n", "np.ones(2)", "np.ones((2, 2))", True),
    "a function two calls away": (
        "def h(x): return x * x\ndef g(x): return h(x)\ndef f(x): return g(x)\n",
        "x * x",
        "x * x * x",
        True,
    ),
    "what a closure holds": (
        "def make(k):\n    return lambda x: x * k\nf = make(2.0)\n",
        "make(2.0)",
        "make(3.0)",
        False,
    ),
}


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADSCRIBE_CACHE", str(tmp_path / "cache"))
    numbers = iter(range(100))

    def loaded(text):
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        (folder / "kept_on_disk.py").write_text(HEAD + text)
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.delitem(sys.modules, "kept_on_disk", raising=False)
        importlib.invalidate_caches()
        return importlib.import_module("kept_on_disk")

    yield loaded
    sys.modules.pop("kept_on_disk", None)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(name, load, monkeypatch, tmp_path):
    text, old, new, kept = CHANGES[name]
    assert text.count(old)
    before = gradscribe.grad(load(text).f)(3.0)
    made = len(list((tmp_path / "cache").glob("*.json")))
    assert made == kept
    assert gradscribe.grad(load(text).f)(3.0) == before  # from disk
    assert len(list((tmp_path / "cache").glob("*.json"))) == made
    after = gradscribe.grad(load(text.replace(old, new, 1)).f)(3.0)
    monkeypatch.delenv("GRADSCRIBE_CACHE")
    assert after == gradscribe.grad(load(text.replace(old, new, 1)).f)(3.0) != before


def test_fields_of_an_argument(load):
    text = "class P(NamedTuple):\n    a: float\n    b: float\ndef f(p): return p.a * 2.0 + p.b * p.b\n"
    first, second = load(text), load(text.replace("    a: float\n    b: float\n", "    b: float\n    a: float\n"))
    sys.modules["kept_on_disk"] = first
    assert gradscribe.grad(first.f)(first.P(a=1.0, b=3.0)) == first.P(a=2.0, b=6.0)
    sys.modules["kept_on_disk"] = second
    assert gradscribe.grad(second.f)(second.P(a=1.0, b=3.0)) == second.P(a=2.0, b=6.0)


def test_any_file_of_the_package_counts(tmp_path, monkeypatch):
    (tmp_path / "call").mkdir()
    (tmp_path / "rules").mkdir()
    rule = tmp_path / "rules" / "sines.py"
    rule.write_text("2.0")
    monkeypatch.setattr(disk, "__file__", str(tmp_path / "call" / "disk.py"))
    before = disk._own_digest.__wrapped__()
    assert disk._own_digest.__wrapped__() == before
    rule.write_text("3.25")
    assert disk._own_digest.__wrapped__() != before


def test_the_version_counts(monkeypatch):
    before = disk._own_digest.__wrapped__()
    monkeypatch.setattr(gradscribe, "__version__", "another")
    assert disk._own_digest.__wrapped__() != before


@pytest.fixture
def entry(load, tmp_path):
    assert gradscribe.grad(load("def f(x): return x * x\n").f)(3.0) == 6.0
    (found,) = (tmp_path / "cache").iterdir()
    return found


def read(place):
    """What is read at a place, and what is said."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        return disk._read(place), [str(w.message) for w in said]


def test_what_is_there_is_read(entry):
    found, said = read(entry)
    assert "def f_grad(" in found["text"] and not said
    assert read(entry.with_name("other.json")) == (None, [])


def test_a_link_to_an_entry_is_ignored(entry, tmp_path):
    entry.rename(tmp_path / "elsewhere.json")
    entry.symlink_to(tmp_path / "elsewhere.json")
    found, said = read(entry)
    assert found is None and "is a link" in said[0]


def test_a_link_to_the_folder_is_ignored(entry, tmp_path):
    (tmp_path / "linked").symlink_to(entry.parent)
    found, said = read(tmp_path / "linked" / entry.name)
    assert found is None and "is a link" in said[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_does_not_make_us_wait(entry):
    entry.unlink()
    os.mkfifo(entry, 0o600)
    found, said = read(entry)
    assert found is None and len(said) == 1


def test_a_folder_in_place_of_an_entry(entry):
    entry.unlink()
    entry.mkdir(0o700)
    found, said = read(entry)
    assert found is None and len(said) == 1


@pytest.mark.parametrize("body", [b"[]", b"3", b"[" * 100_000, b"{", b"\xff", b"null"])
def test_entries_of_another_form(entry, body):
    import hashlib

    entry.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    found, said = read(entry)
    assert found is None and len(said) == 1


def test_a_cache_that_cannot_be_made_is_no_obstacle(tmp_path, monkeypatch, load):
    (tmp_path / "cache").write_text("a file")
    with pytest.warns(disk.CacheWarning, match="cannot be written|ignored"):
        assert np.isclose(gradscribe.grad(load("def f(x): return x * x\n").f)(3.0), 6.0)
