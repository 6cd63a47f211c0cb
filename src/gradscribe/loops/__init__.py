"""Statements over arrays as loops over their entries: program to program.

    facts      integers as linear forms: lengths, bounds, what is proved and what is checked on entry
    values     arrays as functions of their index, and views that cost nothing
    views      slices and other maps of indices
    scalars    what an operation on arrays is for one entry
    single     which arrays are read by one statement, and never stored
    nests      loops around what is done for one entry
    arithmetic what LLVM may do with floating-point arithmetic
    overlap    the order of the entries where a statement reads what it writes
    gather     increments in shifted windows in one pass
    reductions sums, means, extremes, products with vectors
    tapes      lists of arrays as arrays with a row for each trip
    writes     statements that write to a part of an array
    itself     what is nothing but its operand
    lowering   the walk over the program
    fuse       neighbouring nests as one
    independent  loops whose trips may run at the same time
    hoist      buffers in front of loops
    entry      what is checked on entry

A statement that is not understood stays as it is. Nothing here knows numba, nor what a derivative is.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..ir.nodes import Function, Var, replace, walk
from ..ir.primitives import LOOP
from ..simplify import prune
from .arithmetic import freedoms
from .entry import UNFORESEEN, with_checks
from .fuse import fuse_nests
from .hoist import hoist_buffers
from .independent import mark_independent
from .itself import idle_copies, without
from .lowering import Lowering

__all__ = ["UNFORESEEN", "Lowered", "lower_to_loops"]


@dataclass(frozen=True)
class Lowered:
    """A program of loops, and what it takes for granted.

    Args:
        function: raises on entry, with the message `UNFORESEEN`, where an assumption about integers does not hold.
        guarded: whether it may.
        inside: whether each index is proved to meet an entry that is there, or a check on entry says so.
        freedoms: the flags of its arithmetic; None where no statement became a loop.
        apart: pairs of parameters that share no memory.
        parallel: whether there are loops whose trips may run at the same time.
    """

    function: Function
    guarded: bool = False
    apart: tuple[tuple[Var, Var], ...] = ()
    inside: bool = False
    freedoms: tuple[str, ...] | None = None
    parallel: bool = False


def lower_to_loops(function: Function, *, vectors: bool = False, parallel: bool = False) -> Lowered:
    """Write statements over arrays as loops over their entries.

    Args:
        function: a simplified program whose sums are done in place (see `write.own`).
        vectors: whether elementary functions may be called that take several elements at a time.
        parallel: whether loops are marked whose trips may run at the same time.
    """
    function = without(function, idle_copies(function))
    low = Lowering(function, vectors=vectors)
    made = replace(function, body=low.block(function.body))
    if low.itself:  # what was only recorded for its shape is recorded no more
        function = prune(without(function, low.itself))
        low = Lowering(function, vectors=vectors, assumed=low.facts.assumed)
        made = replace(function, body=low.block(function.body))
    made = fuse_nests(prune(made), low.facts.assumed)
    pairs, inside = dict(low.apart), low.facts.all_inside
    if parallel and inside:
        made, more = mark_independent(made)
        pairs |= more
    several = any(op.primitive is LOOP and op.static.independent for op in walk(made.body))
    if not low.lowered and not several:
        return Lowered(function)
    made = hoist_buffers(made, low.pads)
    flags, checked = tuple(freedoms(made)), with_checks(made, low.facts)
    return Lowered(checked, bool(low.facts.assumed), tuple(pairs), inside, flags, several)
