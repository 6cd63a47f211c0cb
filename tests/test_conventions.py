"""The page of conventions holds what the code computes."""

from __future__ import annotations

import pytest
from conventions import PAGE, page

pytest.importorskip("scipy")


def test_the_page_is_what_the_code_computes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m tests.conventions`"
