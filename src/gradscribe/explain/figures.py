"""Values as short text: numbers to some digits, arrays by shape and norm."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numerical import flatten

DIGITS = 6
SMALL = 4
"""The most entries of a vector that is written out in full."""


def value_text(value: Any, digits: int = DIGITS, *, full: bool = False) -> str:
    """A value in a few characters; "" for None.

    Args:
        value: a number, an array, or a structure of them.
        digits: the significant digits of numbers.
        full: whether arrays are written out.
    """
    if value is None:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, complex, np.number)):
        return number_text(value, digits)
    if isinstance(value, np.ndarray):
        return array_text(value, digits, full)
    return _structure_text(value, digits, full)


def number_text(value: Any, digits: int = DIGITS) -> str:
    """A real or complex number."""
    if isinstance(value, (complex, np.complexfloating)):
        sign = "-" if value.imag < 0 or np.signbit(value.imag) else "+"
        return f"{number_text(value.real, digits)}{sign}{number_text(abs(value.imag), digits)}j"
    text = f"{float(value):.{digits}g}"
    return "0" if text == "-0" else text


def array_text(value: np.ndarray, digits: int = DIGITS, full: bool = False) -> str:
    """An array by its shape and norm; in full where it is a short vector, or is asked for."""
    if value.dtype.kind not in "biufc":
        return f"array{value.shape}"
    if value.ndim == 0:
        return value_text(value[()], digits)
    if full or (value.ndim == 1 and value.size <= SMALL):
        return _entries(value, digits if full else min(digits, 4))
    shape = "x".join(map(str, value.shape))
    if value.dtype.kind == "b":
        return f"{shape} bool, {int(value.sum())} true"
    return f"{shape} |{number_text(float(np.linalg.norm(value.ravel())), min(digits, 4))}|"


def _entries(value: np.ndarray, digits: int) -> str:
    if value.ndim == 0:
        return value_text(value[()], digits)
    return f"[{', '.join(_entries(part, digits) for part in value)}]"


def _structure_text(value: Any, digits: int, full: bool) -> str:
    if isinstance(value, str):
        return repr(value) if len(value) < 30 else f"{value[:26]!r}..."
    leaves = flatten(value, top=False)[0]
    if leaves and isinstance(value, (list, tuple, dict)):
        shown = ", ".join(value_text(leaf.value, digits, full=full) for leaf in leaves[:SMALL])
        more = ", ..." if len(leaves) > SMALL else ""
        return f"({shown}{more})"
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    text = repr(value)
    return text if len(text) <= 30 else f"{type(value).__name__}"
