"""Make the buffers of the reverse sweep where it begins, and each as late as possible."""

from __future__ import annotations

from ..ir.nodes import Atom, Function, Op, Var, replace, walk_op
from ..ir.primitives import COMMENT, GETITEM, ZEROS_LIKE
from ..ir.types import Array


def sink_buffers(function: Function) -> Function:
    """Move zeros and views of them that only the reverse sweep uses behind its comment, in front of their first use."""
    ops = list(function.body.ops)
    start = next((k for k, op in enumerate(ops) if op.primitive is COMMENT and op.static == "reverse"), None)
    if start is None:
        return function
    ahead, behind = ops[:start], ops[start:]
    moved: set[Atom] = set()
    waiting: list[Op] = []
    for op in reversed(ahead):
        if _is_of_zeros(op, ahead) and op.result not in _uses_of(ahead, op, moved):
            waiting.insert(0, op)
            moved.add(op.result)
    if not waiting:
        return function
    kept = [op for op in ahead if op not in waiting]
    body = replace(function.body, ops=(*kept, behind[0], *_late(waiting, behind[1:])))
    return replace(function, body=body)


def _is_of_zeros(op: Op, ahead: list[Op]) -> bool:
    """Whether an op makes zeros, or a view of such."""
    return op.primitive is ZEROS_LIKE or (_is_view(op) and _is_view_of_zeros(op, ahead))


def _is_view(op: Op) -> bool:
    if len(op.results) != 1 or op.blocks or not isinstance(op.result.type, Array):
        return False
    return op.primitive is GETITEM or (op.aliasing == "view" and op.primitive.cost == "free")


def _uses_of(ops: list[Op], op: Op, moved: set[Atom]) -> set[Atom]:
    """What the ops mention, leaving out `op` itself and what has been moved already."""
    return {a for o in ops if o is not op and not (o.results and o.results[0] in moved) for a in _mentioned(o)}


def _is_view_of_zeros(op: Op, ahead: list[Op]) -> bool:
    source = op.args[0]
    for made in ahead:
        if source in made.results:
            return _is_of_zeros(made, ahead)
    return False


def _late(waiting: list[Op], behind: list[Op]) -> list[Op]:
    """Each buffer in front of the first op that mentions it; views follow what they are views of."""
    out = list(behind)
    for op in reversed(waiting):
        place = next((k for k, other in enumerate(out) if op.result in _mentioned(other)), len(out))
        out.insert(place, op)
    return out


def _mentioned(op: Op) -> set[Atom]:
    found: set[Atom] = set()
    for inner in walk_op(op):
        found.update(a for a in inner.inputs if isinstance(a, Var))
        for block in inner.blocks:
            found.update(block.yields)
    return found
