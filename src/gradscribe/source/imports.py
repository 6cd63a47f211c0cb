"""Import statements in the order in which linters want them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

WIDTH = 88


def arranged(imports: Iterable[str]) -> list[str]:
    """Import statements as lines: the standard library, an empty line, all others; each sorted, each module once."""
    plain: set[str] = set()
    members: dict[str, set[str]] = {}
    renamed: set[tuple[str, str]] = set()
    for node in ast.parse("\n".join(imports)).body:
        if isinstance(node, ast.Import):
            plain |= {ast.unparse(alias) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.asname is None:
                    members.setdefault(node.module or "", set()).add(alias.name)
                else:
                    renamed.add((node.module or "", ast.unparse(alias)))
    lines = [((0, name.lower(), _rank(name)), f"import {name}") for name in plain]
    for module, names in members.items():
        ranked = sorted(names, key=_rank)
        lines.append(((1, module.lower(), _rank(ranked[0])), _from(module, ranked)))
    lines += [((1, module.lower(), _rank(name)), f"from {module} import {name}") for module, name in renamed]
    ordered = [line for _, line in sorted(lines)]
    ours = [line for line in ordered if line.split()[1].split(".")[0] in sys.stdlib_module_names]
    others = [line for line in ordered if line not in ours]
    return [*ours, *([""] if ours and others else []), *others]


def _rank(name: str) -> tuple[int, str]:
    """Constants, classes, all else."""
    first = name.split()[0]
    return (0 if first.isupper() and len(first) > 1 else 1 if first[0].isupper() else 2), name


def _from(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"
