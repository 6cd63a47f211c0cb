"""Fixed points by plain iteration. Their derivatives, by the implicit function theorem, are those of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .errors import BadResult


def fixed_point(
    func: Callable[..., Any], x0: Any, args: Sequence[Any] = (), xtol: float = 1e-12, maxiter: int = 10_000
) -> Any:
    """The x with `func(x, *args) == x`, by iteration from x0.

    Its derivative with respect to `args`, and to variables that the function reads, is that of the implicit function
    theorem, whatever way the iteration took; x0 has no influence.

    Args:
        func: takes x, and `args`.
        x0: where to start, a number or an array.
        args: further arguments.
        xtol: the largest change, relative to the largest entry of x (or to 1), at which to stop.
        maxiter: the largest number of iterations.

    Raises:
        BadResult: the iteration does not converge.
    """
    x = float(x0) if np.ndim(x0) == 0 else np.array(x0, float)
    for _ in range(maxiter):
        new = func(x, *args)
        change = np.max(np.abs(np.asarray(new) - x), initial=0.0)
        x = new
        if change <= xtol * max(1.0, np.max(np.abs(x), initial=0.0)):
            return x
    raise BadResult(f"no fixed point after {maxiter} iterations: the last change was {change:.3g}")
