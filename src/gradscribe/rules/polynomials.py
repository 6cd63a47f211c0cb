"""Polynomials by their coefficients, written with NumPy: read in place of NumPy's functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.primitives import DEFINITIONS


def polyadd(a1: Any, a2: Any) -> Any:
    a1, a2 = np.atleast_1d(a1), np.atleast_1d(a2)
    n = max(a1.shape[0], a2.shape[0])
    return np.pad(a1, (n - a1.shape[0], 0)) + np.pad(a2, (n - a2.shape[0], 0))


def polysub(a1: Any, a2: Any) -> Any:
    a1, a2 = np.atleast_1d(a1), np.atleast_1d(a2)
    n = max(a1.shape[0], a2.shape[0])
    return np.pad(a1, (n - a1.shape[0], 0)) - np.pad(a2, (n - a2.shape[0], 0))


def polymul(a1: Any, a2: Any) -> Any:
    return np.convolve(np.atleast_1d(a1), np.atleast_1d(a2))


def polyder(p: Any, m: int = 1) -> Any:
    for _ in range(m):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


def polyint(p: Any, m: int = 1) -> Any:
    for _ in range(m):
        p = np.concatenate((p / np.arange(p.shape[0], 0, -1), np.zeros(1)))
    return p


def polydiv(u: Any, v: Any) -> Any:
    u, v = np.atleast_1d(u) + 0.0, np.atleast_1d(v) + 0.0
    m, n = u.shape[0] - 1, v.shape[0] - 1
    quotient = np.zeros(m - n + 1 if m >= n else 1)
    rest = u.copy()
    for k in range(0, m - n + 1):
        factor = rest[k] / v[0]
        quotient[k] = factor
        rest[k : k + n + 1] = rest[k : k + n + 1] - factor * v
    kept = np.flatnonzero(np.abs(rest) > 1e-14)
    start = min(kept[0], rest.shape[0] - 1) if kept.shape[0] > 0 else rest.shape[0] - 1
    return quotient, rest[start:]


def poly(seq_of_zeros: Any) -> Any:
    zeros = np.linalg.eigvals(seq_of_zeros) if np.ndim(seq_of_zeros) == 2 else seq_of_zeros
    made = np.ones(1)
    for k in range(zeros.shape[0]):
        made = np.concatenate((made, np.zeros(1))) - zeros[k] * np.concatenate((np.zeros(1), made))
    return made


def roots(p: Any) -> Any:
    n = p.shape[0]
    if p[0] == 0 or p[n - 1] == 0:
        raise ValueError("np.roots has no derivative where the first or the last coefficient is zero")
    first = -p[1:] / p[0]
    return np.linalg.eigvals(np.concatenate((first[np.newaxis, :], np.eye(n - 2, n - 1))))


def polyfit(x: Any, y: Any, deg: int, rcond: Any = None, *, w: Any = None) -> Any:
    powers = np.vander(x, deg + 1)
    if w is not None:
        powers = powers * w[:, np.newaxis]
        y = y * w if np.ndim(y) == 1 else y * w[:, np.newaxis]
    size = np.sqrt(np.sum(powers * powers, axis=0))
    if rcond is None:
        rcond = x.shape[0] * 2.220446049250313e-16
    found = np.linalg.lstsq(powers / size, y, rcond=rcond)[0]
    return found / size if np.ndim(y) == 1 else found / size[:, np.newaxis]


def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    n = x.shape[0] if N is None else N
    exponents = np.arange(n) if increasing else np.arange(n - 1, -1, -1)
    return x[:, np.newaxis] ** exponents


for _function in (polyadd, polysub, polymul, polyder, polyint, polydiv, poly, roots, polyfit, vander):
    DEFINITIONS[getattr(np, _function.__name__)] = _function
