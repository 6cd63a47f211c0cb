"""Run the printed text beside the interpreter."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from gradscribe.ir.dump import dump
from gradscribe.ir.interpret import run
from gradscribe.ir.nodes import Function
from gradscribe.ir.primitives import External
from gradscribe.write import Written, write


def made(written: Written, name: str) -> Any:
    """The function that a text defines."""
    names = {k: v.read() if isinstance(v, External) else v for k, v in written.externals.items()}
    exec(compile(written.text, "<written>", "exec"), names)
    return names[name]


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal, bit for bit."""
    if isinstance(a, (tuple, list)):
        return isinstance(b, (tuple, list)) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.shape(a) == np.shape(b) and bool(np.array_equal(a, b, equal_nan=True))
    return bool(a == b) or bool(a != a and b != b)


def agrees(function: Function, *args: Any, **how: Any) -> Written:
    """Write a function and compare it with the interpreter: what it returns, and what it does to its arguments."""
    written = write(function, **how)
    ours, theirs = copy.deepcopy(args), copy.deepcopy(args)
    wanted = run(function, *ours)
    try:
        got = made(written, function.name)(*theirs)
    except Exception as error:
        raise AssertionError(f"{error!r}\n{written.text}\n{dump(function)}") from error
    assert same(wanted, got) and same(ours, theirs), f"{wanted}\n{got}\n{written.text}\n{dump(function)}"
    return written
