"""Integers that a loop counts up by a constant are known from the number of the trip: they need not be recorded."""

from __future__ import annotations

from ..analyse.affine import Affine
from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Op, Var, loop_of
from ..ir.primitives import ADD, MULTIPLY
from .recording import prologue


def counters(affine: Affine, op: Op, trip: Var, inner: Builder) -> dict[Var, Atom]:
    """What stands for the counters of a loop in its mirror.

    Args:
        affine: the integers of the function.
        op: the loop.
        trip: the number of its trip in the mirror.
        inner: the mirrored body, at whose start the counters are computed.
    """
    first, found = Builder(inner.origin), dict[Var, Atom]()
    loop = loop_of(op)
    for param, init, after in zip(loop.carried, loop.inits, loop.nexts, strict=True):
        growth = affine.growth(op, param, init, after)
        if growth is None:
            continue
        if growth == 1 and isinstance(init, Const) and init.value == 0:
            trip.hint, trip.named = param.hint, param.named
            found[param] = trip
            continue
        grown = trip if growth == 1 else first.emit(MULTIPLY, trip, Const(growth), hint=param.hint)
        found[param] = first.emit(ADD, init, grown, hint=param.hint, named=param.named)
    prologue(inner, first.ops)
    return found
