"""A program in numba's flavour, compiled: the order of the steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..ir.nodes import Function
from ..write import Written, write
from .integers import guarded
from .machine import check_calls, compiled, module_text, wrapped
from .shell import take_apart
from .tapes import typed_tapes


@dataclass(frozen=True)
class Machine:
    """A compiled program.

    Args:
        function: what is called.
        core: the function of numbers and arrays that numba has compiled.
        written: the text of both, and what it reads from outside.
        direct: whether the core takes the arguments as they are.
    """

    function: Callable[..., Any]
    core: Any
    written: Written
    direct: bool


def compile_program(program: Function, *, cite: bool) -> Machine:
    """Compile a simplified program.

    Raises:
        GradscribeError: it contains what has no equal in machine code, or numba refuses it.
    """
    core, shell = take_apart(program)
    core = guarded(typed_tapes(core))
    check_calls(core)
    written = write(core, nopython=True, cite=cite)
    made = compiled(written, core)
    text = module_text(written, core.name)
    if shell is None:
        return Machine(made, made, Written(text, written.imports, {}), True)
    function = wrapped(shell.text, shell.name, shell.namespace, made)
    text = text.replace(f"def {core.name}(", "def core(") + f"\n\n{shell.text}"
    return Machine(function, made, Written(text, written.imports, shell.namespace), False)
