"""The few helpers that emitted code may call. They import NumPy only, and are written out into exported modules."""

from __future__ import annotations

from typing import Any

import numpy as np


def unbroadcast(g: Any, x: Any) -> Any:
    """Sum a cotangent to the shape of an operand that was broadcast.

    Args:
        g: an array, of the shape of x after broadcasting.
        x: the operand.

    Returns:
        g summed over the axes along which x was repeated, of the shape of x.
    """
    if np.shape(g) == np.shape(x):
        return g
    lead = np.ndim(g) - np.ndim(x)
    if lead > 0:
        g = np.sum(g, axis=tuple(range(lead)))
    axes = tuple(k for k, n in enumerate(np.shape(x)) if n == 1 and np.shape(g)[k] != 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g


def last_write(g: Any, x: Any, index: Any) -> Any:
    """Zero the entries of `g = x[index]` whose cell of x is named again later in the index.

    Of `x[index] = v` with repeated entries the last one stays; only it receives a cotangent.
    """
    order = np.arange(np.size(g)).reshape(np.shape(g))
    winner = np.zeros(np.shape(x), dtype=int)
    winner[index] = order
    return np.where(winner[index] == order, g, 0.0)


def check_view(view: Any, base: Any) -> None:
    """Raise ValueError unless both arrays share memory: the derivative was written for a view."""
    if view.size and not np.may_share_memory(view, base):
        raise ValueError("reshape made a copy where the derivative needs a view; copy explicitly with .copy()")


def check_apart(*arrays: Any) -> None:
    """Raise ValueError if two arrays share memory: the derivative writes to one of them."""
    for k, left in enumerate(arrays):
        for right in arrays[k + 1 :]:
            if np.may_share_memory(left, right):
                raise ValueError("two arguments share memory and one of them is written; pass copies")
