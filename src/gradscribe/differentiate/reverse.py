"""Reverse mode: the function is run forward, then its mirror image is run, which accumulates adjoints.

Each block of the forward sweep gets a mirrored block that visits its operations in reverse order. An array that nobody
writes has an adjoint that is a value like any other. An array in written memory has a shadow: a buffer of zeros with
the same aliasing, made beside the definition, into which the mirrors accumulate. The mirror of a block mentions forward
values freely; `recording` then sees to it that they are there.

The transform runs in rounds: the first assumes that no memory must be restored on the way back. Where the mirrors turn
out to read written memory, the next round saves what is overwritten there, and restores it in the mirror of each write.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from inspect import Parameter as Kind

from ..analyse.activity import varied
from ..analyse.regions import Region, Regions, regions
from ..ir.build import Builder
from ..ir.nodes import Block, Const, Function, Op, Parameter, Var
from ..ir.primitives import COMMENT, COPY, SETITEM, TUPLE
from ..ir.types import FLOAT, STRUCTURES, Type
from .adjoints import bar
from .frames import Sweep
from .structures import item_of


def reverse(
    function: Function,
    wrt: Sequence[int],
    *,
    name: str,
    keep_value: bool = False,
    seed: Type = FLOAT,
) -> Function:
    """The adjoint of a function.

    Args:
        function: the primal.
        wrt: the positions of the parameters whose adjoints are returned.
        name: the name of the new function.
        keep_value: whether the value is returned too, as `(value, gradient)`.
        seed: the type of the result's adjoint, the last parameter `seed` of the new function (1.0 unless given).

    Returns:
        a function of the same parameters and `seed`; it returns the adjoint of the parameter, a tuple where there are
        several.

    Raises:
        UnsupportedCall: an active operand has no rule.
        UntrackableAlias: memory is written in a way that cannot be followed.
    """
    inputs = [function.body.params[k] for k in wrt]
    memory, active = regions(function), varied(function, inputs)
    restored: frozenset[Region] = frozenset()
    while True:
        attempt = _Round(function, inputs, memory, active, restored)
        made = attempt.run(name, keep_value, seed)
        needed = attempt.sweep.read_regions() - restored
        if not needed:
            return made
        restored |= needed


class _Round:
    """One attempt, with the set of regions that are restored on the way back."""

    def __init__(
        self,
        function: Function,
        inputs: list[Var],
        memory: Regions,
        active: Collection[Var],
        restored: frozenset[Region],
    ) -> None:
        self.function, self.inputs = function, inputs
        self.sweep = Sweep(function, memory, active, restored)

    def run(self, name: str, keep_value: bool, seed_type: Type) -> Function:
        sweep, body = self.sweep, self.function.body
        forward, mirror = Builder(), Builder()
        (value,) = body.yields
        seed = Var("seed", seed_type)
        for var in self.inputs:
            sweep.shadow_of_parameter(forward, var)
        forward.perform(COMMENT, static="forward")
        mirror.perform(COMMENT, static="reverse")
        frame = sweep.forward(body, forward, in_loop=False)
        kept = self._keep(value, forward) if keep_value else value
        adjoints = sweep.adjoints(mirror)
        adjoints.add(value, self._seed(seed, value, mirror))
        put_back = self._snapshots(mirror)
        sweep.mirror(frame, adjoints)
        sweep.note_reads(mirror.block())
        gradient = self._gradient(adjoints, mirror)
        mirror.ops.extend(put_back)
        result = mirror.emit(TUPLE, kept, gradient, hint="result") if keep_value else gradient
        ops = (*sweep.finish(frame), *mirror.ops)
        default = Const(1.0) if seed_type == FLOAT else None
        parameters = (*self.function.parameters, Parameter(seed, Kind.POSITIONAL_OR_KEYWORD, default))
        if any(p.kind is Kind.VAR_KEYWORD or p.kind is Kind.KEYWORD_ONLY for p in self.function.parameters):
            parameters = (*self.function.parameters, Parameter(seed, Kind.KEYWORD_ONLY, Const(1.0)))
        return Function(name, parameters, Block((*body.params, seed), ops, (result,)))

    def _seed(self, seed: Var, value: object, mirror: Builder) -> object:
        if isinstance(value, Var) and isinstance(value.type, STRUCTURES) and isinstance(seed.type, STRUCTURES):
            return tuple(item_of(mirror, seed, k) for k in range(len(seed.type.items)))
        return seed

    def _keep(self, value: object, forward: Builder) -> object:
        """The value as it is now: memory that the mirror restores is copied first."""
        if isinstance(value, Var) and self.sweep.is_restored(value):
            return forward.emit(COPY, value, hint=value.hint)
        return value

    def _snapshots(self, mirror: Builder) -> list[Op]:
        """Save the arrays of the caller that the mirror will restore; return the ops that put them back, so that the
        caller finds them as a plain call leaves them."""
        put_back = Builder()
        for var in self.function.body.params:
            if self.sweep.is_restored(var):
                left = mirror.emit(COPY, var, hint=f"{var.hint}_left")
                put_back.perform(SETITEM, var, Const(...), left)
        return put_back.ops

    def _gradient(self, adjoints: object, mirror: Builder) -> object:
        from .adjoints import Adjoints

        assert isinstance(adjoints, Adjoints)
        parts = [self.sweep.gradient(adjoints, var) for var in self.inputs]
        return parts[0] if len(parts) == 1 else mirror.emit(TUPLE, *parts, hint=bar("s"))
