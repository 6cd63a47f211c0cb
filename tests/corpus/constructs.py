"""Ordinary Python: small functions as a numeric programmer writes them, one construct each."""

from . import (
    containers,
    control,
    deques,
    dispatch,
    effects,
    everyday_containers,
    everyday_control,
    everyday_functions,
    everyday_names,
    exceptions,
    exceptions_nested,
    functions,
    generators,
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
    exceptions_nested.case,
    generators.case,
    everyday_names.case,
    everyday_control.case,
    everyday_containers.case,
    everyday_functions.case,
)
CASES = [case for table in TABLES for case in table.cases]
