"""The invariants of a program. A pass may assume them and must keep them; tests check them behind every pass."""

from __future__ import annotations

from .dump import dump
from .nodes import Atom, Block, Function, Op, Var, loop_of
from .primitives import IF, LOOP


class BrokenInvariant(AssertionError):
    """A pass has produced a program that is not valid."""


def check(function: Function) -> Function:
    """Raise BrokenInvariant unless the program is valid; return it.

    Every value is defined once, before its use, in the same block or one around it; a branch has two blocks without
    params whose yields match its results; a loop's params, inits, yields and results match; other ops own no blocks,
    and have at most one result.
    """
    try:
        defined: set[Var] = set()
        _expect(tuple(p.var for p in function.parameters) == function.body.params, "parameters are the body's params")
        _expect(len(function.body.yields) == 1, "a function yields one value")
        _check_block(function.body, frozenset(), defined)
    except BrokenInvariant as broken:
        raise BrokenInvariant(f"{broken}\n{dump(function)}") from None
    return function


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise BrokenInvariant(what)


def _define(var: Var, defined: set[Var]) -> None:
    _expect(var not in defined, f"{var!r} is defined twice")
    defined.add(var)


def _check_block(block: Block, outer: frozenset[Var], defined: set[Var]) -> None:
    visible = set(outer)
    for param in block.params:
        _define(param, defined)
        visible.add(param)
    for op in block.ops:
        for atom in op.inputs:
            _check_visible(atom, visible, op)
        _check_shape(op)
        for inner in op.blocks:
            _check_block(inner, frozenset(visible), defined)
        for result in op.results:
            _define(result, defined)
            visible.add(result)
    for atom in block.yields:
        _check_visible(atom, visible, None)


def _check_visible(atom: Atom, visible: set[Var], op: Op | None) -> None:
    if isinstance(atom, Var):
        _expect(atom in visible, f"{atom!r} is not visible in {op.primitive if op else 'the yields'}")


def _check_shape(op: Op) -> None:
    if op.primitive is IF:
        _expect(len(op.blocks) == 2 and len(op.args) == 1, "a branch has a predicate and two blocks")
        for arm in op.blocks:
            _expect(not arm.params and len(arm.yields) == len(op.results), "an arm yields the branch's results")
    elif op.primitive is LOOP:
        _expect(len(op.blocks) == 1, "a loop has one block")
        loop = loop_of(op)
        counts = {len(loop.inits), len(loop.carried), len(loop.nexts), len(loop.results)}
        _expect(len(counts) == 1, f"a loop's inits, params, yields and results match: {counts}")
        _expect(op.static.bounded or op.static.exits, "a loop without bounds has an exit")
    else:
        _expect(not op.blocks and len(op.results) <= 1, f"{op.primitive} owns no blocks and has at most one result")
