"""Every rule, checked raw at every case; a primitive with a rule and without a case fails."""

from __future__ import annotations

import pytest

import gradscribe.rules  # noqa: F401  (fills the table)
from gradscribe.rules.table import RULES
from rules.cases import CASES
from rules.check import Case, check


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)


def test_every_rule_has_a_case() -> None:
    tried = {case.primitive for case in CASES}
    decreed = {"stop_gradient"}  # its derivative is not that of its function
    assert not [p.name for p in RULES if p not in tried and p.name not in decreed]
