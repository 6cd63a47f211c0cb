"""Functions of NumPy, `math` and `statistics` that are short in terms of others: read in place of the library's."""

from __future__ import annotations

import math
import statistics
from typing import Any

import numpy as np

from ..ir.primitives import DEFINITIONS

# ------------------------------------------------------------------ along an axis


def cumulative_sum(x: Any, /, *, axis: Any = None, include_initial: bool = False) -> Any:
    if axis is None and np.ndim(x) > 1:
        raise ValueError("for arrays of more than one dimension, `axis` is required")
    axis = 0 if axis is None else axis
    sums = np.cumsum(x, axis=axis)
    return np.concatenate((np.zeros_like(np.sum(x, axis=axis, keepdims=True)), sums), axis=axis) if include_initial \
        else sums  # fmt: skip


def cumulative_prod(x: Any, /, *, axis: Any = None, include_initial: bool = False) -> Any:
    if axis is None and np.ndim(x) > 1:
        raise ValueError("for arrays of more than one dimension, `axis` is required")
    axis = 0 if axis is None else axis
    products = np.cumprod(x, axis=axis)
    return np.concatenate((np.ones_like(np.sum(x, axis=axis, keepdims=True)), products), axis=axis) if include_initial \
        else products  # fmt: skip


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    made = np.diff(np.ravel(ary))
    if to_begin is not None:
        made = np.concatenate((np.ravel(to_begin), made))
    if to_end is not None:
        made = np.concatenate((made, np.ravel(to_end)))
    return made


def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    if axis is None:
        arr = np.ravel(arr)
        axis = 0
    n = arr.shape[axis]
    lengths = list(arr.shape)
    values = np.asarray(values, dtype=arr.dtype)
    if isinstance(obj, slice):
        lengths[axis] = np.size(np.arange(n)[obj])
    elif np.ndim(obj) == 0:
        if np.ndim(values) == np.ndim(arr) and axis != 0:
            values = np.moveaxis(values, 0, axis)
        lengths[axis] = values.shape[axis] if np.ndim(values) == np.ndim(arr) else 1
        if np.ndim(values) < np.ndim(arr) and np.ndim(values) > 0:
            values = np.expand_dims(values, axis) if axis % np.ndim(arr) <= np.ndim(values) else values
    else:
        lengths[axis] = np.size(obj)
    spread = np.broadcast_to(values, tuple(lengths))
    order = np.insert(np.arange(n), obj, np.arange(n, n + lengths[axis]))
    return np.take(np.concatenate((arr, spread), axis=axis), order, axis=axis)


def resize(a: Any, new_shape: Any) -> Any:
    flat = np.ravel(a)
    places = np.resize(np.arange(flat.shape[0]), new_shape)
    return flat[places]


def unstack(x: Any, /, *, axis: int = 0) -> Any:
    return tuple(np.moveaxis(x, axis, 0))


def sort_complex(a: Any) -> Any:
    return np.sort(a, axis=-1) + 0j


def cov_of_weighted(m: Any, *, rowvar: bool = True, bias: bool = False, ddof: Any = None, fweights: Any = None,
                    aweights: Any = None) -> Any:  # fmt: skip
    samples = m[np.newaxis, :] if np.ndim(m) == 1 else m if rowvar else m.T
    less = ddof if ddof is not None else 0 if bias else 1
    fweights = None if fweights is None else np.asarray(fweights)
    aweights = None if aweights is None else np.asarray(aweights)
    w = aweights if fweights is None else fweights if aweights is None else fweights * aweights
    total = np.sum(w)
    if less == 0:
        divisor = total
    elif aweights is None:
        divisor = total - less
    else:
        divisor = total - less * np.sum(w * aweights) / total
    centred = samples - np.sum(samples * w, axis=1, keepdims=True) / total
    found = (centred * w) @ np.conj(centred).T / divisor
    return found[0, 0] if np.ndim(m) == 1 else found


# ------------------------------------------------------------------ matrices


def cond(x: Any, p: Any = None) -> Any:
    if p is None or p == 2:
        s = np.linalg.svd(x, compute_uv=False)
        return s[..., 0] / s[..., -1]
    if p == -2:
        s = np.linalg.svd(x, compute_uv=False)
        return s[..., -1] / s[..., 0]
    return np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, axis=(-2, -1))


def tensorinv(a: Any, ind: int = 2) -> Any:
    size = math.prod(a.shape[ind:])
    return np.reshape(np.linalg.inv(np.reshape(a, (size, size))), a.shape[ind:] + a.shape[:ind])


def tensorsolve(a: Any, b: Any) -> Any:
    size = math.prod(b.shape)
    return np.reshape(np.linalg.solve(np.reshape(a, (size, size)), np.ravel(b)), a.shape[b.ndim :])


# ------------------------------------------------------------------ spectra


def hfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    turned = "forward" if norm is None or norm == "backward" else "backward" if norm == "forward" else norm
    return np.fft.irfft(np.conj(a), (a.shape[axis] - 1) * 2 if n is None else n, axis=axis, norm=turned)


def ihfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    turned = "forward" if norm is None or norm == "backward" else "backward" if norm == "forward" else norm
    return np.conj(np.fft.rfft(a, a.shape[axis] if n is None else n, axis=axis, norm=turned))


# ------------------------------------------------------------------ functions that leave the real numbers


def emath_sqrt(x: Any) -> Any:
    return np.sqrt(x + 0j) if np.any(np.real(x) < 0) else np.sqrt(x)


def emath_log(x: Any) -> Any:
    return np.log(x + 0j) if np.any(np.real(x) < 0) else np.log(x)


# ------------------------------------------------------------------ writing


def put_along_axis(arr: Any, indices: Any, values: Any, axis: int) -> None:
    lines, places = np.moveaxis(arr, axis, -1), np.moveaxis(indices, axis, -1)
    values = np.moveaxis(np.broadcast_to(values, np.shape(indices)), axis, -1)
    if np.ndim(arr) == 1:
        lines[places] = values
    elif np.ndim(arr) == 2:
        lines[np.arange(lines.shape[0])[:, np.newaxis], places] = values
    elif np.ndim(arr) == 3:
        rows = np.arange(lines.shape[0])[:, np.newaxis, np.newaxis]
        lines[rows, np.arange(lines.shape[1])[:, np.newaxis], places] = values
    else:
        raise ValueError("np.put_along_axis has a derivative for arrays of one to three dimensions")


# ------------------------------------------------------------------ statistics


def mean(data: Any) -> Any:
    return sum(data) / len(data)


def variance(data: Any, xbar: Any = None) -> Any:
    middle = sum(data) / len(data) if xbar is None else xbar
    return sum([(value - middle) ** 2 for value in data]) / (len(data) - 1)


def stdev(data: Any, xbar: Any = None) -> Any:
    return math.sqrt(variance(data, xbar))


def pvariance(data: Any, mu: Any = None) -> Any:
    middle = sum(data) / len(data) if mu is None else mu
    return sum([(value - middle) ** 2 for value in data]) / len(data)


def pstdev(data: Any, mu: Any = None) -> Any:
    return math.sqrt(pvariance(data, mu))


for _module, _functions in (
    (np, (cumulative_sum, cumulative_prod, ediff1d, insert, resize, unstack, sort_complex)),
    (np.linalg, (cond, tensorinv, tensorsolve)),
    (np.fft, (hfft, ihfft)),
    (np, (put_along_axis,)),
    (statistics, (mean, variance, stdev, pvariance, pstdev)),
):
    for _function in _functions:
        if hasattr(_module, _function.__name__):
            DEFINITIONS[getattr(_module, _function.__name__)] = _function
DEFINITIONS[np.cov] = cov_of_weighted
DEFINITIONS[statistics.fmean] = mean
DEFINITIONS[np.emath.sqrt] = emath_sqrt
DEFINITIONS[np.emath.log] = emath_log
