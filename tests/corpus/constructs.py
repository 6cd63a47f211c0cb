"""Ordinary Python: small functions as a numeric programmer writes them, one construct each."""

from . import (
    containers,
    control,
    deques,
    dispatch,
    effects,
    exceptions,
    functions,
    iteration,
    lists,
    names,
    structures,
    tables,
)

TABLES = (
    names.case,
    control.case,
    iteration.case,
    containers.case,
    lists.case,
    tables.case,
    deques.case,
    structures.case,
    functions.case,
    dispatch.case,
    effects.case,
    exceptions.case,
)
CASES = [case for table in TABLES for case in table.cases]
