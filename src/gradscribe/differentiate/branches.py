"""Branches, forward and mirrored: a branch is mirrored by a branch on the same predicate. What its mirror reads of an
arm goes through the results of the branch, or over a tape where the branch stands in a loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..ir.build import UNDEF, Builder
from ..ir.nodes import Atom, Block, Op, Var
from .adjoints import Adjoint, Adjoints, bar, type_of_all
from .recording import place
from .reuse import reuse
from .saving import assemble, resolve_block, tapes
from .steps import Frame, Step, assemble_branch
from .summing import without_unread_sums

if TYPE_CHECKING:
    from .frames import Sweep


def forward_branch(sweep: Sweep, frame: Frame, op: Op) -> None:
    """Write both arms; the op itself follows when its mirror is known."""
    frames = tuple(sweep.forward(arm, Builder(op.origin), in_loop=frame.in_loop) for arm in op.blocks)
    shadows = _carry_shadows(sweep, op.results, [f.block.yields for f in frames])
    step = Step(op, frames=frames, position=len(frame.builder.ops))
    step.results = [*op.results, *shadows.results]
    step.yields = [[*f.block.yields, *extra] for f, extra in zip(frames, shadows.yields, strict=True)]
    frame.steps.append(step)
    frame.builder.append(op)


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
                own.append(sweep.shadow_or_undefined(arm[k]))
    return made


def mirror_branch(sweep: Sweep, frame: Frame, step: Step, adjoints: Adjoints) -> None:
    """A branch on the same predicate; its results are the adjoints of what the arms read."""
    op = step.op
    outer = sweep.outer_values([f.block for f in step.frames])
    cotangents = [adjoints.take(r) if not sweep.is_pointer(r) else None for r in op.results]
    arms = [_mirror_arm(sweep, inner, cotangents, adjoints, outer) for inner in step.frames]
    changed = [v for v in outer if any(a.get(v) is not adjoints.get(v) for a in arms)]
    yields = [[arm.full(arm.get(v), v) for v in changed] for arm in arms]
    results = [Var(bar(v.hint), type_of_all(v, pair)) for v, *pair in zip(changed, *yields, strict=True)]
    blocks = [arm.builder.block((), own) for arm, own in zip(arms, yields, strict=True)]
    blocks = _resolve_arms(sweep, frame, step, blocks)
    adjoints.builder.origin = op.origin
    adjoints.builder.branch(op.args[0], blocks[0], blocks[1], results)
    sweep.branches[adjoints.builder.ops[-1]] = step
    adjoints.values.update(zip(changed, results, strict=True))


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
        mirror = reuse(inner.builder.ops, without_unread_sums(mirror))
        found = resolve_block(sweep, step.op, inner.builder.ops, (), mirror, {})
        pops: list[Op] = []
        if frame.in_loop:
            pushes, pops = tapes(sweep, found)
            inner.builder.ops = place(inner.builder.ops, (), pushes)
        else:
            step.results += [found.environment[v] for v in found.saved]  # type: ignore[misc]
            for j, yields in enumerate(step.yields):
                yields += [v if j == k else UNDEF for v in found.saved]
        out.append(assemble(sweep, mirror, found, pops))
    frame.builder.ops[step.position] = assemble_branch(step)
    return out
