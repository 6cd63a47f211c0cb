"""Ordinary Python: small functions as a numeric programmer writes them, one construct each."""

from . import containers, control, effects, functions, iteration, names, structures

TABLES = (names.case, control.case, iteration.case, containers.case, structures.case, functions.case, effects.case)
CASES = [case for table in TABLES for case in table.cases]
