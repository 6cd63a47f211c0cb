"""The trips of a loop, counted on the way forward and run through backwards.

A loop that may end early counts its trips; of a loop whose exit test stands first (`while c:`), only the trips that run
the body count, so that the test is not needed on the way back. Knows nothing of adjoints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Const, Loop, Var
from ..ir.primitives import ADD, EQUAL, IF, MULTIPLY, NEGATIVE, NOT_EQUAL, RANGE_LENGTH, SUBTRACT
from ..ir.types import BOOL, INT
from .recording import prologue
from .steps import Frame, MirrorShape, Step

if TYPE_CHECKING:
    from .frames import Sweep

ONE, ZERO = Const(1), Const(0)


def count_trips(sweep: Sweep, loop: Loop, body: Frame, step: Step) -> MirrorShape:
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
    place = test.results.index(loop.end)
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
        ends = [arm.yields[places[loop.end]] for arm in test.blocks]
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


def mirrored_range(
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
