"""The explorer: one HTML file in which a function, its program and its derivatives stand side by side.

All variants (mode, arguments, optimised or not, each stage) are made here and put into the page as data; the page's
script shows and links them. Text of the user's gets into the page as data only, and is set as text.
"""

from __future__ import annotations

import base64
import hashlib
import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from .. import pipeline
from ..arguments import ArgNums, title
from ..errors import GradscribeError
from ..read.lower import Lowered
from ..signature import split
from .drawing import svg
from .figures import value_text
from .graph import graph
from .highlight import pieces
from .panes import Key, Pane, stage_panes
from .points import trace_somewhere
from .report import Explanation, direction_note
from .table import header, rows
from .trace import Trace

ROWS = 300
"""The most rows of a table."""
CHOICES = 6
"""The most single arguments to choose from."""


def explorer(
    functions: Sequence[Callable[..., Any]] | Callable[..., Any],
    point: Mapping[str, Any] | None = None,
    *,
    argnums: ArgNums | None = None,
    live: bool = False,
) -> str:
    """A page to explore derivatives in; it needs no network.

    Args:
        functions: a function, or several to choose from.
        point: values of arguments by name; what is missing is made up.
        argnums: the arguments to differentiate by; by default all that hold a float.
        live: whether the page asks its server for a newer version.

    Returns:
        the HTML text.
    """
    chosen = [functions] if callable(functions) else list(functions)
    if len(chosen) == 1:
        shown = [_Function(chosen[0], point or {}, argnums).data()]
    else:
        shown = [_Function(f, _own(point or {}, f), None).data() for f in chosen]
    name = shown[0]["name"] if len(shown) == 1 else "gradscribe"
    return page(name, {"functions": shown}, live=live)


def _own(point: Mapping[str, Any], function: Callable[..., Any]) -> dict[str, Any]:
    """The values that are for a function: those of arguments that it has."""
    return {n: v for n, v in point.items() if n in inspect.signature(function).parameters}


def page(name: str, data: Mapping[str, Any], *, live: bool = False) -> str:
    """The page around the data."""
    script, style, frame = (_asset(f"explorer.{ending}") for ending in ("js", "css", "html"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    connect = "'self'" if live else "'none'"
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; connect-src {connect}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    parts = {
        "TITLE": escape(f"{name} · gradscribe explorer"),
        "POLICY": escape(policy),
        "STYLE": style,
        "LIVE": "yes" if live else "no",
        "DATA": embedded(data),
        "SCRIPT": script,
    }
    for mark, text in parts.items():
        frame = frame.replace(f"@@{mark}@@", text, 1)
    return frame


def embedded(data: Any) -> str:
    """JSON that can stand inside a script element: nothing in it can end the element, or be markup."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("@", "\\u0040")


def _asset(name: str) -> str:
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")


def _without_gap(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One empty line behind the imports, where the text has two."""
    return [line for k, line in enumerate(lines) if line["t"] or not k or lines[k - 1]["t"]]


class _Function:
    """The data of one function."""

    def __init__(self, function: Callable[..., Any], point: Mapping[str, Any], argnums: ArgNums | None) -> None:
        self.function, self.point, self.argnums = function, point, argnums
        self.files: dict[str, int] = {}

    def data(self) -> dict[str, Any]:
        try:
            trace = trace_somewhere(self.function, self.point, argnums=self.argnums)
        except GradscribeError as refused:
            return {"name": title(self.function), "refused": str(refused)}
        return self._explained(trace)

    def _explained(self, trace: Trace) -> dict[str, Any]:
        report = Explanation(trace)
        return {
            "name": trace.name,
            "headline": report.headline,
            "gradient": list(self._gradient(trace)),
            "source": self._pane(report.source),
            "ssa": self._pane(report.program),
            "choices": list(self._choices(trace)),
            "table": self._table(trace),
            "graph": svg(graph(trace), lambda place: self._key((place.filename, place.line))),
            "ways": [
                [w.name, [value_text(s, 15) for s in w.slopes], max(w.errors, default=-1), w.note] for w in report.ways
            ],
            "missing": list(trace.missing),
            "note": direction_note(trace),
        }

    def _gradient(self, trace: Trace) -> Iterator[list[str]]:
        for name, part in zip(trace.wrt, trace.gradient or trace.slopes, strict=False):
            yield [name, value_text(part, 10)]

    def _key(self, key: Key) -> str:
        return f"{self.files.setdefault(key[0], len(self.files))}.{key[1]}"

    def _pane(self, pane: Pane) -> dict[str, Any]:
        lines = [
            {"t": coloured, "k": [self._key(k) for k in line.keys], **({"n": line.number} if line.number else {})}
            | ({"v": line.value} if line.value else {})
            for line, coloured in zip(pane.lines, pieces(pane.text), strict=True)
        ]
        return {"name": pane.name, "title": pane.title, "lines": _without_gap(lines)}

    # variants ------------------------------------------------------------------------------------------------------

    def _choices(self, trace: Trace) -> Iterator[dict[str, Any]]:
        """For all arguments together, and for each alone, both modes with their stages."""
        single = [(n,) for n in trace.wrt[:CHOICES]] if len(trace.wrt) > 1 else []
        kinds, static = split(trace.point)
        for wrt in [trace.wrt, *single]:
            lowered = pipeline.read(self.function, kinds, static, wrt, trace.settings)
            yield {"wrt": list(wrt), "modes": {mode: self._mode(lowered, mode, wrt) for mode in ("forward", "reverse")}}

    def _mode(self, lowered: Lowered, mode: str, wrt: tuple[str, ...]) -> dict[str, Any]:
        try:
            return {
                "plain": [self._pane(p) for p in self._stages(lowered, mode, wrt, False)],
                "optimised": [self._pane(p) for p in self._stages(lowered, mode, wrt, True)],
            }
        except GradscribeError as refused:
            return {"refused": str(refused)}

    def _stages(self, lowered: Lowered, mode: str, wrt: tuple[str, ...], optimize: bool) -> list[Pane]:
        return stage_panes(self.function, lowered, mode, wrt, optimize=optimize)

    # the run -------------------------------------------------------------------------------------------------------

    def _table(self, trace: Trace) -> dict[str, Any]:
        every = rows(trace, teach=True)
        shown = [
            {
                "trip": ".".join(str(t + 1) for t in row.step.trips),
                "line": row.step.line or "",
                "text": pieces(row.text)[0],
                "cells": list(row.cells),
                "rule": ["; ".join(row.rule.tangent), "; ".join(row.rule.adjoint)],
                "k": [self._key((row.step.place.filename, row.step.line))] if row.step.place else [],
                "v": row.step.name,
            }
            for row in every[:ROWS]
        ]
        return {"header": list(header(trace)), "rows": shown, "more": max(len(every) - ROWS, 0)}
