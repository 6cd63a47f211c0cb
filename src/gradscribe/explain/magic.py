"""IPython: `%gradscribe f` shows the derivative of a function, `%%gradscribe` those of the functions of a cell.

`%load_ext gradscribe` registers both. Options are those of the command line: `--mode forward`, `--wrt x`, and with
`--at x=2,y=3` the whole report.
"""

from __future__ import annotations

import ast
import shlex
from collections.abc import Callable
from typing import Any

from ..errors import BadArgument
from .points import parse_point, trace_somewhere
from .report import Explanation

DERIVE: list[Callable[..., Any]] = []
"""What makes a derivative: the API's `derive`, which registers itself here (this part must not import it)."""


def register(shell: Any) -> None:
    """Give an IPython shell the magics."""

    def gradscribe(line: str, cell: str | None = None) -> None:
        _magic(shell, line, cell)

    gradscribe.__doc__ = __doc__
    shell.register_magic_function(gradscribe, magic_kind="line_cell", magic_name="gradscribe")


def _magic(shell: Any, line: str, cell: str | None) -> None:
    from IPython.display import display

    options, names = _parsed(line)
    if cell is not None:
        shell.run_cell(cell).raise_error()
        names += [n.name for n in ast.parse(cell).body if isinstance(n, ast.FunctionDef)]
    for name in names:
        if name not in shell.user_ns:
            raise BadArgument(f"there is no function {name!r}")
        display(shown(shell.user_ns[name], options))


def shown(function: Callable[..., Any], options: dict[str, str]) -> Any:
    """What a magic shows of a function: its derivative, or with `at` the report."""
    wrt = tuple(part.strip() for part in options["wrt"].split(",")) if "wrt" in options else None
    if "at" in options:
        return Explanation(trace_somewhere(function, parse_point(options["at"]), argnums=wrt))
    return DERIVE[0](function, options.get("mode", "reverse"), wrt)


def _parsed(line: str) -> tuple[dict[str, str], list[str]]:
    words, options, names = shlex.split(line), dict[str, str](), list[str]()
    while words:
        word = words.pop(0)
        if word in ("--mode", "--wrt", "--at"):
            if not words:
                raise BadArgument(f"{word} needs a value")
            options[word[2:]] = words.pop(0)
        elif word.startswith("-"):
            raise BadArgument(f"there is no option {word}; there are --mode, --wrt and --at")
        else:
            names.append(word)
    return options, names
