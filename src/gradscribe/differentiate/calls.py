"""Calls of functions that are not inlined (recursive ones, and those with rules of the user's own): a forward and a
reverse function beside the caller.

`y = g(x)` becomes `y, record = g_fwd(x)` in the forward sweep and `bx = g_rev(record, by)` in the mirror. A function is
turned into such a pair once for each set of active arguments, whatever the number of its call sites.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter as Kind
from typing import TYPE_CHECKING

from ..analyse.regions import Regions
from ..errors import UnsupportedCall, UntrackableAlias
from ..ir.build import Builder, inline
from ..ir.nodes import Atom, Callee, Const, Function, Op, OwnRule, Parameter, Var, replace, walk
from ..ir.primitives import CALL, COMMENT, GETITEM, TUPLE
from ..ir.types import FLOAT, OBJECT, STRUCTURES, Array, List, Numeric, Tuple, Type
from .adjoints import Adjoint, Adjoints, bar
from .tangents import zero_of

if TYPE_CHECKING:
    from .frames import Sweep


class Pairs:
    """The pairs made so far, by callee and active arguments; shared by a caller and all that it calls."""

    def __init__(self) -> None:
        self._made: dict[tuple[Callee, tuple[int, ...]], tuple[Callee, Callee]] = {}
        self.returned: dict[Callee, tuple[int, ...]] = {}
        """The positions of the arguments whose adjoints a reverse function returns."""
        self._gradients: dict[tuple[Callee, tuple[int, ...]], Callee] = {}

    def gradient(self, callee: Callee, active: tuple[int, ...], make: Callable[[str], Function]) -> Callee:
        """The gradient of a callee that is computed again on the way back; `make` makes it, given its name."""
        key = (callee, active)
        if key not in self._gradients:
            others = sum(c is callee for c, _ in self._gradients)
            found = self._gradients[key] = Callee(f"{callee.name}_grad" + (f"_{others}" if others else ""))
            found.function = make(found.name)
        return self._gradients[key]

    def pair(self, callee: Callee, active: tuple[int, ...], op: Op) -> tuple[Callee, Callee]:
        """The forward and the reverse function of a callee."""
        key = (callee, active)
        if key not in self._made:
            ending = "" if not any(c is callee for c, _ in self._made) else f"_{len(self._made)}"
            ahead, back = Callee(f"{callee.name}_fwd{ending}"), Callee(f"{callee.name}_rev{ending}")
            self._made[key] = (ahead, back)
            self.returned[back] = active
            if callee.rule is None:
                self._fill(callee, active, ahead, back, op)
            else:
                self.returned[back] = by_rule(callee, active, ahead, back)
        return self._made[key]

    def _fill(self, callee: Callee, active: tuple[int, ...], ahead: Callee, back: Callee, op: Op) -> None:
        from .pullback import pullback

        function = callee.function
        assert function is not None
        if any(o.primitive.writes and o.args[0] in function.body.params for o in walk(function.body)):
            raise UntrackableAlias(f"{callee.name} calls itself and writes to its arguments", op.origin)
        seed = seed_of(function.body.yields[0].type)
        ahead.function, back.function = pullback(function, active, names=(ahead.name, back.name), seed=seed, pairs=self)


def seed_of(result: Type) -> Type:
    """The type of the adjoint of a result."""
    return result if isinstance(result, (Array, *STRUCTURES)) else FLOAT


def forward_call(sweep: Sweep, op: Op, builder: Builder) -> Var | None:
    """Call the forward function; return the record, None where no argument is active."""
    if op.static.again or not any(r in sweep.active for r in op.results):
        builder.append(op)
        return None
    if op.static.rule is not None:
        refuse_written(op, sweep.memory)
    if any(sweep.is_pointer(a) or isinstance(a.type, (*STRUCTURES, List)) for a in op.args if a in sweep.active):
        reason = f"{op.static.name} calls itself with an active argument that is a container or is written"
        raise UnsupportedCall(reason, op.origin, "pass numbers or arrays that are not written")
    ahead, _ = sweep.pairs.pair(op.static, _active(sweep, op), op)
    record = OBJECT if op.static.rule is None else ahead.parts[1]
    type_ = Tuple((op.result.type, record))
    both = builder.emit(CALL, *op.args, static=ahead, type=type_, hint=op.result.hint)
    value = builder.emit(GETITEM, both, Const(0), type=op.result.type, hint=op.result.hint)
    builder.append(replace(builder.ops.pop(), results=(op.result,)))
    assert value.type == op.result.type
    return builder.emit(GETITEM, both, Const(1), type=record, hint=f"{op.static.name}_record")


def _active(sweep: Sweep, op: Op) -> tuple[int, ...]:
    return tuple(k for k, a in enumerate(op.args) if isinstance(a, Var) and a in sweep.active)


def mirror_call(sweep: Sweep, op: Op, record: Var, adjoints: Adjoints) -> None:
    """Call the reverse function with the record and the adjoint of the result."""
    g: Adjoint = adjoints.take(op.result)
    if g is None:
        return
    builder, positions = adjoints.builder, _active(sweep, op)
    _, back = sweep.pairs.pair(op.static, positions, op)
    positions = sweep.pairs.returned[back]
    if not positions:
        return
    types = tuple(op.args[k].type for k in positions)
    full = adjoints.full(g, op.result)
    both = builder.emit(CALL, record, full, static=back, type=Tuple(types), hint="gradient")
    for n, k in enumerate(positions):
        arg = op.args[k]
        part = builder.emit(GETITEM, both, Const(n), type=arg.type, hint=bar(getattr(arg, "hint", "t")))
        adjoints.add(arg, part)


def refuse_written(op: Op, memory: Regions) -> None:
    """The rule of a user may keep what goes in and what comes out: neither may be written."""
    for atom in (*op.args, *op.results):
        if isinstance(atom, Var) and isinstance(atom.type, (Array, Numeric)) and memory.is_written(atom):
            reason = f"{atom.hint} is written in place, and {op.static.name} has a rule of its own, which may keep it"
            raise UntrackableAlias(reason, op.origin, "pass, or write to, a copy: .copy()")


def by_rule(callee: Callee, active: tuple[int, ...], ahead: Callee, back: Callee) -> tuple[int, ...]:
    """Fill a pair from the user's own rule; return the positions of the arguments whose adjoints are returned."""
    rule = callee.rule
    assert rule is not None
    if rule.ahead is not None and rule.back is not None:
        ahead.name, back.name = rule.ahead.name, rule.back.name
        ahead.function = rule.ahead
        back.function, kept = _selected(rule, active)
        return kept
    assert rule.tangent is not None and callee.function is not None
    params = [Var(p.hint, p.type, p.named) for p in callee.function.body.params]
    first = Builder()
    value = first.emit(CALL, *params, static=callee, type=callee.function.body.yields[0].type, hint="y")
    record = first.emit(TUPLE, *params, hint="record")
    result = first.emit(TUPLE, value, record, hint="result")
    parameters = tuple(replace(p, var=v) for p, v in zip(callee.function.parameters, params, strict=True))
    ahead.function = Function(ahead.name, parameters, first.block(params, (result,)))
    back.function = _transposed(rule, active, record.type, back.name)
    return active


def _selected(rule: OwnRule, active: tuple[int, ...]) -> tuple[Function, tuple[int, ...]]:
    """The reverse function, with the adjoints that are asked for."""
    assert rule.back is not None
    body = rule.back.body
    made = next(op for op in body.ops if body.yields[0] in op.results)
    parts = [(k, part) for k, part in zip(rule.moving, made.args, strict=True) if k in active]
    parts = [(k, part) for k, part in parts if not (isinstance(part, Const) and part.value is None)]
    builder = Builder()
    builder.ops = list(body.ops)
    result = builder.emit(TUPLE, *(part for _, part in parts), hint="adjoints")
    return replace(rule.back, body=builder.block(body.params, (result,))), tuple(k for k, _ in parts)


def _transposed(rule: OwnRule, active: tuple[int, ...], record: Type, name: str) -> Function:
    """The reverse function of a rule of tangents: these are linear, so that they may be taken as zero."""
    from .reverse import reverse

    assert rule.tangent is not None
    body = rule.tangent.body
    tangent = next(op for op in body.ops if body.yields[0] in op.results).args[1]
    linear = replace(rule.tangent, body=replace(body, yields=(tangent,)))
    count = len(body.params) - len(rule.moving)
    wrt = [count + rule.moving.index(k) for k in active]
    seed = Var("seed", seed_of(tangent.type))
    made = reverse(linear, wrt, name=name, several=True, seed=seed.type)
    builder = Builder()
    held = Var("record", record)
    args: list[Atom] = [
        builder.emit(GETITEM, held, Const(k), hint=p.hint, named=p.named) for k, p in enumerate(body.params[:count])
    ]
    args += [zero_of(builder, args[k]) for k in rule.moving]
    result = inline(builder, made, [*args, seed])
    builder.ops = [op for op in builder.ops if op.primitive is not COMMENT]
    parameters = tuple(Parameter(v, Kind.POSITIONAL_OR_KEYWORD) for v in (held, seed))
    return Function(name, parameters, builder.block((held, seed), (result,)))
