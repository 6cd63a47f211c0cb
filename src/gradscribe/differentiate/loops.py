"""Loops, forward and mirrored.

A loop is mirrored by a loop that runs through the same trips in reverse order; it carries the adjoints of what the loop
carries, and accumulates those of what its body reads from outside. How the trips are counted is in `trips`, how values
reach the mirror in `saving`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Loop, Op, Var, loop_of, walk
from ..ir.types import NUMERIC, STRUCTURES, Array
from .adjoints import Adjoints, bar, type_of_all
from .backwards import run_backwards
from .counters import counters
from .recording import Resolved, place
from .reuse import reuse
from .saving import assemble, into_arms, resolve_block, tapes
from .steps import Frame, MirrorShape, Step, assemble_branch, assemble_loop, finish_unmirrored
from .summing import without_unread_sums
from .trips import count_trips, mirrored_range

if TYPE_CHECKING:
    from .frames import Sweep


def forward_loop(sweep: Sweep, frame: Frame, op: Op) -> None:
    """Write the body, with the shadows of carried pointers; the trips are counted where they are not known."""
    loop = loop_of(op)
    pairs = [k for k, p in enumerate(loop.carried) if sweep.is_pointer(p)]
    for k in pairs:
        for var in (loop.carried[k], loop.results[k]):
            sweep.set_shadow(var, Var(bar(var.hint), var.type))
    body = sweep.forward(loop.body, Builder(op.origin), in_loop=True)
    step = Step(op, frames=(body,), position=len(frame.builder.ops))
    step.inits = [*loop.inits, *(sweep.shadow_or_undefined(loop.inits[k]) for k in pairs)]
    step.carried = [*loop.carried, *(sweep.shadow(loop.carried[k]) for k in pairs)]
    step.yields = [[*loop.nexts, *(sweep.shadow_or_undefined(loop.nexts[k]) for k in pairs)]]
    step.results = [*loop.results, *(sweep.shadow(loop.results[k]) for k in pairs)]
    step.shape = count_trips(sweep, loop, body, step) if op.static.exits else MirrorShape()
    frame.steps.append(step)
    frame.builder.append(op)


def mirror_loop(sweep: Sweep, frame: Frame, step: Step, adjoints: Adjoints) -> None:
    """The same trips in reverse order; carried are the adjoints of what the loop carries and of what it reads."""
    op, (body,) = step.op, step.frames
    assert step.shape is not None
    loop, builder = loop_of(op), adjoints.builder
    carried = [k for k, p in enumerate(loop.carried) if _is_carried(sweep, p, loop.results[k])]
    _refuse_structures(loop, carried)
    outer = sweep.outer_values([body.block])
    cotangents = [adjoints.take(loop.results[k]) for k in carried]
    if not any(c is not None for c in cotangents) and not _touches_memory(sweep, body.block):
        finish_unmirrored(frame, step)
        return
    inits = [adjoints.full(c, loop.results[k]) for c, k in zip(cotangents, carried, strict=True)]
    inits += [adjoints.full(adjoints.get(v), v) for v in outer]
    names = [loop.carried[k] for k in carried] + outer
    types = [type_of_all(v, [init]) for v, init in zip(names, inits, strict=True)]
    types = [
        NUMERIC if isinstance(v.type, Array) and v in sweep.undefined else t for v, t in zip(names, types, strict=True)
    ]
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
    counted = run_backwards(sweep, op, inner.builder, nexts)
    bounds, index, known = mirrored_range(loop, step.shape, builder, inner.builder)
    if step.shape.trips is not None:
        known.update(counters(sweep.reads.affine, op, index, inner.builder))
    known.update(counted.known)
    block = inner.builder.block((index, *params, *counted.params), [*nexts, *counted.nexts])
    block = _resolve_body(sweep, frame, step, block, known)
    builder.origin = op.origin
    builder.loop(bounds, [*inits, *counted.inits], block, [*results, *counted.results], exits=False)
    adjoints.values.update(zip(outer, results[len(carried) :], strict=True))
    for k, result in zip(carried, results, strict=False):
        adjoints.add(loop.inits[k], result)


def _is_carried(sweep: Sweep, param: Var, result: Var) -> bool:
    """Whether the loop carries an adjoint that is a value."""
    active = param in sweep.active or result in sweep.active
    return active and not sweep.is_pointer(param) and not sweep.is_pointer(result)


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


def _resolve_body(sweep: Sweep, frame: Frame, step: Step, mirror: Block, known: dict[Var, Atom]) -> Block:
    """See to what the mirrored body reads of the body; put the finished loop into the forward sweep."""
    (body,) = step.frames
    mirror = without_unread_sums(mirror)
    assert step.shape is not None
    index = loop_of(step.op).index
    params = ([] if index is None else [index]) + step.carried
    if not step.shape.counted:
        mirror = reuse(body.builder.ops, mirror)
        found = resolve_block(sweep, step.op, body.builder.ops, params, mirror, known)
        mirror = into_arms(sweep, body, mirror, found)
        pushes, pops = tapes(sweep, found)
        body.builder.ops = place(body.builder.ops, params, pushes)
    else:
        arm = body.steps[-1].frames[step.shape.passed]
        mirror = reuse([*body.builder.ops[: body.steps[-1].position], *arm.builder.ops], mirror)
        found, pops = _resolve_counted(sweep, step, params, mirror, known)
    frame.builder.ops[step.position] = assemble_loop(step)
    return assemble(sweep, mirror, found, pops)


def _resolve_counted(
    sweep: Sweep, step: Step, params: list[Var], mirror: Block, known: dict[Var, Atom]
) -> tuple[Resolved, list[Op]]:
    """What is saved is saved behind the exit test, so that the trip that ends the loop saves nothing."""
    (body,), passed = step.frames, step.shape.passed  # type: ignore[union-attr]
    test = body.steps[-1]
    arm, before = test.frames[passed].builder, body.builder.ops[: test.position]
    found = resolve_block(sweep, step.op, [*before, *arm.ops], params, mirror, known)
    pushes, pops = tapes(sweep, found)
    arm.ops = place(arm.ops, [*params, *(r for op in before for r in op.results)], pushes)
    for inner in (f for f in test.frames if f is not test.frames[passed]):
        for nested in inner.steps:
            finish_unmirrored(inner, nested)
    body.builder.ops[test.position] = assemble_branch(test)
    return found, pops
