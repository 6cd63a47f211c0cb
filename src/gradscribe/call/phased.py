"""A gradient in phases, each of which goes through the rows of the data once: how it is compiled, and written."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from .. import pipeline
from ..arguments import title
from ..differentiate.phases import Phase, phases
from ..errors import UnsupportedCall
from ..failures import compiling
from ..ir.nodes import Var
from ..ir.types import Array, Type, leaves
from ..settings import Settings
from ..simplify import simplify
from ..source.text import make_function
from ..write import Written

_WIDTH = 88
_INDENT = "    "


def compile_phases(
    function: Callable[..., Any],
    kinds: Mapping[str, Type],
    static: Mapping[str, object],
    wrt: Sequence[str],
    rows: Collection[str],
    *,
    check: Callable[[Type, Callable[..., Any]], None],
    settings: Settings | None = None,
    has_aux: bool = False,
    **options: Any,
) -> pipeline.Compiled:
    """A gradient as a function that runs one phase after the other.

    Args:
        function, kinds, static, wrt, check, settings, has_aux, options: as for `pipeline.compile_derivative`.
        rows: the names of the lengths that count rows of data.
    """
    with compiling(function):
        lowered = pipeline.read(function, kinds, static, wrt, settings)
        check(pipeline.value_type(lowered.function, has_aux), function)
        name = pipeline.derivative_name(function, "reverse", wrt, options.get("keep_value", False))
        program = pipeline.differentiate(lowered, "reverse", wrt, name, has_aux=has_aux, **options)
        if any(p.kind in (p.kind.VAR_POSITIONAL, p.kind.VAR_KEYWORD) for p in program.parameters):
            raise UnsupportedCall(f"{title(function)} takes any number of arguments", hint="give each a name for split")
        arrays = [leaf for kind in kinds.values() for leaf in leaves(kind) if isinstance(leaf, Array)]
        home = next((array.home for array in arrays if array.home is not None), None)
        program = simplify(program)
        parts = phases(program, rows, home)
        if len(parts) == 1:
            return pipeline.finish(program, lowered, cite=True, gives=True)
        made = [pipeline.finish(part.program, lowered, cite=True, gives=True) for part in parts]
        names = [p.var.hint for p in program.parameters]
        driver = _driver(name, names, parts, lazy=home is not None)
        imports = {"import dask"} if home is not None else set()
        written = _joined([m.written for m in made], driver, imports)
        space = {n: pipeline.bound(value) for n, value in written.externals.items()}
        return pipeline.Compiled(make_function(written.text, name, space, label=name), written, lowered, program)


def _driver(name: str, parameters: Sequence[str], parts: Sequence[Phase], lazy: bool) -> str:
    """The function that runs one phase after the other, and what is handed on in between computed."""
    lines = [f"def {name}({', '.join(parameters[:-1])}, {parameters[-1]}=1.0):"]
    for part in parts:
        given = [p.var.hint for p in part.given] + [part.names[v] for v in part.handed]
        call = f"{part.program.name}({', '.join(given)})"
        if part is parts[-1]:
            lines += _wrapped(f"return {call}")
        elif not lazy:
            lines += _wrapped(f"{_targets(part.kept, part)} = {call}")
        elif not part.lazy:
            lines += _wrapped(f"{_targets(part.kept, part)} = dask.compute(*{call})")
        else:
            lines += _wrapped(f"{_targets(part.kept, part)} = dask.persist(*{call})")
            small = [v for v in part.kept if v not in part.lazy]
            computed = f"dask.compute({', '.join(part.names[v] for v in small)})"
            lines += _wrapped(f"{_targets(small, part)} = {computed}") if small else []
    return "\n".join(lines) + "\n"


def _targets(values: Sequence[Var], part: Phase) -> str:
    names = [part.names[v] for v in values]
    return f"({names[0]},)" if len(names) == 1 else ", ".join(names)


def _wrapped(line: str) -> list[str]:
    """A line of the driver, the arguments of its call on lines of their own where it is too long."""
    if len(line) + len(_INDENT) <= _WIDTH:
        return [_INDENT + line]
    head, _, rest = line.rpartition("(")
    inner = textwrap.wrap(rest.rstrip(")"), _WIDTH - 2 * len(_INDENT), break_long_words=False)
    closing = rest[len(rest.rstrip(")")) :]
    return [_INDENT + part for part in [f"{head}(", *_shifted(inner), closing]]


def _shifted(lines: list[str]) -> list[str]:
    return [_INDENT + line for line in lines]


def _joined(written: Sequence[Written], driver: str, imports: set[str]) -> Written:
    """Several texts, and the function that calls them, as one module."""
    externals: dict[str, Any] = {}
    functions: dict[str, str] = {}
    for each in written:
        pairs: Iterator[tuple[dict[str, Any], str, Any]] = iter(
            [(externals, n, v) for n, v in each.externals.items()]
            + [(functions, n, t) for n, t in _functions(each.text)]
        )
        for table, name, value in pairs:
            if table.setdefault(name, value) != value:
                raise UnsupportedCall(f"{name} is one thing in one phase and another in the next", hint="rename it")
        imports = imports | set(each.imports)
    head = sorted(imports, key=lambda line: ("numpy" in line or "dask" in line, line))
    text = "\n".join(head) + "\n\n\n" + "\n\n\n".join([*functions.values(), driver])
    return Written(text, tuple(head), externals)


def _functions(text: str) -> Iterator[tuple[str, str]]:
    """The functions of a module with their texts."""
    lines = text.split("\n")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, "\n".join(lines[node.lineno - 1 : node.end_lineno])
