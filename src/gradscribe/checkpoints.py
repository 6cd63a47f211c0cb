"""Marks for what is computed again on the way back instead of recorded, and the states of a loop that are kept for it.

Outside of a derivative the marks mean nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from math import comb
from typing import Any, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


def checkpoint(function: F) -> F:
    """Mark a function whose inner values are not recorded: in a gradient it runs twice, and needs memory only once.

    Args:
        function: a function of numbers and arrays, which it does not write to.

    Returns:
        a function that does the same.

    Raises:
        TypeError: it is not a function.
    """
    if not callable(function):
        raise TypeError("checkpoint takes a function; a loop is marked with checkpointed(range(n), snapshots=s)")

    @functools.wraps(function)
    def call(*args: Any, **keywords: Any) -> Any:
        return function(*args, **keywords)

    call.computed_again = function  # type: ignore[attr-defined]
    return call  # type: ignore[return-value]


def checkpointed(trips: Iterable[T], *, snapshots: int) -> Iterable[T]:
    """Mark a loop of which only a few states are recorded: `for t in checkpointed(range(n), snapshots=s)`.

    A gradient then keeps at most `snapshots` states of the loop, and computes the others again from them by the
    binomial schedule, which takes the fewest trips: where n <= comb(s + r, s), none runs more than r + 1 times.

    Args:
        trips: a range.
        snapshots: how many states are kept, at least 1.

    Returns:
        the range.
    """
    if snapshots < 1:
        raise ValueError("a loop that is run backwards needs at least one snapshot")
    return trips


class Snapshots:
    """States of a loop, from which the others are computed again on its way back.

    The schedule is that of A. Griewank and A. Walther, Algorithm 799: revolve, ACM Trans. Math. Software 26 (2000).

    Args:
        trips: what the loop runs over.
        count: how many states are kept at most.
    """

    def __init__(self, trips: range, count: int) -> None:
        if count < 1:
            raise ValueError("a loop that is run backwards needs at least one snapshot")
        self.trips, self.count, self.next, self.done = trips, count, 0, 0
        self.kept: list[tuple[int, tuple[Any, ...]]] = []
        self.latest: tuple[Any, ...] = ()

    def keep(self, *state: Any) -> None:
        """Note the state in front of the next trip, if it is one of those that are kept, or that of the last trip."""
        if self.done == self.next:
            self._add(self.done, state, len(self.trips))
        self.done += 1
        if self.done == len(self.trips):
            self.latest = self._copied(state)

    def before(self, index: int, trip: Callable[..., tuple[Any, ...]], *others: Any) -> tuple[Any, ...]:
        """The state in front of the trip with an index; asked for from the last trip to the first, any number of times.

        Args:
            index: the index of the trip.
            trip: computes the state behind a trip, from its index, the state before, and `others`.
            others: what the trip reads besides.
        """
        wanted = self.trips.index(index)
        if wanted == len(self.trips) - 1:
            return self.latest
        while self.kept[-1][0] > wanted:
            self.kept.pop()
        at, state = self.kept[-1]
        self.next = self._after(at, wanted + 1)
        while at < wanted:
            state = trip(self.trips[at], *state, *others)
            at += 1
            if at == self.next:
                self._add(at, state, wanted + 1)
        return state

    def _add(self, at: int, state: tuple[Any, ...], end: int) -> None:
        self.kept.append((at, self._copied(state)))
        self.next = self._after(at, end)

    def _after(self, at: int, end: int) -> int:
        """Where the next state is kept, when all trips from a kept state to `end` will be run backwards."""
        steps, room = end - at, self.count - len(self.kept) + 1
        if steps < 2 or room < 2:
            return -1
        often = 1
        while comb(room + often, room) < steps:
            often += 1
        return at + min(comb(room + often - 1, room), steps - comb(room + often - 2, room - 1))

    @staticmethod
    def _copied(state: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(s.copy() if isinstance(s, np.ndarray) else s for s in state)
