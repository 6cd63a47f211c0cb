"""Whether a statement may run entry by entry, and in which order, when it reads what it writes.

NumPy computes a statement as a whole before it writes. Entry by entry gives the same when each entry is read before, or
in the same trip as, it is written: what is compared are the index of the entry that is written and those of the entries
that are read, as linear forms over the indices of the loops.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from ..analyse.linear import Form
from ..ir.nodes import Var
from .facts import Facts
from .values import Cell, Index

Distance = dict[Var, int]
"""For each index how many trips later the entry that is read is written; only the sign counts where it is not known."""


def directions(facts: Facts, store: Index, loads: Sequence[Cell], indices: Sequence[Var]) -> list[int] | None:
    """The directions (1 or -1) in which the loops may run; None where none will do.

    Args:
        facts: about integers; they know the ranges of the indices.
        store: the entry that is written.
        loads: the entries of the same array that are read.
        indices: of the loops, outermost first.
    """
    distances: list[Distance] = []
    for _, load in loads:
        found = distance(facts, store, load, indices)
        if found is not None:
            distances.append(found)
    for signs in product((1, -1), repeat=len(indices)):
        if all(_is_later(d, signs, indices) for d in distances):
            return list(signs)
    return None


def _is_later(found: Distance, signs: Sequence[int], indices: Sequence[Var]) -> bool:
    for index, sign in zip(indices, signs, strict=True):
        if index not in found:
            return False
        if found[index]:
            return found[index] * sign > 0
    return True


def distance(facts: Facts, store: Index, load: Index, indices: Sequence[Var]) -> Distance | None:
    """How many trips later the entry that is read is written; None where it never is. An index that is missing may have
    any distance."""
    found: Distance = {}
    for written, read in zip(store, load, strict=True):
        gap = read - written
        inside = [i for i in indices if i in written.terms]
        if not inside or any(i in gap.terms for i in indices):
            if _is_nonzero(facts, gap):
                return None
        elif len(inside) == 1:
            step = written.terms[inside[0]]
            if not gap.terms and gap.constant % step:
                return None
            sign = _sign(facts, gap)
            if sign is not None:
                found[inside[0]] = sign * (1 if step > 0 else -1)
    return found


def _sign(facts: Facts, gap: Form) -> int | None:
    if not gap.terms:
        return (gap.constant > 0) - (gap.constant < 0)
    if facts.proves(gap + -1):
        return 1
    return -1 if facts.proves(-gap + -1) else None


def _is_nonzero(facts: Facts, gap: Form) -> bool:
    return bool(_sign(facts, gap))
