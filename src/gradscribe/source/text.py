"""Function to text, and text to function.

The text that is found for a function is proved to be the text that runs: it is compiled, and the code objects are
compared. A file that has changed, several lambdas on one line, a notebook cell that was run again are told apart by
that one check. Nothing here knows what the text means, nor what becomes of it.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import itertools
import linecache
import sys
import threading
import types
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gast

from ..errors import Location, NoSource, StaleSource, UnsupportedSyntax
from ..process import deep_recursion
from .matching import Definition, ParsedFile, definition_of, first_line, parse_file

__all__ = ["FunctionSource", "location_of", "make_function", "read_source", "statement_of"]


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


_lock = threading.RLock()
_texts: dict[int, tuple[weakref.ref[types.CodeType], _Text]] = {}
_files: dict[str, ParsedFile] = {}
_FILES_KEPT = 16


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


def statement_of(function: types.FunctionType) -> tuple[str, int]:
    """The text of the statement of the module in which a function is defined, whole lines, and the line it begins on.

    Raises:
        NoSource, StaleSource: as `read_source`.
    """
    read_source(function)
    code = function.__code__
    with _lock:
        file = _parsed(code, function.__globals__)
        node = definition_of(code, file, function.__globals__)
        statement = next(s for found in file.definitions.values() for n, s in found if n is node)
    decorators = getattr(statement, "decorator_list", ())
    first = min([statement.lineno, *(d.lineno for d in decorators)])
    return "".join(file.lines[first - 1 : statement.end_lineno]), first


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
    found = definition_of(code, file, namespace)
    if found is not None:
        return _Text(_tree_of(found, code), code.co_filename, first_line(found), file.lines)
    raise StaleSource(
        f"the source of {code.co_qualname} is not what runs: {_difference(code, file)}",
        _head(code, file.lines),
        hint="import the module again (or run the cell again), so that text and code agree",
    )


def _difference(code: types.CodeType, file: ParsedFile) -> str:
    if code.co_name not in file.definitions:
        return f"{code.co_filename} defines no such function"
    return f"{code.co_filename} has changed since it was loaded, or the function was rewritten in memory"


def _head(code: types.CodeType, lines: tuple[str, ...]) -> Location:
    line = lines[code.co_firstlineno - 1].rstrip() if 0 < code.co_firstlineno <= len(lines) else ""
    column = len(line) - len(line.lstrip())
    return Location(code.co_filename, code.co_firstlineno, column, len(line), code.co_qualname, line.strip())


def _parsed(code: types.CodeType, namespace: dict[str, Any]) -> ParsedFile:
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
            _files[name] = parse_file(listed)
            for oldest in list(_files)[:-_FILES_KEPT]:
                del _files[oldest]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise StaleSource(
                f"the source of {code.co_qualname} is not what runs: {name} cannot be parsed ({error})",
                _head(code, tuple(listed)),
                hint="import the module again, so that text and code agree",
            ) from None
    return _files[name]


# --- the tree


def _tree_of(node: Definition, code: types.CodeType) -> gast.FunctionDef:
    unknown = [
        type(n).__name__ for n in ast.walk(node) if not hasattr(gast, type(n).__name__) and type(n) is not ast.arg
    ]
    if unknown:
        raise UnsupportedSyntax(f"{code.co_qualname} contains {unknown[0]}, which is not known here")
    with deep_recursion():
        tree = gast.ast_to_gast(node)
    if isinstance(tree, gast.Lambda):
        tree = _as_definition(tree)
    tree.decorator_list = []
    _spell_out_private_names(tree, code.co_qualname)
    return tree


def _as_definition(tree: gast.Lambda) -> gast.FunctionDef:
    result = gast.copy_location(gast.Return(value=tree.body), tree.body)
    definition = gast.FunctionDef(
        name="<lambda>",
        args=tree.args,
        body=[result],
        decorator_list=[],
        returns=None,
        type_comment=None,
        type_params=[],
    )
    return gast.copy_location(definition, tree)


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


def make_function(
    text: str, name: str, namespace: Mapping[str, Any], *, label: str, filename: str | None = None
) -> Callable[..., Any]:
    """Compile `text` and return the function `name` that it defines.

    Args:
        text: a module.
        name: what it defines.
        namespace: the globals that it sees, which are copied.
        label: how tracebacks call the text: `<gradscribe label 3>`.
        filename: a file that holds the text already, if there is one.

    Returns:
        The function. Tracebacks, pdb and inspect show its text, as long as it, or anything defined with it, lives.
    """
    if filename is not None:
        return _stored_function(text, name, namespace, filename)
    filename = f"<gradscribe {label} {next(_numbers)}>"
    code = compile(text, filename, "exec", dont_inherit=True)
    kept = _Kept()
    scope: dict[str, Any] = {
        "__name__": "gradscribe.generated",
        "__builtins__": builtins,
        **namespace,
        "__gradscribe_text__": kept,
    }
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    weakref.finalize(kept, linecache.cache.pop, filename, None).atexit = False
    exec(code, scope)
    return scope[name]


def _stored_function(text: str, name: str, namespace: Mapping[str, Any], filename: str) -> Callable[..., Any]:
    """What a file that holds the text defines, as a module of its own by the name of the file."""
    module = types.ModuleType(f"gradscribe_generated_{Path(filename).stem}")
    vars(module).update({"__file__": filename, **namespace})
    sys.modules[module.__name__] = module
    exec(compile(text, filename, "exec", dont_inherit=True), vars(module))
    return vars(module)[name]


def text_of_function(function: Callable[..., Any]) -> tuple[str, str, dict[str, Any]]:
    """What `make_function` made a function of: the text, the name, and the namespace without what the text defines."""
    scope, code = function.__globals__, function.__code__
    own = {name for name, value in scope.items() if getattr(value, "__globals__", None) is scope}
    namespace = {
        name: value
        for name, value in scope.items()
        if not name.startswith("__") and name not in own and not isinstance(value, types.ModuleType)
    }
    text = "".join(linecache.getlines(code.co_filename))
    imports = [a for n in ast.parse(text).body if isinstance(n, ast.Import) for a in n.names]
    known = {"__builtins__", *(a.asname or a.name.split(".")[0] for a in imports)}
    modules = {n: v for n, v in scope.items() if isinstance(v, types.ModuleType) and n not in known}
    return "".join(f"import {v.__name__} as {n}\n" for n, v in modules.items()) + text, code.co_name, namespace
