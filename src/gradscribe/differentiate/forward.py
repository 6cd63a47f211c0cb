"""Forward mode: beside each operation, the operations that compute its tangent.

The primal operations stay as they are, and in their order. Loops and branches carry tangents beside values. An array
in written memory has a shadow, an array of tangents with the same aliasing that is written by the same operations; an
active list has a shadow list. What the activity analysis calls inactive has no tangent at all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from inspect import Parameter as Kind

from ..analyse.activity import Activity, varied
from ..analyse.regions import Regions, regions
from ..errors import UnsupportedCall, UntrackableAlias
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Const, Function, Op, Parameter, Var, loop_of, replace
from ..ir.primitives import CALL, COPY, GETITEM, IF, LOOP, TUPLE
from ..ir.types import STRUCTURES, Array, List, Numeric, Tuple, Type, has_item_of, is_continuous
from . import push
from .structures import item_of
from .tangents import Ownership, Tangent, dot, full, zero_of


def forward(function: Function, wrt: Sequence[Var | int], *, name: str) -> Function:
    """The tangent of a function.

    Args:
        function: the primal.
        wrt: the parameters (or their positions) that have tangents.
        name: the name of the new function.

    Returns:
        a function of the same parameters, followed by the tangents of those in `wrt` (`dx` for `x`; keyword-only
        where they could not follow otherwise), which returns `(value, tangent)`.

    Raises:
        UnsupportedCall: an active operand has no rule.
        UntrackableAlias: an active value is written where its derivative cannot be followed.
    """
    inputs = [function.body.params[w] if isinstance(w, int) else w for w in wrt]
    return Forward(function, inputs).run(name)


class Forward:
    """The transform of one function.

    Args:
        function: the primal.
        inputs: the parameters with tangents.
        owned: whether the tangents that are passed in are the caller's, so that they may not be written.
    """

    def __init__(self, function: Function, inputs: Sequence[Var], owned: bool = True) -> None:
        self.function, self.inputs, self.owned = function, inputs, owned
        self.memory: Regions = regions(function)
        self.active: Activity = varied(function, inputs, self.memory)
        self.tangents: dict[Var, Tangent] = {}
        self.ownership = Ownership()

    def run(self, name: str) -> Function:
        for op in self.active.laundering:
            raise UnsupportedCall("a number is made from an object that opaque code made from active values", op.origin)
        builder, body = Builder(), self.function.body
        seeds = [Var(dot(v.hint), v.type) for v in self.inputs]
        given = dict(zip(self.inputs, seeds, strict=True))
        for param in body.params:
            if param in self.active:
                self.tangents[param] = self.parameter(builder, param, given.get(param))
        self.ops(body.ops, builder)
        (value,) = body.yields
        tangent = full(builder, self.tangent(value), value)
        result = builder.emit(TUPLE, value, tangent, hint="result")
        block = Block((*body.params, *seeds), tuple(builder.ops), (result,))
        return Function(name, (*self.function.parameters, *self.parameters(seeds)), block, self.function.doc)

    def parameters(self, seeds: Sequence[Var]) -> list[Parameter]:
        plain = all(
            p.default is None and p.kind in (Kind.POSITIONAL_ONLY, Kind.POSITIONAL_OR_KEYWORD)
            for p in self.function.parameters
        )
        return [Parameter(s, Kind.POSITIONAL_OR_KEYWORD if plain else Kind.KEYWORD_ONLY) for s in seeds]

    # facts --------------------------------------------------------------------------------------------------------

    def tangent(self, atom: Atom) -> Tangent:
        return self.tangents.get(atom) if isinstance(atom, Var) else None

    def is_pointer(self, atom: Atom) -> bool:
        """Whether the tangent of a value is a shadow."""
        if not isinstance(atom, Var) or atom not in self.active:
            return False
        return isinstance(atom.type, List) or (isinstance(atom.type, (Array, Numeric)) and self.memory.is_written(atom))

    # parameters ---------------------------------------------------------------------------------------------------

    def parameter(self, builder: Builder, param: Var, seed: Var | None) -> Tangent:
        """The tangent of a parameter at the start: what is passed in, copied where it will be written."""
        reached = self.memory.reachable(self.memory.of(param))
        if isinstance(param.type, STRUCTURES) and (seed is None or any(map(self.memory.writes, reached))):
            return tuple(
                self.parameter(builder, item_of(builder, param, k), seed and item_of(builder, seed, k))
                if is_continuous(item)
                else None
                for k, item in enumerate(param.type.items)
            )
        if seed is not None and not (self.owned and self.is_written(param, reached)):
            self.note_shadow(param, seed)
            return seed
        made = self.new_shadow(builder, param, seed)
        self.note_shadow(param, made)
        return made
