"""Small programs, each of which sets a snare: aliases, evaluation order, scopes, exits, state that changes.

`snares.txt` holds them, each under a line `#--- name: arguments`. Each is differentiated right, or refused.
"""

from __future__ import annotations

import linecache
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from gradscribe import GradscribeError, check_grads
from gradscribe.errors import GradientMismatch, InternalError

HEAD = """
import collections, contextlib, copy, dataclasses, enum, functools, itertools, math, operator, random, sys
from dataclasses import dataclass, field
from typing import NamedTuple
import numpy as np
"""
NAMES = {"np": np, "A": np.array([0.7, -1.2, 2.1, 0.4]), "B": np.arange(1.0, 7.0).reshape(2, 3)}
PARTS = Path(__file__).with_name("snares.txt").read_text("utf-8").split("#--- ")[1:]
PROGRAMS = {part.partition(":")[0]: part.partition(":")[2] for part in PARTS}
REFUSED = {
    "defmut", "starcall", "gen2", "classattr", "enum", "select", "take", "mesh", "initial", "augslice", "dictcomp",
    "finctx", "finctx2", "strnum", "andor2", "iterexh", "zipexh", "dequeue", "heap", "bisect", "randperm", "sumstart",
}  # fmt: skip
ROUGH = {"f32store"}
"""Single precision: differences are too rough to judge by."""


@pytest.fixture
def program(name, monkeypatch):
    """The function, and its arguments, in a module of its own."""
    given, _, text = PROGRAMS[name].partition("\n")
    filename, text = f"<snare {name}>", HEAD + text
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    module = types.ModuleType("snare")
    monkeypatch.setitem(sys.modules, "snare", module)
    exec(compile(text, filename, "exec"), vars(module))
    return module.f, eval(given, dict(NAMES))


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name not in ROUGH])
@pytest.mark.filterwarnings("ignore")
def test_snare(name, program):
    try:
        check_grads(*program)
    except GradscribeError as error:
        assert not isinstance(error, (GradientMismatch, InternalError)), error
        assert name in REFUSED, error
