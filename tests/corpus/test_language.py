"""docs/language.md lists what the corpus holds, with the statuses that a new judgement gives."""

from __future__ import annotations

import warnings

import pytest

from .language import PAGE, cases, page, rows, status, without_statuses

SAMPLE = [case for _, found in cases() for case in found][::20]


def test_the_page_lists_the_corpus() -> None:
    assert without_statuses(PAGE.read_text("utf-8")) == page(judge=False), "run `make language`"


@pytest.mark.parametrize("case", SAMPLE, ids=lambda case: case.name)
def test_statuses(case) -> None:
    (row,) = rows([case])
    line = next(line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(row))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert line == f"{row} {status(case)} |", "run `make language`"
