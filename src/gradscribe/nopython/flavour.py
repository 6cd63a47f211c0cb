"""A program in numba's flavour, compiled: the order of the steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import UnsupportedCall
from ..ir.nodes import Callee, Function, walk
from ..ir.primitives import CALL
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
    core = _in_flavour(core)
    _callees_in_flavour(core, ())
    written = write(core, nopython=True, cite=cite)
    made = compiled(written, core)
    text = module_text(written)
    if shell is None:
        return Machine(made, made, Written(text, written.imports, {}), True)
    function = wrapped(shell.text, shell.name, shell.namespace, made)
    text = text.replace(f"def {core.name}(", "def core(") + f"\n\n{shell.text}"
    return Machine(function, made, Written(text, written.imports, shell.namespace), False)


def _in_flavour(function: Function) -> Function:
    check_calls(function)
    return guarded(typed_tapes(function))


def _callees_in_flavour(function: Function, around: tuple[Callee, ...]) -> None:
    """Rewrite the functions that are called, each once."""
    for op in walk(function.body):
        if op.primitive is not CALL:
            continue
        callee: Callee = op.static
        if callee in around or callee.function is None:
            raise UnsupportedCall(f"`{callee.name}` calls itself, which is not compiled with numba", op.origin)
        if not isinstance(callee.function, _Done):
            _callees_in_flavour(callee.function, (*around, callee))
            made = _in_flavour(callee.function)
            callee.function = _Done(made.name, made.parameters, made.body, made.doc)


class _Done(Function):
    """A function that has been rewritten."""
