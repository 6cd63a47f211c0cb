"""Functions that numba compiles along with a derivative that calls them: they are written into its text. They import
NumPy only."""

from __future__ import annotations

from typing import Any

import numpy as np


def grown(tape: Any, size: Any) -> Any:
    """A tape with room behind its first `size` entries: itself, or a copy of it twice as long."""
    if size < len(tape):
        return tape
    longer = np.empty(2 * len(tape), tape.dtype)
    longer[:size] = tape
    return longer


def plus(x: Any, y: Any) -> Any:
    """The sum of two integers, where it fits 64 bits."""
    if abs(float(x) + float(y)) >= 9.2e18:
        raise OverflowError("an integer exceeds 64 bits")
    return x + y


def minus(x: Any, y: Any) -> Any:
    """The difference of two integers, where it fits 64 bits."""
    if abs(float(x) - float(y)) >= 9.2e18:
        raise OverflowError("an integer exceeds 64 bits")
    return x - y


def times(x: Any, y: Any) -> Any:
    """The product of two integers, where it fits 64 bits."""
    if abs(float(x) * float(y)) >= 9.2e18:
        raise OverflowError("an integer exceeds 64 bits")
    return x * y


def bounded(n: Any) -> Any:
    """An integer that leaves room for arithmetic in 64 bits."""
    if not -9007199254740992 <= n <= 9007199254740992:
        raise OverflowError("an integer argument exceeds 2**53")
    return n


def divisor(n: Any) -> Any:
    """An integer to divide by."""
    if n == 0:
        raise ZeroDivisionError("integer division or modulo by zero")
    return n


def convertible(x: Any) -> Any:
    """A real number that an integer of 64 bits can be made of."""
    if not -9.2e18 < x < 9.2e18:
        raise OverflowError("cannot convert a float that is not finite, or too large, to an integer")
    return x


def bound(k: Any, n: Any) -> Any:
    """Where a slice of n entries begins, or ends, that is said to begin or end at k."""
    if k < 0:
        k += n
    return min(max(k, 0), n)


def place(k: Any, n: Any) -> Any:
    """The entry that the index k means, of n."""
    if k < 0:
        k += n
    if k < 0 or k >= n:
        raise IndexError("index out of range")
    return k


def unbroadcast(g: Any, x: Any) -> Any:
    """The sum of g over the axes along which x was stretched to its shape; g itself where there are none."""
    lead = g.ndim - x.ndim
    if lead == 0 and g.size == x.size:
        return g.reshape(x.shape)
    out = np.zeros(x.shape, g.dtype)
    flat = out.ravel()
    for index, value in np.ndenumerate(g):
        at = 0
        for k in range(x.ndim):
            at = at * x.shape[k] + (index[k + lead] if x.shape[k] != 1 else 0)
        flat[at] += value
    return out
