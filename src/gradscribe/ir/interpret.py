"""Run the IR: the meaning of a program by definition, against which every pass and the printed text are tested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .compute import compute
from .nodes import Atom, Block, Const, Function, Loop, Op, Var, loop_of
from .primitives import CALL, IF, LOOP
from .solvers import LIBRARY_CALL, SOLUTION, FunctionArgument, LibraryCall, Place


def run(function: Function, *args: Any) -> Any:
    """The value of `function` at `args` (one for each parameter)."""
    (result,) = _run_block(function.body, args, {})
    return result


def _run_block(block: Block, args: Sequence[Any], values: dict[Var, Any]) -> tuple[Any, ...]:
    values.update(zip(block.params, args, strict=True))
    for op in block.ops:
        results = _run_op(op, values)
        values.update(zip(op.results, results, strict=True))
    return tuple(_read(atom, values) for atom in block.yields)


def _read(atom: Atom, values: dict[Var, Any]) -> Any:
    return atom.value if isinstance(atom, Const) else values[atom]


def _run_op(op: Op, values: dict[Var, Any]) -> tuple[Any, ...]:
    if op.primitive is LOOP:
        return _run_loop(loop_of(op), values)
    if op.primitive is IF:
        then, orelse = op.blocks
        return _run_block(then if _read(op.args[0], values) else orelse, (), values)
    args = [_read(a, values) for a in op.args]
    keywords = {k: _read(a, values) for k, a in op.keywords}
    if op.primitive is CALL:
        return (run(op.static.function, *args),)
    if op.primitive is LIBRARY_CALL:
        return (_call_library(op.static, args),)
    if op.primitive is SOLUTION:
        return (args[0],)
    result = compute(op.primitive, op.style, op.static, args, keywords)
    return (result,) if op.results else ()


def _call_library(how: LibraryCall, operands: Sequence[Any]) -> Any:
    def argument(place: Place) -> Any:
        if not isinstance(place, FunctionArgument):
            return operands[place]
        held = [operands[k] for k in place.captured]
        assert place.callee.function is not None
        return lambda *own: run(place.callee.function, *own, *held)  # type: ignore[arg-type]

    return how.function(*map(argument, how.args), **{k: argument(v) for k, v in how.keywords})


def _run_loop(loop: Loop, values: dict[Var, Any]) -> tuple[Any, ...]:
    carried = tuple(_read(a, values) for a in loop.inits)
    if loop.index is not None:
        assert loop.start is not None and loop.stop is not None and loop.step is not None
        trips = iter(range(_read(loop.start, values), _read(loop.stop, values), _read(loop.step, values)))
    else:
        trips = iter(int, 1)
    for index in trips:
        args = carried if loop.index is None else (index, *carried)
        carried = _run_block(loop.body, args, values)
        if loop.end is not None:
            end, *carried = carried  # type: ignore[assignment]
            if end:
                break
    return tuple(carried)
