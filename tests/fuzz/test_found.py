"""The programs that random search has found, in every mode."""

from __future__ import annotations

import pytest

from .found import FOUND
from .judge import classify


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in FOUND.items()])
def test_found(text, mode):
    verdict = classify(text.lstrip("\n"), mode)
    assert verdict.partition(":")[0] in ("right", "refused"), verdict
