"""The transforms of `scipy.fft` between a Hermitian signal and its real spectrum, in terms of others."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft

from ..ir.primitives import DEFINITIONS


def hfft(x: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    turned = "forward" if norm is None or norm == "backward" else "backward" if norm == "forward" else norm
    return np.fft.irfft(np.conj(x), (x.shape[axis] - 1) * 2 if n is None else n, axis=axis, norm=turned)


def ihfft(x: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    turned = "forward" if norm is None or norm == "backward" else "backward" if norm == "forward" else norm
    return np.conj(np.fft.rfft(x, x.shape[axis] if n is None else n, axis=axis, norm=turned))


DEFINITIONS[scipy.fft.hfft] = hfft
DEFINITIONS[scipy.fft.ihfft] = ihfft
