"""The check that arrays which the caller passes, or that come from outside, are apart where one of them is written.

Regions take them to be apart; the derivative would be wrong where they are one. The check runs with the derivative.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..analyse.partition import EVERY
from ..analyse.regions import Region, Regions
from ..ir.build import Builder
from ..ir.nodes import Function, Var, walk
from ..ir.primitives import EXTERNAL
from ..ir.types import STRUCTURES, Array, Dict, Record, Type
from .shadows import CHECK_APART
from .structures import item_of


@dataclass(frozen=True)
class _Leaf:
    """An array that comes from outside: in `var`, at the positions of a path; `region` where anything reads it."""

    var: Var
    path: tuple[int, ...]
    region: Region | None


def check_apart(function: Function, memory: Regions, builder: Builder) -> None:
    """Let the call fail where two arrays are one and the derivative depends on their being apart.

    Args:
        function: the primal.
        memory: its regions.
        builder: what the check is appended to.
    """
    given = [leaf for p in function.body.params for leaf in _leaves(p, p.type, memory.of(p), memory)]
    written = [leaf for leaf in given if leaf.region is not None and memory.writes(leaf.region)]
    if not written:
        return
    others = [leaf for leaf in given if leaf not in written]
    others += _from_outside(function, builder)
    reads = {leaf: _read(leaf, builder) for leaf in (*written, *others)} if len(given) + len(others) > 1 else {}
    for k, leaf in enumerate(written):
        rest = [reads[other] for other in (*written[k + 1 :], *others) if other in reads]
        if rest:
            builder.perform(CHECK_APART, reads[leaf], *rest)


def _leaves(
    var: Var, type_: Type, region: Region | None, memory: Regions, path: tuple[int, ...] = ()
) -> Iterator[_Leaf]:
    if isinstance(type_, Array) and type_.ndim:
        yield _Leaf(var, path, region)
    elif isinstance(type_, STRUCTURES):
        inside = {} if region is None else memory.contents(region)
        keys = type_.keys if isinstance(type_, Dict) else type_.names if isinstance(type_, Record) else None
        for k, item in enumerate(type_.items):
            found = inside.get(EVERY, inside.get(k if keys is None else keys[k]))
            yield from _leaves(var, item, found, memory, (*path, k))


def _from_outside(function: Function, builder: Builder) -> list[_Leaf]:
    """The arrays of the user's globals and closures that the function reads."""
    found = {}
    for op in walk(function.body):
        if op.primitive is EXTERNAL and isinstance(op.result.type, Array) and op.result.type.ndim:
            found.setdefault((id(op.static.owner), op.static.name), op)
    made = (
        builder.emit(EXTERNAL, hint=op.result.hint, named=True, type=op.result.type, static=op.static)
        for op in found.values()
    )
    return [_Leaf(var, (), None) for var in made]


def _read(leaf: _Leaf, builder: Builder) -> Var:
    var = leaf.var
    for position in leaf.path:
        var = item_of(builder, var, position)
    return var
