"""The order of everything.

read          the function's source becomes structured SSA, with types and external values settled
differentiate forward or reverse
simplify      what is written down leaner
write         Python text, compiled
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import rules
from .analyse.foreign import handed_on, homes_of
from .analyse.offers import check_meaning, check_offered
from .analyse.powers import check_powers
from .batch import batch, callees_of_dependents, contract
from .differentiate.pullback import split
from .differentiate.reverse import SEED_NAMES, reverse
from .failures import compiles
from .ir.build import Builder, inline, without_snapshots
from .ir.inlining import inline_calls
from .ir.namespaces import Namespace, namespace_for
from .ir.nodes import Block, Const, Function, walk
from .ir.primitives import COMMENT, External
from .ir.signature import first_parameter
from .ir.solvers import callees_of
from .ir.types import COMPLEX, FLOAT, STRUCTURES, Array, Numeric, Tuple, Type
from .nopython.flavour import PARALLEL, Machine, compile_program
from .nopython.rows import row_tapes
from .process import collector_paused
from .read.lower import Lowered, lower
from .settings import Settings, settled
from .simplify import contracted, prepare, simplify, without_idle_states
from .simplify.hoist import hoist_reads
from .simplify.writable import writable_results
from .source.text import make_function
from .write import Written, write

assert rules


@dataclass(frozen=True)
class Compiled:
    """A derivative: the function, its text, and what it depends on."""

    function: Callable[..., Any]
    written: Written
    lowered: Lowered
    program: Function
    machine: Machine | None = None


def read(
    function: Callable[..., Any],
    kinds: Mapping[str, Type],
    static: Mapping[str, object],
    wrt: Sequence[str],
    settings: Settings | None = None,
    whole: bool = False,
) -> Lowered:
    """The primal as a program; a derivative is one that has been made already.

    Args:
        function, kinds, static, wrt: as for `compile_derivative`.
        settings: integer arguments that are known by value, as those from outside are then; None if neither are.
        whole: see `lower`.
    """
    static = {**static, **(settings or {})}
    if hasattr(function, "program_for"):
        return function.program_for(kinds, static, wrt)
    lowered = lower(function, kinds, active=wrt, static=static, settled=settings is not None, whole=whole)
    check_powers(lowered.function)
    return lowered


def differentiate(
    lowered: Lowered,
    mode: str,
    wrt: Sequence[str],
    name: str,
    *,
    keep_value: bool = False,
    has_aux: bool = False,
    several: bool = False,
    number: bool = False,
) -> Function:
    """The derivative as a program, not yet simplified."""
    lowered = replace(lowered, function=without_idle_states(lowered.function))
    if mode == "reverse":
        value = value_type(lowered.function, has_aux)
        seed = FLOAT if number and isinstance(value, Numeric) else seed_type(value)  # checked to be a number
        positions = positions_of(lowered.function, wrt)
        lowered = replace(lowered, function=hoist_reads(lowered.function))
        options = {"keep_value": keep_value, "has_aux": has_aux, "several": several, "number": number}
        return reverse(lowered.function, positions, name=name, seed=seed, **options)
    from .differentiate.forward import forward

    return forward(lowered.function, positions_of(lowered.function, wrt), name=name)


def positions_of(function: Function, names: Sequence[str]) -> list[int]:
    """The positions of parameters by name."""
    known = [p.var.hint for p in function.parameters]
    return [known.index(n) for n in names]


def value_type(function: Function, has_aux: bool) -> Type:
    """The type of what is differentiated: the result, or the first of the pair where there is an auxiliary."""
    (result,) = function.body.yields
    return result.type.items[0] if has_aux and isinstance(result.type, Tuple) and result.type.items else result.type


def seed_type(value: Type) -> Type:
    """The type of the adjoint of a value."""
    if isinstance(value, (Array, Numeric, *STRUCTURES)) and getattr(value, "ndim", 1):
        return value
    return COMPLEX if getattr(value, "kind", "f") == "c" else FLOAT


def plain_name(function: Callable[..., Any]) -> str:
    """The name of a function; a lambda is called `f`."""
    name = getattr(function, "__name__", "f")
    return name if name.isidentifier() else "f"


def derivative_name(function: Callable[..., Any], mode: str, wrt: Sequence[str], keep_value: bool) -> str:
    """`f_grad`, `f_value_and_grad`, `f_jvp`."""
    name = plain_name(function)
    first = first_parameter(function)
    ending = "jvp" if mode == "forward" else "value_and_grad" if keep_value else "grad"
    chosen = "" if list(wrt) == [first] else "_" + "_".join(wrt)
    return f"{name}_{ending}{chosen if len(wrt) == 1 else ''}"


@compiles
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
    number: bool = False,
    check: Callable[[Type, Callable[..., Any]], None] | None = None,
    settings: Settings | None = None,
    jit: str | None = None,
    namespace: str | None = None,
    directions: bool = False,
) -> Compiled:
    """Everything, from a function to its compiled derivative.

    Args:
        function: the primal.
        kinds, static: what is known of its arguments, by name.
        mode: "forward" or "reverse".
        wrt: the parameters with respect to which it is differentiated.
        keep_value, has_aux, several: see `reverse`.
        optimize: False for one primitive a line.
        number: whether a result of unknown rank is checked to be a number.
        check: called with the type of the result and the function; raises where there is no derivative.
        settings: see `read`.
        jit: "numba" for machine code, `PARALLEL` for that on several processors.
        namespace: the module whose functions are written in place of NumPy's.
        directions: whether a program of forward mode takes k tangents of each argument, stacked along a first axis.

    Raises:
        NotBatched: (with `directions`) no such program can be made.
    """
    lowered = read(function, kinds, static, wrt, settings, whole=jit is not None)
    check_meaning(lowered.function)
    if check is not None:
        check(value_type(lowered.function, has_aux), function)
    name = derivative_name(function, mode, wrt, keep_value)
    options = {"keep_value": keep_value, "has_aux": has_aux, "several": several, "number": number}
    program = differentiate(lowered, mode, wrt, name, **options)
    primal = lowered.function if mode == "forward" else None
    if directions:
        own = {p.var for p in lowered.function.parameters}
        moving = [k for k, p in enumerate(program.parameters) if p.var not in own]
        program = for_directions(program, moving, lowered.function)
    options = {"optimize": optimize, "cite": optimize and mode == "reverse", "gives": mode == "reverse"}
    return finish(program, lowered, primal=primal, jit=jit, namespace=namespace, **options)


@compiles
def compile_primal(
    function: Callable[..., Any],
    kinds: Mapping[str, Type],
    static: Mapping[str, object],
    *,
    settings: Settings | None = None,
    jit: str | None = None,
) -> Compiled:
    """The function itself, as it has been read."""
    lowered = read(function, kinds, static, [], settings, whole=jit is not None)
    return finish(replace(lowered.function, name=plain_name(function)), lowered, jit=jit)


@compiles
def derivative_program(
    function: Callable[..., Any],
    kinds: Mapping[str, Type],
    static: Mapping[str, object],
    wrt: Sequence[str],
    active: Collection[str],
    *,
    keep_value: bool,
    has_aux: bool,
    several: bool,
    number: bool,
    check: Callable[[Type, Callable[..., Any]], None] | None,
) -> Lowered:
    """A gradient as a program that may be differentiated itself.

    Args:
        function, kinds, static, wrt, keep_value, has_aux, several, number, check: as for `compile_derivative`.
        active: the arguments with respect to which the gradient will be differentiated.
    """
    name = derivative_name(function, "reverse", wrt, keep_value)
    everything = [*wrt, *(n for n in active if n not in wrt)]

    def make(settings: Settings | None) -> Lowered:
        lowered = read(function, kinds, static, everything, settings)
        check_meaning(lowered.function)
        lowered = replace(lowered, function=without_snapshots(lowered.function))
        if check is not None:
            check(value_type(lowered.function, has_aux), function)
        options = {"keep_value": keep_value, "has_aux": has_aux, "several": several, "number": number}
        program = differentiate(lowered, "reverse", wrt, name, **options)
        return Lowered(_with_unit_seed(simplify(inline_calls(program))), lowered.externals, lowered.resolved)

    return settled(make, {})[0]


def _with_unit_seed(program: Function) -> Function:
    """The gradient without its last parameter, the adjoint of the result, which is 1."""
    parameters = list(program.parameters)
    seed = parameters.pop(next(k for k in reversed(range(len(parameters))) if parameters[k].var.hint in SEED_NAMES))
    builder = Builder()
    inner = {p.var: Const(1.0) if p is seed else p.var for p in program.parameters}
    result = inline(builder, program, [inner[p.var] for p in program.parameters])
    ops = tuple(op for op in builder.ops if op.primitive is not COMMENT)
    return Function(program.name, tuple(parameters), Block(tuple(p.var for p in parameters), ops, (result,)))


@compiles
def compile_pullback(
    function: Callable[..., Any],
    kinds: Mapping[str, Type],
    static: Mapping[str, object],
    wrt: Sequence[str],
    check: Callable[[Type, Callable[..., Any]], None],
    settings: Settings | None = None,
    namespace: str | None = None,
) -> tuple[Compiled, Compiled]:
    """The forward function, which returns `(value, record)`, and the reverse function of `record` and the adjoint of
    the value, which returns a tuple with the adjoint of each parameter in `wrt`."""
    lowered = read(function, kinds, static, wrt, settings)
    check_meaning(lowered.function)
    check(lowered.function.body.yields[0].type, function)
    name = derivative_name(function, "reverse", wrt, False).removesuffix("_grad")
    seed = seed_type(value_type(lowered.function, False))
    positions = positions_of(lowered.function, wrt)
    whole = reverse(lowered.function, positions, name=name, keep_value=True, several=True, seed=seed)
    both = split(prepare(whole), names=(f"{name}_fwd", f"{name}_rev"))
    back = handed_on(*both)
    space = namespace_for(namespace, homes_of(both[0]))
    return finish(both[0], lowered, namespace=space), finish(back, lowered, gives=True, namespace=space)


@collector_paused()
def compile_pushforward(back: Compiled, name: str) -> Compiled:
    """The transpose of a reverse function, which is linear in the adjoint that it is given: a function of the record,
    the value, and a tuple with the tangent of each parameter, which returns the tangent of the value."""
    program = back.program
    made = reverse(program, [1], name=name, seed=program.body.yields[0].type)
    _, value, tangents = made.body.params
    value.hint, tangents.hint = "y", "tangents"
    return finish(made, back.lowered)


def for_directions(program: Function, positions: Sequence[int], primal: Function | None = None) -> Function:
    """A program for k directions at once, from that for one.

    Args:
        program: the tangent of `primal`, or a program of adjoints (where that is None).
        positions: the parameters that come stacked along a first axis.

    Raises:
        NotBatched: no such program can be made.
    """
    callees = callees_of_dependents(program, [program.body.params[k] for k in positions])
    made = simplify(inline_calls(program, callees), primal)
    return contract(batch(made, positions, with_value=primal is not None), positions)


@compiles
def compile_for_directions(function: Callable[..., Any], back: Compiled, position: int) -> Compiled:
    """A reverse function, or what applies the derivative to tangents, for k adjoints or tangents at once.

    Args:
        function: the primal.
        back: the program for one.
        position: which of its parameters comes stacked along a first axis.
    """
    return finish(for_directions(back.program, [position]), back.lowered, gives=True)


@compiles
def stages(
    function: Callable[..., Any],
    kinds: Mapping[str, Type],
    static: Mapping[str, object],
    mode: str,
    wrt: Sequence[str],
    *,
    as_text: Callable[[Function], str] | None = None,
) -> dict[str, str]:
    """The text of the program after each stage, by the stage's name, in order.

    Args:
        function, kinds, static, mode, wrt: as for `compile_derivative`.
        as_text: what makes text of a program; one primitive a line of Python where None.
    """
    as_text = as_text or _one_a_line
    lowered = read(function, kinds, static, wrt)
    texts = {"read": as_text(lowered.function)}
    program = differentiate(lowered, mode, wrt, derivative_name(function, mode, wrt, False))
    texts[mode] = as_text(program)
    made = finish(program, lowered, cite=mode == "reverse", primal=lowered.function if mode == "forward" else None)
    return texts | {"simplify": as_text(made.program), "write": made.written.text}


def _one_a_line(program: Function) -> str:
    return write(program, statements=True).text


def finish(
    program: Function,
    lowered: Lowered,
    *,
    optimize: bool = True,
    cite: bool = False,
    primal: Function | None = None,
    gives: bool = False,
    jit: str | None = None,
    namespace: str | Namespace | None = None,
) -> Compiled:
    """Simplify, write and compile a program.

    Args:
        program, lowered: the program, and what it was made from.
        optimize: whether to simplify.
        cite: whether the reverse sweep cites the user's statements.
        primal: see `simplify`.
        gives: whether what is returned is the caller's own, to be written to.
        jit: "numba" for machine code.
        namespace: see `compile_derivative`.
    """
    if optimize:
        program = simplify(program, primal)
        _simplify_callees(program)
    homes = homes_of(program)
    space = namespace_for(namespace, homes) if isinstance(namespace, str) else namespace
    check_offered(program, jit, space)
    if gives:
        program = writable_results(program)
    if jit is not None:
        machine = compile_program(program, cite=cite, parallel=jit == PARALLEL)
        return Compiled(machine.function, machine.written, lowered, program, machine)
    plain = row_tapes(contracted(program, primal)) if optimize and space is None and not homes else program
    written = write(plain, statements=not optimize, cite=cite, namespace=space)
    namespace = {name: bound(value) for name, value in written.externals.items()}
    made = make_function(written.text, program.name, namespace, label=program.name)
    return Compiled(made, written, lowered, program)


def _simplify_callees(program: Function) -> None:
    """Simplify each function that is called, once."""
    todo, done = [program], set()
    while todo:
        for callee in [callee for op in walk(todo.pop().body) for callee in callees_of(op)]:
            if callee not in done:
                done.add(callee)
                callee.function = simplify(callee.function)
                todo.append(callee.function)


def bound(value: Any) -> Any:
    """What a name that the text takes from outside stands for now."""
    return value.read() if isinstance(value, External) else value
