"""A program in numba's flavour, compiled: the order of the steps."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..errors import UnsupportedCall
from ..ir.nodes import Callee, Function, walk
from ..ir.primitives import CALL
from ..loops import Lowered, lower_to_loops
from ..write import Written, in_place, write
from .integers import guarded
from .machine import Core, NumbaRefuses, check_calls, compiled, decorator_for, module_text, vectors_available, wrapped
from .shell import Shell, take_apart
from .tapes import typed_tapes
from .updates import apart

PARALLEL = "numba, parallel"
"""The flavour of machine code whose independent loops run on several processors."""


@dataclass(frozen=True)
class Around:
    """The function around a core: its text, its name, and what it takes from outside."""

    text: str
    name: str
    namespace: Mapping[str, Any]


@dataclass(frozen=True)
class Machine:
    """A compiled program.

    Args:
        core: the function of numbers and arrays in machine code.
        around: what is called; None where that is the core itself.
        alone: makes what compiled functions of others call.
        written: the text of both, and what it reads from outside.
        direct: whether the core takes the arguments as they are.
        unforeseen: whether a call may raise `loops.UNFORESEEN`, before anything is done.
    """

    core: Core
    around: Around | None
    alone: Callable[[], Any]
    written: Written
    direct: bool
    unforeseen: bool = False

    @cached_property
    def function(self) -> Callable[..., Any]:
        """What is called."""
        if self.around is None:
            called: Callable[..., Any] = self.core.function
            return called
        return wrapped(self.around.text, self.around.name, self.around.namespace, self.core.function)


def compile_program(program: Function, *, cite: bool, parallel: bool = False) -> Machine:
    """Compile a simplified program: with its statements over arrays as loops, or as they are where numba refuses that.

    Args:
        program: the program.
        cite: whether the reverse sweep cites the user's statements.
        parallel: whether independent loops run on several processors.

    Raises:
        GradscribeError: it contains what has no equal in machine code, or numba refuses it.
    """
    core, shell = take_apart(program)
    core = _in_flavour(core)
    _callees_in_flavour(core, ())
    options = {"vectors": vectors_available(), "parallel": parallel and not _calls(core)}
    lowered = lower_to_loops(in_place(core, anew=False), **options)
    if parallel and not lowered.parallel:
        warnings.warn(f"{core.name} runs on one processor: {_why_serial(core)}", NotParallel, stacklevel=2)
    try:
        return _machine(lowered, core, shell, cite)
    except NumbaRefuses as refused:
        if lowered.freedoms is None:
            raise
        try:
            return _machine(Lowered(in_place(core)), core, shell, cite)
        except NumbaRefuses:
            raise refused from None  # what stayed among the loops, not what is a loop


class NotParallel(UserWarning):
    """A function that was to run on several processors runs on one; the message says why."""


def _why_serial(core: Function) -> str:
    if _calls(core):
        return "it calls functions, in which an index may be out of range"
    return "of none of its loops it is certain that its trips have nothing to do with each other"


def _machine(lowered: Lowered, core: Function, shell: Shell, cite: bool) -> Machine:
    decorator = decorator_for(lowered.freedoms, check=not lowered.inside or _calls(core), parallel=lowered.parallel)
    written = write(apart(lowered.function), nopython=True, cite=cite)
    made = compiled(written, core, decorator)
    text = module_text(written, decorator)
    unforeseen = lowered.guarded or bool(lowered.apart)

    def alone() -> Any:
        """What others call: it cannot leave a call to another flavour."""
        again = compiled(write(apart(core), nopython=True), core, decorator_for(None)) if unforeseen else made
        return again.dispatcher

    if shell.direct and not lowered.apart:
        return Machine(made, None, alone, Written(text, written.imports, {}), True, unforeseen)
    around = Around(shell.text(lowered.apart), shell.name, shell.namespace)
    text = text.replace(f"def {core.name}(", "def core(") + f"\n\n{around.text}"
    return Machine(made, around, alone, Written(text, written.imports, shell.namespace), shell.direct, unforeseen)


def _calls(function: Function) -> bool:
    return any(op.primitive is CALL for op in walk(function.body))


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
