"""What is computed again on the way back: calls of functions that are marked, and loops of which only some states are
kept.

A marked call stays a call, and is mirrored by a call of the callee's gradient. The body of a marked loop becomes a
function of the program; the loop calls it and shows each state to `Snapshots`, which keeps a few; its mirror asks for
the states from the last to the first, and calls the gradient of the body at each.
"""

from __future__ import annotations

from inspect import Parameter as Kind
from typing import TYPE_CHECKING

from ..errors import UnsupportedCall, UnsupportedSyntax, UntrackableAlias
from ..ir.build import Builder, clone
from ..ir.nodes import Atom, Block, Callee, Const, Function, Loop, Op, Parameter, Var, loop_of, replace, walk
from ..ir.primitives import ASSERT, CALL, COMMENT, GETITEM, KEEP, RAISE, SNAPSHOTS, STATE_BEFORE, TUPLE
from ..ir.types import INT, OBJECT, STRUCTURES, Array, Scalar, Tuple, Type
from .adjoints import Adjoints, bar
from .calls import seed_of
from .recording import mentions
from .steps import Frame, MirrorShape, Step
from .trips import mirrored_range

if TYPE_CHECKING:
    from .calls import Pairs
    from .frames import Sweep


# calls ------------------------------------------------------------------------------------------------------------


def mirror_call_again(sweep: Sweep, op: Op, adjoints: Adjoints) -> None:
    """Call the gradient of the callee with the arguments and the adjoint of the result."""
    g = adjoints.take(op.result)
    if g is None:
        return
    positions = tuple(k for k, a in enumerate(op.args) if isinstance(a, Var) and a in sweep.active)
    back = gradient_of(sweep.pairs, op.static, positions)
    full = adjoints.full(g, op.result)
    both = adjoints.builder.emit(
        CALL, *op.args, full, static=back, type=Tuple(tuple(op.args[k].type for k in positions)), hint="gradient"
    )
    _add_parts(sweep, adjoints, both, [op.args[k] for k in positions])


def gradient_of(pairs: Pairs, callee: Callee, positions: tuple[int, ...]) -> Callee:
    """The gradient of a function of the program, as another one."""
    from .reverse import reverse

    def make(name: str) -> Function:
        assert callee.function is not None
        refuse_effects(callee.function.body)
        seed = seed_of(callee.function.body.yields[0].type)
        return reverse(callee.function, positions, name=name, several=True, seed=seed, pairs=pairs)

    return pairs.gradient(callee, positions, make)


def _add_parts(sweep: Sweep, adjoints: Adjoints, both: Var, args: list[Atom]) -> None:
    for n, arg in enumerate(args):
        part = adjoints.builder.emit(GETITEM, both, Const(n), type=arg.type, hint=bar(getattr(arg, "hint", "t")))
        adjoints.add(arg, part)


# loops ------------------------------------------------------------------------------------------------------------


def forward_checkpointed(sweep: Sweep, frame: Frame, op: Op) -> None:
    """The loop with its body as a call, which keeps some of its states."""
    loop, builder = loop_of(op), frame.builder
    others = [v for v in mentions(loop.body) if v not in loop.body.params]
    _refuse(sweep, op, loop, others)
    trip = Callee(f"{sweep.function.name}_trip", _trip_of(sweep.function.name, loop, others))
    assert loop.start is not None and loop.stop is not None and loop.step is not None
    count = op.keywords[0][1]
    kept = builder.emit(SNAPSHOTS, loop.start, loop.stop, loop.step, count, hint="states", type=OBJECT)
    index, carried = Var(loop.index.hint, INT, True), [_like(v) for v in loop.carried]  # type: ignore[union-attr]
    inner = Builder(op.origin)
    inner.perform(KEEP, kept, *carried)
    state = inner.emit(CALL, index, *carried, *others, static=trip, type=_state_type(loop), hint="state")
    nexts = [inner.emit(GETITEM, state, Const(k), type=v.type, hint=v.hint) for k, v in enumerate(loop.carried)]
    made = replace(op, keywords=(), blocks=(inner.block((index, *carried), nexts),))
    builder.append(made)
    frame.steps.append(Step(op, shape=MirrorShape(), record=kept, trip=(trip, others)))


def mirror_checkpointed(sweep: Sweep, step: Step, adjoints: Adjoints) -> None:
    """The trips in reverse order: the state before, and the gradient of the body there."""
    assert step.shape is not None and step.trip is not None and step.record is not None
    loop, builder = loop_of(step.op), adjoints.builder
    others = step.trip[1]
    moving = [k for k, p in enumerate(loop.carried) if p in sweep.active or loop.results[k] in sweep.active]
    cotangents = [adjoints.take(loop.results[k]) for k in moving]
    if not any(c is not None for c in cotangents):
        return
    outer = [v for v in others if v in sweep.active and not sweep.is_pointer(v)]
    names = [loop.carried[k] for k in moving] + outer
    inits = [adjoints.full(c, loop.results[k]) for c, k in zip(cotangents, moving, strict=True)]
    inits += [adjoints.full(adjoints.get(v), v) for v in outer]
    params = [Var(bar(v.hint), i.type) for v, i in zip(names, inits, strict=True)]
    results = [Var(bar(v.hint), i.type) for v, i in zip(names, inits, strict=True)]
    inner = adjoints.nested(Builder(step.op.origin))
    inner.values.update(zip(outer, params[len(moving) :], strict=True))
    bounds, index, _ = mirrored_range(loop, step.shape, builder, inner.builder)
    nexts = _mirror_trip(sweep, step, inner, index, moving, params)
    nexts += [inner.full(inner.get(v), v) for v in outer]
    builder.origin = step.op.origin
    builder.loop(bounds, inits, inner.builder.block((index, *params), nexts), results, exits=False)
    adjoints.values.update(zip(outer, results[len(moving) :], strict=True))
    for k, result in zip(moving, results, strict=False):
        adjoints.add(loop.inits[k], result)


def _mirror_trip(
    sweep: Sweep, step: Step, inner: Adjoints, index: Var, moving: list[int], params: list[Var]
) -> list[Atom]:
    """The adjoints of the state in front of a trip."""
    assert step.trip is not None and step.record is not None
    loop, builder, (trip, others) = loop_of(step.op), inner.builder, step.trip
    type_ = _state_type(loop)
    state = builder.emit(STATE_BEFORE, step.record, index, *others, static=trip, type=type_, hint="state")
    before = [builder.emit(GETITEM, state, Const(k), type=v.type, hint=v.hint) for k, v in enumerate(loop.carried)]
    seeds: list[Atom] = [params[moving.index(k)] if k in moving else Const(None) for k in range(len(before))]
    seed = builder.emit(TUPLE, *seeds, hint="seed", type=type_)
    wanted = [*(1 + k for k in moving), *(1 + len(before) + n for n, v in enumerate(others) if v in sweep.active)]
    back = gradient_of(sweep.pairs, trip, tuple(wanted))
    args = [index, *before, *others]
    types = tuple(args[k].type for k in wanted)
    both = builder.emit(CALL, *args, seed, static=back, type=Tuple(types), hint="gradient")
    parts = [
        builder.emit(GETITEM, both, Const(n), type=t, hint=bar(args[k].hint))
        for n, (k, t) in enumerate(zip(wanted, types, strict=True))
    ]
    for v, part in zip([args[k] for k in wanted[len(moving) :]], parts[len(moving) :], strict=True):
        inner.add(v, part)
    return list(parts[: len(moving)])


def _like(var: Var) -> Var:
    return Var(var.hint, var.type, var.named)


def _state_type(loop: Loop) -> Type:
    return Tuple(tuple(v.type for v in loop.carried))


def _trip_of(name: str, loop: Loop, others: list[Var]) -> Function:
    """The body of a loop as a function of the index, the state and what else it reads; it returns the next state."""
    params = [loop.index, *loop.carried, *others]
    environment: dict[Var, Atom] = {p: _like(p) for p in params if p is not None}
    body = clone(Block((), loop.body.ops, loop.nexts), environment)
    builder = Builder()
    builder.ops = list(body.ops)
    result = builder.emit(TUPLE, *body.yields, hint="state", type=_state_type(loop))
    own = [environment[p] for p in params if p is not None]
    taken: set[str] = set()
    for var in own:
        assert isinstance(var, Var)
        while var.hint in taken:
            var.hint += "_"
        taken.add(var.hint)
    parameters = tuple(Parameter(v, Kind.POSITIONAL_OR_KEYWORD) for v in own if isinstance(v, Var))
    return Function(f"{name}_trip", parameters, Block(tuple(p.var for p in parameters), tuple(builder.ops), (result,)))


def _refuse(sweep: Sweep, op: Op, loop: Loop, others: list[Var]) -> None:
    if op.static.exits or not op.static.bounded:
        raise UnsupportedSyntax("a checkpointed loop is left early", op.origin, "let it run to its end")
    inside = {v for o in walk(loop.body) for v in (*o.results, *(p for b in o.blocks for p in b.params))}
    refuse_effects(loop.body)
    for inner in walk(loop.body):
        if any(inner.args[k] not in inside for k in inner.primitive.writes):
            reason = "a checkpointed loop writes to an array or list from outside"
            raise UntrackableAlias(reason, inner.origin, "carry it as a value: `x = x + ...`")
    for var in loop.carried:
        if isinstance(var.type, STRUCTURES) or sweep.is_pointer(var) or not isinstance(var.type, (Scalar, Array)):
            reason = f"a checkpointed loop carries {var.hint}, which is no number or array that is replaced as a whole"
            raise UntrackableAlias(reason, op.origin)
    for var in others:
        if var in sweep.active and not isinstance(var.type, (Scalar, Array)):
            raise UntrackableAlias(f"a checkpointed loop reads {var.hint}, which is no number or array", op.origin)


def refuse_effects(body: Block, seen: frozenset[Callee] = frozenset()) -> None:
    """Refuse to run again what does something besides computing a value."""
    for op in walk(body):
        if op.primitive is CALL and op.static.function is not None and op.static not in seen:
            refuse_effects(op.static.function.body, seen | {op.static})
        elif op.primitive.effect and op.primitive not in (COMMENT, RAISE, ASSERT):
            reason = "this would happen once more when the checkpointed part is computed again"
            raise UnsupportedCall(reason, op.origin, "do it outside, and pass on what it gives")
