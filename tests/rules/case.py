"""How cases are written: `case(function, *operands, **keywords)`, with operands from `A`, `P`, `U`, ..."""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np

from rules.check import Case

CASES: list[Case] = []
_rng = np.random.default_rng()


def reseed(family: str) -> None:
    """Let the operands of a family not depend on the cases of others."""
    _rng.bit_generator.state = np.random.default_rng(zlib.crc32(family.encode())).bit_generator.state


def case(function: Any, *args: Any, **keywords: Any) -> None:
    """Add a case; keywords that start with `_` are those of `Case`."""
    own = {k[1:]: keywords.pop(k) for k in list(keywords) if k.startswith("_")}
    CASES.append(Case(function, args, keywords, **own))


def A(*shape: int) -> np.ndarray:
    """Any values, none near 0."""
    a = _rng.standard_normal(shape)
    return np.asarray(np.sign(a) * (0.2 + np.abs(a)))


def P(*shape: int) -> np.ndarray:
    """Positive values."""
    return np.asarray(0.3 + 2.0 * _rng.random(shape))


def U(*shape: int) -> np.ndarray:
    """Values in (-0.8, 0.8)."""
    return np.asarray(1.6 * _rng.random(shape) - 0.8)


def C(*shape: int) -> np.ndarray:
    """Complex values."""
    return A(*shape) + 1j * A(*shape)


def D(*shape: int) -> np.ndarray:
    """Distinct values in random order."""
    n = math.prod(shape)
    return (0.5 * (_rng.permutation(n) - n / 2.0) + 0.1 * _rng.random(n) + 0.05).reshape(shape)


def F(*shape: int) -> np.ndarray:
    """float32 values."""
    return P(*shape).astype(np.float32)


def M(*shape: int) -> np.ndarray:
    """Well-conditioned square matrices."""
    n = shape[-1]
    return 0.4 * _rng.standard_normal(shape) + (1.0 + n / 2.0) * np.eye(n)


def S(*shape: int) -> np.ndarray:
    """Symmetric positive definite matrices with separated eigenvalues."""
    a = _rng.standard_normal(shape)
    n = shape[-1]
    return a @ np.swapaxes(a, -1, -2) + n * np.eye(n) + np.diag(np.arange(n) * 2.0)


def R(*shape: int) -> np.ndarray:
    """Matrices of full rank, with separated singular values."""
    m, n = shape[-2:]
    a = 0.25 * _rng.standard_normal(shape)
    k = np.arange(min(m, n))
    a[..., k, k] += 1.0 + k
    return a
