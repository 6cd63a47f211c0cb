"""Sets of indices, by number: what entries of the arguments an entry of a value depends on.

Set 0 is empty, set k the index k - 1; each further set is the union of two earlier ones. So an array of sets is an
array of integers, which is sliced, reshaped and written as the array that it belongs to.
"""

from __future__ import annotations

from typing import Any

import numpy as np


class IndexSets:
    """The sets met so far.

    Args:
        count: the number of indices.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._made = count + 1
        self._left: list[np.ndarray] = []
        self._right: list[np.ndarray] = []
        self._pairs: dict[tuple[int, int], int] = {}

    def union(self, left: Any, right: Any) -> Any:
        """The unions, entry by entry; operands broadcast."""
        if np.ndim(left) == 0 and np.ndim(right) == 0:
            return self._union_of_two(int(left), int(right))
        a, b = np.broadcast_arrays(np.asarray(left, np.int64), np.asarray(right, np.int64))
        out = np.where(a == 0, b, a)
        open_ = (a != b) & (a != 0) & (b != 0)
        if open_.any():
            low, high = np.minimum(a[open_], b[open_]), np.maximum(a[open_], b[open_])
            _, first, inverse = np.unique(low * self._made + high, return_index=True, return_inverse=True)
            out[open_] = self._made + inverse.reshape(-1)
            self._add(low[first], high[first])
        return out

    def _union_of_two(self, a: int, b: int) -> int:
        if a == b or b == 0:
            return a
        if a == 0:
            return b
        key = (min(a, b), max(a, b))
        if key not in self._pairs:
            self._pairs[key] = self._made
            self._add(np.array(key[:1]), np.array(key[1:]))
        return self._pairs[key]

    def _add(self, left: np.ndarray, right: np.ndarray) -> None:
        self._left.append(left)
        self._right.append(right)
        self._made += len(left)

    def over(self, sets: Any, axes: tuple[int, ...], keepdims: bool = False) -> Any:
        """The unions along axes."""
        sets = np.asarray(sets)
        axes = tuple(a % sets.ndim for a in axes)
        kept = [n for k, n in enumerate(sets.shape) if k not in axes]
        flat = np.moveaxis(sets, axes, range(len(axes))).reshape(-1, *kept)
        while len(flat) > 1:
            half = len(flat) // 2
            joined = self.union(flat[:half], flat[half : 2 * half])
            flat = np.concatenate([joined, flat[2 * half :]])
        out = flat[0] if len(flat) else np.zeros(kept, np.int64)
        if keepdims:
            out = np.expand_dims(out, axes)
        return out if np.ndim(out) else int(out)

    def total(self, sets: Any) -> int:
        """The union of all."""
        sets = np.unique(np.asarray(sets))
        return int(self.over(sets, (0,)))

    def members(self, sets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The indices in each of a row of sets: positions in the row, and indices, sorted."""
        left = np.concatenate([np.zeros(self.count + 1, np.int64), *self._left])
        right = np.concatenate([np.zeros(self.count + 1, np.int64), *self._right])
        rows, held = np.arange(len(sets)), np.asarray(sets, np.int64)
        found: list[np.ndarray] = []
        span = self._made
        while len(rows):
            done = held <= self.count
            found.append(rows[done & (held > 0)] * span + held[done & (held > 0)])
            rows, held = rows[~done], held[~done]
            key = _distinct(np.concatenate([rows * span + left[held], rows * span + right[held]]))
            rows, held = key // span, key % span
        key = _distinct(np.concatenate(found)) if found else np.zeros(0, np.int64)
        return key // span, key % span - 1


def _distinct(keys: np.ndarray) -> np.ndarray:
    """The keys sorted, each once (by sorting: NumPy's hashing is slow for keys that lie so close together)."""
    keys = np.sort(keys)
    return keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys
