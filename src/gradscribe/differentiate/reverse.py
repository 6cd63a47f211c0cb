"""Reverse mode: the function is run forward, then its mirror image is run, which accumulates adjoints.

Each block of the forward sweep gets a mirrored block that visits its operations in reverse order. An array that nobody
writes has an adjoint that is a value like any other. An array in written memory has a shadow: a buffer of zeros with
the same aliasing, made beside the definition, into which the mirrors accumulate. The mirror of a block mentions forward
values freely; `recording` then sees to it that they are there.

The transform runs in rounds: the first assumes that no write must be undone on the way back. Where the mirrors turn out
to read what a later write may have hit, the next round saves what that overwrites, and restores it in its mirror.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from inspect import Parameter as Kind

from ..analyse.activity import LAUNDERED, TEXT_HINT, Activity, useful, varied
from ..analyse.overlap import Overlap
from ..analyse.partition import EVERY, Region
from ..analyse.regions import Regions, regions
from ..analyse.undefined import may_be_undefined
from ..errors import BadResult, UnsupportedCall, UntrackableAlias
from ..ir.build import Builder
from ..ir.bundles import item_of, key_of
from ..ir.inlining import without_calls
from ..ir.nodes import Atom, Block, Const, Function, Op, Parameter, Var, loop_of, walk
from ..ir.primitives import CHECK_NUMBER, COMMENT, COPY, LOOP, SETITEM, TUPLE
from ..ir.types import FLOAT, STRUCTURES, Array, Numeric, Type, is_continuous
from .adjoints import Adjoint
from .apart import guard_memory
from .calls import Pairs
from .frames import Sweep
from .leaves import shadow_leaves
from .lists import zeros_of_entries
from .views import settle_views

SEED_NAMES = ("seed", "bresult", "seed_1", "seed_2")
"""The names of the adjoint of the result, the first that is free."""


@dataclass(frozen=True)
class Sweeps:
    """Both sweeps of a function, before they are put into one function or two.

    Args:
        primal: the function.
        forward: the ops of the forward sweep.
        mirror: those of the reverse sweep.
        value: what the function returns, kept safe from the reverse sweep.
        auxiliary: what it returns besides, where it returns `(value, auxiliary)`.
        seed: the adjoint of the value, a parameter.
        gradient: the adjoint of the parameter; a tuple where there are several.
        several: whether the gradient is a tuple of the adjoints of several parameters.
    """

    primal: Function
    forward: tuple[Op, ...]
    mirror: tuple[Op, ...]
    value: Atom
    auxiliary: Atom | None
    seed: Var
    gradient: Atom
    several: bool = False


def reverse(
    function: Function,
    wrt: Sequence[int],
    *,
    name: str,
    keep_value: bool = False,
    has_aux: bool = False,
    several: bool = False,
    seed: Type = FLOAT,
    number: bool = False,
    pairs: Pairs | None = None,
    watch: bool = False,
) -> Function:
    """The adjoint of a function.

    Args:
        function: the primal.
        wrt: the positions of the parameters whose adjoints are returned.
        name: the name of the new function.
        keep_value: whether the value is returned too, as `(value, gradient)`.
        has_aux: whether the function returns `(value, auxiliary)`, of which the value alone is differentiated. The
            auxiliary is returned with the value, else with the gradient.
        several: whether the gradient is a tuple even of one adjoint.
        seed: the type of the result's adjoint, the last parameter `seed` of the new function (1.0 unless given).
        number: whether a result of unknown rank is checked to be a number when the derivative runs.
        pairs: the functions called, made so far.
        watch: whether the program notes the adjoint of each value, for the interpreter (`WATCH`).

    Returns:
        a function of the same parameters and `seed`; it returns the adjoint of the parameter, a tuple where there are
        several.

    Raises:
        UnsupportedCall: an active operand has no rule.
        UntrackableAlias: memory is written in a way that cannot be followed.
    """
    options = {"has_aux": has_aux, "copy_value": keep_value, "number": number, "watch": watch}
    sweeps = both_sweeps(function, wrt, seed=seed, pairs=pairs, **options)
    last = Builder()
    value = sweeps.value
    if sweeps.auxiliary is not None and keep_value:
        value = last.emit(TUPLE, value, sweeps.auxiliary, hint="values")
    result = sweeps.gradient
    if several and not sweeps.several:
        result = last.emit(TUPLE, result, hint="gradient")
    if keep_value:
        result = last.emit(TUPLE, value, result, hint="result")
    elif sweeps.auxiliary is not None:
        result = last.emit(TUPLE, result, sweeps.auxiliary, hint="result")
    ops = (*sweeps.forward, *sweeps.mirror, *last.ops)
    parameters = _with_seed(function, sweeps.seed)
    return Function(name, parameters, Block(tuple(p.var for p in parameters), ops, (result,)))


def _with_seed(function: Function, seed: Var) -> tuple[Parameter, ...]:
    """The parameters of the derivative; the seed is the last one that can be given by position."""
    default = Const(1.0) if seed.type == FLOAT else Const(None)
    parameters = function.parameters
    if any(p.kind in (Kind.VAR_POSITIONAL, Kind.KEYWORD_ONLY, Kind.VAR_KEYWORD) for p in parameters):
        last = [p for p in parameters if p.kind is Kind.VAR_KEYWORD]
        rest = [p for p in parameters if p.kind is not Kind.VAR_KEYWORD]
        return (*rest, Parameter(seed, Kind.KEYWORD_ONLY, default), *last)
    if seed.type != FLOAT and not any(p.default for p in parameters):
        default = None
    return (*parameters, Parameter(seed, Kind.POSITIONAL_OR_KEYWORD, default))


def both_sweeps(
    function: Function,
    wrt: Sequence[int],
    *,
    seed: Type = FLOAT,
    has_aux: bool = False,
    copy_value: bool = True,
    number: bool = False,
    pairs: Pairs | None = None,
    watch: bool = False,
) -> Sweeps:
    """The forward and the reverse sweep; see `reverse` for the arguments. `pairs` are the functions called, made so
    far."""
    function = settle_views(guard_memory(function) if pairs is None else function)
    pairs = pairs or Pairs()
    function = without_calls(function)
    inputs = [function.body.params[k] for k in wrt]
    memory = regions(function)
    reached, matters = varied(function, inputs, memory), useful(function, None, memory)
    _refuse_laundering(reached, matters)
    active = _sharing({v: None for v in reached if v in matters}, reached, memory)
    active = _carried_together(function, active, reached)
    overlap = Overlap(function, memory)

    def attempts(restored: frozenset[Op]) -> tuple[Sweeps, Sweep]:
        while True:
            sweep = Sweep(function, memory, active, overlap, restored, pairs, watch)
            made = _Round(function, inputs, sweep, has_aux, number).run(seed, copy_value)
            needed = [write for write in sweep.reads.undone if write not in restored]
            if not needed:
                return made, sweep
            _refuse_opaque(needed)
            restored |= frozenset(needed)

    made, sweep = attempts(frozenset())
    if sweep.array_tapes > 1 and sweep.blocking and all(op.primitive.writes for op in sweep.blocking):
        with suppress(UntrackableAlias):  # one array that was overwritten, rather than several made from it
            other, restoring = attempts(sweep.restored | frozenset(sweep.blocking))
            made = other if restoring.array_tapes < sweep.array_tapes else made
    return made


def _refuse_opaque(writes: list[Op]) -> None:
    """Only what a write of ours overwrites can be saved."""
    for op in writes:
        if not op.primitive.writes:
            raise UntrackableAlias(
                "memory that is read on the way back is written by a call that cannot be followed", op.origin
            )


def _sharing(active: dict[Var, None], reached: Activity, memory: Regions) -> dict[Var, None]:
    """With a value in written memory all that share it: what is written through one is read through another."""
    for region in dict.fromkeys(memory.of(v) for v in active if memory.is_written(v)):
        active.update(dict.fromkeys(v for v in memory.members(region) if v in reached))
    return active


def _carried_together(function: Function, active: dict[Var, None], reached: Activity) -> dict[Var, None]:
    """What a loop carries is active inside and behind the loop, or in neither place."""
    for op in walk(function.body):
        if op.primitive is LOOP:
            loop = loop_of(op)
            for param, result in zip(loop.carried, loop.results, strict=True):
                if param in active or result in active:
                    active.update(dict.fromkeys(v for v in (param, result) if v in reached))
    return active


def _refuse_laundering(reached: Activity, matters: Activity) -> None:
    lost = next((op for op in reached.laundering if any(r in matters for r in op.results)), None)
    if lost is not None:
        raise UnsupportedCall(LAUNDERED, lost.origin, TEXT_HINT)


@dataclass
class _Round:
    """One attempt, with the set of writes that are undone on the way back."""

    function: Function
    inputs: list[Var]
    sweep: Sweep
    has_aux: bool
    number: bool

    def run(self, seed_type: Type, copy_value: bool) -> Sweeps:
        sweep, body = self.sweep, self.function.body
        forward, mirror, first = Builder(), Builder(), Builder()
        value, auxiliary = self._results()
        names = {p.hint for p in body.params}
        seed = Var(next(n for n in SEED_NAMES if n not in names), seed_type)
        forward.perform(COMMENT, static="forward")
        first.perform(COMMENT, static="reverse")
        for var in body.params:
            if var in self.inputs or isinstance(var.type, Array):
                sweep.shadow_of_parameter(forward, var)
            if isinstance(var.type, STRUCTURES):
                shadow_leaves(sweep, forward, var)
        frame = sweep.forward(body, forward, in_loop=False)
        if self.number and (isinstance(value.type, Numeric) or may_be_undefined(body, value)):
            forward.perform(CHECK_NUMBER, value)
        kept = self._keep(value, forward) if copy_value else value
        zeros_of_entries(sweep, mirror)
        adjoints = sweep.adjoints(mirror)
        adjoints.add(value, self._seed(seed, value, mirror))
        put_back = self._snapshots(mirror)
        sweep.mirror(frame, adjoints)
        sweep.reads.note(mirror.ops, None)
        adjoints.returned = {seed, *body.params}
        parts = [sweep.gradient(adjoints, var) for var in self.inputs]
        gradient = parts[0] if len(parts) == 1 else mirror.emit(TUPLE, *parts, hint="gradient")
        ahead = sweep.finish(frame)
        ops = (*first.ops, *mirror.ops, *put_back)
        return Sweeps(self.function, ahead, ops, kept, auxiliary, seed, gradient, len(parts) > 1)

    def _results(self) -> tuple[Atom, Atom | None]:
        """The value, and the auxiliary where there is one."""
        (result,) = self.function.body.yields
        if not self.has_aux:
            return result, None
        made = next((op for op in self.function.body.ops if result in op.results), None)
        if made is None or made.primitive is not TUPLE or len(made.args) != 2:
            raise BadResult("with has_aux=True the function returns a pair (value, auxiliary)")
        return made.args[0], made.args[1]

    def _seed(self, seed: Var, value: Atom, mirror: Builder) -> Adjoint:
        """The seed, taken apart where the value is a structure."""
        if isinstance(value, Var) and isinstance(value.type, STRUCTURES):
            return _parts(mirror, seed)
        return seed

    def _keep(self, value: Atom, forward: Builder) -> Atom:
        """The value as it is now: memory that the mirror restores is copied first."""
        if isinstance(value, Var) and self.sweep.is_restored(value):
            return forward.emit(COPY, value, hint=value.hint)
        return value

    def _snapshots(self, mirror: Builder) -> list[Op]:
        """Save the arrays of the caller that the mirror will restore; return the ops that put them back, so that the
        caller finds them as a plain call leaves them."""
        put_back = Builder()
        for param in self.function.body.params:
            for var in self._restored(mirror, param, self.sweep.memory.of(param)):
                left = mirror.emit(COPY, var, hint=f"{var.hint}_left")
                self.sweep.reads.skip(mirror.ops[-1])
                put_back.perform(SETITEM, var, Const(...), left)
        return put_back.ops

    def _restored(self, mirror: Builder, var: Var, region: Region | None) -> Iterator[Var]:
        """A parameter that the mirror restores, or those of its entries that are."""
        memory, type_ = self.sweep.memory, var.type
        writes = [] if region is None else memory.writes(region)
        if isinstance(type_, Array) and any(write in self.sweep.restored for write in writes):
            yield var
        if isinstance(type_, STRUCTURES) and region is not None:
            held = memory.contents(region)
            for k, item in enumerate(type_.items):
                inner = held.get(key_of(type_, k), held.get(EVERY))
                if inner is not None and isinstance(item, (Array, *STRUCTURES)):
                    found = item_of(mirror, var, k)
                    self.sweep.reads.skip(mirror.ops[-1])
                    yield from self._restored(mirror, found, inner)


def _parts(builder: Builder, seed: Var) -> tuple[Adjoint, ...]:
    assert isinstance(seed.type, STRUCTURES)
    parts = []
    for k, item in enumerate(seed.type.items):
        if not is_continuous(item):
            parts.append(None)
            continue
        part = item_of(builder, seed, k)
        parts.append(_parts(builder, part) if isinstance(item, STRUCTURES) else part)
    return tuple(parts)
