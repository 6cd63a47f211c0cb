"""How many directions to take in one run: as many as fit into the caches, by the memory that a first run took for each.

More of them share the values of the function and the overhead of each operation; but arrays that are too large for the
caches cost more than that saves.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..dispatch import keep
from .directions import Leaves

BYTES = 2**23
"""The memory that the arrays of one run may take together."""

LEAST = 4
"""So many directions are taken at once, however large the arrays are."""

FIRST = 8
"""So many at most are taken in the first run of a kind, which is measured."""


class Groups:
    """The sizes of groups of directions, by what is run and by the shapes of its arguments."""

    def __init__(self) -> None:
        self._bytes: dict[Any, int] = {}

    def size(self, key: Any, count: int) -> int:
        """How many of k directions to take in one run.

        Args:
            key: what is run, and `shapes` of what it is given.
            count: the number of directions.
        """
        known = self._bytes.get(key)
        return min(count, FIRST if known is None else max(LEAST, BYTES // max(known, 1)))

    def measured(self, key: Any, size: int, run: Callable[[], Any]) -> Any:
        """What a run returns; where it is the first of its kind, the memory that it took is noted."""
        if key in self._bytes or tracemalloc.is_tracing():
            return run()
        with _peak() as peak:
            found = run()
        keep(self._bytes, key, peak[0] // size)
        return found


@contextmanager
def _peak() -> Iterator[list[int]]:
    """The most memory that was held at a time since the start, once that is over."""
    found = [0]
    tracemalloc.start()
    try:
        yield found
    finally:
        found[0] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()


def shapes(*structures: Leaves) -> tuple[Any, ...]:
    """The shapes of all parts."""
    return tuple(np.shape(leaf.value) for found in structures for leaf in found.leaves)
