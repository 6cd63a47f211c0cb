"""How values of the forward sweep reach the mirror of their block: computed again, saved on tapes, or saved inside an
arm of a branch. `recording` decides which; here stands what of written memory still holds at a place of the mirror."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Op, Var, replace, walk_op
from ..ir.primitives import APPEND, GETATTR, GETITEM, IN, LENGTH, NOT_IN, POP
from ..ir.types import BOOL, Array, Dict, FixedList, List, Numeric, Object, Record
from .recording import Resolved, entries_read, is_view, mentions, mentions_of, merge, rename, resolve
from .steps import Frame, Restore, assemble_branch

if TYPE_CHECKING:
    from .frames import Sweep


def resolve_block(
    sweep: Sweep, at: Op, ops: Sequence[Op], params: Iterable[Var], mirror: Block, known: dict[Var, Atom]
) -> Resolved:
    """See to what the mirror of a block of the op `at` reads of that block, whose ops are `ops` now."""
    sweep.reads.note(mirror.ops, at)
    always = (op for op in ops if op.primitive.writes)  # not those in an arm or a loop inside
    stored = {var: op for write in always for var, op in sweep.reads.read_back(write, sweep.restored)}
    held = _Held(sweep, ops, mirror, frozenset(stored.values()))
    unchanged = min(held.restores.values(), default=len(mirror.ops))
    return resolve(ops, params, mirror, known, held.earliest, sweep.shapes, stored, unchanged)


class _Held:
    """From where in a mirror on the memory is again as an op of the forward sweep found it."""

    def __init__(self, sweep: Sweep, ops: Sequence[Op], mirror: Block, reading: Collection[Op]) -> None:
        self.sweep, self.reading = sweep, reading
        self.writes, self.restores = _numbered_writes(ops), _numbered_restores(mirror)
        self.places = {op: k for k, op in enumerate(ops)}

    def earliest(self, op: Op) -> int | None:
        """The first place of the mirror where the op can run again with the same result; None where there is none."""
        if op in self.reading:
            return 0
        if any(_in_written_memory(self.sweep, r) for r in op.results) and not is_view(op):
            return None  # it makes memory that is written: another one would not do
        if _is_changing(self.sweep, op):
            return None  # what it looks at may be another thing by then
        position = 0
        for var in entries_read(op):
            if _in_written_memory(self.sweep, var):
                place = self._restored(op, var)
                if place is None:
                    return None
                position = max(position, place)
        return position

    def _restored(self, op: Op, var: Var) -> int | None:
        """Where all that overwrote the entries that an op reads of a value has been undone."""
        sweep, position = self.sweep, 0
        if var in sweep.shadow_values or not sweep.memory.knows(var):
            return None
        if isinstance(var.type, List):
            return None if op.primitive is not LENGTH or sweep.reads.changes_later(op, var) else 0
        for write in sweep.reads.hits(op, var):
            if write not in sweep.restored:
                sweep.blocking[write] = None
                return None
            if self.writes.get(write, -1) >= self.places[op]:
                if write not in self.restores:
                    return None
                position = max(position, self.restores[write] + 1)
        return position


def _is_changing(sweep: Sweep, op: Op) -> bool:
    """Whether an op looks into a list, dict or object that something changes: what it finds is another thing later."""
    if op.primitive not in (GETITEM, GETATTR, IN, NOT_IN, LENGTH) or op.blocks:
        return False
    found = [a for a in op.args if isinstance(a, Var) and isinstance(a.type, (Object, Dict, FixedList, Record))]
    return any(sweep.memory.is_written(v) or (sweep.meddles and sweep.memory.is_foreign(v)) for v in found)


def into_arms(sweep: Sweep, body: Frame, mirror: Block, found: Resolved) -> Block:
    """Save inside an arm what that arm's mirror alone reads, so that other trips save nothing."""
    users: dict[Var, list[int]] = {}
    for place, op in enumerate(mirror.ops):
        for var in mentions_of(op):
            users.setdefault(var, []).append(place)
    kept = {*mirror.yields, *found.doubles.values()}
    repeated = {a for _, op in found.repeated for a in op.inputs}
    for var in [v for v in found.saved if v not in kept and found.environment[v] not in repeated]:
        branch = mirror.ops[users[var][0]] if len(users.get(var, ())) == 1 else None
        if branch is None or branch not in sweep.branches or var in branch.inputs:
            continue
        arms = [k for k, arm in enumerate(branch.blocks) if var in mentions(arm)]
        if len(arms) == 1:
            mirror = _save_in_arm(sweep, body, mirror, found, var, branch, arms[0])
    return mirror


def _save_in_arm(sweep: Sweep, body: Frame, mirror: Block, found: Resolved, var: Var, branch: Op, k: int) -> Block:
    step = sweep.branches.pop(branch)
    found.saved.remove(var)
    popped = found.environment.pop(var)
    pushes, pops = tapes(sweep, Resolved([var], {var: popped}))
    inside = step.frames[k].builder
    inside.ops = [*pushes[var], *inside.ops]
    body.builder.ops[step.position] = assemble_branch(step)
    arm = rename(branch.blocks[k], {var: popped})
    arm = replace(arm, ops=(*pops, *arm.ops))
    changed = replace(branch, blocks=tuple(arm if j == k else b for j, b in enumerate(branch.blocks)))
    sweep.branches[changed] = step
    return replace(mirror, ops=tuple(changed if op is branch else op for op in mirror.ops))


def _numbered_writes(ops: Sequence[Op]) -> dict[Op, int]:
    """The ops that write, with the number of the op in the list that they are or stand in."""
    return {inner: k for k, op in enumerate(ops) for inner in walk_op(op) if inner.primitive.writes}


def _numbered_restores(mirror: Block) -> dict[Op, int]:
    """The writes that a mirror undoes, with the number of the mirror's op behind which they are undone."""
    found: dict[Op, int] = {}
    for k, op in enumerate(mirror.ops):
        for inner in walk_op(op):
            if isinstance(inner.static, Restore):
                found[inner.static.write] = k
    return found


def _in_written_memory(sweep: Sweep, var: Var) -> bool:
    if var in sweep.shadow_values or isinstance(var.type, List):
        return True
    return isinstance(var.type, (Array, Numeric)) and sweep.memory.is_written(var)


def tapes(sweep: Sweep, found: Resolved) -> tuple[dict[Var, list[Op]], list[Op]]:
    """A tape for each saved value: the ops that push, by value, and those that pop."""
    pushes: dict[Var, list[Op]] = {}
    pops = Builder()
    for var in found.saved:
        if var.type == BOOL and not var.named:
            var.hint = found.environment[var].hint = "took"  # type: ignore[union-attr]
        maker = Builder()
        tape = maker.new_list(var.type, hint=f"{var.hint.removesuffix('_old')}_tape")
        sweep.new_tapes.extend(maker.ops)
        pusher = Builder()
        pusher.perform(APPEND, tape, var)
        pushes[var] = pusher.ops
        popped = found.environment[var]
        pops.append(Op(POP, (tape,), (popped,)))  # type: ignore[arg-type]
    return pushes, pops.ops


def assemble(sweep: Sweep, mirror: Block, found: Resolved, pops: list[Op]) -> Block:
    """The mirrored block with what it needs in front."""
    renamed = rename(mirror, {**found.shapes, **found.environment})
    for old, new in found.environment.items():
        if old in sweep.shadow_values and isinstance(new, Var):
            sweep.shadow_values.add(new)
    return Block(renamed.params, (*pops, *merge(renamed.ops, found.repeated)), renamed.yields)
