"""The cases of the rules as functions of their operands, for arrays of any kind."""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from rules.cases import CASES
from rules.check import Case, is_active, is_structure

_numbers = itertools.count()
_LITERAL = (bool, int, float, complex, str, type(None), slice, type(...))


@dataclass(frozen=True)
class Program:
    """A function that makes one call, as text.

    Args:
        name: of the function that is called.
        text: of the program, which defines `f`.
        args: what it is called with.
        constants: the arrays that it finds outside.
        case: where it comes from.
    """

    name: str
    text: str
    args: tuple[Any, ...]
    constants: dict[str, Any]
    case: Case

    def function(self, convert: Callable[[Any], Any]) -> Callable[..., Any]:
        """The function, with what it finds outside converted."""
        filename = f"<program {next(_numbers)}>"
        linecache.cache[filename] = (len(self.text), None, self.text.splitlines(keepends=True), filename)
        scope = {"fn": self.case.function, "np": np, **{k: convert(v) for k, v in self.constants.items()}}
        exec(compile(self.text, filename, "exec"), scope)  # noqa: S102
        return scope["f"]


def program(case: Case) -> Program | None:
    """A case as a program; None where it has no operand that can be differentiated by."""
    names, args, constants, written = [], [], {}, []
    named = [(None, v) for v in case.args] + list(case.keywords.items())
    for k, (key, value) in enumerate(named):
        if _holds_active(value):
            text = f"x{k}"
            names.append(text)
            args.append(value)
        elif _is_literal(value):
            text = repr(value)
        else:
            text = f"c{k}"
            constants[text] = value
        written.append(text if key is None else f"{key}={text}")
    if not args or not any(map(_holds_array, (*args, *constants.values()))):
        return None
    text = f"def f({', '.join(names)}):\n    return {_call(case.function, written)}\n"
    return Program(_title(case.function), text, tuple(args), constants, case)


def _call(function: Any, written: list[str]) -> str:
    if getattr(function, "__objclass__", None) is np.ndarray:
        call = f"{written[0]}.{function.__name__}"
        return f"{call}({', '.join(written[1:])})" if callable(function) else call
    return f"fn({', '.join(written)})"


def _title(function: Any) -> str:
    module = getattr(function, "__module__", None) or ""
    name = getattr(function, "__name__", str(function))
    if getattr(function, "__objclass__", None) is np.ndarray:
        return f"x.{name}"
    if isinstance(getattr(function, "__self__", None), np.ufunc):
        return f"np.{function.__self__.__name__}.{name}"
    for path, space in (("np", np), ("np.linalg", np.linalg), ("np.fft", np.fft)):
        if getattr(space, name, None) is function:
            return f"{path}.{name}"
    if isinstance(function, np.ufunc):
        return f"scipy.special.{name}"
    return f"{module.split('._')[0]}.{name}" if module else name


def _holds_active(value: Any) -> bool:
    return any(map(_holds_active, value)) if is_structure(value) else is_active(value)


def _holds_array(value: Any) -> bool:
    return any(map(_holds_array, value)) if is_structure(value) else isinstance(value, np.ndarray)


def _is_literal(value: Any) -> bool:
    return all(map(_is_literal, value)) if isinstance(value, (tuple, list)) else isinstance(value, _LITERAL)


PROGRAMS = [made for made in map(program, CASES) if made is not None and not made.name.startswith("gradscribe.")]
