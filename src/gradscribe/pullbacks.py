"""What `vjp` returns: the reverse half of a derivative, with what the forward half has recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import BadArgument


class Pullback:
    """The pullback that `vjp` returns: call it with an adjoint of the result."""

    def __init__(self, back: Callable[..., Any], record: Any, value: Any, chosen: tuple[int, ...], count: int) -> None:
        self._back, self._record, self._chosen, self._count = back, record, chosen, count
        self._shape = np.shape(value) if isinstance(value, (float, np.ndarray, np.generic)) else None

    def __call__(self, adjoint: Any) -> tuple[Any, ...]:
        """The adjoints of the primals, None for those that have none.

        Args:
            adjoint: of the structure and shape of the result.
        """
        if self._shape is not None and np.shape(adjoint) != self._shape:
            raise BadArgument(f"the adjoint has shape {np.shape(adjoint)}, the result {self._shape}")
        found = self._back(self._record, float(adjoint) if type(adjoint) is int else adjoint)
        adjoints: list[Any] = [None] * self._count
        for k, part in zip(self._chosen, found, strict=True):
            adjoints[k] = part
        return tuple(adjoints)
