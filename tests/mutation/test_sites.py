"""The mistakes that are tried are those that are meant; a few are made, and seen."""

from __future__ import annotations

import inspect
import math
from pathlib import Path

import numpy as np

from gradscribe.rules import polynomials

from .quick import Cases
from .sites import mutants

TEXT = """
def rule(d, y, x):
    adjoints.add(x, -d * (2.0 - x))
    return [d @ k for k in reversed(y)]
"""


def test_each_kind_of_mistake():
    found = {m.what: m.text for m in mutants(TEXT)}
    assert "(+d) * (2.0 - x)" in found["minus dropped"]
    assert "2.0 - x" not in found["operands of Sub swapped"]
    assert "-d / (2.0 - x)" in found["Mult -> Div"]
    assert "((3.0) - x)" in found["2.0 -> 3.0"]
    assert "adjoints.add" not in found["accumulation dropped"]
    assert "k @ d" in found["operands of MatMult swapped"] and "list(y)" in found["not reversed"]


def test_other_lines_stay_where_they_are():
    for mutant in mutants(TEXT):
        assert len(mutant.text.splitlines()) == len(TEXT.splitlines())
        differ = [k for k, pair in enumerate(zip(mutant.text.splitlines(), TEXT.splitlines()), 1) if pair[0] != pair[1]]
        assert differ == [mutant.line], mutant.what


def test_a_mistake_is_made_in_place_and_undone():
    path = Path(polynomials.__file__)
    lines, first = inspect.getsourcelines(polynomials.polysub)
    inside = [m for m in mutants(path.read_text("utf-8")) if first <= m.line < first + len(lines)]
    one, other = np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])

    def is_right() -> None:
        assert np.array_equal(polynomials.polysub(one, other), [-3.0, -3.0, -3.0])

    cases = Cases(path.parent, {"polysub": is_right})
    cases.trace()
    assert {cases.see(path, mutant, 10) for mutant in inside} >= {True}
    is_right()


def test_a_rule_with_a_mistake_is_seen():
    text = "def derivative(x):\n    return 2.0 * x * math.cos(x * x)\n"

    def slope(t):
        scope = {"math": math}
        exec(t, scope)
        return scope["derivative"](0.7)

    wanted = (math.sin(0.7001**2) - math.sin(0.6999**2)) / 0.0002
    assert abs(slope(text) - wanted) < 1e-6
    assert all(abs(slope(m.text) - wanted) > 1e-3 for m in mutants(text))
