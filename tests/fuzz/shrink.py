"""Makes a program smaller while its verdict stays: delete statements, unwrap blocks, simplify expressions."""

from __future__ import annotations

import ast
import copy
import time
import warnings
from collections.abc import Callable, Iterator

SIMPLE = (ast.Constant, ast.Name)


def shrink(text: str, interesting: Callable[[str], bool], seconds: float = 60.0) -> str:
    """The smallest text found for which `interesting` holds.

    Args:
        text: a module for which it holds.
        interesting: whether a smaller text still shows what is wanted.
        seconds: when to stop trying.
    """
    end = time.monotonic() + seconds
    best = ast.unparse(ast.parse(text)) + "\n"
    again = True
    while again and time.monotonic() < end:
        again = False
        for edits in (_statements, _arguments, _expressions):
            smaller = _first(best, edits, interesting, end)
            while smaller is not None:
                best, again = smaller, True
                smaller = _first(best, edits, interesting, end)
    return best


Edits = Callable[[ast.Module], Iterator[ast.Module]]


def _first(text: str, edits: Edits, interesting: Callable[[str], bool], end: float) -> str | None:
    for tree in edits(ast.parse(text)):
        if time.monotonic() > end:
            return None
        smaller = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        if _parses(smaller) and _size(smaller) < _size(text) and interesting(smaller):
            return smaller
    return None


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<smaller>", "exec")
    except SyntaxError:
        return False
    return True


def _size(text: str) -> tuple[int, int]:
    nodes = list(ast.walk(ast.parse(text)))
    return sum(isinstance(node, ast.stmt) for node in nodes), len(nodes) * 1000 + len(text)


def _statements(tree: ast.Module) -> Iterator[ast.Module]:
    """Without one statement, or with one compound statement replaced by a part of it."""
    for k, node in enumerate(ast.walk(tree)):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if not isinstance(block, list):
                continue
            for j, statement in enumerate(block):
                if isinstance(node, ast.Module) and (_is_f(statement) or isinstance(statement, ast.Assign)):
                    continue
                yield _with_block(tree, k, name, j, [])
                for part in _parts(statement):
                    yield _with_block(tree, k, name, j, part)


def _is_f(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef) and statement.name == "f"


def _parts(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(statement, (ast.If, ast.For, ast.While)):
        first = [ast.Assign([statement.target], ast.Constant(1), lineno=0)] if isinstance(statement, ast.For) else []
        yield [*first, *statement.body]
        if statement.orelse:
            yield statement.orelse
            without = copy.copy(statement)
            without.orelse = []
            yield [without]
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        yield [ast.Assign([statement.target], statement.value, lineno=0)]


def _with_block(tree: ast.Module, k: int, name: str, j: int, part: list[ast.stmt]) -> ast.Module:
    made = copy.deepcopy(tree)
    node = _nth(made, k)
    block = getattr(node, name)
    block[j : j + 1] = copy.deepcopy(part)
    if not block and name == "body":
        block.append(ast.Pass())
    return made


def _nth(tree: ast.Module, k: int) -> ast.AST:
    return next(node for position, node in enumerate(ast.walk(tree)) if position == k)


def _arguments(tree: ast.Module) -> Iterator[ast.Module]:
    """Without one parameter of `f`."""
    (f,) = (s for s in tree.body if _is_f(s))
    assert isinstance(f, ast.FunctionDef)
    for j in range(len(f.args.args)):
        made = copy.deepcopy(tree)
        (g,) = (s for s in made.body if _is_f(s))
        assert isinstance(g, ast.FunctionDef)
        del g.args.args[j]
        for statement in made.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Tuple):
                del statement.value.elts[j]
        yield made


def _expressions(tree: ast.Module) -> Iterator[ast.Module]:
    """With one expression replaced by a part of it or by a constant."""
    for k, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "ARGS" for t in node.targets):
            continue
        for name, value in ast.iter_fields(node):
            if name == "func":
                continue
            places = (
                [(None, value)] if isinstance(value, ast.expr) else enumerate(value) if isinstance(value, list) else []
            )
            for j, child in places:
                if not isinstance(child, ast.expr) or isinstance(getattr(child, "ctx", None), ast.Store):
                    continue
                for smaller in _smaller(child):
                    yield _with_expression(tree, k, name, j, smaller)


def _smaller(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, SIMPLE):
        if (
            isinstance(node, ast.Constant)
            and node.value not in (1, 2, 1.0, 2.0, True)
            and isinstance(node.value, (int, float))
        ):
            yield ast.Constant(type(node.value)(1))
        return
    called = node.func if isinstance(node, ast.Call) else None
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and child is not called:
            yield child
    yield ast.Constant(1.0)
    if isinstance(node, ast.Compare):
        yield ast.Constant(True)
        yield ast.Constant(False)


def _with_expression(tree: ast.Module, k: int, name: str, j: int | None, smaller: ast.expr) -> ast.Module:
    made = copy.deepcopy(tree)
    node = _nth(made, k)
    if j is None:
        setattr(node, name, copy.deepcopy(smaller))
    else:
        getattr(node, name)[j] = copy.deepcopy(smaller)
    return made
