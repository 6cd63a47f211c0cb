"""Each primitive with a rule: its derivatives for several directions in one run are those for one at a time."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest
from rules.cases import CASES
from rules.check import Case
from rules.test_variants import program

from .compare import MODES, compare

EVERY = 1 if os.environ.get("ALL_VARIANTS") else 12
"""One of so many cases is asked about; `ALL_VARIANTS=1` stands for all."""


def chosen() -> list[Case]:
    """The first case of each primitive and number of axes, with operands that are arrays of floats."""
    found: dict[object, Case] = {}
    for case in CASES:
        if any(isinstance(v, np.ndarray) and v.dtype == np.float64 for v in case.operands):
            found.setdefault((case.primitive, tuple(getattr(v, "ndim", 0) for v in case.operands), *case.named), case)
    return list(found.values())[::EVERY]


@pytest.mark.parametrize("case", chosen(), ids=str)
def test_several_directions_are_each_alone(case: Case) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function, args = program(case, literal=True)
        for mode in MODES:
            said = compare(function, args, tuple(range(len(args))), mode)
            assert said.partition(":")[0] in ("same", "looped", "refused"), said
