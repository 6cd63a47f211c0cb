"""From structured SSA to lines: where a flag ends a loop, and nothing is left to do but copies, the text leaves it.

In the IR a block always runs to its yields. A printed `break` (or `return`) skips what stands behind it, so it is only
chosen where the rest of the trip, followed from the arm that sets the flag up to the loop, does nothing but pass values
on; those are composed along the way and copied before the `break`. Elsewhere the flag is a variable like any other and
is tested at the end of the trip.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..ir.build import Undef, substitute
from ..ir.nodes import Atom, Block, Const, Function, Loop, Op, Var, loop_of, replace, walk
from ..ir.primitives import ASSERT, COMMENT, IF, LOOP, RAISE
from ..ir.types import Scalar
from .lines import Branch, Break, Copies, Do, Line, Repeat, Return, falls_through
from .ordering import Ordering


@dataclass(frozen=True)
class _Frame:
    """One branch around a place: its op, the ops behind it in its block, and what that block yields."""

    op: Op
    rest: Sequence[Op]
    yields: tuple[Atom, ...]


@dataclass(frozen=True)
class _Target:
    """Where an exit leads: out of a loop, or out of the function."""

    op: Op | None
    loop: Loop | None


def lines_of(function: Function, ordering: Ordering, *, choices: bool = True) -> list[Line]:
    """The body of a function as lines.

    Args:
        function: a pruned function.
        ordering: its effects.
        choices: whether a small branch may become an expression (`a if c else b`).
    """
    return _Lines(function, ordering, choices).run()


class _Lines:
    def __init__(self, function: Function, ordering: Ordering, choices: bool) -> None:
        self.function, self.ordering, self.choices = function, ordering, choices
        self.stands: dict[Var, Atom] = {}
        self.uses = _count_uses(function)

    def run(self) -> list[Line]:
        body = self.function.body
        target = _Target(None, None)
        lines = self.block(body.ops, body.yields, (), target)
        if falls_through(lines):
            lines.append(Return(self.atom(body.yields[0])))
        return lines

    def atom(self, atom: Atom) -> Atom:
        """The atom, or what it is known to be."""
        while isinstance(atom, Var) and atom in self.stands:
            atom = self.stands[atom]
        return atom

    # blocks -----------------------------------------------------------------------------------------------------------

    def block(
        self, ops: Sequence[Op], yields: tuple[Atom, ...], frames: tuple[_Frame, ...], target: _Target
    ) -> list[Line]:
        lines: list[Line] = []
        for k, op in enumerate(ops):
            if op.primitive is IF and not (self.choices and self.is_choice(op)):
                lines += self.branch(op, (_Frame(op, ops[k + 1 :], yields), *frames), target)
            elif op.primitive is LOOP:
                lines += self.repeat(op)
            else:
                lines.append(Do(self.settled(op)))
            if not falls_through(lines):
                break
        return lines

    def settled(self, op: Op) -> Op:
        """The op with known flags replaced, at every depth."""
        if not op.blocks and self.stands.keys().isdisjoint(op.inputs):
            return op
        op = substitute(op, {a: self.atom(a) for a in op.inputs if isinstance(a, Var)})
        blocks = tuple(
            Block(b.params, tuple(map(self.settled, b.ops)), tuple(map(self.atom, b.yields))) for b in op.blocks
        )
        return replace(op, blocks=blocks) if blocks else op

    def branch(self, op: Op, frames: tuple[_Frame, ...], target: _Target) -> list[Line]:
        test = self.atom(op.args[0])
        if isinstance(test, Const):
            return self.known_branch(op, op.blocks[0 if test.value else 1], frames, target)
        then, orelse = (self.arm(op, arm, frames, target) for arm in op.blocks)
        falling = [arm for arm, lines in zip(op.blocks, (then, orelse), strict=True) if falls_through(lines)]
        if falling:
            self.note_known(op, falling)
        return [Branch(test, then, orelse, op.origin)]

    def known_branch(self, op: Op, arm: Block, frames: tuple[_Frame, ...], target: _Target) -> list[Line]:
        """A guard on a flag whose value is known here."""
        lines = self.arm(op, arm, frames, target)
        if falls_through(lines):
            self.note_known(op, [arm])
        return lines

    def note_known(self, op: Op, falling: list[Block]) -> None:
        """Flags whose value is the same in all arms that come through."""
        for k, result in enumerate(op.results):
            values = [self.atom(arm.yields[k]) for arm in falling]
            if all(_is_flag(v) and _same(v, values[0]) for v in values):
                self.stands[result] = values[0]

    def arm(self, op: Op, arm: Block, frames: tuple[_Frame, ...], target: _Target) -> list[Line]:
        lines = self.block(arm.ops, arm.yields, frames, target)
        if not falls_through(lines):
            return lines
        leaving = self.leave(arm.yields, frames, target)
        if leaving is not None:
            return lines + leaving
        pairs = [(r, self.atom(y)) for r, y in zip(op.results, arm.yields, strict=True)]
        return [*lines, Copies(pairs, op.origin)] if pairs else lines

    # loops ------------------------------------------------------------------------------------------------------------

    def repeat(self, op: Op) -> list[Line]:
        loop = loop_of(op)
        inits = [(p, self.atom(i)) for p, i in zip(loop.carried, loop.inits, strict=True)]
        bounds = tuple(map(self.atom, op.args[:3])) if op.static.bounded else ()
        ops = self.advanced(loop.body.ops) if op.static.exits else loop.body.ops
        body = self.block(ops, loop.body.yields, (), _Target(op, loop))
        if falls_through(body):
            body += self.trip_end(op, loop)
        start: list[Line] = [Copies(inits, op.origin)] if inits else []
        return [*start, Repeat(op, loop, bounds, body)]

    def advanced(self, ops: Sequence[Op]) -> list[Op]:
        """The ops of a loop's body with plain arithmetic (`trips + 1`) moved in front of branches that set a flag and
        that it does not depend on, so that nothing is left to do behind an exit."""
        made: list[Op] = []
        for op in ops:
            at = len(made)
            if self._is_movable(op):
                while at and not set(op.inputs) & set(made[at - 1].results) and self._may_pass(made[at - 1]):
                    at -= 1
                if not any(_sets_flag(passed) for passed in made[at:]):
                    at = len(made)
            made.insert(at, op)
        return made

    def _is_movable(self, op: Op) -> bool:
        scalars = all(isinstance(v.type, Scalar) for v in (*op.inputs, *op.results))
        return bool(op.primitive.symbol) and op.primitive.cost == "cheap" and op.primitive.is_pure and scalars

    def _may_pass(self, op: Op) -> bool:
        """Whether arithmetic may run before an op: not before it where that is a decision to stop with an error."""
        return not any(o.primitive in (RAISE, ASSERT) for o in walk(Block((), (op,))))

    def trip_end(self, op: Op, loop: Loop) -> list[Line]:
        end = None if loop.end is None else self.atom(loop.end)
        nexts = [self.atom(n) for n in loop.nexts]
        if isinstance(end, Const) and end.value:
            return self._copies(loop.results, nexts) + [Break(op)]
        lines = self._copies(loop.carried, nexts)
        if end is not None and not isinstance(end, Const):
            leave = self._copies(loop.results, loop.carried) + [Break(op)]
            lines.append(Branch(end, leave, [], op.origin))
        return lines

    def _copies(self, targets: Sequence[Var], sources: Sequence[Atom]) -> list[Line]:
        return [Copies(list(zip(targets, sources, strict=True)))] if targets else []

    # exits ------------------------------------------------------------------------------------------------------------

    def leave(self, yields: tuple[Atom, ...], frames: tuple[_Frame, ...], target: _Target) -> list[Line] | None:
        """The lines that leave from the end of an arm, or None where more is to be done, or the flag is not set."""
        if not self._may_leave(frames, target):
            return None
        rest = _Rest(self)
        for frame in frames:
            rest.bind(frame.op.results, yields)
            if not rest.follow(frame.rest):
                return None
            yields = tuple(map(rest.atom, frame.yields))
        if target.loop is None:
            return self._return(yields[0], rest, frames)
        if target.loop.end is None or not _is_true(yields[0]):
            return None
        pairs = [(r, y) for r, y in zip(target.loop.results, yields[1:], strict=True) if self.uses.get(r)]
        if any(y in rest.lost for _, y in pairs):
            return None
        assert target.op is not None
        return [*([Copies(pairs)] if pairs else []), Break(target.op)]

    def _may_leave(self, frames: tuple[_Frame, ...], target: _Target) -> bool:
        """A quick look, so that a long function with many branches is not followed to its end from each of them."""
        if target.loop is None:
            return not any(frame.rest for frame in frames)
        return target.loop.end is not None

    def _return(self, value: Atom, rest: _Rest, frames: tuple[_Frame, ...]) -> list[Line] | None:
        """Return from an arm, where the branch is the last thing done and its result has no name of the user's."""
        last = frames[-1]
        (returned,) = last.yields
        if returned not in last.op.results or value in rest.lost:
            return None
        assert isinstance(returned, Var)
        if returned.named and not returned.hint.startswith("_"):
            return None
        return [Return(value)]

    # choices ----------------------------------------------------------------------------------------------------------

    def is_choice(self, op: Op) -> bool:
        """Whether a branch is small enough for an expression: one result, nothing but short pure operations."""
        if len(op.results) != 1 or isinstance(self.atom(op.args[0]), Const):
            return False
        if op.origin is not None and op.origin.text.startswith(("if ", "elif ", "while ", "for ")):
            return False
        if all(_is_flag(self.atom(arm.yields[0])) for arm in op.blocks):
            return False
        return sum(self._arm_size(arm) for arm in op.blocks) <= 8

    def _arm_size(self, arm: Block) -> int:
        """The number of leaves of the arm as an expression; large where it cannot be one."""
        size, inside = 1, set()
        for op in arm.ops:
            if op.primitive is LOOP or self.ordering.effects.must_run(op) or len(op.results) != 1:
                return 99
            if op.primitive is IF and not self.is_choice(op):
                return 99
            if op.result.named or self.uses.get(op.result) != 1:
                return 99
            inside.add(op.result)
            size += max(len(op.inputs) - 1, 0) + 2 * len(op.blocks)
        if isinstance(arm.yields[0], Const) and isinstance(arm.yields[0].value, Undef):
            return 99
        return size if not inside or arm.yields[0] in inside else 99


class _Rest:
    """Follows what the IR does behind an arm, for the values that hold at its end."""

    def __init__(self, lines: _Lines) -> None:
        self.lines = lines
        self.known: dict[Var, Atom] = {}
        self.lost: set[Atom] = set()

    def atom(self, atom: Atom) -> Atom:
        atom = self.lines.atom(atom)
        while isinstance(atom, Var) and atom in self.known:
            atom = self.lines.atom(self.known[atom])
        return atom

    def bind(self, results: Iterable[Var], values: Iterable[Atom]) -> None:
        settled = [self.atom(v) for v in values]
        self.known.update(zip(results, settled, strict=True))

    def follow(self, ops: Sequence[Op]) -> bool:
        """Whether the ops may be skipped. Values that they compute are lost."""
        for op in ops:
            test = self.atom(op.args[0]) if op.primitive is IF else None
            if isinstance(test, Const):
                arm = op.blocks[0 if test.value else 1]
                if not self.follow(arm.ops):
                    return False
                self.bind(op.results, arm.yields)
            elif self._does_something(op):
                return False
            else:
                self.lost.update(op.results)
        return True

    def _does_something(self, op: Op) -> bool:
        if op.blocks:
            return any(self._does_something(o) for inner in op.blocks for o in inner.ops)
        return op.primitive is not COMMENT and self.lines.ordering.effects.must_run(op)


def _sets_flag(op: Op) -> bool:
    return op.primitive is IF and any(_is_true(y) for arm in op.blocks for y in arm.yields)


def _is_flag(atom: Atom) -> bool:
    return isinstance(atom, Const) and isinstance(atom.value, (bool, np.bool_, Undef))


def _same(a: Atom, b: Atom) -> bool:
    return isinstance(a, Const) and isinstance(b, Const) and (a is b or (_is_flag(a) and a.value == b.value))


def _is_true(atom: Atom) -> bool:
    return isinstance(atom, Const) and isinstance(atom.value, (bool, np.bool_)) and bool(atom.value)


def _count_uses(function: Function) -> dict[Var, int]:
    counts: dict[Var, int] = {}

    def note(atoms: Iterable[Atom]) -> None:
        for atom in atoms:
            if isinstance(atom, Var):
                counts[atom] = counts.get(atom, 0) + 1

    for op in walk(function.body):
        note(op.inputs)
        for block in op.blocks:
            note(block.yields)
    note(function.body.yields)
    return counts
