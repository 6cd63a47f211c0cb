"""The published list of refusals is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gradscribe.errors import InternalError

from .limits import entry, refusal
from .table import TABLE

PAGE = Path(__file__).parents[2] / "docs" / "limits.md"
PUBLISHED = re.findall(r"^### (.*)$", PAGE.read_text("utf-8"), re.MULTILINE)
CASES = {case.name: case for case in TABLE}


def test_what_is_published_is_in_the_table():
    assert PUBLISHED and len(PUBLISHED) == len(set(PUBLISHED))
    assert set(PUBLISHED) <= set(CASES), "write the page anew: make limits"


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_published_is_refused_as_it_says(name):
    found = entry(CASES[name])
    assert found is not None, f"{name} is not refused any more: make limits"
    assert found[1] in PAGE.read_text("utf-8"), f"{name} is refused in other words now: make limits"


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_each_refusal_says_all_that_there_is_to_say(case):
    error = refusal(case)
    assert error is not None and not isinstance(error, InternalError)
    assert error.reason and error.hint
    message = str(error)
    if error.where is not None:
        assert error.filename and error.lineno and error.function and error.col_offset is not None
        assert message.startswith(f"{error.filename}:{error.lineno}:{error.col_offset + 1}: ")
        assert "^" in message.splitlines()[2] or not error.where.text
    assert message.splitlines()[-1].startswith("  hint: ")
