"""The programs that random search has found, in every mode."""

from __future__ import annotations

import pytest

from .found import FOUND
from .judge import classify

KNOWN = {
    "min of an integer and the argument",
    "max of a counter and an entry",
    "a negated array is written",
    "a negated array is written by a helper",
    "one product before a write and one behind it",
    "a sum from a loop is stored",
    "a norm from a helper is stored",
    "a row is replaced by a number",
    "a list of an entry, and the array overwritten",
    "an array is doubled between two copies",
    "entries under a mask are read before the right side writes",
    "an inner loop of some trips only",
    "nested loops where the inner one always ends at once",
}


def _programs():
    for name, text in FOUND.items():
        marks = [pytest.mark.xfail(strict=False, reason="known")] if name in KNOWN else []
        yield pytest.param(text, id=name, marks=marks)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("text", list(_programs()))
def test_found(text, mode):
    verdict = classify(text.lstrip("\n"), mode)
    assert verdict.partition(":")[0] in ("right", "refused"), verdict
