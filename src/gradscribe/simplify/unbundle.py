"""Structures that loops carry, taken apart: each entry is carried by itself, so that it can be added to in place."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir.build import Builder
from ..ir.bundles import BUNDLES, item_of
from ..ir.nodes import Atom, Block, Function, LoopShape, Op, Var, loop_of, replace
from ..ir.primitives import LOOP
from ..ir.types import STRUCTURES, Type


def unbundle(function: Function) -> Function:
    """The function with the entries of carried structures carried one by one."""
    return replace(function, body=_Unbundling().block(function.body))


class _Unbundling:
    """Goes over the blocks of one function; knows of what structures have been made."""

    def __init__(self) -> None:
        self.made: dict[Var, Op] = {}

    def block(self, block: Block) -> Block:
        builder = Builder()
        for op in block.ops:
            if op.primitive in BUNDLES:
                self.made[op.result] = op
            if op.blocks:
                op = replace(op, blocks=tuple(map(self.block, op.blocks)))
            if op.primitive is LOOP and any(_is_bundle(v, i) for v, i in _carried(op)):
                self._loop(builder, op)
            else:
                builder.append(op)
        return replace(block, ops=tuple(builder.ops))

    def _loop(self, builder: Builder, op: Op) -> None:
        loop, shape = loop_of(op), op.static
        assert isinstance(shape, LoopShape)
        head, tail, behind = Builder(op.origin), Builder(op.origin), Builder(op.origin)
        builder.origin = op.origin
        inits: list[Atom] = []
        nexts: list[Atom] = []
        params: list[Var] = []
        results: list[Var] = []
        for param, init, following, result in zip(loop.carried, loop.inits, loop.nexts, loop.results, strict=True):
            first = [init]
            if _is_bundle(param, init):
                first = list(self._leaves(builder, init, param.type))
                later = list(self._leaves(tail, following, param.type))
                _name_alike(later, first)
                nexts += later
                params += _rebuilt(head, param, first)
                results += _rebuilt(behind, result, first)
            else:
                nexts.append(following)
                params.append(param)
                results.append(result)
            inits += first
        index = (loop.index,) if loop.index is not None else ()
        end = (loop.end,) if loop.end is not None else ()
        ops = (*head.ops, *loop.body.ops, *tail.ops)
        body = Block((*index, *params), ops, (*end, *nexts))
        bounds = op.args[:3] if shape.bounded else None
        builder.loop(bounds, inits, body, results, exits=shape.exits)  # type: ignore[arg-type]
        for last in behind.ops:
            builder.append(last)

    def _leaves(self, builder: Builder, atom: Atom, type_: Type) -> Iterator[Atom]:
        """The entries of a structure, those of structures inside in their place."""
        if not isinstance(type_, STRUCTURES) or not isinstance(atom, Var):
            yield atom
            return
        made = self.made.get(atom)
        for k, item in enumerate(type_.items):
            entry = made.args[k] if made is not None else item_of(builder, atom, k)
            yield from self._leaves(builder, entry, item)


def _carried(op: Op) -> Iterator[tuple[Var, Atom]]:
    loop = loop_of(op)
    return zip(loop.carried, loop.inits, strict=True)


def _is_bundle(param: Var, init: Atom) -> bool:
    return isinstance(param.type, STRUCTURES) and isinstance(init, Var) and _alike(init.type, param.type)


def _alike(left: Type, right: Type) -> bool:
    """Whether two types are the same but for what is known of the entries."""
    if not isinstance(left, STRUCTURES) or not isinstance(right, STRUCTURES):
        return not isinstance(left, STRUCTURES) and not isinstance(right, STRUCTURES)
    same = replace(left, items=()) == replace(right, items=()) and len(left.items) == len(right.items)
    return same and all(map(_alike, left.items, right.items))


def _name_alike(values: list[Atom], like: list[Atom]) -> None:
    """Name what enters a location again as what entered it first."""
    for value, other in zip(values, like, strict=True):
        if isinstance(value, Var) and isinstance(other, Var) and not value.named:
            value.hint = other.hint


def _rebuilt(builder: Builder, whole: Var, like: list[Atom]) -> list[Var]:
    """New values for the entries of a structure, named like others, and the structure made of them."""
    hints = iter([getattr(atom, "hint", whole.hint) for atom in like])
    leaves: list[Var] = []

    def build(type_: Type) -> Atom:
        if not isinstance(type_, STRUCTURES):
            leaves.append(Var(next(hints), type_))
            return leaves[-1]
        return builder.structure(type_, [build(item) for item in type_.items], whole.hint)

    build(whole.type)
    builder.ops[-1] = replace(builder.ops[-1], results=(whole,))
    return leaves
