"""`explain`: everything there is to see of a derivative at a point, as a report in sections."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .. import pipeline
from ..arguments import ArgNums
from ..errors import BadArgument, GradscribeError
from ..signature import split
from .compare import Sample, Way, error_curve, ways
from .curves import curve_text
from .figures import value_text
from .graph import Graph, graph
from .panes import Pane, code_pane, source_pane, ssa_pane
from .table import columns, table_text
from .trace import Trace, trace
from .watching import Recording

SECTIONS = ("source", "program", "forward", "reverse", "table", "tape", "graph", "check", "curve")
DETAIL = {
    "brief": ("source", "reverse", "check"),
    "normal": ("source", "program", "forward", "reverse", "table", "tape", "check"),
    "full": SECTIONS,
}
TITLES = {
    "source": "source",
    "program": "program, one operation a line",
    "forward": "forward: the tangent program",
    "reverse": "reverse: the adjoint program",
    "table": "values, tangents and adjoints, line by line",
    "tape": "what is recorded for the way back",
    "graph": "computation graph (Mermaid)",
    "check": "check: other ways to the same derivative",
    "curve": "why differences lose: error against step",
}


@dataclass(frozen=True)
class Explanation:
    """A report; prints as text, shows as HTML in a notebook.

    Args:
        trace: the run that it is about.
        sections: what it shows, see `SECTIONS`.
        teach: whether the table has the translation rule beside each line.
    """

    trace: Trace
    sections: tuple[str, ...] = DETAIL["normal"]
    teach: bool = False

    @functools.cached_property
    def source(self) -> Pane:
        return source_pane(self.trace.function, self.trace.program)

    @functools.cached_property
    def program(self) -> Pane:
        return ssa_pane(self.trace.program, self.trace.names)

    @functools.cached_property
    def forward(self) -> Pane:
        return self._code("forward")

    @functools.cached_property
    def reverse(self) -> Pane:
        return self._code("reverse")

    @functools.cached_property
    def graph(self) -> Graph:
        return graph(self.trace)

    @functools.cached_property
    def ways(self) -> list[Way]:
        return ways(self.trace)

    @functools.cached_property
    def curve(self) -> list[Sample]:
        return error_curve(self.trace)

    def _code(self, mode: str) -> Pane:
        kinds, static = split(self.trace.point)
        wrt = self.trace.wrt
        made = pipeline.compile_derivative(self.trace.function, kinds, static, mode, wrt, settings=self.trace.settings)
        return code_pane(mode, made.program.name, made.written)

    def section(self, name: str) -> str:
        """The text of one section; "" where there is nothing to show."""
        try:
            return str(getattr(self, f"_{name}_text")()).rstrip()
        except GradscribeError as refused:
            return f"not here: {refused.reason}"

    def __str__(self) -> str:
        parts = [(TITLES[name], self.section(name)) for name in self.sections]
        shown = [f"{title}\n{'=' * len(title)}\n{text}\n" for title, text in parts if text]
        return "\n".join([self.headline + "\n", *shown])

    @property
    def headline(self) -> str:
        """`f(x1=2, x2=3) = 6.9093`."""
        point = ", ".join(f"{n}={value_text(v)}" for n, v in self.trace.point.items())
        return f"{self.trace.name}({point}) = {value_text(self.trace.value)}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from .display import bundle_of_explanation

        return bundle_of_explanation(self)

    # sections ------------------------------------------------------------------------------------------------------

    def _source_text(self) -> str:
        return "\n".join(
            f"{line.number or '':>4}  {line.text}".rstrip() if line.text else "" for line in self.source.lines
        )

    def _program_text(self) -> str:
        return self.program.text

    def _forward_text(self) -> str:
        return self.forward.text

    def _reverse_text(self) -> str:
        return self.reverse.text

    def _table_text(self) -> str:
        return "\n".join([table_text(self.trace, teach=self.teach), *self.trace.missing])

    def _tape_text(self) -> str:
        return "\n".join(tape_lines(self.trace.recordings))

    def _graph_text(self) -> str:
        return self.graph.mermaid()

    def _check_text(self) -> str:
        return ways_text(self.trace, self.ways)

    def _curve_text(self) -> str:
        return curve_text(self.curve)


def tape_lines(recordings: Sequence[Recording]) -> Iterator[str]:
    """What each tape holds, trip by trip."""
    tapes: dict[str, list[Recording]] = {}
    for recording in recordings:
        tapes.setdefault(recording.tape, []).append(recording)
    for name, held in tapes.items():
        size = sum(r.bytes for r in held)
        yield f"{name}: {len(held)} value{'s' if len(held) > 1 else ''}, {size} bytes"
        shown = held if len(held) <= 12 else [*held[:8], None, *held[-3:]]
        for each in shown:
            yield "  ..." if each is None else f"  trip {_trips(each.trips)}: {value_text(each.value)}"


def _trips(trips: Sequence[int]) -> str:
    return ".".join(str(t + 1) for t in trips)


def ways_text(trace: Trace, found: Sequence[Way]) -> str:
    """The other ways to the derivative as a table."""
    lines = [["", *(f"d/d{name}" for name in trace.wrt), "error", ""]]
    for way in found:
        numbers = [value_text(s, 15) for s in way.slopes] or [""] * len(trace.wrt)
        error = f"{max(way.errors):.1e}" if way.errors else ""
        lines.append([way.name, *numbers, error, way.note])
    return "\n".join([columns(lines), *filter(None, [direction_note(trace)])])


def direction_note(trace: Trace) -> str:
    """What a derivative by an array means here."""
    arrays = [n for n, d in zip(trace.wrt, trace.directions, strict=True) if not isinstance(d, float)]
    return f"by {', '.join(arrays)}: along the direction in which each entry moves by 1" if arrays else ""


def explain(
    function: Callable[..., Any],
    *point: Any,
    detail: str = "normal",
    teach: bool = False,
    argnums: ArgNums | None = None,
    **keywords: Any,
) -> Explanation:
    """See the derivative of a function at a point.

    Args:
        function: the function.
        point: its arguments.
        detail: "brief", "normal" or "full"; or the names of sections, separated by commas.
        teach: whether the table has the translation rule beside each line.
        argnums: the arguments to differentiate by; by default all that hold a float.
        keywords: further arguments by name.

    Returns:
        a report: `print` it, or let a notebook show it. Its parts are attributes (`trace`, `graph`, `ways`, `curve`).

    Raises:
        BadArgument: there is no such section, or the arguments do not fit.
        GradscribeError: the function cannot be read.
    """
    sections = DETAIL.get(detail) or tuple(part.strip() for part in detail.split(","))
    unknown = [name for name in sections if name not in SECTIONS]
    if unknown:
        raise BadArgument(f"there is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    return Explanation(trace(function, *point, argnums=argnums, **keywords), sections, teach)
