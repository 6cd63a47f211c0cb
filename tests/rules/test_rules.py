"""Every rule, checked raw at every case; a primitive with a rule and without a case fails."""

from __future__ import annotations

import numpy as np
import pytest

import gradscribe.rules  # noqa: F401  (fills the table)
from gradscribe.ir.primitives import Primitive, lookup
from gradscribe.ir.signature import is_library_name
from gradscribe.rules.table import RULES
from rules.cases import CASES
from rules.check import Case, check


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)


def test_every_rule_has_a_case() -> None:
    tried = {case.primitive for case in CASES}
    decreed = {"stop_gradient"}  # its derivative is not that of its function
    assert not [p.name for p in RULES if p not in tried and p.name not in decreed and not is_of_a_test(p)]


def is_of_a_test(primitive: Primitive) -> bool:
    """Whether it stands for a function of another test, which has registered a rule for it."""
    modules = [getattr(function, "__module__", None) or "" for _, function in primitive.spellings.values()]
    return any(not is_library_name(m) and m.partition(".")[0] != "gradscribe" for m in modules if m)


@pytest.mark.parametrize("shape", [(3, 1), (1, 3), (3, 2)])
def test_full_singular_vectors_of_other_than_square_matrices_are_refused(shape: tuple[int, int]) -> None:
    a = np.ones(shape) + np.eye(*shape)
    z = np.linalg.svd(a)
    rule = RULES[lookup(np.linalg.svd)[0]]
    with pytest.raises(ValueError, match="not square"):
        rule.tangent["a"](a, z, a)
    with pytest.raises(ValueError, match="not square"):
        rule.adjoint["a"](z, z, a)
