"""Settings of the whole process that are others while something is compiled, in whatever thread."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_ROOM = 100_000


class _Setting:
    """A setting that is changed as long as any thread is inside, and restored by the last to leave.

    Args:
        change: changes it, and returns what it was before.
        restore: sets it to what it was.
    """

    def __init__(self, change: Callable[[], Any], restore: Callable[[Any], None]) -> None:
        self.change, self.restore = change, restore
        self.lock, self.inside, self.before = threading.Lock(), 0, None

    @contextmanager
    def changed(self) -> Iterator[None]:
        with self.lock:
            if not self.inside:
                self.before = self.change()
            self.inside += 1
        try:
            yield
        finally:
            with self.lock:
                self.inside -= 1
                if not self.inside:
                    self.restore(self.before)


def _make_room() -> int:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _ROOM))
    return before


def _pause_collector() -> bool:
    running = gc.isenabled()
    gc.disable()
    return running


def _resume_collector(running: bool) -> None:
    if running:
        gc.enable()


deep_recursion = _Setting(_make_room, sys.setrecursionlimit).changed
"""Room for deep recursion: a long `elif` chain, or a sum of 2,000 terms, is nested deeper than the usual limit. No C
stack is used."""
collector_paused = _Setting(_pause_collector, _resume_collector).changed
"""Without the search for cyclic garbage: a program of many small nodes would be searched again and again while it
grows, and long functions would take more time a line than short ones."""
