"""The adjoint of an operand that NumPy may have repeated is summed to the shape of the operand when it has to be.

    z[1:] = x * c / y        unbroadcast(unbroadcast(g, x * c / y) / y, x * c) * c        unbroadcast(g / y * c, x)

Within a statement what is multiplied with an adjoint on the way has the shape of the result or is repeated like it, so
that one sum at the end does for all. What stands in between is then neither computed nor recorded for its shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.nodes import Atom, Block, Op, Var, replace, walk
from ..ir.primitives import UNBROADCAST
from ..ir.types import Array, Scalar
from ..rules.table import rule_of
from .recording import is_view

if TYPE_CHECKING:
    from .adjoints import Adjoints
    from .frames import Sweep

NEAR = 64
"""How far above the last operation a sum is looked for."""


def not_yet_summed(sweep: Sweep, op: Op, g: object, adjoints: Adjoints) -> Var | None:
    """The adjoint of the result of an operation that works entry by entry before it was summed to the shape of the
    result, if it may go on to the operands as it is; None where it may not."""
    sum_ = _summing(g, adjoints)
    if sum_ is None or sum_.origin != op.origin or not isinstance(op.result.type, Array):
        return None
    whole, rank = sum_.args[0], op.result.type.ndim
    if not isinstance(whole, Var) or not _alike(whole, op.result):
        return None
    arrays = [a for a in dict.fromkeys(op.inputs) if isinstance(a, Var) and a in sweep.active]
    known = [_repeated(sweep, a, op.result) for a in arrays]
    if any(not isinstance(a.type, (Array, Scalar)) for a in op.inputs) or any(k not in (None, (0, ())) for k in known):
        return None
    if known.count((0, ())) > 1 or any(isinstance(a.type, Array) and a.type.ndim != rank for a in arrays):
        return None
    for zeros in (adjoints.masked, adjoints.cut):
        zeros.update([whole] if g in zeros else [])
    return whole


def without_unread_sums(mirror: Block) -> Block:
    """The mirror of a block without sums that nothing reads, and what was computed for them alone."""
    read = {a for op in walk(mirror) for a in op.inputs} | {
        a for op in walk(mirror) for b in op.blocks for a in b.yields
    }
    read |= set(mirror.yields)
    ops = [op for op in mirror.ops if op.primitive is not UNBROADCAST or op.result in read]
    return mirror if len(ops) == len(mirror.ops) else replace(mirror, ops=tuple(ops))


def with_shape_of(sweep: Sweep, operand: Atom) -> Atom:
    """The operand, or a view that it was computed from and that is proved to have its shape: a view is there, or made
    again, at no cost."""
    found = operand
    while isinstance(found, Var) and isinstance(found.type, Array):
        made = sweep.definition.get(found)
        if made is None:
            break
        if is_view(made):
            return found
        following = _same_shape(sweep, made)
        if following is None:
            break
        found = following
    return operand


def _same_shape(sweep: Sweep, made: Op) -> Var | None:
    """An operand of an operation that works entry by entry, of the shape and type of the result."""
    rule = rule_of(made.primitive)
    if made.blocks or rule is None or not rule.elementwise or len(made.results) != 1:
        return None
    same = (a for a in made.args if _alike(a, made.result) and _repeated(sweep, a, made.result) == (0, ()))
    return next((a for a in same if isinstance(a, Var)), None)


def _repeated(sweep: Sweep, operand: Atom, result: Var) -> object:
    """See `Extents.repeated`; an operand that is the only array has the shape of the result."""
    alone = isinstance(operand.type, Array) and _is_alone(sweep, operand, result)
    return (0, ()) if alone else sweep.extents.repeated(operand, result)


def _is_alone(sweep: Sweep, operand: Atom, result: Var) -> bool:
    made = sweep.definition[result]
    return all(a is operand for a in made.inputs if not isinstance(a.type, Scalar))


def _summing(g: object, adjoints: Adjoints) -> Op | None:
    near = reversed(adjoints.builder.ops[-NEAR:])
    return next((op for op in near if op.results == (g,) and op.primitive is UNBROADCAST), None)


def _alike(one: Atom, other: Var) -> bool:
    """Whether both are arrays of one rank and dtype."""
    left, right = one.type, other.type
    return isinstance(left, Array) and isinstance(right, Array) and (left.ndim, left.dtype) == (right.ndim, right.dtype)
