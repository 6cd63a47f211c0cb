"""The corpus itself: every function runs, is found in its file, and has a derivative that differences can see."""

from __future__ import annotations

import inspect
import math
from collections import Counter

import numpy as np
import pytest

from gradscribe.numerical import copied, numbers

from . import aliasing, constructs, kernels

CASES = constructs.CASES + kernels.CASES + aliasing.CASES


def _identify(case):
    return case.name


@pytest.mark.parametrize("case", CASES, ids=_identify)
def test_runs(case):
    value = case.function(*(copied(arg) for arg in case.args), **case.kwargs)
    found = numbers(value)
    assert found.size and np.all(np.isfinite(found))
    if case.scalar:
        assert isinstance(value, (float, np.floating, np.ndarray)) and np.ndim(value) == 0, type(value)
    assert not math.isnan(found[0])


def test_sources_are_in_their_files():
    for case in CASES:
        assert inspect.getsource(case.function)


def test_breadth():
    distinct = {case.function for case in CASES}
    assert len(distinct) >= 600
    assert min(Counter(case.category for case in CASES).values()) >= 15
