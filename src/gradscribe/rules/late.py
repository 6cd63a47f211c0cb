"""Rules for libraries that are optional: imported when one of their functions is first looked up.

Looking costs a string comparison; SciPy is never imported by gradscribe, only rules for it once the user has it.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

FAMILIES = {
    "scipy.special": "special special_families",
    "scipy.fft": "scipy_fft",
    "scipy.stats": "stats stats_samples",
    "scipy.linalg": "scipy_linalg",
    "scipy.signal": "scipy_signal",
    "scipy.ndimage": "ndimage",
    "scipy.sparse": "sparse_definitions",
    "scipy.integrate": "scipy_integrate",
    "scipy.optimize": "scipy_optimize",
    "scipy.interpolate": "interpolate_definitions",
    "scipy.spatial.distance": "scipy_distance",
}
"""Module of the library -> modules of this package, blank-separated."""

_done: set[str] = set()


def ensure_registered(function: Any) -> bool:
    """Register the rules of the library that a callable comes from.

    Returns:
        whether rules were registered now.
    """
    home = _home(function)
    if home is None or home in _done:
        return False
    _done.add(home)
    for family in FAMILIES[home].split():
        importlib.import_module(f"{__package__}.{family}")
    return True


def _home(function: Any) -> str | None:
    """The module of `FAMILIES` that a callable belongs to."""
    if isinstance(function, np.ufunc):
        return None if getattr(np, function.__name__, None) is function else "scipy.special"
    module = getattr(function, "__module__", None) or ""
    if not isinstance(module, str) or not module.startswith("scipy."):
        return None
    return next((home for home in FAMILIES if module == home or module.startswith(home + ".")), None)
