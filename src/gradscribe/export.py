"""A derivative as a module of its own, that needs NumPy only (and what the user's function itself uses)."""

from __future__ import annotations

import ast
import hashlib
import inspect
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from . import checkpoints, runtime, runtime_scipy
from .differentiate.reverse import SEED_NAMES
from .errors import BadArgument
from .ir.nodes import Parameter
from .ir.primitives import External
from .ir.types import Array, Dict, Dim, FixedList, Scalar, Tuple, Type, does_otherwise
from .pipeline import Compiled
from .source.imports import arranged

_HELPERS = re.compile(r"from gradscribe\.(runtime|runtime_scipy|checkpoints) import (.*)")


def module_text(compiled: Compiled, primal: Callable[..., Any]) -> str:
    """The text of the module.

    Args:
        compiled: the derivative.
        primal: the function that it was made from, for the header.

    Raises:
        BadArgument: the function uses a value from outside that cannot be written down.
    """
    given, rest = _split(_guarded(compiled))
    _check_alone(given)
    found = [match for line in given if (match := _HELPERS.match(line))]
    helpers = _all_helpers(["check_kinds", *(name for match in found for name in match[2].split(", "))])
    imports = [line for line in given if not _HELPERS.match(line)]
    values = list(_bindings(compiled.written.externals))
    imports += [line for line in values if line.startswith(("import ", "from "))]
    imports += [line for name in helpers for line in _imports_of(name)]
    if helpers or any("np." in v for v in values):
        imports.append("import numpy as np")
    blocks = [_header(compiled, primal), "\n".join(arranged(imports))]
    blocks.append("\n".join(v for v in values if not v.startswith(("import ", "from "))))
    blocks += [_source_of_helper(name) for name in helpers]
    blocks.append("\n".join(rest).strip("\n"))
    return "\n\n".join(b for b in blocks[:3] if b) + "\n\n\n" + "\n\n\n".join(b for b in blocks[3:] if b) + "\n"


def _split(text: str) -> tuple[list[str], list[str]]:
    """The import statements at the top of a text, one a line, and all other lines."""
    lines = text.split("\n")
    nodes = [node for node in ast.parse(text).body if isinstance(node, (ast.Import, ast.ImportFrom))]
    places = {k for node in nodes for k in range(node.lineno - 1, (node.end_lineno or node.lineno))}
    return [ast.unparse(node) for node in nodes], [line for k, line in enumerate(lines) if k not in places]


def _check_alone(imports: Iterable[str]) -> None:
    """Refuse what only this package has, beside the helpers that are copied."""
    for line in imports:
        if line.startswith("from gradscribe.") and not _HELPERS.match(line):
            name = line.rpartition(" import ")[2].rpartition(" as ")[2]
            hint = 'save the derivative without jit="numba", which is written for NumPy alone'
            raise BadArgument(f"`{name}` of gradscribe's machine code cannot be written to a module", hint=hint)
        if line.startswith("import gradscribe"):
            raise BadArgument(f"`{line.split()[1]}` cannot be written to a module: it is read by gradscribe alone")


def _guarded(compiled: Compiled) -> str:
    """The text of the derivative, which looks at its arguments first: it was written for those of one call."""
    parameters = [p for p in compiled.program.parameters if p.var.hint not in SEED_NAMES]
    letters: dict[Any, str] = {}
    kinds = {p.var.hint: kind for p in parameters if (kind := _kind(p.var.type, letters)) is not None}
    text = compiled.written.text
    values = ", ".join(f"{name!r}: {name}" for name in kinds)
    check = [f"    check_kinds({kinds!r}, {{{values}}})"] if kinds else []
    main = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == compiled.program.name)
    if main.decorator_list:
        return _around(text, main, compiled.program.parameters, check)
    first = main.body[1] if ast.get_docstring(main, clean=False) is not None and len(main.body) > 1 else main.body[0]
    lines = text.split("\n")
    return "\n".join([*lines[: first.lineno - 1], *check, *lines[first.lineno - 1 :]])


def _around(text: str, main: ast.FunctionDef, parameters: Iterable[Parameter], check: list[str]) -> str:
    """Machine code that is called by a function which looks at the arguments, as it can only outside of machine code;
    numbers are what the code was made for, not integers."""
    text = text.replace(f"def {main.name}(", "def core(").rstrip("\n")
    given = ", ".join(f"float({p.var.hint})" if _is_float(p.var.type) else p.var.hint for p in parameters)
    head = f"def {main.name}({ast.unparse(main.args)}):"
    return "\n".join([text, "", "", head, *check, f"    return core({given})"])


def _is_float(type_: Type) -> bool:
    return isinstance(type_, Scalar) and type_.kind == "f" and type_.dtype in (None, "float64")


def _kind(type_: Type, letters: dict[Any, str]) -> Any:
    """What a value must be, as `runtime.check_kinds` takes it; None where it may be anything."""
    if isinstance(type_, Scalar):
        return "number"
    if isinstance(type_, Array):
        any_ = "any " if type_.home is not None and not does_otherwise(type_) else ""
        return f"{any_}{type_.dtype}[{', '.join(_length(d, letters) for d in type_.shape)}]"
    if isinstance(type_, Dict):
        return {key: _kind(item, letters) for key, item in zip(type_.keys, type_.items, strict=True)}
    if isinstance(type_, Tuple):
        return tuple(_kind(item, letters) for item in type_.items)
    return [_kind(item, letters) for item in type_.items] if isinstance(type_, FixedList) else None


def _length(dim: Dim, letters: dict[Any, str]) -> str:
    """1, or a letter: those of equal lengths are the same."""
    if dim.one:
        return "1"
    return letters.setdefault(dim.base if dim.base is not None else dim, f"n{len(letters)}")


def _header(compiled: Compiled, primal: Callable[..., Any]) -> str:
    text = compiled.written.text.encode()
    name = f"{getattr(primal, '__module__', '?')}.{getattr(primal, '__qualname__', primal)}"
    plain = "".join(c for c in name if c.isalnum() or c in "_.<>")
    what = f"{compiled.program.name}, generated by gradscribe from {plain}"
    return f'"""{what} ({hashlib.sha256(text).hexdigest()[:12]})."""'


def _all_helpers(names: Iterable[str]) -> list[str]:
    """These helpers, those that they call in front of them."""
    found: dict[str, None] = {}

    def add(name: str) -> None:
        for other in _names_in(getattr(_helper(name), "__code__", None)):
            called = getattr(_home_of(name), other, None)
            if other not in (name, *found) and (inspect.isfunction(called) or called is runtime.CheckFailed):
                add(other)
        found[name] = None

    for name in names:
        add(name.partition(" as ")[0])
    return list(found)


def _imports_of(name: str) -> Iterator[str]:
    """The imports that a helper needs, besides NumPy."""
    home, nodes = _home_of(name), ast.walk(ast.parse(_source_of_helper(name)))
    for other in {node.id for node in nodes if isinstance(node, ast.Name)}:
        value = getattr(home, other, None)
        if isinstance(value, types.ModuleType) and value is not np:
            yield f"import {value.__name__}" + ("" if value.__name__ == other else f" as {other}")
        elif inspect.isbuiltin(value):
            yield f"from {value.__module__} import {other}"


def _names_in(code: types.CodeType | None) -> list[str]:
    """The global names that a function mentions, also in what it defines."""
    if code is None:
        return []
    return [*code.co_names, *(n for c in code.co_consts if isinstance(c, types.CodeType) for n in _names_in(c))]


def _home_of(name: str) -> types.ModuleType:
    """The module of a helper."""
    return next(module for module in (runtime, runtime_scipy, checkpoints) if hasattr(module, name))


def _helper(name: str) -> Any:
    return getattr(_home_of(name), name)


def _source_of_helper(name: str) -> str:
    """The text of a helper without its annotations."""
    lines = inspect.getsource(_helper(name)).strip("\n").split("\n")
    for node in sorted(_annotated(ast.parse("\n".join(lines))), key=lambda n: (-n.lineno, -n.col_offset)):
        line = lines[node.end_lineno - 1]
        before = line[: node.col_offset].rstrip().removesuffix("->").removesuffix(":").rstrip()
        behind = line[node.end_col_offset :]
        in_call = behind.startswith(" = ") and isinstance(node, ast.expr) and getattr(node, "in_signature", False)
        lines[node.lineno - 1 : node.end_lineno] = [before + (behind.replace(" = ", "=", 1) if in_call else behind)]
    return "\n".join(lines)


def _annotated(tree: ast.AST) -> Iterator[Any]:
    """The annotations in a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation is not None:
            node.annotation.in_signature = True  # type: ignore[attr-defined]
            yield node.annotation
        elif isinstance(node, ast.FunctionDef) and node.returns is not None:
            yield node.returns
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield node.annotation


def _bindings(externals: Mapping[str, Any]) -> Iterator[str]:
    """Lines for each name that the text takes from outside."""
    for name, held in externals.items():
        value = held.read() if isinstance(held, External) else held
        yield from _binding(name, value).splitlines()


def _binding(name: str, value: Any) -> str:
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__} as {name}" if value.__name__ != name else f"import {name}"
    if type(value) is np.ndarray and value.dtype.kind in "biufc":
        return f"{name} = {_array(value)}"
    if isinstance(value, np.generic) and value.dtype.kind in "biufc":
        return f"{name} = np.{_type(value)}({_numbers(value.item())})"
    if type(value) in (int, float, complex, str, bool, type(None)):
        return f"{name} = {_numbers(value)}"
    found = _place(value)
    if found is None:
        raise BadArgument(f"{name} cannot be written to a module", hint="pass it as an argument")
    module, path = found
    head, _, rest = path.partition(".")
    if rest:
        return f"from {module} import {head} as {name}_home\n{name} = {name}_home.{rest}"
    return f"from {module} import {path}" + ("" if path == name else f" as {name}")


def _type(value: Any) -> str:
    """The name of a dtype, which NumPy 1 has too."""
    return "bool_" if value.dtype.kind == "b" else value.dtype.type.__name__


def _array(value: np.ndarray[Any, Any]) -> str:
    """An array of the same layout: sums go through entries in the order of memory."""
    written = f"np.array({_numbers(value.tolist())}, dtype=np.{_type(value)}"
    flags = value.flags
    written += ', order="F")' if flags.f_contiguous and not flags.c_contiguous else ")"
    return written if value.size else f"{written}.reshape({value.shape})"


def _place(value: Any) -> tuple[str, str] | None:
    """The module and the path under which anybody finds just this object."""
    owner = getattr(value, "__self__", None)  # of a method that stands in a module, as those of `random` do
    module = getattr(value, "__module__", None) or getattr(type(owner), "__module__", None)
    if not isinstance(module, str) or module == "__main__" or module not in sys.modules:
        return None
    for path in (getattr(value, "__qualname__", None), getattr(value, "__name__", None)):
        if isinstance(path, str) and all(map(str.isidentifier, (*module.split("."), *path.split(".")))):
            found: Any = sys.modules[module]
            for name in path.split("."):
                found = getattr(found, name, None)
            if found is value or ((inspect.ismethod(value) or inspect.isbuiltin(value)) and found == value):
                return module, path
    return None


def _numbers(value: Any) -> str:
    """A literal; nan and infinity have none of their own."""
    if isinstance(value, str):
        return repr(value)
    return re.sub(r"\b(nan|inf)", r"np.\1", repr(value)) if not isinstance(value, complex) else _complex(value)


def _complex(value: complex) -> str:
    return f"complex({_numbers(value.real)}, {_numbers(value.imag)})"
