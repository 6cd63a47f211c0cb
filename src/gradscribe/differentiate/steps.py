"""What the forward sweep leaves for the mirror: frames of blocks, and steps, which are operations that have a mirror. A
branch or loop is put together anew whenever its mirror has added to it. Knows nothing of adjoints."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Callee, Op, Var, loop_of, replace
from ..ir.primitives import IF


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


@dataclass
class Step:
    """An operation of the forward sweep that has a mirror.

    Args:
        op: the operation.
        old: what it overwrote, where that is restored.
        record: of a call, what its reverse function needs.
        frames: the frames of its blocks.
        position: where its op will stand in the forward builder (branches and loops are finished in the mirror).
        shape: of a loop, how it is mirrored.
        trip: of a loop of which only some states are kept, its body as a function, and what that reads besides.
        inits, carried, yields, results: of a branch or loop, what goes in and out as it stands now, with what the
            transform has added (`yields` for each block).
    """

    op: Op
    old: Var | None = None
    record: Var | None = None
    frames: tuple[Frame, ...] = ()
    position: int = -1
    shape: MirrorShape | None = None
    trip: tuple[Callee, list[Var]] | None = None
    inits: list[Atom] = field(default_factory=list)
    carried: list[Var] = field(default_factory=list)
    yields: list[list[Atom]] = field(default_factory=list)
    results: list[Var] = field(default_factory=list)


@dataclass
class Frame:
    """One block of the forward sweep: what has been written of it, and the steps to mirror."""

    block: Block
    builder: Builder
    in_loop: bool
    steps: list[Step] = field(default_factory=list)


def assemble_branch(step: Step) -> Op:
    """The branch as it stands now."""
    arms = (Block((), tuple(f.builder.ops), tuple(y)) for f, y in zip(step.frames, step.yields, strict=True))
    return replace(step.op, results=tuple(step.results), blocks=tuple(arms))


def assemble_loop(step: Step) -> Op:
    """The loop as it stands now."""
    op, loop, (body,), (nexts,) = step.op, loop_of(step.op), step.frames, step.yields
    bounds = op.args[: len(op.args) - len(loop.inits)]
    index = () if loop.index is None else (loop.index,)
    end = () if loop.end is None else (loop.end,)
    block = Block((*index, *step.carried), tuple(body.builder.ops), (*end, *nexts))
    return replace(op, args=(*bounds, *step.inits), results=tuple(step.results), blocks=(block,))


def finish_unmirrored(frame: Frame, step: Step) -> None:
    for inner in step.frames:
        for nested in inner.steps:
            if nested.frames:
                finish_unmirrored(inner, nested)
    made = assemble_branch(step) if step.op.primitive is IF else assemble_loop(step)
    frame.builder.ops[step.position] = made
