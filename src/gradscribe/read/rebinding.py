"""`h /= s` for an array that nothing else can see is `h = h / s`.

Writing into memory costs a shadow, and the entries that are lost; to bind the name to another array costs neither. The
two differ only for what shares the memory. So an array that was made a few lines above in the same block, and has one
name, is bound anew, unless its memory is written in another way too: then it is memory that the program works on.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from ..ir.nodes import Var
from ..ir.types import Array, Scalar, Type
from .assumptions import Restart
from .core import Core
from .values import Value

_SUMS = (operator.add, operator.sub)


class Rebinding(Core):
    """`bound_anew` and `settle_rebound`."""

    def bound_anew(
        self, function: Callable[..., Any], name: str, target: Value, value: Value, node: gast.AST
    ) -> Value | None:
        """What `name <operator>= value` binds the name to; None where it must write."""
        if not isinstance(target, Var) or not self._is_private(name, target) or not _fits(target.type, value):
            return None
        if self.depth == 0 and not self._is_needed(target) and (function in _SUMS or not self.is_active(value)):
            return None
        site = self.site(node, "rebound")
        if self.attempt is not None or site in self.assumed.in_place:
            return None
        made = self.binary(function, target, value, node)
        if not isinstance(made, Var) or made.type != target.type:
            return None
        self.regions.bound_anew[made] = site
        return made

    def _is_private(self, name: str, target: Var) -> bool:
        """Whether an array was made in this block, and only this name stands for it."""
        made_here = self.makers.get(target) is self.builder and self.regions.is_alone(target)
        return made_here and self.frame_of(name) is self.frame and self.is_owned(target) and self.is_active(target)

    def _is_needed(self, target: Var) -> bool:
        """Whether something was computed from an array that was made in this block; its derivative may need it."""
        for op in reversed(self.builder.ops):
            if target in op.results:
                return False
            if target in op.inputs:
                return True
        return True

    def settle_rebound(self) -> None:
        """Read again, with writes in place of names bound anew, where the same memory is written in other ways."""
        written = {self.regions.find(var) for var in self.regions.written}
        sites = {site for var, site in self.regions.bound_anew.items() if self.regions.find(var) in written}
        if sites:
            self.assumed.in_place |= sites
            raise Restart


def _fits(target: Type, value: Value) -> bool:
    """Whether an operation with this value is known to leave the shape of an array as it is."""
    type_ = getattr(value, "type", None)
    if not isinstance(target, Array) or not isinstance(type_, (Scalar, Array)):
        return False
    if isinstance(type_, Scalar):
        return True
    behind = target.shape[len(target.shape) - len(type_.shape) :]
    return len(type_.shape) <= len(target.shape) and all(
        dim.one or dim.same_as(other) for dim, other in zip(type_.shape, behind, strict=True)
    )
