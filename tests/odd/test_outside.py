"""Functions that reach out of themselves are differentiated right, or refused."""

from __future__ import annotations

import pytest

from . import outside
from .judged import judge

RIGHT = {
    "attribute_that_was_none", "attribute_that_decides", "changed_by_a_method", "entry_that_was_none",
    "entry_that_decides", "changed_and_put_back", "counted_in_a_loop", "array_written_and_read", "by_enum",
    "in_an_ordered_dict", "arithmetic_as_usual",
}  # fmt: skip


@pytest.mark.parametrize("f", outside.CASES, ids=lambda f: f.__name__)
def test_right_or_refused(f):
    verdicts = judge(f, 1.3, outside.reset)
    if f.__name__ in RIGHT:
        assert set(verdicts.values()) == {"right"}, verdicts
