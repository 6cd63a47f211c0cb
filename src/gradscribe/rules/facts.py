"""What a rule may ask of an operand, traced or plain: rank, whether it is complex, whether it is a structure.

These are facts of types, known before the program runs; there is nothing here about values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UnsupportedCall


def rank(x: Any) -> int:
    """The number of dimensions."""
    return x.ndim if hasattr(x, "ndim") else np.ndim(x)


def is_complex(x: Any) -> bool:
    """Whether the operand is a complex number or array."""
    return x.dtype.kind == "c" if hasattr(x, "dtype") else isinstance(x, complex)


def is_structure(x: Any) -> bool:
    """Whether the operand is a tuple or list of values, not a number or an array."""
    return isinstance(x, (tuple, list)) or bool(getattr(x, "is_structure", False))


def is_constant(x: Any) -> bool:
    """Whether the operand is a number that is known when the rule is expanded."""
    return isinstance(x, (bool, int, float, complex)) and not isinstance(x, np.generic)


def real_only(name: str, *operands: Any) -> None:
    """Refuse complex operands.

    Raises:
        UnsupportedCall: where an operand is complex.
    """
    if any(map(is_complex, operands)):
        raise UnsupportedCall(f"{name} has no rule for complex operands")


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes that `axis` (None, int, or a tuple or list of such) names, non-negative.

    Raises:
        UnsupportedCall: where they are not constant.
    """
    if axis is None:
        return tuple(range(ndim))
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    if not all(isinstance(a, (int, np.integer)) for a in axes):
        raise UnsupportedCall("the derivative needs an `axis` that is constant")
    return tuple(int(a) % max(ndim, 1) for a in axes)
