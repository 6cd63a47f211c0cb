"""The lecture's table: the lines of a run with their values, tangents and adjoints, as text and as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..ir.nodes import Op
from .figures import value_text
from .teach import NOTHING, Translation, translation
from .trace import Step, Trace

SHOWN = 60
"""The most steps that a table shows in full; of longer runs the first and the last."""


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Args:
        step: the step.
        text: `y = x1**2`.
        cells: value, tangents, adjoint, and what is recorded, as text.
        rule: its translation.
    """

    step: Step
    text: str
    cells: tuple[str, ...]
    rule: Translation = NOTHING


def header(trace: Trace) -> tuple[str, ...]:
    """The titles of the columns."""
    tangents = [f"d/d{name}" for name in trace.wrt] if trace.slopes else []
    adjoint = ["adjoint"] if trace.gradient is not None else []
    recorded = ["recorded"] if trace.recordings else []
    return ("line", "step", "value", *tangents, *adjoint, *recorded)


def rows(trace: Trace, *, digits: int = 6, full: bool = False, teach: bool = False) -> list[Row]:
    """The rows of a table, one for each step.

    Args:
        trace: the run.
        digits, full: see `value_text`.
        teach: whether each row has its translation rule.
    """
    made = []
    rules: dict[Op | None, Translation] = {}
    for step in trace.steps:
        tangents = [value_text(t, digits, full=full) for t in step.tangents] if trace.slopes else []
        adjoint = [value_text(step.adjoint, digits, full=full)] if trace.gradient is not None else []
        recorded = [f"{step.bytes} B" if step.bytes else ""] if trace.recordings else []
        cells = (value_text(step.value, digits, full=full), *tangents, *adjoint, *recorded)
        if teach and step.op is not None and step.op not in rules:
            rules[step.op] = translation(step.op, trace.names)
        rule = rules.get(step.op, NOTHING)
        made.append(Row(step, step_text(step), cells, rule))
    return made


def step_text(step: Step) -> str:
    """`y = x1**2`; a parameter by its name, a write as the statement that it is."""
    if step.op is None:
        return step.name
    return f"{step.name} = {step.expression}" if step.name else step.expression


def table_text(trace: Trace, *, digits: int = 6, full: bool = False, teach: bool = False, shown: int = SHOWN) -> str:
    """The table as text.

    Args:
        trace: the run.
        digits, full, teach: see `rows`.
        shown: the most steps to show.
    """
    every = rows(trace, digits=digits, full=full, teach=teach)
    titles = [*header(trace), *(["tangent line", "adjoint lines"] if teach else [])]
    lines: list[Sequence[str] | str] = [titles]
    before: tuple[int, ...] = ()
    for row in excerpt(every, shown):
        if row is None:
            lines.append(f"... {len(every) - shown} more steps ...")
            continue
        if row.step.trips != before and row.step.trips:
            lines.append(trip_text(row.step.trips))
        before = row.step.trips
        line = str(row.step.line) if row.step.line else ""
        rule = ["; ".join(row.rule.tangent), "; ".join(row.rule.adjoint)] if teach else []
        lines.append([line, "  " * len(before) + row.text, *row.cells, *rule])
    return columns(lines)


def trip_text(trips: Sequence[int]) -> str:
    """The title of the steps of one trip: `trip 3`, `trip 3.1` of a loop inside."""
    return f"{'  ' * len(trips)}-- trip {'.'.join(str(t + 1) for t in trips)}"


def excerpt(every: Sequence[Row], shown: int) -> Iterator[Row | None]:
    """The first and the last rows, with None where some are left out."""
    if len(every) <= shown:
        yield from every
        return
    yield from every[: shown - shown // 3]
    yield None
    yield from every[len(every) - shown // 3 :]


def columns(lines: Sequence[Sequence[str] | str]) -> str:
    """Rows of cells in columns as wide as they need; the first row is the head, a line that is a text stands alone."""
    cells = [line for line in lines if not isinstance(line, str)]
    count = max(len(line) for line in cells)
    widths = [max((len(line[k]) for line in cells if k < len(line)), default=0) for k in range(count)]
    made = []
    for number, line in enumerate(lines):
        if isinstance(line, str):
            made.append(" " * (widths[0] + 2) + line)
            continue
        made.append("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)).rstrip())
        if number == 0:
            made.append("  ".join("-" * width for width in widths))
    return "\n".join(made)
