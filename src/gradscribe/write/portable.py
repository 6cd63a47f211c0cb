"""What is written otherwise for arrays of other libraries.

Where it is not sure that an array is one of these, `bx[i] += c` becomes `bx = bx + placed(c, i, bx)`, which is what the
values make of it. `np.full_like(x, c)` takes numbers; of an array c it becomes `np.zeros_like(x) + c`.
"""

from __future__ import annotations

from ..analyse.foreign import Foreign
from ..ir.nodes import Atom, Block, Function, Op, Var, loop_of, replace, walk
from ..ir.primitives import ADD, DIVIDE, FULL_LIKE, IF, LOOP, MULTIPLY, NEGATIVE, PLACED, SUBTRACT, VADDAT, ZEROS_LIKE
from ..ir.types import Scalar


def portable(function: Function, foreign: Foreign) -> Function:
    """The function without what arrays of other libraries cannot do.

    Args:
        function: any program.
        foreign: the arrays of other libraries; extended by those that are made.
    """
    if not foreign:
        return function
    zeros = {op.result: op.args[0] for op in walk(function.body) if op.primitive is ZEROS_LIKE}
    new = _new_values(function)

    def rebuilt(block: Block) -> Block:
        ops: list[Op] = []
        for op in block.ops:
            if op.primitive is VADDAT and op.result in foreign.maybe and op.args[0] not in new & foreign.surely:
                ops += _sum(op, zeros, foreign)
            elif op.primitive is FULL_LIKE and op.result in foreign.maybe and not isinstance(op.args[1].type, Scalar):
                ops += _filled(op, foreign)
            else:
                ops.append(replace(op, blocks=tuple(map(rebuilt, op.blocks))) if op.blocks else op)
        return replace(block, ops=tuple(ops))

    return replace(function, body=rebuilt(function.body))


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


def _sum(op: Op, zeros: dict[Var, Atom], foreign: Foreign) -> list[Op]:
    target, index, value = op.args
    if target in zeros:
        return [Op(PLACED, (value, index, zeros[target]), op.results, origin=op.origin)]
    part = Var("t", target.type)
    foreign.maybe.add(part)
    return [
        Op(PLACED, (value, index, target), (part,), origin=op.origin),
        Op(ADD, (target, part), op.results, origin=op.origin),
    ]


def _filled(op: Op, foreign: Foreign) -> list[Op]:
    zeros = Var("zeros", op.result.type)
    foreign.maybe.add(zeros)
    return [
        Op(ZEROS_LIKE, op.args[:1], (zeros,), origin=op.origin),
        Op(ADD, (zeros, op.args[1]), op.results, origin=op.origin),
    ]
