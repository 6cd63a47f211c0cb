"""The table of docs/arrays.md is true: all its rows are judged by `make arrays`, some of them here."""

from __future__ import annotations

import importlib.util
import zlib
from pathlib import Path

import pytest

from .kinds import KINDS
from .matrix import cell, read, rows

PAGE = (Path(__file__).parents[2] / "docs" / "arrays.md").read_text("utf-8")
COLUMNS, ROWS = read(PAGE), rows()
NEEDS = {"Dask": "dask", "array API": "array_api_strict", "xarray": "xarray", "pandas": "pandas"}
SAMPLE = [name for name in ROWS if zlib.crc32(name.encode()) % 40 == 7]


def test_the_kinds_have_columns():
    assert {"CuPy", *NEEDS} <= set(COLUMNS) <= set(KINDS), "write the table anew: make arrays"


def test_every_row_is_a_function_that_is_judged():
    assert {name for column in COLUMNS.values() for name in column} <= set(ROWS), "write the table anew: make arrays"


def test_nothing_is_wrong_and_little_fails():
    for kind, column in COLUMNS.items():
        said = list(column.values())
        assert said.count("yes") > 0.1 * len(said), kind
        assert set(said) <= {"", "yes", "refused", "fails"}


@pytest.mark.parametrize("kind", ["CuPy", *NEEDS])
def test_rows_are_true(kind):
    if importlib.util.find_spec(NEEDS.get(kind, "numpy")) is None:
        pytest.skip("not installed")
    made = KINDS[kind]()
    found = {name: cell(ROWS[name], made) for name in SAMPLE}
    assert found == {name: COLUMNS[kind].get(name, "") for name in SAMPLE}, "write the table anew: make arrays"
