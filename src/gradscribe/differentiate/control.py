"""Branches and loops, forward and mirrored.

A branch is mirrored by a branch on the same predicate. A loop is mirrored by a loop that runs through the same trips in
reverse order; it carries the adjoints of what the loop carries, and accumulates those of what its body reads from
outside. A loop that may end early counts its trips; of a loop whose exit test stands first (`while c:`), only the trips
that run the body count, so that the test is not needed on the way back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..ir.build import UNDEF, Builder
from ..ir.nodes import Atom, Block, Const, Loop, Op, Var, loop_of, replace, walk
from ..ir.primitives import ADD, APPEND, EQUAL, IF, MULTIPLY, NEGATIVE, NOT_EQUAL, POP, RANGE_LENGTH, SUBTRACT
from ..ir.types import BOOL, INT, NUMERIC, STRUCTURES, Array, List, Numeric, Type, Undefined
from .adjoints import Adjoint, Adjoints, bar, is_spread
from .counters import counters
from .recording import Resolved, entries_read, is_view, mentions, merge, place, prologue, rename, resolve

if TYPE_CHECKING:
    from .frames import Frame, Step, Sweep

ONE, ZERO = Const(1), Const(0)


@dataclass(frozen=True, eq=False)
class Restore:
    """What a write of the mirror undoes (its `static`)."""

    write: Op


@dataclass
class MirrorShape:
    """How a loop is run backwards.

    Args:
        trips: the number of trips to mirror, where the loop counts them.
        counted: whether only the trips count whose exit test, at the start, was passed.
        passed: which arm of that test holds the rest of the body.
        exit_test: of a loop with one exit, the branch that takes it; its predicate is not recorded.
        leaving: which arm of `exit_test` leaves.
        ended: of a loop with bounds, whether the exit was taken.
    """

    trips: Var | None = None
    counted: bool = False
    passed: int = 0
    exit_test: Op | None = None
    leaving: int = 0
    ended: Var | None = None


# ------------------------------------------------------------------ forward


def forward_branch(sweep: Sweep, frame: Frame, op: Op) -> None:
    """Write both arms; the op itself follows when its mirror is known."""
    from .frames import Step

    frames = tuple(sweep.forward(arm, Builder(op.origin), in_loop=frame.in_loop) for arm in op.blocks)
    shadows = _carry_shadows(sweep, op.results, [f.block.yields for f in frames])
    step = Step(op, frames=frames, position=len(frame.builder.ops))
    step.results = [*op.results, *shadows.results]
    step.yields = [[*f.block.yields, *extra] for f, extra in zip(frames, shadows.yields, strict=True)]
    frame.steps.append(step)
    frame.builder.append(op)


def assemble_branch(step: Step) -> Op:
    """The branch as it stands now."""
    arms = (Block((), tuple(f.builder.ops), tuple(y)) for f, y in zip(step.frames, step.yields, strict=True))
    return replace(step.op, results=tuple(step.results), blocks=tuple(arms))


@dataclass
class _Shadows:
    """Shadows that go through a branch or a loop beside the pointers that they belong to."""

    results: list[Var]
    yields: list[list[Atom]]


def _carry_shadows(sweep: Sweep, results: Sequence[Var], yields: Sequence[Sequence[Atom]]) -> _Shadows:
    made = _Shadows([], [[] for _ in yields])
    for k, result in enumerate(results):
        if sweep.is_pointer(result):
            shadow = Var(bar(result.hint), result.type)
            sweep.set_shadow(result, shadow)
            made.results.append(shadow)
            for own, arm in zip(made.yields, yields, strict=True):
                own.append(_shadow_or_undefined(sweep, arm[k]))
    return made


def _shadow_or_undefined(sweep: Sweep, atom: Atom) -> Atom:
    return sweep.shadow(atom) if isinstance(atom, Var) else UNDEF


def forward_loop(sweep: Sweep, frame: Frame, op: Op) -> None:
    """Write the body, with the shadows of carried pointers; the trips are counted where they are not known."""
    from .frames import Step

    loop = loop_of(op)
    pairs = [k for k, p in enumerate(loop.carried) if sweep.is_pointer(p)]
    for k in pairs:
        for var in (loop.carried[k], loop.results[k]):
            sweep.set_shadow(var, Var(bar(var.hint), var.type))
    body = sweep.forward(loop.body, Builder(op.origin), in_loop=True)
    step = Step(op, frames=(body,), position=len(frame.builder.ops))
    step.inits = [*loop.inits, *(_shadow_or_undefined(sweep, loop.inits[k]) for k in pairs)]
    step.carried = [*loop.carried, *(sweep.shadow(loop.carried[k]) for k in pairs)]
    step.yields = [[*loop.nexts, *(_shadow_or_undefined(sweep, loop.nexts[k]) for k in pairs)]]
    step.results = [*loop.results, *(sweep.shadow(loop.results[k]) for k in pairs)]
    step.shape = _count_trips(sweep, loop, body, step) if op.static.exits else MirrorShape()
    frame.steps.append(step)
    frame.builder.append(op)


def assemble_loop(step: Step) -> Op:
    """The loop as it stands now."""
    op, loop, (body,), (nexts,) = step.op, loop_of(step.op), step.frames, step.yields
    bounds = op.args[: len(op.args) - len(loop.inits)]
    index = () if loop.index is None else (loop.index,)
    end = () if loop.end is None else (loop.end,)
    block = Block((*index, *step.carried), tuple(body.builder.ops), (*end, *nexts))
    return replace(op, args=(*bounds, *step.inits), results=tuple(step.results), blocks=(block,))


def _count_trips(sweep: Sweep, loop: Loop, body: Frame, step: Step) -> MirrorShape:
    """Let the loop carry the number of its trips."""
    before, after = Var("trips", INT), Var("trips", INT)
    passed = _exit_test_first(sweep, loop)
    step.inits.append(ZERO)
    step.carried.append(before)
    step.results.append(after)
    if passed is None:
        step.yields[0].append(body.builder.emit(ADD, before, ONE, hint="trips"))
        return _with_exit_test(loop, step, MirrorShape(after))
    test = body.steps[-1]
    test.results.append(Var("trips", INT))
    for k, (arm, yields) in enumerate(zip(test.frames, test.yields, strict=True)):
        yields.append(arm.builder.emit(ADD, before, ONE, hint="trips") if k == passed else before)
    step.yields[0].append(test.results[-1])
    return MirrorShape(after, counted=True, passed=passed)


def _with_exit_test(loop: Loop, step: Step, shape: MirrorShape) -> MirrorShape:
    """Of a loop with one exit, note which trip took it, so that the test need not be recorded."""
    test = next((op for op in loop.body.ops if loop.end in op.results and op.primitive is IF), None)
    if test is None or not isinstance(test.args[0], Var):
        return shape
    place = test.results.index(loop.end)  # type: ignore[arg-type]
    ends = [arm.yields[place] for arm in test.blocks]
    for leaving in (0, 1):
        if _is_const(ends[leaving], True) and _is_const(ends[1 - leaving], False):
            shape.exit_test, shape.leaving = test, leaving
    if shape.exit_test is not None and loop.index is not None:
        shape.ended = Var("ended", BOOL)
        step.inits.append(Const(False))
        step.carried.append(Var("ended", BOOL))
        step.results.append(shape.ended)
        step.yields[0].append(loop.end)  # type: ignore[arg-type]
    return shape


def _exit_test_first(sweep: Sweep, loop: Loop) -> int | None:
    """Of a loop whose body ends in a test of which one arm only ends the loop: the other arm; else None.

    The exit trip must leave all active values as they were, so that there is nothing of it to mirror.
    """
    if not loop.body.ops or loop.body.ops[-1].primitive is not IF:
        return None
    test = loop.body.ops[-1]
    places = {r: k for k, r in enumerate(test.results)}
    if loop.end not in places:
        return None
    for leaving in (0, 1):
        ends = [arm.yields[places[loop.end]] for arm in test.blocks]  # type: ignore[index]
        if not _is_const(ends[leaving], True) or not _is_const(ends[1 - leaving], False) or test.blocks[leaving].ops:
            continue
        arm = test.blocks[leaving]
        if all(_unchanged(sweep, loop, arm, places, k) for k in range(len(loop.carried))) and _quiet(loop):
            return 1 - leaving
    return None


def _quiet(loop: Loop) -> bool:
    """Whether nothing is written before the exit test."""
    return all(op.primitive.is_pure and not op.blocks for op in loop.body.ops[:-1])


def _is_const(atom: Atom, value: bool) -> bool:
    return isinstance(atom, Const) and atom.value is value


def _unchanged(sweep: Sweep, loop: Loop, arm: Block, places: dict[Var, int], k: int) -> bool:
    param, next_ = loop.carried[k], loop.nexts[k]
    if param not in sweep.active and loop.results[k] not in sweep.active:
        return True
    if isinstance(next_, Var) and next_ in places:
        next_ = arm.yields[places[next_]]
    return next_ is param


# ------------------------------------------------------------------ mirrored branch


def mirror_branch(sweep: Sweep, frame: Frame, step: Step, adjoints: Adjoints) -> None:
    """A branch on the same predicate; its results are the adjoints of what the arms read."""
    op = step.op
    outer = _outer_values(sweep, [f.block for f in step.frames])
    cotangents = [adjoints.take(r) if not sweep.is_pointer(r) else None for r in op.results]
    arms = [_mirror_arm(sweep, inner, cotangents, adjoints, outer) for inner in step.frames]
    changed = [v for v in outer if any(a.get(v) is not adjoints.get(v) for a in arms)]
    yields = [[arm.full(arm.get(v), v) for v in changed] for arm in arms]
    results = [Var(bar(v.hint), _type_of_all(v, pair)) for v, *pair in zip(changed, *yields, strict=True)]
    blocks = [arm.builder.block((), own) for arm, own in zip(arms, yields, strict=True)]
    blocks = _resolve_arms(sweep, frame, step, blocks)
    adjoints.builder.origin = op.origin
    adjoints.builder.branch(op.args[0], blocks[0], blocks[1], results)
    sweep.branches[adjoints.builder.ops[-1]] = step
    adjoints.values.update(zip(changed, results, strict=True))


def _type_of_all(var: Var, adjoints: Sequence[Atom]) -> Type:
    """The type of an adjoint that comes from several places: unknown where a zero stands for an array of any shape."""
    spread = any(isinstance(a.type, Numeric) or is_spread(a, var.type) for a in adjoints)
    return NUMERIC if isinstance(var.type, Array) and spread else var.type


def _mirror_arm(
    sweep: Sweep, inner: Frame, cotangents: list[Adjoint], adjoints: Adjoints, outer: list[Var]
) -> Adjoints:
    arm = adjoints.nested(Builder(adjoints.builder.origin))
    arm.values.update({v: adjoints.get(v) for v in outer if adjoints.get(v) is not None})
    for value, cotangent in zip(inner.block.yields, cotangents, strict=False):
        arm.add(value, cotangent)
    sweep.mirror(inner, arm)
    return arm


def _resolve_arms(sweep: Sweep, frame: Frame, step: Step, mirrors: list[Block]) -> list[Block]:
    """See to what the mirrored arms read of the arms; put the finished branch into the forward sweep."""
    out = []
    for k, (inner, mirror) in enumerate(zip(step.frames, mirrors, strict=True)):
        found = _resolve(sweep, step.op, inner.builder.ops, (), mirror, {})
        pops: list[Op] = []
        if frame.in_loop:
            pushes, pops = _tapes(sweep, found)
            inner.builder.ops = place(inner.builder.ops, (), pushes)
        else:
            step.results += [found.environment[v] for v in found.saved]  # type: ignore[misc]
            for j, yields in enumerate(step.yields):
                yields += [v if j == k else UNDEF for v in found.saved]
        out.append(_assemble(sweep, mirror, found, pops))
    frame.builder.ops[step.position] = assemble_branch(step)
    return out


# ------------------------------------------------------------------ mirrored loop


def mirror_loop(sweep: Sweep, frame: Frame, step: Step, adjoints: Adjoints) -> None:
    """The same trips in reverse order; carried are the adjoints of what the loop carries and of what it reads."""
    op, (body,) = step.op, step.frames
    assert step.shape is not None
    loop, builder = loop_of(op), adjoints.builder
    carried = [k for k, p in enumerate(loop.carried) if _is_carried(sweep, p, loop.results[k])]
    _refuse_structures(loop, carried)
    outer = _outer_values(sweep, [body.block])
    cotangents = [adjoints.take(loop.results[k]) for k in carried]
    if not any(c is not None for c in cotangents) and not _touches_memory(sweep, body.block):
        _finish_unmirrored(frame, step)
        return
    inits = [adjoints.full(c, loop.results[k]) for c, k in zip(cotangents, carried, strict=True)]
    inits += [adjoints.full(adjoints.get(v), v) for v in outer]
    names = [loop.carried[k] for k in carried] + outer
    types = [_type_of_all(v, [init]) for v, init in zip(names, inits, strict=True)]
    types = [NUMERIC if isinstance(v.type, Array) and v in sweep.undefined else t for v, t in zip(names, types, strict=True)]
    params = [Var(bar(v.hint), t) for v, t in zip(names, types, strict=True)]
    results = [Var(bar(v.hint), t) for v, t in zip(names, types, strict=True)]
    inner = adjoints.nested(Builder(op.origin))
    inner.values.update(zip(outer, params[len(carried) :], strict=True))
    for k, param in zip(carried, params, strict=False):
        inner.add(loop.nexts[k], param)
    test = body.steps[-1] if step.shape.counted else None
    _mirror_body(sweep, body, test, step.shape, inner)
    nexts = [_next(inner, loop.carried[k], p) for k, p in zip(carried, params, strict=False)]
    nexts += [inner.full(inner.get(v), v) for v in outer]
    bounds, index, known = _mirrored_range(loop, step.shape, builder, inner.builder)
    if step.shape.trips is not None:
        known.update(counters(sweep.reads.affine, op, index, inner.builder))
    block = inner.builder.block((index, *params), nexts)
    block = _resolve_body(sweep, frame, step, block, known)
    builder.origin = op.origin
    builder.loop(bounds, inits, block, results, exits=False)
    adjoints.values.update(zip(outer, results[len(carried) :], strict=True))
    for k, result in zip(carried, results, strict=False):
        adjoints.add(loop.inits[k], result)


def _is_carried(sweep: Sweep, param: Var, result: Var) -> bool:
    """Whether the loop carries an adjoint that is a value."""
    active = param in sweep.active or result in sweep.active
    return active and not sweep.is_pointer(param) and not sweep.is_pointer(result)


def _finish_unmirrored(frame: Frame, step: Step) -> None:
    for inner in step.frames:
        for nested in inner.steps:
            if nested.frames:
                _finish_unmirrored(inner, nested)
    made = assemble_branch(step) if step.op.primitive is IF else assemble_loop(step)
    frame.builder.ops[step.position] = made


def _mirror_body(sweep: Sweep, body: Frame, test: Step | None, shape: MirrorShape, inner: Adjoints) -> None:
    if test is None:
        sweep.mirror(body, inner)
        return
    arm = test.frames[shape.passed]
    for result, value in zip(test.op.results, arm.block.yields, strict=False):
        if result in sweep.active and not sweep.is_pointer(result):
            inner.add(value, inner.take(result))
    sweep.mirror(arm, inner)
    body.steps.remove(test)
    sweep.mirror(body, inner)
    body.steps.append(test)


def _next(inner: Adjoints, param: Var, own: Var) -> Atom:
    """The adjoint that goes to the previous trip; a zero takes its shape from the adjoint itself if that is safe."""
    adjoint = inner.get(param)
    fixed = isinstance(param.type, Array) and all(d.base is not None for d in param.type.shape)
    return inner.full(adjoint, own if fixed and adjoint is None else param)


def _touches_memory(sweep: Sweep, block: Block) -> bool:
    return any(sweep.is_pointer(a) for op in walk(block) for a in (*op.inputs, *op.results) if isinstance(a, Var))


def _refuse_structures(loop: Loop, carried: list[int]) -> None:
    for k in carried:
        assert not isinstance(loop.carried[k].type, STRUCTURES), "structures are carried item by item"


def _outer_values(sweep: Sweep, blocks: Sequence[Block]) -> list[Var]:
    """The active values from outside that blocks mention and whose adjoints are values."""
    found = dict.fromkeys(v for block in blocks for v in mentions(block))
    return [v for v in found if v in sweep.active and not sweep.is_pointer(v) and not isinstance(v.type, Undefined)]


def _mirrored_range(
    loop: Loop, shape: MirrorShape, builder: Builder, inner: Builder
) -> tuple[tuple[Atom, Atom, Atom], Var, dict[Var, Atom]]:
    """The bounds of the mirrored loop, its index, and what stands for the index of the loop."""
    hint = loop.index.hint if loop.index is not None else "trip"
    index = Var(hint, INT, loop.index.named if loop.index is not None else False)
    if shape.trips is not None:
        bounds = (_less(builder, shape.trips, ONE), Const(-1), Const(-1))
        known = {} if loop.index is None else {loop.index: _index_of(loop, index, inner)}
        if shape.exit_test is not None:
            known[shape.exit_test.args[0]] = _took_exit(shape, builder, bounds[0], index, inner)  # type: ignore[index]
        return bounds, index, known
    assert loop.index is not None and loop.start is not None and loop.stop is not None and loop.step is not None
    known = {loop.index: index}
    start, stop, step = loop.start, loop.stop, loop.step
    if isinstance(step, Const) and step.value == 1:
        return (_less(builder, stop, ONE), _less(builder, start, ONE), Const(-1)), index, known
    if isinstance(step, Const) and step.value == -1:
        return (_more(builder, stop, ONE), _more(builder, start, ONE), ONE), index, known
    trips = builder.emit(RANGE_LENGTH, start, stop, step, hint="trips")
    last = _more(builder, start, builder.emit(MULTIPLY, _less(builder, trips, ONE), step, hint="last"))
    back: Atom = Const(-step.value) if isinstance(step, Const) else builder.emit(NEGATIVE, step, hint="back")
    return (last, _less(builder, start, step), back), index, known


def _took_exit(shape: MirrorShape, builder: Builder, last: Atom, trip: Var, inner: Builder) -> Atom:
    """The predicate of the exit test at a trip: only the last trip may have taken the exit."""
    if shape.ended is not None:
        exit_trip = Var("exit_trip", INT)
        builder.branch(shape.ended, Block((), (), (last,)), Block((), (), (Const(-1),)), [exit_trip])
        last = exit_trip
    first = Builder(inner.origin)
    made = first.emit(EQUAL if shape.leaving == 0 else NOT_EQUAL, trip, last, hint="exits", type=BOOL)
    prologue(inner, first.ops)
    return made


def _index_of(loop: Loop, trip: Var, inner: Builder) -> Atom:
    """The index of the loop at a trip, computed at the start of the mirrored body."""
    assert loop.start is not None and loop.step is not None
    first = Builder(inner.origin)
    scaled = trip if _is_int(loop.step, 1) else first.emit(MULTIPLY, trip, loop.step, hint=trip.hint)
    index = scaled if _is_int(loop.start, 0) else first.emit(ADD, loop.start, scaled, hint=trip.hint)
    prologue(inner, first.ops)
    return index


def _is_int(atom: Atom, value: int) -> bool:
    return isinstance(atom, Const) and atom.value == value


def _less(builder: Builder, left: Atom, right: Atom) -> Atom:
    if isinstance(left, Const) and isinstance(right, Const):
        return Const(left.value - right.value)
    return builder.emit(SUBTRACT, left, right, hint="last")


def _more(builder: Builder, left: Atom, right: Atom) -> Atom:
    if isinstance(left, Const) and isinstance(right, Const):
        return Const(left.value + right.value)
    return builder.emit(ADD, left, right, hint="last")


# ------------------------------------------------------------------ recording


def _resolve_body(sweep: Sweep, frame: Frame, step: Step, mirror: Block, known: dict[Var, Atom]) -> Block:
    """See to what the mirrored body reads of the body; put the finished loop into the forward sweep."""
    (body,) = step.frames
    assert step.shape is not None
    index = loop_of(step.op).index
    params = ([] if index is None else [index]) + step.carried
    if not step.shape.counted:
        found = _resolve(sweep, step.op, body.builder.ops, params, mirror, known)
        mirror = _into_arms(sweep, body, mirror, found)
        pushes, pops = _tapes(sweep, found)
        body.builder.ops = place(body.builder.ops, params, pushes)
    else:
        found, pops = _resolve_counted(sweep, step, params, mirror, known)
    frame.builder.ops[step.position] = assemble_loop(step)
    return _assemble(sweep, mirror, found, pops)


def _into_arms(sweep: Sweep, body: Frame, mirror: Block, found: Resolved) -> Block:
    """Save inside an arm what that arm's mirror alone reads, so that other trips save nothing."""
    for var in [v for v in found.saved if v not in found.doubles.values()]:
        users = [op for op in mirror.ops if var in mentions(Block((), (op,), ()))]
        if len(users) != 1 or users[0] not in sweep.branches or var in users[0].inputs or var in mirror.yields:
            continue
        if any(found.environment[var] in op.inputs for _, op in found.repeated):
            continue
        arms = [k for k, arm in enumerate(users[0].blocks) if var in mentions(arm)]
        if len(arms) == 1:
            mirror = _save_in_arm(sweep, body, mirror, found, var, users[0], arms[0])
    return mirror


def _save_in_arm(
    sweep: Sweep, body: Frame, mirror: Block, found: Resolved, var: Var, branch: Op, k: int
) -> Block:
    step = sweep.branches.pop(branch)
    found.saved.remove(var)
    popped = found.environment.pop(var)
    pushes, pops = _tapes(sweep, Resolved([var], {var: popped}))
    inside = step.frames[k].builder
    inside.ops = [*pushes[var], *inside.ops]
    body.builder.ops[step.position] = assemble_branch(step)
    arm = rename(branch.blocks[k], {var: popped})
    arm = replace(arm, ops=(*pops, *arm.ops))
    changed = replace(branch, blocks=tuple(arm if j == k else b for j, b in enumerate(branch.blocks)))
    sweep.branches[changed] = step
    return replace(mirror, ops=tuple(changed if op is branch else op for op in mirror.ops))


def _resolve_counted(
    sweep: Sweep, step: Step, params: list[Var], mirror: Block, known: dict[Var, Atom]
) -> tuple[Resolved, list[Op]]:
    """What is saved is saved behind the exit test, so that the trip that ends the loop saves nothing."""
    (body,), passed = step.frames, step.shape.passed  # type: ignore[union-attr]
    test = body.steps[-1]
    arm, before = test.frames[passed].builder, body.builder.ops[: test.position]
    found = _resolve(sweep, step.op, [*before, *arm.ops], params, mirror, known)
    pushes, pops = _tapes(sweep, found)
    arm.ops = place(arm.ops, [*params, *(r for op in before for r in op.results)], pushes)
    for inner in (f for f in test.frames if f is not test.frames[passed]):
        for nested in inner.steps:
            _finish_unmirrored(inner, nested)
    body.builder.ops[test.position] = assemble_branch(test)
    return found, pops


def _resolve(
    sweep: Sweep, at: Op, ops: Sequence[Op], params: Iterable[Var], mirror: Block, known: dict[Var, Atom]
) -> Resolved:
    """See to what the mirror of a block of the op `at` reads of that block, whose ops are `ops` now."""
    sweep.reads.note(mirror.ops, at)
    writes = _numbered_writes(ops)
    restores = _numbered_restores(mirror)
    places = {op: k for k, op in enumerate(ops)}

    stored = {var: op for write in ops for var, op in sweep.reads.read_back(write, sweep.restored)}
    reading = frozenset(stored.values())

    def earliest(op: Op) -> int | None:
        if op in reading:
            return 0
        position = 0
        if any(_in_written_memory(sweep, r) for r in op.results) and not is_view(op):
            return None  # it makes memory that is written: another one would not do
        for var in entries_read(op):
            if not _in_written_memory(sweep, var):
                continue
            if var in sweep.shadow_values or not sweep.memory.knows(var) or isinstance(var.type, List):
                return None
            for write in sweep.reads.hits(op, var):
                if write not in sweep.restored:
                    return None
                if writes.get(write, -1) >= places[op]:
                    if write not in restores:
                        return None
                    position = max(position, restores[write] + 1)
        return position

    return resolve(ops, params, mirror, known, earliest, sweep.shapes, stored)


def _numbered_writes(ops: Sequence[Op]) -> dict[Op, int]:
    """The ops that write, with the number of the op in the list that they are or stand in."""
    return {inner: k for k, op in enumerate(ops) for inner in walk(Block((), (op,), ())) if inner.primitive.writes}


def _numbered_restores(mirror: Block) -> dict[Op, int]:
    """The writes that a mirror undoes, with the number of the mirror's op behind which they are undone."""
    found: dict[Op, int] = {}
    for k, op in enumerate(mirror.ops):
        for inner in walk(Block((), (op,), ())):
            if isinstance(inner.static, Restore):
                found[inner.static.write] = k
    return found


def _in_written_memory(sweep: Sweep, var: Var) -> bool:
    if var in sweep.shadow_values or isinstance(var.type, List):
        return True
    return isinstance(var.type, (Array, Numeric)) and sweep.memory.is_written(var)


def _tapes(sweep: Sweep, found: Resolved) -> tuple[dict[Var, list[Op]], list[Op]]:
    """A tape for each saved value: the ops that push, by value, and those that pop."""
    pushes: dict[Var, list[Op]] = {}
    pops = Builder()
    for var in found.saved:
        if var.type == BOOL and not var.named:
            var.hint = found.environment[var].hint = "took"  # type: ignore[union-attr]
        maker = Builder()
        tape = maker.new_list(var.type, hint=f"{var.hint}_tape")
        sweep.new_tapes.extend(maker.ops)
        pusher = Builder()
        pusher.perform(APPEND, tape, var)
        pushes[var] = pusher.ops
        popped = found.environment[var]
        pops.append(Op(POP, (tape,), (popped,)))  # type: ignore[arg-type]
    return pushes, pops.ops


def _assemble(sweep: Sweep, mirror: Block, found: Resolved, pops: list[Op]) -> Block:
    """The mirrored block with what it needs in front."""
    renamed = rename(mirror, {**found.shapes, **found.environment})
    for old, new in found.environment.items():
        if old in sweep.shadow_values and isinstance(new, Var):
            sweep.shadow_values.add(new)
    return Block(renamed.params, (*pops, *merge(renamed.ops, found.repeated)), renamed.yields)

