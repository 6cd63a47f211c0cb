"""Each source of the table is refused by the right error, at the right place, with a reason and a remedy."""

from __future__ import annotations

import itertools
import linecache
import math
import re

import numpy as np
import pytest

import gradscribe
from gradscribe.errors import GradscribeError

from .table import TABLE, Refused

_numbers = itertools.count()


def _prepared(case: Refused) -> tuple[str, tuple[int, int, int] | None]:
    """The source without its carets, and the place that they mark: line, first column, column behind."""
    kept: list[str] = []
    place = None
    for line in case.source.splitlines():
        if line.strip() and not line.strip().strip("^"):
            place = (len(kept), line.index("^"), len(line.rstrip()))
        else:
            kept.append(line)
    return "\n".join(kept) + "\n", place


def _function(case: Refused, text: str):
    filename = f"<refused {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    made = {"math": math, "np": np, "__name__": "refused", **case.names}
    exec(compile(text, filename, "exec"), made)
    return made["f"]


def refusal_of(case: Refused) -> GradscribeError:
    """The error in which the differentiation of a source ends."""
    function = _function(case, _prepared(case)[0])
    with pytest.raises(GradscribeError) as caught:
        gradscribe.grad(function)(*case.args)
    return caught.value


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in TABLE])
def test_refused(case):
    place = _prepared(case)[1]
    error = refusal_of(case)
    assert re.fullmatch(case.error, type(error).__name__), f"{type(error).__name__}: {error}"
    assert re.search(case.words, f"{error.reason} {error.hint or ''}", re.IGNORECASE), str(error)
    if place is not None:
        assert error.where is not None, str(error)
        found = (error.where.line, error.where.column, error.where.end_column)
        assert found == place, f"{found} instead of {place}\n{error}"
    assert error.hint or not case.hint, f"no hint\n{error}"
