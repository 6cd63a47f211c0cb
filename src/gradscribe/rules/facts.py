"""What a rule may ask of an operand, traced or plain: rank, whether it is complex, whether it is a structure.

These are facts of types, known before the program runs; there is nothing here about values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import runtime
from ..errors import UnsupportedCall
from ..ir.primitives import UNBROADCAST, register
from ..ir.types import Scalar
from .table import dispatching

register(runtime.unbroadcast, UNBROADCAST)
unbroadcast = dispatching(runtime.unbroadcast)


def rank(x: Any) -> int:
    """The number of dimensions."""
    return x.ndim if hasattr(x, "ndim") else np.ndim(x)


def is_complex(x: Any) -> bool:
    """Whether the operand is a complex number or array, or may be for all that is known."""
    type_ = getattr(getattr(x, "atom", None), "type", None)
    if type_ is not None and not hasattr(type_, "kind"):
        return True
    return x.dtype.kind == "c" if hasattr(x, "dtype") else isinstance(x, complex)


def surely_complex(x: Any) -> bool:
    """Whether the operand is known to be complex."""
    type_ = getattr(getattr(x, "atom", None), "type", None)
    return (type_ is None or hasattr(type_, "kind")) and is_complex(x)


def is_structure(x: Any) -> bool:
    """Whether the operand is a tuple or list of values, not a number or an array."""
    return isinstance(x, (tuple, list)) or bool(getattr(x, "is_structure", False))


def is_constant(x: Any) -> bool:
    """Whether the operand is a number that is known when the rule is expanded."""
    return isinstance(x, (bool, int, float, complex)) and not isinstance(x, np.generic)


def is_number(x: Any) -> bool:
    """Whether the operand is a number, and known to be one."""
    type_ = getattr(getattr(x, "atom", None), "type", None)
    return isinstance(type_, Scalar) if type_ is not None else np.isscalar(x)


def real_only(name: str, *operands: Any) -> None:
    """Refuse complex operands.

    Raises:
        UnsupportedCall: where an operand is complex.
    """
    if any(getattr(x, "dtype", np.dtype(float)).kind == "c" or isinstance(x, complex) for x in operands):
        raise UnsupportedCall(f"{name} has no rule for complex operands")


def length_one(x: Any, axis: int) -> bool | None:
    """Whether a dimension is 1; None where that depends on the call."""
    type_ = getattr(getattr(x, "atom", None), "type", None)
    return bool(x.shape[axis] == 1) if type_ is None else type_.shape[axis].one


def fit(contribution: Any, operand: Any, core: int = 0) -> Any:
    """A contribution summed over the axes along which its operand was repeated.

    Args:
        contribution: what belongs to the broadcast operand.
        operand: the operand.
        core: how many of its last axes do not broadcast.
    """
    lead = rank(contribution) - rank(operand)
    if lead > 0:
        contribution = np.sum(contribution, axis=0 if lead == 1 else tuple(range(lead)))
    ones = {axis: length_one(operand, axis) for axis in range(rank(operand) - core)}
    if None in ones.values():
        return unbroadcast(contribution, operand)
    axes = tuple(axis for axis, one in ones.items() if one and length_one(contribution, axis) is not True)
    return np.sum(contribution, axis=axes, keepdims=True) if axes else contribution


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
