"""Powers that Python might make complex numbers of are written `math.pow(x, y)`.

It has the value of `x**y` where that is real, and raises ValueError elsewhere.
"""

from __future__ import annotations

import math

from ..analyse.powers import complex_powers
from ..ir.nodes import Block, Function, Op, replace
from ..ir.primitives import lookup


def real_powers(function: Function) -> Function:
    """The function with `math.pow` in place of the powers that may be complex where the program has a real number."""
    found = complex_powers(function)
    if not found:
        return function
    power = lookup(math.pow)
    assert power is not None
    primitive, style = power

    def written(block: Block) -> Block:
        return replace(block, ops=tuple(map(respelled, block.ops)))

    def respelled(op: Op) -> Op:
        if op in found:
            return replace(op, primitive=primitive, style=style)
        return replace(op, blocks=tuple(map(written, op.blocks))) if op.blocks else op

    return replace(function, body=written(function.body))
