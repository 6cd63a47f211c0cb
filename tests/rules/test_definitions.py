"""Functions that are read in place of the library's: derivatives of calls, by the compiler."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")
sys.path.insert(0, str(Path(__file__).parents[1] / "coverage_table"))
from coverage_table.__main__ import namespace, verdict  # noqa: E402

import gradscribe.rules  # noqa: E402, F401
from gradscribe.ir.primitives import DEFINITIONS  # noqa: E402
from rules.definition_cases import CASES, REFUSED  # noqa: E402


@pytest.fixture(scope="module")
def scope() -> dict[str, Any]:
    return namespace()


def found(case: tuple[str, ...], mode: str, scope: dict[str, Any]) -> str:
    if "np.cumulative" in case[0] + case[0] and not hasattr(np, "cumulative_sum"):
        pytest.skip("needs NumPy 2.1")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return verdict({"e": case[0], "a": case[1:]}, scope, mode, 30)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0][:50])
def test_definition(case: tuple[str, ...], mode: str, scope: dict[str, Any]) -> None:
    assert found(case, mode, scope) == "right"


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[0][:50])
def test_what_is_left_out_is_refused(case: tuple[str, ...], scope: dict[str, Any]) -> None:
    assert found(case, "reverse", scope).startswith("refused")


def test_every_definition_of_numpy_has_a_case() -> None:
    text = " ".join(case[0] for case in CASES)
    homes = ("numpy", "statistics")
    names = [f.__name__ for f in DEFINITIONS if (getattr(f, "__module__", None) or "").startswith(homes)]
    assert not [name for name in names if f"{name}(" not in text]
