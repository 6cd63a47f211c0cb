"""Statements as text: a function with its docstring, comments, and the source lines that its statements cite."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from inspect import Parameter as Kind
from typing import Any

from ..errors import Location, UnsupportedSyntax
from ..ir.nodes import Parameter
from .expressions import Expressions
from .operators import BINARY
from .printer import INDENT, Level, fitted, text
from .statements import Comment

CITED_WIDTH = 100
"""The longest line with a citation."""
SHORTEST_CITATION = 16
_AUGMENTED = {type(node): f"{symbol}=" for symbol, node in BINARY.items()}


def function_text(name: str, parameters: list[str], doc: str | None, body: list[ast.stmt], *, cite: bool) -> str:
    """The text of a function.

    Args:
        name: its name.
        parameters: its parameters, printed.
        doc: its docstring.
        body: its statements.
        cite: whether statements behind the comment `reverse` name the source line that they come from.
    """
    check_names(body)
    body = sections(body)
    citations = _citations(body) if cite else {}
    lines = _signature(name, parameters)
    if doc:
        lines.append(f"{INDENT}{_docstring(doc)}")
    lines += _Layout(citations).block(body, INDENT) or [f"{INDENT}pass"]
    return "\n".join(lines) + "\n"


def check_names(body: list[ast.stmt]) -> None:
    """Refuse what is printed as a name and is none: text of the user's must not become code.

    Args:
        body: statements to be printed.
    """
    for node in (inner for statement in body for inner in ast.walk(statement)):
        for field in _NAMES.get(type(node), ()):
            name = getattr(node, field)
            if isinstance(name, str) and not all(map(str.isidentifier, name.split("."))):
                raise UnsupportedSyntax(
                    f"{name!r} is used as a name, and is none", hint="use names that are identifiers"
                )


_NAMES: dict[type, tuple[str, ...]] = {
    ast.Name: ("id",), ast.Attribute: ("attr",), ast.keyword: ("arg",), ast.arg: ("arg",),
    ast.alias: ("name", "asname"), ast.FunctionDef: ("name",),
}  # fmt: skip


def statement_text(statement: ast.stmt) -> str:
    """A simple statement on one line, however long."""
    return " ".join(line.strip() for line in _Layout({}).block([statement], ""))


def _signature(name: str, parameters: list[str]) -> list[str]:
    line = f"def {name}({', '.join(parameters)}):"
    if len(line) <= 88:
        return [line]
    return [f"def {name}(", *(f"{INDENT}{p}," for p in parameters), "):"]


def parameter_list(parameters: tuple[Parameter, ...], build: Expressions) -> list[str]:
    """The parameters of a `def`, with `/` and `*` where their kinds ask for them."""
    out: list[str] = []
    seen_star = False
    for k, parameter in enumerate(parameters):
        if parameter.kind is Kind.KEYWORD_ONLY and not seen_star:
            out.append("*")
        seen_star |= parameter.kind in (Kind.VAR_POSITIONAL, Kind.KEYWORD_ONLY)
        out.append(_parameter(parameter, build))
        following = parameters[k + 1].kind if k + 1 < len(parameters) else None
        if parameter.kind is Kind.POSITIONAL_ONLY and following is not Kind.POSITIONAL_ONLY:
            out.append("/")
    return out


def _parameter(parameter: Parameter, build: Expressions) -> str:
    stars = {Kind.VAR_POSITIONAL: "*", Kind.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    default = "" if parameter.default is None else f"={text(build.constant(parameter.default))}"
    return f"{stars}{parameter.var.hint}{default}"


def _docstring(doc: str) -> str:
    quoted = doc.replace("\\", "\\\\")
    if '"""' in quoted or quoted.endswith('"'):
        quoted = quoted.replace('"', '\\"')
    return f'"""{"".join(map(_printable, quoted))}"""'


def _printable(character: str) -> str:
    """A character of a docstring; one that is not to be seen (or might end a line) as its escape sequence."""
    if character.isprintable() or character in "\n\t":
        return character
    return character.encode("unicode_escape").decode()


def sections(body: list[ast.stmt]) -> list[ast.stmt]:
    """Without comments on what is not there, or is plain to see."""
    marks = [k for k, s in enumerate(body) if isinstance(s, Comment)]
    kept = [s for k, s in enumerate(body) if k not in marks or not _is_empty(body, k)]
    comments = [s for s in kept if isinstance(s, Comment)]
    compound = any(isinstance(s, (ast.For, ast.While, ast.If)) for s in kept)
    if len(comments) == 1 and not compound:
        kept.remove(comments[0])
    return kept


def _is_empty(body: list[ast.stmt], at: int) -> bool:
    behind = body[at + 1 :]
    return not behind or isinstance(behind[0], (Comment, ast.Return))


# ------------------------------------------------------------------ statements


class _Layout:
    """Prints statements.

    Args:
        citations: what is written behind a statement.
    """

    def __init__(self, citations: dict[ast.stmt, str]) -> None:
        self.citations = citations

    def block(self, body: list[ast.stmt], margin: str) -> list[str]:
        lines: list[str] = []
        for statement in body:
            made = _PRINT[type(statement)](self, statement, margin)
            cited = self.citations.get(statement)
            if cited is not None and made[0].strip() != cited:
                made[0] = _cited(made[0], cited)
            lines += made
        return lines

    def assign(self, node: ast.Assign, margin: str) -> list[str]:
        (target,) = node.targets
        level = Level.TUPLE if isinstance(target, ast.Tuple) else Level.TEST
        return fitted(f"{_bare(target)} = ", node.value, "", margin, level)

    def augment(self, node: ast.AugAssign, margin: str) -> list[str]:
        return fitted(f"{text(node.target)} {_AUGMENTED[type(node.op)]} ", node.value, "", margin)

    def expression(self, node: ast.Expr, margin: str) -> list[str]:
        return fitted("", node.value, "", margin)

    def give(self, node: ast.Return, margin: str) -> list[str]:
        return [f"{margin}return"] if node.value is None else fitted("return ", node.value, "", margin)

    def branch(self, node: ast.If, margin: str) -> list[str]:
        lines, word = [], "if"
        while True:
            lines += fitted(f"{word} ", node.test, ":", margin, Level.TEST)
            lines += self.block(node.body, margin + INDENT)
            if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
                break
            node, word = node.orelse[0], "elif"
        if node.orelse:
            lines += [f"{margin}else:", *self.block(node.orelse, margin + INDENT)]
        return lines

    def count(self, node: ast.For, margin: str) -> list[str]:
        head = fitted(f"for {_bare(node.target)} in ", node.iter, ":", margin)
        return head + self.block(node.body, margin + INDENT)

    def repeat(self, node: ast.While, margin: str) -> list[str]:
        return fitted("while ", node.test, ":", margin, Level.TEST) + self.block(node.body, margin + INDENT)

    def fail(self, node: ast.Raise, margin: str) -> list[str]:
        cause = f" from {text(node.cause)}" if node.cause else ""
        return fitted("raise ", node.exc, cause, margin, Level.TEST) if node.exc else [f"{margin}raise"]

    def require(self, node: ast.Assert, margin: str) -> list[str]:
        message = f", {text(node.msg)}" if node.msg else ""
        return fitted("assert ", node.test, message, margin, Level.TEST)

    def comment(self, node: Comment, margin: str) -> list[str]:
        return [f"{margin}# {node.text}"]

    def leave(self, node: ast.Break, margin: str) -> list[str]:
        return [f"{margin}break"]

    def nothing(self, node: ast.Pass, margin: str) -> list[str]:
        return [f"{margin}pass"]


_PRINT: dict[type[ast.stmt], Any] = {
    ast.Assign: _Layout.assign,
    ast.AugAssign: _Layout.augment,
    ast.Expr: _Layout.expression,
    ast.Return: _Layout.give,
    ast.If: _Layout.branch,
    ast.For: _Layout.count,
    ast.While: _Layout.repeat,
    ast.Raise: _Layout.fail,
    ast.Assert: _Layout.require,
    ast.Break: _Layout.leave,
    ast.Pass: _Layout.nothing,
    Comment: _Layout.comment,
}


def _bare(target: ast.expr) -> str:
    """A target, or several without parentheses."""
    return text(target, Level.TUPLE)


# ------------------------------------------------------------------ citations


def _citations(body: list[ast.stmt]) -> dict[ast.stmt, str]:
    """For the first of each run of statements of one source line: that line."""
    start = next((k for k, s in enumerate(body) if isinstance(s, Comment) and s.text == "reverse"), None)
    if start is None:
        start = -1
    found: dict[ast.stmt, str] = {}
    last: tuple[str, int] | None = None
    for statement in _simple(body[start + 1 :]):
        origin: Location | None = getattr(statement, "origin", None)
        if origin is None:
            continue
        source = _source(origin.text)
        if (origin.filename, origin.line) != last and source:
            found[statement] = source
        last = (origin.filename, origin.line)
    return found


def _source(line: str) -> str | None:
    """What a comment says of a source line: nothing of one that only opens a block, the start of one that goes on."""
    if line.endswith(":"):
        return None
    line = line.removeprefix("return ")
    return f"{line[:-1].rstrip()} ..." if line.endswith(("(", "[", "{")) else line


def _simple(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.If):
            yield from _simple(statement.body)
            yield from _simple(statement.orelse)
        elif isinstance(statement, (ast.For, ast.While)):
            yield from _simple(statement.body)
        elif not isinstance(statement, ast.Return):
            yield statement


def _cited(line: str, source: str) -> str:
    room = CITED_WIDTH - len(line) - len("  # ")
    if len(source) <= room:
        return f"{line}  # {source}"
    return f"{line}  # {source[: room - 3].rstrip()}..." if room >= SHORTEST_CITATION else line
