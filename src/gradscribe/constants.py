"""What is constant by decree: the value stays, the derivative is zero."""

from __future__ import annotations

from typing import TypeVar

from . import runtime

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """The value itself, as a constant: its derivative is zero.

    Args:
        x: a number, an array, or a tuple, list or dict of such. Arrays are copied.
    """
    if isinstance(x, dict):
        return {key: stop_gradient(item) for key, item in x.items()}  # type: ignore[return-value]
    if isinstance(x, (tuple, list)):
        items = [stop_gradient(item) for item in x]
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    return runtime.stop_gradient(x)
