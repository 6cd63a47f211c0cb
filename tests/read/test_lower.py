"""The reader: what is read computes what the function computes, and what cannot be read is refused where it stands."""

from __future__ import annotations

import copy
import inspect
import math

import numpy as np
import pytest

import gradscribe.rules  # noqa: F401
from gradscribe.errors import GradscribeError, UnsupportedCall, UnsupportedSyntax
from gradscribe.ir import check, interpret
from gradscribe.ir.nodes import walk
from gradscribe.ir.types import FLOAT, INT
from gradscribe.read.lower import lower
from gradscribe.signature import split

from .programs import CASES


def read(function, args, kwargs=None):
    """The program, and its arguments in order."""
    bound = inspect.signature(function).bind(*copy.deepcopy(args), **(kwargs or {}))
    bound.apply_defaults()
    types, static = split(bound.arguments)
    lowered = lower(function, types, static=static)
    check.check(lowered.function)
    return lowered, list(bound.arguments.values())


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0].__name__)
def test_computes_the_same(case):
    function, args, kwargs = case
    lowered, values = read(function, args, kwargs)
    given = copy.deepcopy(args)
    np.testing.assert_array_equal(interpret.run(lowered.function, *values), function(*given, **kwargs))
    for mine, theirs in zip(values, given, strict=False):
        np.testing.assert_equal(mine, theirs)


def test_reading_is_deterministic():
    from gradscribe.ir.dump import dump

    for function, args, kwargs in CASES[:20]:
        first, second = (dump(read(function, args, kwargs)[0].function) for _ in range(2))
        assert first == second
