"""Python text as coloured pieces. A piece is a class and a text; whoever shows them escapes the text."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator
from html import escape

Piece = tuple[str, str]
"""A class ("" for plain text) and a text."""

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>[rbfuRBFU]{0,2}(?:\"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\Z)|'''(?:\\.|[^\\])*?(?:'''|\Z)
        |"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))
    |(?P<number>(?<![\w.])(?:\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?j?|\.\d+(?:[eE][+-]?\d+)?j?))
    |(?P<name>[^\W\d]\w*)
    |(?P<rest>.)""",
    re.VERBOSE | re.DOTALL,
)
_BUILTINS = frozenset(dir(builtins))


def pieces(text: str) -> list[list[Piece]]:
    """The pieces of each line of a text."""
    lines: list[list[Piece]] = [[]]
    for kind, token in _tokens(text):
        first, *others = token.split("\n")
        _extend(lines[-1], kind, first)
        for other in others:
            lines.append([])
            _extend(lines[-1], kind, other)
    return lines


def _extend(line: list[Piece], kind: str, text: str) -> None:
    if not text:
        return
    if line and line[-1][0] == kind:
        line[-1] = (kind, line[-1][1] + text)
    else:
        line.append((kind, text))


def _tokens(text: str) -> Iterator[Piece]:
    defines = False
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        if kind == "name":
            yield ("def" if defines else _kind_of_name(token, text, match.start())), token
            defines = token in ("def", "class")
        elif kind in ("comment", "string", "number"):
            yield {"comment": "com", "string": "str", "number": "num"}[str(kind)], token
        else:
            yield "", token


def _kind_of_name(name: str, text: str, at: int) -> str:
    if keyword.iskeyword(name):
        return "kw"
    attribute = at > 0 and text[at - 1] == "."
    return "fn" if name in _BUILTINS and not attribute else ""


def html_of(text: str) -> str:
    """A text as HTML, for places that show no more than that."""
    lines = ["".join(_span(kind, piece) for kind, piece in line) for line in pieces(text)]
    return "\n".join(lines)


def _span(kind: str, text: str) -> str:
    return f'<span class="{kind}">{escape(text)}</span>' if kind else escape(text)
