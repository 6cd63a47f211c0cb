"""Which definition in the text of a file compiles to a given code object.

Positions and file names do not count, all else does. Bytecode depends on the functions and classes around a definition
and on the imports of its module, so the file is compiled as a whole, or, as notebooks do it, by statement.
"""

from __future__ import annotations
import __future__

import ast
import copy
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_SENTINEL = 1_000_000_000
_FUTURE = 0
for _feature in __future__.all_feature_names:
    _FUTURE |= getattr(__future__, _feature).compiler_flag
_ITERABLE_COROUTINE = 0x100  # set later, by types.coroutine

Compiled = list[tuple[Definition, types.CodeType]]


@dataclass
class ParsedFile:
    """A parsed file and what has been compiled of it so far.

    Args:
        listed: the lines as linecache has them: the same list as long as nothing has changed.
        tree: the module.
        definitions: by name, each with the statement of the module that it stands in.
    """

    listed: list[str]
    lines: tuple[str, ...]
    tree: ast.Module
    definitions: dict[str, list[tuple[Definition, ast.stmt]]]
    compiled: dict[tuple[object, ...], dict[str, Compiled]] = field(default_factory=dict)


def parse_file(listed: list[str]) -> ParsedFile:
    """Parse the lines of a file; raises what ast.parse raises."""
    tree = ast.parse("".join(listed))
    definitions: dict[str, list[tuple[Definition, ast.stmt]]] = {}
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, Definition):
                definitions.setdefault(_code_name(node), []).append((node, statement))
    return ParsedFile(listed, tuple(listed), tree, definitions)


def definition_of(code: types.CodeType, file: ParsedFile, namespace: dict[str, Any]) -> Definition | None:
    """The definition in `file` that compiles to `code`, the nearest if there are several; None if there is none."""
    for by_name in _ways_to_load(code, file, namespace):
        equal = [node for node, other in by_name.get(code.co_name, []) if _same_code(other, code)]
        if equal:
            return _nearest(equal, code)
    return None


def first_line(node: Definition) -> int:
    """The first line of the code of a definition: that of its first decorator."""
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return decorators[0].lineno if decorators else node.lineno


def _code_name(node: Definition) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def _nearest(equal: list[Definition], code: types.CodeType) -> Definition:
    """Equal code may stand in the text more than once; what differs is the place alone."""
    places = {(line, column) for line, _, column, _ in code.co_positions()}

    def distance(node: Definition) -> tuple[int, bool]:
        elsewhere = isinstance(node, ast.Lambda) and (node.body.lineno, node.body.col_offset) not in places
        return abs(first_line(node) - code.co_firstlineno), elsewhere

    return min(equal, key=distance)


# --- compiling, as it may have been compiled when it was loaded


def _ways_to_load(code: types.CodeType, file: ParsedFile, namespace: dict[str, Any]) -> Iterator[dict[str, Compiled]]:
    """As one module; as pytest loads a test module; statement by statement."""
    flags, is_lambda = code.co_flags & _FUTURE, code.co_name == "<lambda>"
    yield _compiled(file, file.tree, ("module", flags, is_lambda), flags, is_lambda)
    if "@pytest_ar" in namespace:
        rewritten = _with_asserts_rewritten(file)
        if rewritten is not None:
            yield _compiled(file, rewritten, ("pytest", flags, is_lambda), flags, is_lambda)
    candidates = sorted(
        file.definitions.get(code.co_name, []), key=lambda found: abs(first_line(found[0]) - code.co_firstlineno)
    )
    for statement in dict.fromkeys(statement for _, statement in candidates):
        key = (statement, flags, is_lambda)
        yield _compiled(file, ast.Module([statement], []), key, flags, is_lambda)


def _compiled(
    file: ParsedFile, module: ast.Module, key: tuple[object, ...], flags: int, is_lambda: bool
) -> dict[str, Compiled]:
    """The code of each definition, by name. Lambdas get a first line of their own while they are compiled, by which
    their code is known; named functions have one already, as two of one name never start on one line."""
    if key not in file.compiled:
        found = [node for several in file.definitions.values() for node, _ in several]
        lambdas = [node for node in found if isinstance(node, ast.Lambda)] if is_lambda else []
        with _told_apart(lambdas, len(file.lines)):
            names = {(_code_name(node), first_line(node)): node for node in found}
            code = _compile(module, file, flags)
        by_name: dict[str, Compiled] = {}
        for inner in () if code is None else _codes_in(code):
            node = names.get((inner.co_name, inner.co_firstlineno))
            if node is not None:
                by_name.setdefault(inner.co_name, []).append((node, inner))
        file.compiled[key] = by_name
    return file.compiled[key]


def _compile(module: ast.Module, file: ParsedFile, flags: int) -> types.CodeType | None:
    try:
        return compile(module, "", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    except RecursionError:  # Python 3.12 compiles deeper expressions from text than from a tree
        if module is not file.tree:
            return None
    try:
        return compile("".join(file.lines), "", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return None


@contextmanager
def _told_apart(lambdas: list[ast.Lambda], lines: int) -> Iterator[None]:
    """Move each lambda, with its body, to lines of its own. The lines of a body stay as far apart as they are: Python
    3.12 compiles a constant on the line of its `lambda` otherwise than one on the next."""
    kept = []
    for number, node in enumerate(lambdas):
        for part in (node, *_own_nodes(node.body)):
            kept.append((part, part.lineno, part.end_lineno))
            part.lineno += _SENTINEL + number * (lines + 1)
            part.end_lineno = (part.end_lineno or 0) + _SENTINEL + number * (lines + 1)
    try:
        yield
    finally:
        for part, first, last in reversed(kept):
            part.lineno, part.end_lineno = first, last


def _own_nodes(body: ast.expr) -> Iterator[ast.expr]:
    """The expressions of a lambda's body, without lambdas inside (these are moved on their own)."""
    waiting: list[ast.AST] = [body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.expr):
            yield node
        waiting.extend(ast.iter_child_nodes(node))


def _with_asserts_rewritten(file: ParsedFile) -> ast.Module | None:
    """The copy shares the lambdas with the original, as these are told apart by changing them."""
    rewriter = sys.modules.get("_pytest.assertion.rewrite")
    if rewriter is None:
        return None
    shared = {id(node): node for node in ast.walk(file.tree) if isinstance(node, ast.Lambda)}
    try:
        module: ast.Module = copy.deepcopy(file.tree, shared)
        rewriter.rewrite_asserts(module, "".join(file.lines).encode())
    except Exception:
        return None
    return module


def _codes_in(code: types.CodeType) -> Iterator[types.CodeType]:
    waiting = [code]
    while waiting:
        code = waiting.pop()
        yield code
        waiting.extend(c for c in code.co_consts if isinstance(c, types.CodeType))


# --- comparing

_COMPARED = (
    "co_code", "co_name", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount",
    "co_posonlyargcount", "co_kwonlyargcount", "co_exceptiontable",
)  # fmt: skip


def _same_code(one: types.CodeType, other: types.CodeType) -> bool:
    if any(getattr(one, part) != getattr(other, part) for part in _COMPARED):
        return False
    if (one.co_flags ^ other.co_flags) & ~_ITERABLE_COROUTINE:
        return False
    return _same_constant(one.co_consts, other.co_consts)


def _same_constant(one: Any, other: Any) -> bool:
    """0.0 is not -0.0, 1 is not True, nan is nan."""
    if type(one) is not type(other):
        return False
    if isinstance(one, types.CodeType):
        return _same_code(one, other)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_same_constant, one, other))
    if isinstance(one, frozenset):
        return {(type(x), repr(x)) for x in one} == {(type(x), repr(x)) for x in other}
    return repr(one) == repr(other)
