"""Which statements of the user each line of a printed text comes from."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ..errors import Location
from . import Written
from .statements import Comment


def places(written: Written) -> dict[int, tuple[Location, ...]]:
    """Line of the text (from 1) -> the statements that what stands there comes from, in order of their lines.

    Args:
        written: the text and its trees; nothing is known of a text that comes without them.
    """
    if not written.bodies:
        return {}
    found: dict[int, tuple[Location, ...]] = {}
    printed = [n for n in ast.parse(written.text).body if isinstance(n, ast.FunctionDef)]
    for function, body in zip(printed, written.bodies, strict=True):
        own = function.body[1:] if ast.get_docstring(function) is not None else function.body
        pairs = zip(_in_order(own), _in_order(body), strict=False)
        for there, made in pairs:
            last = there.body[0].lineno - 1 if isinstance(there, _COMPOUND) else there.end_lineno or there.lineno
            for line in range(there.lineno, max(last, there.lineno) + 1):
                found[line] = _origins(made)
    return found


_COMPOUND = (ast.If, ast.For, ast.While)


def _in_order(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a body and of those inside, as they stand in the text."""
    for statement in body:
        if isinstance(statement, Comment):
            continue
        yield statement
        if isinstance(statement, _COMPOUND):
            yield from _in_order(statement.body)
            yield from _in_order(statement.orelse)


def _origins(statement: ast.stmt) -> tuple[Location, ...]:
    found: dict[tuple[str, int], Location] = {}
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        origin: Location | None = getattr(node, "origin", None)
        if origin is not None:
            found.setdefault((origin.filename, origin.line), origin)
        todo += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
    return tuple(found[key] for key in sorted(found))
