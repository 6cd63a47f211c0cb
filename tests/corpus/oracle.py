"""What is expected of a derivative: the plain run of the function, and its differences. Knows nothing of the tool."""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradscribe.numerical import (
    STEPS,
    Estimate,
    Leaf,
    argument_leaves,
    copied,
    flatten,
    numbers,
    numerical_gradient,
    numerical_jvp,
)

Function = Callable[..., Any]


class Hang(BaseException):
    """A case that took too long. Not an Exception: nothing in between may catch it."""


@contextlib.contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Raise Hang in the body when it takes the processor for longer (or ten times as long altogether)."""

    def ring(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, ring), signal.signal(signal.SIGPROF, ring)
    signal.alarm(10 * seconds)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before[0])
        signal.signal(signal.SIGPROF, before[1])


@dataclass(frozen=True)
class Run:
    """One call: its result, what it printed and logged, and the arguments afterwards."""

    value: Any
    printed: str
    args: Sequence[Any]


@dataclass
class Expected:
    """The facts about a function at some arguments that do not need the tool.

    Args:
        function, args, kwargs: what is called.
        argnums: the arguments to differentiate by.
        steps: those of the differences.
    """

    function: Function
    args: tuple[Any, ...]
    argnums: tuple[int, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    steps: tuple[float, ...] = STEPS
    _gradient: list[tuple[Leaf, Estimate]] | None = None

    def fresh(self) -> list[Any]:
        """The arguments anew; two that are one object stay so."""
        arrays = [id(leaf.value) for leaf in argument_leaves(self.args)[0] if isinstance(leaf.value, np.ndarray)]
        if len(set(arrays)) < len(arrays):
            return list(copy.deepcopy(self.args))
        return [copied(arg) for arg in self.args]

    def plain(self, args: Sequence[Any] | None = None) -> Run:
        """An ordinary call of the function."""
        return observed(self.function, self.fresh() if args is None else args, self.kwargs)

    def call(self, *args: Any) -> Any:
        return quiet(self.function, args, self.kwargs)

    @property
    def leaves(self) -> list[tuple[int, int, Leaf]]:
        """Each leaf to differentiate by: its position among all leaves, that of its argument, the leaf."""
        found, position = [], 0
        for k, arg in enumerate(self.args):
            for leaf in flatten(arg)[0]:
                if k in self.argnums:
                    found.append((position, k, leaf))
                position += 1
        return found

    def gradient(self) -> list[tuple[Leaf, Estimate]]:
        """For each leaf its differences (the result of the function must be one real number)."""
        if self._gradient is None:
            self._gradient = [
                (leaf, numerical_gradient(self.call, self.args, k, self.steps)) for k, _, leaf in self.leaves
            ]
        return self._gradient

    def tangents(self, seed: int = 0) -> list[Any]:
        """One direction for each leaf of all arguments: of modulus about 1 for those to differentiate by, else zero."""
        random = np.random.default_rng(seed)
        moved = {k for k, _, _ in self.leaves}
        return [direction(leaf.value, random, k in moved) for k, leaf in enumerate(argument_leaves(self.args)[0])]

    def directional(self, tangents: Sequence[Any], function: Function | None = None) -> Estimate:
        """Differences along one direction of all the numbers in the result."""
        return numerical_jvp(function or self.call, self.args, tangents, self.steps)


def direction(value: Any, random: np.random.Generator, moved: bool) -> Any:
    shape, kind = np.shape(value), np.asarray(value).dtype.kind
    drawn = random.uniform(0.5, 1.5, shape) * random.choice([-1.0, 1.0], shape) * moved
    if kind == "c":
        drawn = drawn + 1j * random.uniform(0.5, 1.5, shape) * moved
    return drawn if shape else (complex if kind == "c" else float)(drawn)


def quiet(function: Function, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        return function(*args, **kwargs)


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def observed(function: Function, args: Sequence[Any], kwargs: dict[str, Any]) -> Run:
    """Call a function and note what it prints and logs."""
    out, log, root = io.StringIO(), _Log(), logging.getLogger()
    level = root.level
    root.addHandler(log)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(out):
            value = function(*args, **kwargs)
    finally:
        root.removeHandler(log)
        root.setLevel(level)
    return Run(value, out.getvalue() + "\n".join(log.lines), args)


def same(left: Any, right: Any, tolerance: float = 1e-12) -> bool:
    """Whether two results are equal up to rounding, nan being equal to nan."""
    a, b = numbers(left), numbers(right)
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True))


def disagreement(got: Any, wanted: Estimate, single: bool = False) -> str | None:
    """Where a derivative differs from differences by more than their error explains; None where it does not.

    At a kink any value between the one-sided derivatives passes.
    """
    have, value = np.asarray(got), wanted.value
    if have.shape != value.shape:
        return f"shape {have.shape} instead of {value.shape}"
    scale = float(np.max(np.abs(value), initial=0.0))
    room = (3e-3 if single else 1e-6) * (np.abs(value) + 1e-2 * scale + 1e-2) + 30 * wanted.error
    low = np.minimum(wanted.left.real, wanted.right.real) - 1e-3 * (1 + np.abs(value))
    high = np.maximum(wanted.left.real, wanted.right.real) + 1e-3 * (1 + np.abs(value))
    between = (low <= have.real) & (have.real <= high)
    right = (np.abs(have - value) <= room) | wanted.kinked & (between | ~np.isfinite(wanted.error))
    if np.all(right):
        return None
    index = tuple(int(k[0]) for k in np.nonzero(~np.atleast_1d(right)))
    shown = index if have.ndim else ()
    return (
        f"{list(shown)} is {have[shown]:.10g}, differences give {value[shown]:.10g} ({np.sum(~right)} of {right.size})"
    )
