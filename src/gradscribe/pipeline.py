"""The order of everything.

    read          the function's source becomes structured SSA, with types and external values settled
    differentiate forward or reverse
    simplify      what is written down leaner
    write         Python text, compiled
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import rules
from .differentiate.forward import forward
from .differentiate.reverse import reverse
from .ir.nodes import Function
from .ir.types import FLOAT, Type
from .read.lower import Lowered, lower
from .simplify import simplify
from .source import make_function
from .write import Written, write

assert rules


@dataclass(frozen=True)
class Compiled:
    """A derivative: the function, its text, and what it depends on."""

    function: Callable[..., Any]
    written: Written
    lowered: Lowered
    program: Function


def read(function: Callable[..., Any], types: Mapping[str, Type], static: Mapping[str, object], wrt: Sequence[str]) -> Lowered:
    """The primal as a program."""
    return lower(function, types, active=wrt, static=static)


def differentiate(
    lowered: Lowered, mode: str, wrt: Sequence[str], name: str, *, keep_value: bool, seed: Type = FLOAT
) -> Function:
    """The derivative as a program, not yet simplified."""
    names = [p.var.hint for p in lowered.function.parameters]
    positions = [names.index(n) for n in wrt]
    if mode == "reverse":
        return reverse(lowered.function, positions, name=name, keep_value=keep_value, seed=seed)
    return forward(lowered.function, positions, name=name)


def derivative_name(function: Callable[..., Any], mode: str, wrt: Sequence[str], keep_value: bool) -> str:
    """`f_grad`, `f_value_and_grad`, `f_jvp`; a lambda is called `f`."""
    name = getattr(function, "__name__", "f")
    name = name if name.isidentifier() else "f"
    first = next(iter(inspect.signature(function).parameters), None)
    ending = "jvp" if mode == "forward" else "value_and_grad" if keep_value else "grad"
    chosen = "" if list(wrt) == [first] else "_" + "_".join(wrt)
    return f"{name}_{ending}{chosen if len(wrt) == 1 else ''}"


def compile_derivative(
    function: Callable[..., Any],
    types: Mapping[str, Type],
    static: Mapping[str, object],
    mode: str,
    wrt: Sequence[str],
    *,
    keep_value: bool = False,
    optimize: bool = True,
    seed: Type = FLOAT,
) -> Compiled:
    """Everything, from a function to its compiled derivative."""
    lowered = read(function, types, static, wrt)
    name = derivative_name(function, mode, wrt, keep_value)
    program = differentiate(lowered, mode, wrt, name, keep_value=keep_value, seed=seed)
    if optimize:
        program = simplify(program)
    written = write(program, statements=not optimize, cite=optimize and mode == "reverse")
    namespace = {name: _bound(value) for name, value in written.externals.items()}
    made = make_function(written.text, program.name, namespace, label=program.name)
    return Compiled(made, written, lowered, program)


def _bound(value: Any) -> Any:
    return value.read() if hasattr(value, "read") and hasattr(value, "owner") else value
