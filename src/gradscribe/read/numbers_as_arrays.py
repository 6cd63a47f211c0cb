"""NumPy functions that make an array without axes of a number: it can be written in place, which a number cannot."""

from __future__ import annotations

from collections.abc import Sequence

import gast
import numpy as np

from ..ir.nodes import Const
from ..ir.types import Scalar
from .core import Core
from .parts import Keywords
from .special import reads
from .values import TupleValue, Value

_NO_AXES = TupleValue(())


class NumbersAsArrays(Core):
    """Readers of `np.copy`, `np.zeros_like` and `np.full_like` of a number."""

    @reads(np.copy)
    def _copy_of_number(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) != 1 or keywords or not _is_real_number(args[0]):
            return NotImplemented
        return self.apply(np.array, args, {}, node)

    @reads(np.zeros_like)
    def _zeros_like_number(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) != 1 or keywords or not _is_real_number(args[0]):
            return NotImplemented
        return self.apply(np.zeros, (_NO_AXES,), {}, node)

    @reads(np.full_like)
    def _full_like_number(self, args: Sequence[Value], keywords: Keywords, node: gast.AST) -> Value:
        if len(args) != 2 or keywords or not _is_real_number(args[0]):
            return NotImplemented
        return self.apply(np.full, (_NO_AXES, args[1], Const(float, name="float")), {}, node)


def _is_real_number(value: Value) -> bool:
    """Whether a value is a number in double precision."""
    type_ = getattr(value, "type", None)
    return isinstance(type_, Scalar) and type_.kind == "f" and type_.dtype in (None, "float64")
