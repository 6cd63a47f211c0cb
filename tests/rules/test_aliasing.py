"""What a primitive says of the memory of its result, checked at every case: a "fresh" result shares none."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from gradscribe.ir.compute import compute
from rules.cases import CASES
from rules.check import Case, leaves
from rules.tape import is_structure


def variants(case: Case) -> Iterator[tuple[list, dict]]:
    """The operands of a case as they stand, and in the other memory order."""
    for order in ("C", "F"):
        operands = [_ordered(v, order) for v in case.operands]
        yield operands, {k: _ordered(v, order) for k, v in case.named.items()}


def _ordered(value: Any, order: Any) -> Any:
    if is_structure(value):
        return type(value)(_ordered(v, order) for v in value) if type(value) in (list, tuple) else value
    return np.array(value, order=order) if isinstance(value, np.ndarray) else value


def arrays(value: Any) -> list[np.ndarray]:
    return [leaf for leaf in leaves(value) if isinstance(leaf, np.ndarray) and leaf.size]


def overlaps_itself(result: np.ndarray) -> bool:
    """Whether two of its entries are one cell of memory."""
    cells = np.zeros(1, np.intp)
    for length, stride in zip(result.shape, result.strides, strict=True):
        cells = (cells[:, None] + stride * np.arange(length)).ravel()
    return len(np.unique(cells)) < len(cells)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_memory(case: Case) -> None:
    for style in {case.style: None, **case.primitive.spellings}:
        try:
            _check_style(case, style)
        except (TypeError, AttributeError):  # another spelling, for numbers of another kind or fewer keywords
            assert style not in (None, case.style)


def _check_style(case: Case, style: str | None) -> None:
    for operands, named in variants(case):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            results = arrays(compute(case.primitive, style, None, list(operands), dict(named)))
        others = arrays([*operands[1:], *named.values()])
        aliasing = case.primitive.aliasing
        if aliasing == "only":
            aliasing = "fresh" if len(operands) > 2 and isinstance(operands[0], str) else "any"
        first = arrays(operands[:1])
        for result in results:
            _check(aliasing, result, first, others)
        if aliasing == "fresh":
            pairs = [(a, b) for k, a in enumerate(results) for b in results[k + 1 :] if a.dtype.kind in "fc"]
            assert not any(np.shares_memory(a, b) for a, b in pairs), "two results share memory"


def _check(aliasing: str, result: np.ndarray, first: list[np.ndarray], others: list[np.ndarray]) -> None:
    of_first = any(np.shares_memory(result, a) for a in first)
    of_others = any(np.shares_memory(result, a) for a in others)
    if aliasing == "fresh":
        assert not of_first and not of_others, "the result shares memory with an operand"
    if aliasing == "view":
        assert of_first or not first, "the result is no view"
    if aliasing in ("view", "maybe"):
        assert not of_others, "the result shares memory with another operand than the first"
        assert not of_first or not overlaps_itself(result), "entries of the view are one cell"
