"""Integers that a loop only adds to are run backwards in its mirror: `q += 1` becomes `q -= 1`, and none is recorded.

The mirror carries the integer as it is behind a trip, starting from what the loop has left. Where an inner loop does
the adding, the mirror of the inner loop does the subtracting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Const, Loop, Op, Var, loop_of, walk
from ..ir.primitives import ADD, LOOP, SUBTRACT
from ..ir.types import INT
from .recording import mentions, prologue

if TYPE_CHECKING:
    from .frames import Sweep


@dataclass
class Backwards:
    """What a mirror carries of the integers of its loop, and what stands for them in it."""

    inits: list[Atom] = field(default_factory=list)
    params: list[Var] = field(default_factory=list)
    nexts: list[Atom] = field(default_factory=list)
    results: list[Var] = field(default_factory=list)
    known: dict[Var, Atom] = field(default_factory=dict)


def run_backwards(sweep: Sweep, op: Op, inner: Builder, nexts: Sequence[Atom]) -> Backwards:
    """The integers of a loop that its mirror reads and can run backwards.

    Args:
        sweep: notes what the mirrors of loops leave.
        op: the loop.
        inner: its mirrored body, without what it carries here; what it needs is put in front.
        nexts: what the mirrored body hands on.
    """
    found = Backwards()
    if op.static.exits:
        return found
    loop = loop_of(op)
    read = _with_operands(loop, mentions(Block((), tuple(inner.ops), tuple(nexts))))
    first = Builder(inner.origin)
    for k, (param, after) in enumerate(zip(loop.carried, loop.nexts, strict=True)):
        if param.type != INT or not isinstance(after, Var) or not (param in read or after in read):
            continue
        behind = Var(param.hint, INT, param.named)
        before = _subtracted(loop, param, after, behind, first) or _from_inner(sweep, loop, param, after)
        if before is None:
            continue
        left = Var(param.hint, INT, param.named)
        found.inits.append(loop.results[k])
        found.params.append(behind)
        found.nexts.append(before)
        found.results.append(left)
        found.known.update({param: before, after: behind})
        sweep.left_behind[op, k] = left
    prologue(inner, first.ops)
    return found


def _with_operands(loop: Loop, mentioned: Sequence[Var]) -> set[Var]:
    """What is mentioned, and what that is computed from in the body of the loop."""
    made = {r: op for op in loop.body.ops for r in op.results}
    found, todo = set(mentioned), list(mentioned)
    while todo:
        op = made.get(todo.pop())
        new = [a for a in op.inputs if isinstance(a, Var) and a not in found] if op is not None else []
        found.update(new)
        todo += new
    return found


def _subtracted(loop: Loop, param: Var, after: Var, behind: Var, first: Builder) -> Var | None:
    """The integer before a trip, where the trip adds a constant to it."""
    made = next((op for op in loop.body.ops if after in op.results), None)
    if made is None or made.primitive not in (ADD, SUBTRACT) or made.args[0] is not param:
        return None
    if not isinstance(made.args[1], Const) or type(made.args[1].value) is not int:
        return None
    back = SUBTRACT if made.primitive is ADD else ADD
    return first.emit(back, behind, made.args[1], hint=param.hint, named=param.named)


def _from_inner(sweep: Sweep, loop: Loop, param: Var, after: Var) -> Var | None:
    """The integer before a trip, where a loop inside adds to it and nothing else reads it."""
    made = next((op for op in loop.body.ops if after in op.results), None)
    if made is None or made.primitive is not LOOP:
        return None
    k = made.results.index(after)
    if loop_of(made).inits[k] is not param or sum(param in op.inputs for op in walk(loop.body)) != 1:
        return None
    return sweep.left_behind.get((made, k))
