"""What notebooks show: derivatives with coloured source, traces as tables, reports in sections that fold."""

from __future__ import annotations

from html import escape

from .highlight import html_of
from .report import TITLES, Explanation
from .table import header, rows
from .trace import Trace

STYLE = (
    "<style>.gs pre{line-height:1.5}.gs .kw{color:#9a3412}.gs .str{color:#3f6212}.gs .num{color:#1d4ed8}"
    ".gs .com{color:#687076;font-style:italic}.gs .fn{color:#6d28d9}.gs .def{color:#0b6e4f;font-weight:600}"
    ".gs td,.gs th{text-align:left;font-family:monospace;white-space:pre}.gs summary{cursor:pointer;font-weight:600}"
    "@media(prefers-color-scheme:dark){.gs .kw{color:#f2a07b}.gs .str{color:#b5d67a}.gs .num{color:#8fb6ff}"
    ".gs .com{color:#98a1a9}.gs .fn{color:#c9a8ff}.gs .def{color:#5fd0a5}}</style>"
)


def code_html(text: str) -> str:
    """A text with its colours."""
    return f'{STYLE}<div class="gs"><pre>{html_of(text.rstrip())}</pre></div>'


def bundle_of_code(plain: str, text: str) -> dict[str, str]:
    """What a derivative shows: its source."""
    return {"text/plain": f"{plain}\n\n{text}", "text/html": code_html(text)}


def bundle_of_trace(trace: Trace) -> dict[str, str]:
    return {"text/plain": str(trace), "text/html": f'{STYLE}<div class="gs">{table_html(trace)}</div>'}


def table_html(trace: Trace, *, teach: bool = False) -> str:
    """The table of a run."""
    titles = [*header(trace), *(["tangent line", "adjoint lines"] if teach else [])]
    head = "".join(f"<th>{escape(t)}</th>" for t in titles)
    body = []
    for row in rows(trace, teach=teach):
        trip = ".".join(str(t + 1) for t in row.step.trips)
        cells = [str(row.step.line or ""), None, *row.cells]
        cells += ["; ".join(row.rule.tangent), "; ".join(row.rule.adjoint)] if teach else []
        text = f"<td>{html_of(row.text)}{f'  # trip {trip}' if trip else ''}</td>"
        body.append("<tr>" + "".join(text if c is None else f"<td>{escape(c)}</td>" for c in cells) + "</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def bundle_of_explanation(report: Explanation) -> dict[str, str]:
    parts = [f"<p><code>{escape(report.headline)}</code></p>"]
    for name in report.sections:
        shown = _section_html(report, name)
        if shown:
            is_open = " open" if name in ("source", "reverse", "table") else ""
            parts.append(f"<details{is_open}><summary>{escape(TITLES[name])}</summary>{shown}</details>")
    return {"text/plain": str(report), "text/html": f'{STYLE}<div class="gs">{"".join(parts)}</div>'}


def _section_html(report: Explanation, name: str) -> str:
    if name == "table":
        return table_html(report.trace, teach=report.teach)
    if name == "graph":
        return report.graph.svg()
    text = report.section(name)
    return f"<pre>{html_of(text)}</pre>" if text else ""
