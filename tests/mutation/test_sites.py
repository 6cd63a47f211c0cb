"""The mistakes that are tried are those that are meant; a few are made, and seen."""

from __future__ import annotations

import math

from .sites import mutants

TEXT = """
def rule(d, y, x):
    adjoints.add(x, -d * (2.0 - x))
    return [d @ k for k in reversed(y)]
"""


def test_each_kind_of_mistake():
    found = {m.what: m.text for m in mutants(TEXT)}
    assert "d * (2.0 - x)" in found["minus dropped"]
    assert "2.0 - x" not in found["operands of Sub swapped"]
    assert "-d / (2.0 - x)" in found["Mult -> Div"]
    assert "(3.0 - x)" in found["2.0 -> 3.0"]
    assert "adjoints.add" not in found["accumulation dropped"]
    assert "k @ d" in found["operands of MatMult swapped"] and "list(y)" in found["not reversed"]


def test_a_rule_with_a_mistake_is_seen():
    text = "def derivative(x):\n    return 2.0 * x * math.cos(x * x)\n"

    def slope(t):
        scope = {"math": math}
        exec(t, scope)
        return scope["derivative"](0.7)

    wanted = (math.sin(0.7001**2) - math.sin(0.6999**2)) / 0.0002
    assert abs(slope(text) - wanted) < 1e-6
    assert all(abs(slope(m.text) - wanted) > 1e-3 for m in mutants(text))
