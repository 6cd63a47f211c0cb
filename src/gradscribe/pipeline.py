"""The order of everything.

    read          the function's source becomes structured SSA, with types and external values settled
    differentiate forward or reverse
    simplify      what is written down leaner
    write         Python text, compiled
"""

from __future__ import annotations

import builtins
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import rules
from .differentiate.pullback import split
from .differentiate.reverse import reverse
from .ir.nodes import Function, walk
from .ir.primitives import CALL, External
from .ir.types import Array, COMPLEX, FLOAT, STRUCTURES, Type
from .read.lower import Lowered, lower
from .read.signature import signature_of
from .simplify import prepare, simplify
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


def read(function: Callable[..., Any], kinds: Mapping[str, Type], static: Mapping[str, object], wrt: Sequence[str]) -> Lowered:
    """The primal as a program."""
    return lower(function, kinds, active=wrt, static=static)


def differentiate(
    lowered: Lowered,
    mode: str,
    wrt: Sequence[str],
    name: str,
    *,
    keep_value: bool = False,
    has_aux: bool = False,
    several: bool = False,
) -> Function:
    """The derivative as a program, not yet simplified."""
    if mode == "reverse":
        seed = seed_type(lowered.function)
        positions = positions_of(lowered.function, wrt)
        options = {"keep_value": keep_value, "has_aux": has_aux, "several": several}
        return reverse(lowered.function, positions, name=name, seed=seed, **options)
    from .differentiate.forward import forward

    return forward(lowered.function, positions_of(lowered.function, wrt), name=name)


def positions_of(function: Function, names: Sequence[str]) -> list[int]:
    """The positions of parameters by name."""
    known = [p.var.hint for p in function.parameters]
    return [known.index(n) for n in names]


def seed_type(function: Function) -> Type:
    """The type of the adjoint of what a function returns."""
    (result,) = function.body.yields
    if isinstance(result.type, (Array, *STRUCTURES)) and getattr(result.type, "ndim", 1):
        return result.type
    return COMPLEX if getattr(result.type, "kind", "f") == "c" else FLOAT


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
    kinds: Mapping[str, Type],
    static: Mapping[str, object],
    mode: str,
    wrt: Sequence[str],
    *,
    keep_value: bool = False,
    has_aux: bool = False,
    several: bool = False,
    optimize: bool = True,
    check: Callable[[Type, Callable[..., Any]], None] | None = None,
) -> Compiled:
    """Everything, from a function to its compiled derivative.

    Args:
        function: the primal.
        kinds, static: what is known of its arguments, by name.
        mode: "forward" or "reverse".
        wrt: the parameters with respect to which it is differentiated.
        keep_value, has_aux, several: see `reverse`.
        optimize: False for one primitive a line.
        check: called with the type of the result and the function; raises where there is no gradient.
    """
    lowered = read(function, kinds, static, wrt)
    if check is not None and not has_aux:
        check(lowered.function.body.yields[0].type, function)
    name = derivative_name(function, mode, wrt, keep_value)
    program = differentiate(lowered, mode, wrt, name, keep_value=keep_value, has_aux=has_aux, several=several)
    primal = lowered.function if mode == "forward" else None
    return finish(program, lowered, optimize=optimize, cite=optimize and mode == "reverse", primal=primal)


def compile_pullback(
    function: Callable[..., Any], kinds: Mapping[str, Type], static: Mapping[str, object], wrt: Sequence[str]
) -> tuple[Compiled, Compiled]:
    """The forward function, which returns `(value, record)`, and the reverse function of `record` and the adjoint of
    the value, which returns a tuple with the adjoint of each parameter in `wrt`."""
    lowered = read(function, kinds, static, wrt)
    name = derivative_name(function, "reverse", wrt, False).removesuffix("_grad")
    seed = seed_type(lowered.function)
    positions = positions_of(lowered.function, wrt)
    whole = reverse(lowered.function, positions, name=name, keep_value=True, several=True, seed=seed)
    both = split(prepare(whole), names=(f"{name}_fwd", f"{name}_rev"))
    ahead, back = (finish(program, lowered) for program in both)
    return ahead, back


def finish(
    program: Function, lowered: Lowered, *, optimize: bool = True, cite: bool = False, primal: Function | None = None
) -> Compiled:
    """Simplify, write and compile a program; for `primal` see `simplify`."""
    if optimize:
        program = simplify(program, primal)
        _simplify_callees(program)
    written = write(program, statements=not optimize, cite=cite)
    namespace = {name: _bound(value) for name, value in written.externals.items()}
    made = make_function(written.text, program.name, namespace, label=program.name)
    return Compiled(made, written, lowered, program)


def _simplify_callees(program: Function) -> None:
    """Simplify each function that is called, once."""
    todo, done = [program], set()
    while todo:
        for op in walk(todo.pop().body):
            if op.primitive is CALL and op.static not in done:
                done.add(op.static)
                op.static.function = simplify(op.static.function)
                todo.append(op.static.function)


def _bound(value: Any) -> Any:
    return value.read() if isinstance(value, External) else value


def refresh(compiled: Compiled) -> bool:
    """Bring the values from outside that a compiled derivative uses up to date.

    Returns:
        False where they have changed so that it must be compiled anew: a function that was resolved is another one
        now, or a value has another type.
    """
    if any(_now(owner, name) is not seen for owner, name, seen in compiled.lowered.resolved):
        return False
    for external, type_ in compiled.lowered.externals:
        if signature_of(external.read(), external.name) != type_:
            return False
    namespace = compiled.function.__globals__
    for name, value in compiled.written.externals.items():
        if isinstance(value, External):
            namespace[name] = value.read()
    return True


def _now(owner: Any, name: Any) -> Any:
    """What stands under a name today, in a namespace, a cell, or as an attribute."""
    try:
        if isinstance(owner, dict):
            return owner[name] if name in owner else getattr(builtins, name)
        if isinstance(owner, types.CellType):
            return owner.cell_contents
        return inspect.getattr_static(owner, name) if isinstance(owner, type) else getattr(owner, name)
    except (AttributeError, ValueError, TypeError):
        return _MISSING


_MISSING = object()
