"""Random numbers whose distribution is differentiated: a standard one is drawn, shifted and scaled.

NumPy draws them in the same way, so that the numbers are those of a plain call, and as many are drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.primitives import DEFINITIONS


def normal(rng: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
    if size is None and np.ndim(loc + scale) > 0:
        size = np.shape(loc + scale)
    return loc + scale * rng.standard_normal(size)


def uniform(rng: Any, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
    if size is None and np.ndim(low + high) > 0:
        size = np.shape(low + high)
    return low + (high - low) * rng.random(size)


def exponential(rng: Any, scale: Any = 1.0, size: Any = None) -> Any:
    if size is None and np.ndim(scale) > 0:
        size = np.shape(scale)
    return scale * rng.standard_exponential(size)


for _function in (normal, uniform, exponential):
    DEFINITIONS[getattr(np.random.Generator, _function.__name__)] = _function
