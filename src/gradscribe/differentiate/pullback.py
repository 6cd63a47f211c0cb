"""Reverse mode as two functions: `f_fwd(args) -> (value, record)` and `f_rev(record, seed) -> adjoints`.

The record holds what the reverse sweep reads of the forward sweep. The reverse function may be called any number of
times with one record: lists and buffers that it uses up are copied first.
"""

from __future__ import annotations

from collections.abc import Sequence
from inspect import Parameter as Kind

from ..errors import UntrackableAlias
from ..ir.build import Builder
from ..ir.infer import make_tuple
from ..ir.nodes import Atom, Block, Const, Function, Op, Parameter, Var, replace
from ..ir.primitives import COMMENT, COPY, GETITEM, TUPLE, define
from ..ir.types import Array, Tuple, Type
from .calls import Pairs
from .recording import entries_read, rename, resolve
from .reverse import Sweeps, both_sweeps

FRESH = define("fresh", infer=lambda args, keywords: args[0].type, reads=True)
"""`fresh(record)`: a deep copy, in which what was one object is one object (by `runtime`)."""


def pullback(
    function: Function,
    wrt: Sequence[int],
    *,
    names: tuple[str, str],
    seed: Type,
    pairs: Pairs | None = None,
    once: bool = False,
) -> tuple[Function, Function]:
    """The forward and the reverse function of a primal.

    Args:
        function: the primal.
        wrt: the positions of the parameters whose adjoints the reverse function returns, as a tuple.
        names: of the two functions.
        seed: the type of the result's adjoint.
        pairs: the functions called, made so far.
        once: whether the reverse function is called once only with a record, so that nothing need be copied.

    Raises:
        UntrackableAlias: the record would hold two views of the same written memory.
    """
    sweeps = both_sweeps(function, wrt, seed=seed, pairs=pairs)
    mirror = Block((), sweeps.mirror, (sweeps.gradient,))
    found = resolve(sweeps.forward, function.body.params, mirror, {}, lambda op: _earliest(sweeps, op), ())
    ahead = Builder()
    ahead.ops = [op for op in sweeps.forward if op.primitive is not COMMENT]
    used_up = [v for v in found.saved if sweeps.mutable(v) and not sweeps.is_plain_tape(v) and not once]
    others = [v for v in found.saved if v not in used_up]
    _refuse_views(sweeps, used_up)
    parts: list[Atom] = [ahead.emit(TUPLE, *group, hint="record") for group in (others, used_up)]
    record = ahead.emit(TUPLE, *parts, hint="record")
    value = sweeps.value if once else _out_of_reach(sweeps, ahead, found.saved)
    result = ahead.emit(TUPLE, value, record, hint="result")
    forward = Function(names[0], function.parameters, Block(function.body.params, tuple(ahead.ops), (result,)))
    return forward, _reverse_function(sweeps, names[1], {**found.shapes, **found.environment}, found.repeated, (others, used_up), once)


def _out_of_reach(sweeps: Sweeps, ahead: Builder, saved: Sequence[Var]) -> Atom:
    """The value, copied where the record holds its memory: the caller may write to it."""
    value = sweeps.value
    if not isinstance(value, Var) or not isinstance(value.type, Array):
        return value
    shared = any(isinstance(v.type, Array) and sweeps.memory_of(v) is sweeps.memory_of(value) for v in saved)
    return ahead.emit(COPY, value, hint=value.hint) if shared else value


def _reverse_function(sweeps, name, environment, repeated, groups, once) -> Function:  # type: ignore[no-untyped-def]
    others, used_up = groups
    types = [make_tuple(group, {}) for group in groups]
    record = Var("record", make_tuple([Var("t", t) for t in types], {}))
    back = Builder()
    plain = back.emit(GETITEM, record, Const(0), hint="record")
    for k, var in enumerate(others):
        _bind(back, plain, k, environment[var])
        if sweeps.is_plain_tape(var) and not once:
            entry = back.ops.pop()
            tape = back.emit(GETITEM, plain, Const(k), hint=var.hint, type=var.type)
            copied = back.emit(GETITEM, tape, Const(slice(None)), hint=var.hint, type=var.type)
            back.append(replace(back.ops.pop(), results=entry.results))
            assert copied is not None
    if used_up:
        copied = back.emit(FRESH, back.emit(GETITEM, record, Const(1), hint="record"), hint="record")
        for k, var in enumerate(used_up):
            _bind(back, copied, k, environment[var])
    body = rename(Block((), sweeps.mirror, (sweeps.gradient,)), environment)
    back.ops.extend(op for _, op in repeated)
    back.ops.extend(op for op in body.ops if op.primitive is not COMMENT)
    (gradient,) = body.yields
    several = isinstance(gradient.type, Tuple) and sweeps.several
    result = gradient if several else back.emit(TUPLE, gradient, hint="gradient")
    parameters = tuple(Parameter(v, Kind.POSITIONAL_OR_KEYWORD) for v in (record, sweeps.seed))
    return Function(name, parameters, Block((record, sweeps.seed), tuple(back.ops), (result,)))


def _bind(builder: Builder, container: Var, position: int, target: Atom) -> None:
    made = builder.emit(GETITEM, container, Const(position), hint=target.hint, type=target.type)  # type: ignore[union-attr]
    last = builder.ops.pop()
    assert last.results == (made,)
    builder.append(replace(last, results=(target,)))


def _earliest(sweeps: Sweeps, op: Op) -> int | None:
    return None if any(sweeps.mutable(v) or sweeps.hits(op, v) for v in entries_read(op)) else 0


def _refuse_views(sweeps: Sweeps, used_up: list[Var]) -> None:
    """Two arrays that share memory would be copied apart."""
    groups = [sweeps.memory_of(v) for v in used_up if isinstance(v.type, Array)]
    if len(set(map(id, groups))) < len(groups):
        raise UntrackableAlias("a pullback of a function that writes to several views of one array")
