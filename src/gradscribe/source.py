"""Function to text, and text to function.

The text that is found for a function is proved to be the text that runs: it is compiled, and the code objects are
compared. A file that has changed, several lambdas on one line, a notebook cell that was run again are told apart by
that one check. Nothing here knows what the text means, nor what becomes of it.
"""

from __future__ import annotations

import __future__
import ast
import builtins
import copy
import inspect
import itertools
import linecache
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import gast

from .errors import Location, NoSource, StaleSource, UnsupportedSyntax

__all__ = ["FunctionSource", "location_of", "make_function", "read_source"]

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class FunctionSource:
    """A function and its text.

    Args:
        tree: the definition, without its decorators, positions as in the file; a lambda is a definition whose body is
            one `return`. Private names (`__x` in a class) are spelled out. It is shared: do not change it.
        filename: where the text is; linecache knows it.
        first_line: the line of the definition (of its first decorator, if there is one).
        lines: all lines of the file.
        globals: the function's own, live.
        cells: the cells of its free variables, live.
        defaults: the values of parameters that have a default.
        signature: what it accepts, whatever `__wrapped__` or `__signature__` claim.
        qualname: the name in the source, with the classes and functions around it.
        local_names: all names that are local to it, those that only dead code binds included.
    """

    tree: gast.FunctionDef
    filename: str
    first_line: int
    lines: tuple[str, ...]
    globals: dict[str, Any]
    cells: dict[str, types.CellType]
    defaults: dict[str, Any]
    signature: inspect.Signature
    qualname: str
    local_names: frozenset[str]


@dataclass(frozen=True)
class _Text:
    """What depends on the code of a function alone."""

    tree: gast.FunctionDef
    filename: str
    first_line: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class _File:
    """A parsed file: its definitions by name, each with the statement of the module that it stands in."""

    listed: list[str]
    lines: tuple[str, ...]
    definitions: dict[str, list[tuple[Definition, ast.stmt]]]


_lock = threading.RLock()
_texts: dict[int, tuple[weakref.ref[types.CodeType], _Text]] = {}
_files: dict[str, _File] = {}
_FILES_KEPT = 16
_FLAGS = 0
for _feature in __future__.all_feature_names:
    _FLAGS |= getattr(__future__, _feature).compiler_flag
_SENTINEL = 1_000_000_000


def read_source(function: Callable[..., Any]) -> FunctionSource:
    """The parsed source of `function`, verified to be what runs.

    Args:
        function: a Python function (or a bound method: its function). Wrappers are taken as they are: what
            `functools.wraps` says about them is not followed.

    Returns:
        Its text and all that the text refers to.

    Raises:
        NoSource: it is not a Python function, or its text cannot be found.
        StaleSource: the text is there, but is not that of the code that runs.
    """
    function = getattr(function, "__func__", function) if isinstance(function, types.MethodType) else function
    if not isinstance(function, types.FunctionType):
        raise NoSource(f"{_shown(function)} is not a Python function: it has no source", hint=_remedy(function))
    code = function.__code__
    text = _text(code, function.__globals__)
    signature = _signature(function)
    return FunctionSource(
        text.tree,
        text.filename,
        text.first_line,
        text.lines,
        function.__globals__,
        dict(zip(code.co_freevars, function.__closure__ or (), strict=True)),
        {name: p.default for name, p in signature.parameters.items() if p.default is not p.empty},
        signature,
        code.co_qualname,
        frozenset(code.co_varnames + code.co_cellvars),
    )


def location_of(node: gast.AST, source: FunctionSource) -> Location:
    """The place of a node of `source.tree` (or of one that copies its position): on the first of its lines."""
    line = source.lines[node.lineno - 1] if 0 < node.lineno <= len(source.lines) else ""
    line = line.rstrip("\r\n")
    column = _characters(line, node.col_offset)
    one_line = node.end_lineno == node.lineno and node.end_col_offset is not None
    end = _characters(line, node.end_col_offset) if one_line else len(line.rstrip())
    text = line[column:end] if isinstance(node, gast.stmt) else line
    return Location(source.filename, node.lineno, column, end, source.qualname, text.strip())


def _characters(line: str, offset: int) -> int:
    """Offsets in the tree count bytes of UTF-8."""
    return offset if line.isascii() else len(line.encode()[:offset].decode(errors="ignore"))


def _shown(value: object) -> str:
    return getattr(value, "__qualname__", None) or repr(value)


def _remedy(value: object) -> str:
    return "pass a function that calls it: lambda x: g(x)" if callable(value) else "pass a function"


def _signature(function: types.FunctionType) -> inspect.Signature:
    """inspect.signature believes `__signature__` and `__wrapped__`; the code that runs does not."""
    plain = types.FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    plain.__kwdefaults__ = function.__kwdefaults__
    plain.__annotations__ = function.__annotations__
    return inspect.signature(plain)


# --- finding the text of a code object


def _text(code: types.CodeType, namespace: dict[str, Any]) -> _Text:
    """Remembered by identity: code objects of different files may be equal."""
    with _lock:
        known = _texts.get(id(code))
        if known is not None and known[0]() is code:
            return known[1]
        text = _find(code, namespace)
        key = id(code)
        _texts[key] = (weakref.ref(code, lambda _: _texts.pop(key, None)), text)
        return text


def _find(code: types.CodeType, namespace: dict[str, Any]) -> _Text:
    file = _parsed(code, namespace)
    candidates = file.definitions.get(code.co_name, [])
    for statement in _nearest_statements(candidates, code.co_firstlineno):
        inside = [d for d, outer in candidates if outer is statement]
        found = _matching(code, inside, statement, namespace)
        if found is not None:
            return _Text(_tree_of(found, code), code.co_filename, _first_line(found), file.lines)
    raise StaleSource(
        f"the source of {code.co_qualname} is not what runs: {_difference(code, candidates)}",
        _head(code, file.lines),
        hint="import the module again (or run the cell again), so that text and code agree",
    )


def _difference(code: types.CodeType, candidates: list[tuple[Definition, ast.stmt]]) -> str:
    if not candidates:
        return f"{code.co_filename} defines no such function"
    return f"{code.co_filename} has changed since it was loaded, or the function was rewritten in memory"


def _head(code: types.CodeType, lines: tuple[str, ...]) -> Location:
    line = lines[code.co_firstlineno - 1].rstrip() if 0 < code.co_firstlineno <= len(lines) else ""
    column = len(line) - len(line.lstrip())
    return Location(code.co_filename, code.co_firstlineno, column, len(line), code.co_qualname, line.strip())


def _parsed(code: types.CodeType, namespace: dict[str, Any]) -> _File:
    name = code.co_filename
    linecache.checkcache(name)
    listed = linecache.getlines(name, namespace)
    if not listed:
        raise NoSource(
            f"the source of {code.co_qualname} cannot be found: there is no text of {name}",
            hint="define it in a file or a notebook cell; what exec() runs needs its text in linecache",
        )
    if name not in _files or _files[name].listed is not listed:
        try:
            _files[name] = _index(listed)
            for oldest in list(_files)[:-_FILES_KEPT]:
                del _files[oldest]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise StaleSource(
                f"the source of {code.co_qualname} is not what runs: {name} cannot be parsed ({error})",
                _head(code, tuple(listed)),
                hint="import the module again, so that text and code agree",
            ) from None
    return _files[name]


def _index(listed: list[str]) -> _File:
    tree = ast.parse("".join(listed))
    definitions: dict[str, list[tuple[Definition, ast.stmt]]] = {}
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, Definition):
                definitions.setdefault(_code_name(node), []).append((node, statement))
    return _File(listed, tuple(listed), definitions)


def _code_name(node: Definition) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def _first_line(node: Definition) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return decorators[0].lineno if decorators else node.lineno


def _nearest_statements(candidates: list[tuple[Definition, ast.stmt]], line: int) -> Iterable[ast.stmt]:
    """The statements that hold candidates, those first that hold one at the line where it should be: lines above may
    have come or gone since."""
    ordered = sorted(candidates, key=lambda c: abs(_first_line(c[0]) - line))
    return dict.fromkeys(statement for _, statement in ordered)


# --- is it what runs?


def _matching(
    code: types.CodeType, candidates: list[Definition], statement: ast.stmt, namespace: dict[str, Any]
) -> Definition | None:
    """The candidate inside a statement of the module that compiles to `code`. It is compiled where it stands, since
    bytecode depends on the functions and classes around it."""
    for module in _as_loaded(statement, namespace):
        with _told_apart(candidates) as by_line:
            try:
                compiled = compile(module, code.co_filename, "exec", code.co_flags & _FLAGS, dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError):
                continue
        equal = [c for c in _codes(compiled) if c.co_name == code.co_name and _same_code(c, code)]
        found = [by_line[c.co_firstlineno] for c in equal if c.co_firstlineno in by_line]
        if found:
            return _best(found, code)
    return None


def _best(found: list[Definition], code: types.CodeType) -> Definition:
    """Equal code may stand in the text more than once; what differs is the place alone."""
    places = {(line, column) for line, _, column, _ in code.co_positions()}

    def distance(node: Definition) -> tuple[int, bool]:
        elsewhere = isinstance(node, ast.Lambda) and (node.body.lineno, node.body.col_offset) not in places
        return abs(_first_line(node) - code.co_firstlineno), elsewhere

    return min(found, key=distance)


@contextmanager
def _told_apart(candidates: list[Definition]) -> Iterator[dict[int, Definition]]:
    """Lambdas get a first line of their own while they are compiled, by which their code is known; named functions
    have one already, as two of one name never start on one line."""
    lambdas = [c for c in candidates if isinstance(c, ast.Lambda)]
    kept = [(n.lineno, n.col_offset, n.end_lineno, n.end_col_offset) for n in lambdas]
    for number, node in enumerate(lambdas):
        node.lineno = node.end_lineno = _SENTINEL + number
        node.col_offset = node.end_col_offset = 0
    try:
        yield {_first_line(c): c for c in candidates}
    finally:
        for node, place in zip(lambdas, kept, strict=True):
            node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = place


def _as_loaded(statement: ast.stmt, namespace: dict[str, Any]) -> Iterator[ast.Module]:
    """The statement as a module of its own; and as pytest rewrites its `assert`s, in a test module."""
    yield ast.Module([statement], [])
    rewriter = sys.modules.get("_pytest.assertion.rewrite")
    if "@pytest_ar" in namespace and rewriter is not None:
        # a copy that shares the lambdas, as these are told apart by changing them
        shared = {id(node): node for node in ast.walk(statement) if isinstance(node, ast.Lambda)}
        try:
            module = ast.Module([copy.deepcopy(statement, shared)], [])  # type: ignore[arg-type]
            rewriter.rewrite_asserts(module, ast.unparse(statement).encode())
        except Exception:  # not a documented function of pytest: without it the source counts as stale
            return
        yield module


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    waiting = [code]
    while waiting:
        code = waiting.pop()
        yield code
        waiting.extend(c for c in code.co_consts if isinstance(c, types.CodeType))


_COMPARED = (
    "co_code", "co_name", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_flags", "co_argcount",
    "co_posonlyargcount", "co_kwonlyargcount", "co_exceptiontable",
)  # fmt: skip


def _same_code(one: types.CodeType, other: types.CodeType) -> bool:
    """Whether two code objects do the same: all but file names and positions."""
    if any(getattr(one, field) != getattr(other, field) for field in _COMPARED):
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


# --- the tree


def _tree_of(node: Definition, code: types.CodeType) -> gast.FunctionDef:
    unknown = [type(n).__name__ for n in ast.walk(node) if not hasattr(gast, type(n).__name__) and type(n) is not ast.arg]
    if unknown:
        raise UnsupportedSyntax(f"{code.co_qualname} contains {unknown[0]}, which is not known here")
    with _deep_recursion():
        tree = gast.ast_to_gast(node)
    if isinstance(tree, gast.Lambda):
        tree = _as_definition(tree)
    tree.decorator_list = []
    _spell_out_private_names(tree, code.co_qualname)
    return tree


def _as_definition(tree: gast.Lambda) -> gast.FunctionDef:
    result = gast.copy_location(gast.Return(value=tree.body), tree.body)
    definition = gast.FunctionDef(
        name="<lambda>", args=tree.args, body=[result], decorator_list=[], returns=None, type_comment=None, type_params=[]
    )
    return gast.copy_location(definition, tree)


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """gast converts recursively; a chain of 300 `elif`s is deeper than the usual limit. No C stack is used."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 100_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _spell_out_private_names(tree: gast.FunctionDef, qualname: str) -> None:
    """`__x` inside a class is `_Class__x`; the innermost class is the part of the qualified name before the last that
    no `<locals>` follows."""
    owner = _owner(qualname)
    if owner is None:
        return
    waiting: list[gast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for field in ("id", "attr", "name", "rest", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                setattr(node, field, _spelled_out(value, owner))
        if isinstance(node, gast.Global | gast.Nonlocal):
            node.names = [_spelled_out(name, owner) for name in node.names]
        if not isinstance(node, gast.ClassDef):
            waiting.extend(gast.iter_child_nodes(node))


def _owner(qualname: str) -> str | None:
    parts = qualname.split(".")
    for part, following in zip(parts[-2::-1], parts[:0:-1], strict=True):
        if part != "<locals>" and following != "<locals>":
            return part.lstrip("_") or None
    return None


def _spelled_out(name: str, owner: str) -> str:
    private = name.startswith("__") and not name.endswith("__") and "." not in name
    return f"_{owner}{name}" if private else name


# --- text to function

_numbers = itertools.count(1)


class _Kept:
    """Lives in the namespace of generated code, and so as long as any function of it; its end drops the text."""


def make_function(text: str, name: str, namespace: Mapping[str, Any], *, label: str) -> Callable[..., Any]:
    """Compile `text` and return the function `name` that it defines.

    Args:
        text: a module.
        name: what it defines.
        namespace: the globals that it sees, which are copied.
        label: how tracebacks call the text: `<gradscribe label 3>`.

    Returns:
        The function. Tracebacks, pdb and inspect show its text, as long as it, or anything defined with it, lives.
    """
    filename = f"<gradscribe {label} {next(_numbers)}>"
    code = compile(text, filename, "exec", dont_inherit=True)
    kept = _Kept()
    scope = {"__name__": "gradscribe.generated", "__builtins__": builtins, **namespace, "__gradscribe_text__": kept}
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    weakref.finalize(kept, linecache.cache.pop, filename, None).atexit = False
    exec(code, scope)
    return scope[name]  # type: ignore[no-any-return]
