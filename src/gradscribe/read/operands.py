"""Which primitives take lists as lists, and which as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..ir.primitives import Primitive
from .values import Value, is_const

SEQUENCES = {
    "concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "block", "array", "asarray", "meshgrid",
    "broadcast_arrays", "select", "choose", "piecewise", "asanyarray", "array_", "row_stack", "sum_", "max_", "min_",
    "max_of", "min_of", "fsum", "math_prod", "dist", "multi_dot", "ascontiguousarray", "asfortranarray",
    "asarray_chkfinite",
}  # fmt: skip


_DATA = {
    "interp", "gradient", "dot", "inner", "outer", "vdot", "kron", "tensordot", "cross", "solve", "convolve",
    "correlate", "lstsq", "polyval", "trapezoid", "cov", "where",
}  # fmt: skip
"""The primitives, besides the ufuncs, to which lists of constants are given as arrays."""
DATA_NAMES = {"weights", "y"}


def takes_data(primitive: Primitive, operands: Sequence[Value]) -> bool:
    """Whether the operands of a primitive are arrays, also where lists are given."""
    if primitive.name == "einsum":
        return bool(operands) and is_const(operands[0], str)
    ufunc = bool(primitive.spellings) and isinstance(primitive.function("np"), np.ufunc)
    return ufunc or primitive.name in _DATA


TAKES_LISTS = {"array", "length", "contains", "not_contains"}
"""The primitives that take lists whose length is known at run time only; to others these are given as arrays."""
