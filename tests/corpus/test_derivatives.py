"""Every case of the corpus is differentiated rightly or refused, in every mode: never wrong, no crash, no hang.

What is known to fail stands in `known.txt` (`python -m tests.corpus --mode reverse,forward,second --write-known`).
"""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path

import pytest

from . import aliasing, constructs, harness, kernels

KNOWN = frozenset((Path(__file__).parent / "known.txt").read_text("utf-8").splitlines())


def _cases():
    numbers = itertools.count()
    for case in constructs.CASES + kernels.CASES + aliasing.CASES:
        for mode in harness.MODES:
            if mode == "second" and not case.scalar:
                continue
            marks = [pytest.mark.xfail(strict=False)] if f"{mode} {case.name}" in KNOWN else []
            yield pytest.param(case, mode, id=f"{mode}-{case.name}-{next(numbers)}", marks=marks)


@pytest.mark.parametrize(("case", "mode"), list(_cases()))
def test_right_or_refused(case, mode):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        verdict = harness.judge_case(case, mode)
    assert verdict.partition(":")[0] in ("right", "refused"), verdict
