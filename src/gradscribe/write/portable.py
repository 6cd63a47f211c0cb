"""What is written otherwise for arrays of other libraries.

Where it is not sure that an array is one of these, `bx[i] += c` becomes `bx = bx + placed(c, i, bx)`, which is what the
values make of it. `np.full_like(x, c)` takes numbers; of an array c it becomes `np.zeros_like(x) + c`.
"""

from __future__ import annotations

import numpy as np

from ..analyse.foreign import Foreign
from ..ir.namespaces import Namespace
from ..ir.nodes import Atom, Block, Const, Function, Op, Var, loop_of, replace, walk
from ..ir.primitives import (
    ADD,
    AT_ADD,
    BY_NAME,
    CHECK_FILLED,
    DIVIDE,
    FULL_LIKE,
    IF,
    LOOP,
    MULTIPLY,
    NEGATIVE,
    PLACED,
    SUBTRACT,
    VADDAT,
    ZEROS_LIKE,
)
from ..ir.types import Array, Scalar


def portable(function: Function, foreign: Foreign, namespace: Namespace | None = None) -> Function:
    """The function without what arrays of other libraries cannot do.

    Args:
        function: any program.
        foreign: the arrays of other libraries; extended by those that are made.
        namespace: what stands in place of NumPy, whose arrays are all such arrays then.
    """
    if not foreign:
        return function
    body = _Rewrite(function, foreign, namespace).block(function.body)
    return replace(function, body=body)


class _Rewrite:
    def __init__(self, function: Function, foreign: Foreign, namespace: Namespace | None) -> None:
        self.foreign, self.namespace, self.new = foreign, namespace, _new_values(function)
        self.assignable = self.new & foreign.surely
        home = foreign.home if namespace is None else None
        self.labelled = home is not None and home.labelled
        self.plain_zeros = home is not None and not home.items and not home.data_only
        self.zeros = {op.result: op.args[0] for op in walk(function.body) if op.primitive is ZEROS_LIKE}

    def block(self, block: Block) -> Block:
        return replace(block, ops=tuple(made for op in block.ops for made in self.op(op)))

    def op(self, op: Op) -> list[Op]:
        if op.primitive is VADDAT:
            return self.sum_at(op)
        if self.labelled and op.primitive in _REDUCTIONS and op.args[0] in self.foreign.maybe:
            return [Op(CHECK_FILLED, op.args[:1], (), origin=op.origin), op]
        if self.plain_zeros and op.primitive in (ZEROS_LIKE, FULL_LIKE) and op.result in self.foreign.maybe:
            return _labelled(op, self.foreign)
        if op.primitive is FULL_LIKE and op.result in self.foreign.maybe and not self.is_number(op.args[1]):
            return _filled(op, self.foreign)
        if op.primitive is BY_NAME["sum"] and self.is_mask(op.args[0]):
            return _counted(op, self.foreign)
        return [replace(op, blocks=tuple(map(self.block, op.blocks))) if op.blocks else op]

    def sum_at(self, op: Op) -> list[Op]:
        if self.namespace is not None and self.namespace.sums == "at":
            return [replace(op, primitive=AT_ADD)]
        if self.namespace is not None and op.args[0] not in self.new:
            return _added(op, self.foreign)
        is_mixed = op.result in self.foreign.maybe and op.args[0] not in self.assignable
        return _placed(op, self.zeros, self.foreign) if is_mixed else [op]

    def is_number(self, atom: Atom) -> bool:
        return isinstance(atom.type, Scalar) and not (self.namespace is not None and atom in self.foreign.maybe)

    def is_mask(self, atom: Atom) -> bool:
        """Of which there is no sum in the standard of array namespaces."""
        standard = self.namespace is not None and self.namespace.option == "array_api"
        return standard and isinstance(atom.type, Array) and atom.type.kind == "b"


_REDUCTIONS = (BY_NAME["sum"], BY_NAME["mean"])
_MAKING = (ZEROS_LIKE, VADDAT, ADD, SUBTRACT, MULTIPLY, DIVIDE, NEGATIVE)
"""What always makes a new object: `x.astype(...)`, say, may give x itself where arrays are immutable."""


def _new_values(function: Function) -> set[Atom]:
    """The values that are objects of their own on every path."""
    others = {v for v in function.body.params}
    flows: list[tuple[Atom, Var]] = []
    for op in walk(function.body):
        if op.primitive is LOOP:
            loop = loop_of(op)
            flows += zip(loop.inits, loop.carried, strict=True)
            flows += [pair for v in (loop.carried, loop.results) for pair in zip(loop.nexts, v, strict=True)]
            flows += zip(loop.inits, loop.results, strict=True)
        elif op.primitive is IF:
            flows += [pair for arm in op.blocks for pair in zip(arm.yields, op.results, strict=True)]
        elif op.primitive not in _MAKING:
            others.update(op.results)
    before = -1
    while len(others) > before:
        before = len(others)
        others.update(target for source, target in flows if source in others)
    every = {r for op in walk(function.body) for r in (*op.results, *(p for b in op.blocks for p in b.params))}
    return {v for v in every if v not in others}


def _placed(op: Op, zeros: dict[Var, Atom], foreign: Foreign) -> list[Op]:
    target, index, value = op.args
    if target in zeros:
        return [Op(PLACED, (value, index, zeros[target]), op.results, origin=op.origin)]
    part = Var("t", target.type)
    foreign.maybe.add(part)
    return [
        Op(PLACED, (value, index, target), (part,), origin=op.origin),
        Op(ADD, (target, part), op.results, origin=op.origin),
    ]


def _added(op: Op, foreign: Foreign) -> list[Op]:
    """`x + (zeros with v at i)`."""
    target, index, value = op.args
    zeros, part = Var("zeros", target.type), Var("part", target.type)
    foreign.maybe.update((zeros, part))
    return [
        Op(ZEROS_LIKE, (target,), (zeros,), origin=op.origin),
        Op(VADDAT, (zeros, index, value), (part,), origin=op.origin),
        Op(ADD, (target, part), op.results, origin=op.origin),
    ]


def _counted(op: Op, foreign: Foreign) -> list[Op]:
    """The sum of a mask, as that of floats."""
    assert isinstance(op.args[0].type, Array)
    ones = Var("ones", Array("float64", op.args[0].type.shape))
    foreign.maybe.add(ones)
    return [
        Op(BY_NAME["astype"], (op.args[0], Const(np.float64)), (ones,), style="method", origin=op.origin),
        replace(op, args=(ones, *op.args[1:])),
    ]


def _labelled(op: Op, foreign: Foreign) -> list[Op]:
    """`np.isfinite(x) * 0.0 + c`, which has the labels of x: NumPy's `full_like` does not hand them on."""
    mask, zeros = Var("t", op.result.type), Var("zeros", op.result.type)
    foreign.maybe.update((mask, zeros))
    made = [
        Op(BY_NAME["isfinite"], op.args[:1], (mask,), style="np", origin=op.origin),
        Op(MULTIPLY, (mask, Const(0.0)), (zeros,), origin=op.origin),
    ]
    if op.primitive is ZEROS_LIKE:
        return [made[0], replace(made[1], results=op.results)]
    return [*made, Op(ADD, (zeros, op.args[1]), op.results, origin=op.origin)]


def _filled(op: Op, foreign: Foreign) -> list[Op]:
    zeros = Var("zeros", op.result.type)
    foreign.maybe.add(zeros)
    return [
        Op(ZEROS_LIKE, op.args[:1], (zeros,), origin=op.origin),
        Op(ADD, (zeros, op.args[1]), op.results, origin=op.origin),
    ]
