"""The places of a source file where a small mistake could be made, and the file with that mistake."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_OPPOSITE: dict[type, type] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_ORDERED = (ast.Sub, ast.Div, ast.Pow, ast.MatMult)
_ACCUMULATES = ("add", "add_item", "to_shadow")


@dataclass(frozen=True)
class Mutant:
    """One mistake.

    Args:
        what: in words.
        line: where.
        text: the whole file with it.
    """

    what: str
    line: int
    text: str


def mutants(text: str) -> Iterator[Mutant]:
    """Every mistake that is tried in a file: a changed sign or operator, swapped operands, a constant, an accumulation
    that is left out, a sequence that is not reversed. All other lines stay where they are."""
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in _outside_of_strings(ast.parse(text)):
        for what, change in _changes(node):
            again = copy.deepcopy(node)
            change(again)
            yield Mutant(what, node.lineno, _spliced(text.encode(), starts, node, again))  # type: ignore[attr-defined]


def _outside_of_strings(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes whose places in the text are known: not those inside of f-strings."""
    todo = [tree]
    while todo:
        node = todo.pop(0)
        yield node
        todo += [] if isinstance(node, ast.JoinedStr) else ast.iter_child_nodes(node)


def _spliced(text: bytes, starts: list[int], node: ast.AST, instead: ast.AST) -> str:
    """The text with a node replaced."""
    first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
    begin, end = starts[first - 1] + node.col_offset, starts[last - 1] + node.end_col_offset  # type: ignore[attr-defined]
    made = ast.unparse(ast.fix_missing_locations(instead))
    if isinstance(node, ast.expr):
        made = f"({made}{chr(10) * (last - first)})"
    return (text[:begin] + made.encode() + text[end:]).decode()


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[ast.AST], None]]]:
    if isinstance(node, ast.BinOp):
        if type(node.op) in _OPPOSITE and not isinstance(node.left, ast.Constant | ast.JoinedStr):
            yield f"{type(node.op).__name__} -> {_OPPOSITE[type(node.op)].__name__}", _other_operator
        if isinstance(node.op, _ORDERED):
            yield f"operands of {type(node.op).__name__} swapped", _swapped
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "minus dropped", _without_minus
    elif isinstance(node, ast.Constant) and type(node.value) is float and node.value in (0.5, 2.0):
        yield f"{node.value} -> 3.0", lambda n: setattr(n, "value", 3.0)
    elif isinstance(node, ast.Expr) and _accumulates(node.value):
        yield "accumulation dropped", lambda n: setattr(n, "value", ast.Constant(None))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reversed":
        yield "not reversed", lambda n: setattr(n, "func", ast.Name("list", ast.Load()))


def _accumulates(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ACCUMULATES


def _other_operator(node: ast.AST) -> None:
    assert isinstance(node, ast.BinOp)
    node.op = _OPPOSITE[type(node.op)]()


def _swapped(node: ast.AST) -> None:
    assert isinstance(node, ast.BinOp)
    node.left, node.right = node.right, node.left


def _without_minus(node: ast.AST) -> None:
    assert isinstance(node, ast.UnaryOp)
    node.op = ast.UAdd()
