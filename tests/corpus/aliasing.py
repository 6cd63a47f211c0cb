"""Traps of memory: in-place writes, views and aliases where derivatives are easily and silently wrong."""

from . import aliasing_in_place, aliasing_layouts, aliasing_numpy, aliasing_parts, aliasing_views, aliasing_writes

TABLES = (
    aliasing_in_place.case,
    aliasing_writes.case,
    aliasing_views.case,
    aliasing_numpy.case,
    aliasing_layouts.case,
    aliasing_parts.case,
)
CASES = [case for table in TABLES for case in table.cases]
