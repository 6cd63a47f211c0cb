"""Program to program, with the same meaning: shorter, and closer to what a person would write."""

from __future__ import annotations

from ..ir.nodes import Function, Op, replace, walk
from ..ir.primitives import COMMENT, DICT, FIXED_LIST, RECORD, TUPLE
from .algebra import algebra
from .cells import tidy_cells
from .contractions import contract_sums
from .entries import tidy_entries
from .fold import fold
from .fuse import fuse_loops
from .prune import drop_unused, prune, without_idle_states
from .shapes import shorten_shapes
from .share import share
from .sink import sink_buffers
from .spreads import drop_spreads
from .unbundle import unbundle

__all__ = [
    "algebra", "contracted", "fold", "fuse_loops", "prepare", "prune", "share", "simplify", "tidy_cells",
    "without_idle_states",
]  # fmt: skip


def simplify(function: Function, primal: Function | None = None) -> Function:
    """Run all passes once, in the order in which each profits from those before.

    Args:
        function: any program. Behind the comment "reverse" its operations belong to a derivative, where products may
            be reassociated and sums reordered; in front of it values stay equal to the last bit.
        primal: in forward mode the function that was differentiated: what does not compute one of its values belongs
            to the derivative.
    """
    function = fold(unbundle(function))
    function = prune(drop_spreads(function, _derivative_ops(function).__contains__))
    function = tidy_entries(function, _derivative_ops(function).__contains__)
    function = _respelled(share(function), primal)
    function = prune(shorten_shapes(sink_buffers(fold(function)), _derivative_ops(function).__contains__))
    tidied = tidy_cells(function, _derivative_ops(function).__contains__)
    function = _respelled(function if tidied is function else prune(tidied), primal)
    fused = fuse_loops(function)
    return _without_empty_sections(function if fused is function else prune(fused))


def contracted(function: Function, primal: Function | None = None) -> Function:
    """Write sums of products as products, in what is written for NumPy alone; the arguments are those of `simplify`."""
    return contract_sums(function, _ours(function, primal).__contains__)


def _respelled(function: Function, primal: Function | None) -> Function:
    return drop_unused(algebra(function, _ours(function, primal).__contains__))


def _ours(function: Function, primal: Function | None) -> set[Op]:
    return _derivative_ops(function) | _tangent_ops(function, primal)


def prepare(function: Function) -> Function:
    """Drop what is dead, and make the buffers of the reverse sweep in the reverse sweep."""
    return prune(sink_buffers(prune(fold(unbundle(function)))))


def _derivative_ops(function: Function) -> set[Op]:
    found: set[Op] = set()
    behind = False
    for op in walk(function.body):
        behind = behind or (op.primitive is COMMENT and op.static == "reverse")
        if behind:
            found.add(op)
    return found


def _tangent_ops(function: Function, primal: Function | None) -> set[Op]:
    if primal is None:
        return set()
    own = {result for op in walk(primal.body) for result in op.results}
    return {op for op in walk(function.body) if op.results and not any(r in own for r in op.results)}


_BUILDS = (TUPLE, DICT, FIXED_LIST, RECORD)


def _without_empty_sections(function: Function) -> Function:
    """Drop the comments of sections that hold nothing, and both where one section alone is left."""
    sections: list[tuple[Op | None, list[Op]]] = [(None, [])]
    for op in function.body.ops:
        if op.primitive is COMMENT:
            sections.append((op, []))
        else:
            sections[-1][1].append(op)
    filled = [s for s in sections if any(op.primitive not in _BUILDS for op in s[1])]
    rest = [op for s in sections if s not in filled for op in s[1]]
    titled = [title for title, _ in filled if title is not None]
    ops: list[Op] = []
    for title, body in filled:
        ops += [title] if title is not None and len(titled) > 1 else []
        ops += body
    ops += rest
    return replace(function, body=replace(function.body, ops=tuple(ops)))
