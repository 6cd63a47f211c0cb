"""Reverse mode as two functions: `f_fwd(args) -> (value, record)` and `f_rev(record, seed) -> adjoints`.

The record holds what the reverse sweep reads of the forward sweep. Where the reverse function may be called more than
once with one record, the lists and buffers that it uses up are copied first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from inspect import Parameter as Kind

from ..analyse.partition import EVERY, Regions
from ..analyse.regions import regions
from ..ir.build import Builder
from ..ir.infer import make_tuple
from ..ir.nodes import Atom, Block, Const, Function, Op, Parameter, Var, replace, walk
from ..ir.primitives import COMMENT, COPY, EXTERNAL, GETATTR, GETITEM, TUPLE, define
from ..ir.types import STRUCTURES, Array, List, Type
from .calls import Pairs
from .frames import maybe_undefined
from .recording import Resolved, entries_read, rename, resolve
from .reverse import SEED_NAMES, reverse

FRESH = define("fresh", infer=lambda args, keywords: args[0].type, effect=True)
"""`fresh(record)`: a deep copy, in which what shared memory shares memory (by `runtime`)."""


def pullback(
    function: Function, wrt: Sequence[int], *, names: tuple[str, str], seed: Type, pairs: Pairs
) -> tuple[Function, Function]:
    """The forward and the reverse function of a primal, for one call of the latter with each record.

    Args:
        function: the primal.
        wrt: the positions of the parameters whose adjoints the reverse function returns, as a tuple.
        names: of the two functions.
        seed: the type of the result's adjoint.
        pairs: the functions called, made so far.
    """
    whole = reverse(function, wrt, name=names[0], keep_value=True, several=True, seed=seed, pairs=pairs)
    return split(whole, names=names, once=True)


def split(function: Function, *, names: tuple[str, str], once: bool = False) -> tuple[Function, Function]:
    """Split a derivative that returns `(value, gradient)` in front of its reverse sweep.

    Args:
        function: made by `reverse` with `keep_value` and `several`.
        names: of the two functions.
        once: whether the reverse function is called once only with a record, so that nothing need be copied.
    """
    halves = _Halves(function, once)
    params = [p for p in function.body.params if p is not halves.seed]
    found = resolve(halves.ahead, params, halves.mirror, {}, halves.earliest, ())
    exposed = [] if once else [v for v in found.saved if halves.is_exposed(v)]
    used_up = [] if once else halves.with_held([v for v in found.saved if halves.is_used_up(v) or v in exposed], found)
    others = [v for v in found.saved if v not in used_up]
    ahead = Builder()
    ahead.ops = list(halves.ahead)
    kept: list[list[Atom]] = [[v if once else halves.kept(ahead, v) for v in others]]
    groups = [others]
    if used_up:
        groups.append(used_up)
        kept.append([*used_up])
    parts: list[Atom] = [ahead.emit(TUPLE, *group, hint="record") for group in kept]
    if exposed:
        parts[1] = ahead.emit(FRESH, parts[1], hint="record")
    record = parts[0] if len(parts) == 1 else ahead.emit(TUPLE, *parts, hint="record")
    shared = [v for v in used_up if v not in exposed] + [v for v in others if v in halves.undefined]
    value = halves.value if once else halves.out_of_reach(ahead, shared)
    result = ahead.emit(TUPLE, value, record, hint="result")
    parameters = tuple(p for p in function.parameters if p.var is not halves.seed)
    forward = Function(names[0], parameters, Block(tuple(params), tuple(ahead.ops), (result,)))
    return forward, _reverse_function(halves, names[1], found, groups, copy_tapes=not once)


def _makers(value: Atom, ops: Sequence[Op]) -> list[Op]:
    """Those of the ops that make the value: zeros, and views, stand where they are needed first."""
    needed, found = {value}, list[Op]()
    for op in reversed(ops):
        if needed & {*op.results}:
            needed |= {*op.inputs}
            found.insert(0, op)
    return found


class _Halves:
    """Both sweeps of a derivative, and what the second does to what the first has made."""

    def __init__(self, function: Function, once: bool) -> None:
        self.once, self.undefined = once, maybe_undefined(function)
        ops = function.body.ops
        middle = next(k for k, op in enumerate(ops) if op.primitive is COMMENT and op.static == "reverse")
        last = next(op for op in reversed(ops) if op.results == function.body.yields)
        self.value, gradient = last.args
        self.ahead = [op for op in ops[:middle] if op.primitive is not COMMENT]
        behind = [op for op in ops[middle + 1 :] if op is not last and op.primitive is not COMMENT]
        late = _makers(self.value, behind)
        self.ahead += late
        self.mirror = Block((), tuple(op for op in behind if op not in late), (gradient,))
        self.seed = next(p for p in reversed(function.body.params) if p.hint in SEED_NAMES)
        self.groups: Regions = regions(function)
        written = (op.args[k] for op in walk(self.mirror) for k in op.primitive.writes)
        self.written = {self.groups.of(v) for v in written if isinstance(v, Var)}
        before = (op.args[k] for op in walk(Block((), tuple(self.ahead))) for k in op.primitive.writes)
        self.written_before = {self.groups.of(v) for v in before if isinstance(v, Var)}

    def is_exposed(self, var: Var) -> bool:
        """Whether a value holds memory of the caller, who may write to it before the mirror runs, and is not a plain
        array; or the function itself has written to that memory."""
        if isinstance(var.type, Array):
            return self.groups.of(var) in self.written_before and self.groups.escapes(var)
        if not isinstance(var.type, (List, *STRUCTURES)):
            return False
        return any(map(self.groups.is_visible, self.groups.reachable(self.groups.of(var))))

    def kept(self, ahead: Builder, var: Var) -> Atom:
        """A value for the record: a copy of an array that the caller may write to before the mirror runs."""
        if isinstance(var.type, Array) and self.groups.escapes(var) and var not in self.undefined:
            return ahead.emit(COPY, var, hint=var.hint)
        return var

    def is_used_up(self, var: Var) -> bool:
        """Whether the mirror writes memory that a value is or holds (a tape of plain values is copied by a slice)."""
        if isinstance(var.type, List):
            inner = self.groups.contents(self.groups.of(var)).get(EVERY)
            return inner is not None and inner in self.written
        return isinstance(var.type, Array) and self.groups.of(var) in self.written

    def with_held(self, used_up: list[Var], found: Resolved) -> list[Var]:
        """The values that are used up, and the lists that they may hold: all are copied as one, so that what is one
        object is one in the copy."""
        held = {region for v in used_up for region in self.groups.reachable(self.groups.of(v))}
        return [v for v in found.saved if v in used_up or (isinstance(v.type, List) and self.groups.of(v) in held)]

    def is_tape(self, var: Var) -> bool:
        return isinstance(var.type, List) and self.groups.of(var) in self.written

    def earliest(self, op: Op) -> int | None:
        """Whether an op of the forward sweep may run again in front of the mirror: not where it reads what may be
        another value by then."""
        if not self.once and op.primitive in (EXTERNAL, GETATTR, GETITEM) and not _is_local(op):
            return None
        reads = [*entries_read(op), *op.results]
        memory = (v for v in reads if isinstance(v.type, (Array, List)))
        return None if any(self.groups.is_written(v) for v in memory) else 0

    def out_of_reach(self, ahead: Builder, saved: Iterable[Var]) -> Atom:
        """The value, copied where the record holds its memory: the caller may write to it."""
        if not isinstance(self.value, Var) or not isinstance(self.value.type, Array):
            return self.value
        shared = any(self.groups.of(v) is self.groups.of(self.value) for v in saved if isinstance(v.type, Array))
        return ahead.emit(COPY, self.value, hint=self.value.hint) if shared else self.value


def _is_local(op: Op) -> bool:
    """Whether an operation reads an entry of an array or list, not of something that the caller can reach by name."""
    return op.primitive is GETITEM and isinstance(op.args[0].type, (Array, List))


def _reverse_function(
    halves: _Halves, name: str, found: Resolved, groups: list[list[Var]], *, copy_tapes: bool
) -> Function:
    types = [make_tuple(group, {}) for group in groups]
    nested = len(groups) > 1
    record = Var("record", make_tuple([Var("t", t) for t in types], {}) if nested else types[0])
    back = Builder()
    for k, group in enumerate(groups):
        held = back.emit(GETITEM, record, Const(k), hint="record") if nested else record
        if k == 1:
            held = back.emit(FRESH, held, hint="record")
        for n, var in enumerate(group):
            tape = copy_tapes and k == 0 and halves.is_tape(var)
            _bind(back, held, n, found.environment[var], tape)
    back.ops += [op for _, op in found.repeated]
    body = rename(halves.mirror, {**found.shapes, **found.environment})
    parameters = tuple(Parameter(v, Kind.POSITIONAL_OR_KEYWORD) for v in (record, halves.seed))
    return Function(name, parameters, Block((record, halves.seed), (*back.ops, *body.ops), body.yields))


def _bind(builder: Builder, container: Var, position: int, target: Atom, copy: bool) -> None:
    """`target = container[position]`, a shallow copy of it for a tape."""
    assert isinstance(target, Var)
    made = builder.emit(GETITEM, container, Const(position), hint=target.hint, type=target.type)
    if copy:
        builder.emit(GETITEM, made, Const(slice(None)), hint=target.hint, type=target.type)
    builder.append(replace(builder.ops.pop(), results=(target,)))
