"""Sums over chunks of data, computed one after the other or by the workers of an executor.

Any executor with the interface of `concurrent.futures` will do; what it is, and how it moves things, is not known here.
"""

from __future__ import annotations

import dataclasses
import operator
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack, closing
from typing import Any

import numpy as np

from ..errors import BadArgument
from ..numerical import fields_of
from .sending import Sendable

Chunk = tuple[Any, ...]


def sum_over(
    fun: Callable[..., Any],
    chunks: Iterable[Chunk],
    *,
    weights: Iterable[float] | None = None,
    mean: bool = False,
    executor: Any = None,
    in_flight: int | None = None,
    retries: int = 0,
) -> Any:
    """The sum of `fun(*chunk)` over chunks, the same bit for bit whoever computes it.

    The results are added from left to right in the order of the chunks, and dropped. Chunks are taken from the iterable
    as they are needed, so that it may generate more than there is memory for.

    Args:
        fun: a derivative (`value_and_grad(loss)`) or any other function; it travels by source.
        chunks: the arguments of each call, as tuples.
        weights: a factor for each result.
        mean: whether to divide by the sum of the weights (the number of chunks where there are none).
        executor: something with `submit`, a `dask.distributed.Client`, or a function that makes an executor, which is
            closed in the end. None computes here.
        in_flight: how many chunks are submitted and not yet added; twice the number of workers by default.
        retries: how often a new executor is made where one breaks because a worker is lost; needs a function that makes
            it. Engines that retry by themselves (Dask) need none.

    Returns:
        numbers, arrays, and tuples, lists, dicts and dataclasses of them, as `fun` returns them.

    Raises:
        BadArgument: there are no chunks, or results that do not add up.
        What `fun` raises, with a note that names the chunk.
    """
    task = _Task(fun)
    checked = (_checked(chunk, number) for number, chunk in enumerate(chunks))
    if executor is None:
        results = (_noting(number, task, *chunk) for number, chunk in enumerate(checked))
    else:
        results = _Window(task, executor, in_flight, retries).results(checked)
    with closing(results):
        total, count = _added_up(results, None if weights is None else iter(weights))
    return total.value(count if mean else None)


def _added_up(results: Iterable[Any], weights: Iterator[float] | None) -> tuple[_Sum, float]:
    """The sum of all results, and that of their weights."""
    total, count = _Sum(), 0.0
    for number, result in enumerate(results):
        weight = None if weights is None else _next_weight(weights, number)
        _noting(number, total.add, result, weight)
        count += 1.0 if weight is None else weight
    if weights is not None and next(weights, None) is not None:
        raise BadArgument("there are more weights than chunks", hint="give one weight for each chunk")
    return total, count


def _checked(chunk: Any, number: int) -> Chunk:
    if not isinstance(chunk, tuple):
        reason = f"chunk {number} is no tuple of arguments, but {type(chunk).__name__}"
        raise BadArgument(reason, hint="write (x,) for a single argument")
    return chunk


def _next_weight(weights: Iterator[float], number: int) -> float:
    for weight in weights:
        return weight
    raise BadArgument(f"there is no weight for chunk {number}", hint="give one weight for each chunk")


def _noting(number: int, function: Callable[..., Any], *args: Any) -> Any:
    """What `function(*args)` returns; an error says which chunk it belongs to."""
    try:
        return function(*args)
    except Exception as error:
        error.add_note(f"in chunk {number} of sum_over")
        raise


# ------------------------------------------------------------------ workers


class _Task(Sendable):
    """What is called with each chunk, here or elsewhere."""

    def __call__(self, *args: Any) -> Any:
        return self.function(*map(_aligned, args))


def _aligned(value: Any) -> Any:
    """A value whose arrays begin where arrays of their kind do. What comes out of a message may begin anywhere, and
    products of matrices are then added up in another order."""
    if isinstance(value, np.ndarray):
        return value if value.flags.aligned else value.copy()
    parts = _parts(value)
    if parts is None:
        return value
    made = [_aligned(part) for part in parts.values()]
    return value if all(map(operator.is_, made, parts.values())) else _built(value, made)


class _Window:
    """The chunks that are being computed, in order.

    Args:
        task: what is called with each.
        executor, in_flight, retries: as for `sum_over`.
    """

    def __init__(self, task: _Task, executor: Any, in_flight: int | None, retries: int) -> None:
        self.task, self.retries, self.in_flight = task, retries, in_flight
        self.waiting: deque[tuple[int, Chunk, Any]] = deque()
        self.stack = ExitStack()
        if hasattr(executor, "get_executor"):  # a client of Dask
            executor = executor.get_executor()
        self.make = None if hasattr(executor, "submit") else executor
        if self.make is None and retries:
            raise BadArgument(
                "an executor that broke cannot be used again, so it cannot be retried",
                hint="pass a function that makes it: functools.partial(ProcessPoolExecutor, 4)",
            )
        self.engine = executor if self.make is None else self.stack.enter_context(self.make())

    def results(self, chunks: Iterator[Chunk]) -> Generator[Any, None, None]:
        """The result of each chunk, in order."""
        limit = max(1, self.in_flight or 2 * _workers(self.engine))
        with self.stack:
            try:
                for number, chunk in enumerate(chunks):
                    if len(self.waiting) >= limit:
                        yield self._first()
                    future = self._submit(number, chunk)
                    self.waiting.append((number, chunk, future))
                while self.waiting:
                    yield self._first()
            finally:
                for _, _, future in self.waiting:
                    future.cancel()

    def _submit(self, number: int, chunk: Chunk) -> Any:
        while True:
            try:
                return _noting(number, self.engine.submit, self.task, *chunk)
            except BrokenExecutor as error:
                self._replace(error)

    def _first(self) -> Any:
        while True:
            number, _, future = self.waiting[0]
            try:
                result = _noting(number, future.result)
            except BrokenExecutor as error:
                self._replace(error)
            else:
                self.waiting.popleft()
                return result

    def _replace(self, error: BrokenExecutor) -> None:
        """Make a new executor for an old one that broke, and submit again what it has not finished."""
        while self.make is not None and self.retries:
            self.retries -= 1
            self.stack.close()
            self.engine = self.stack.enter_context(self.make())
            try:
                self._submit_again()
            except BrokenExecutor as again:
                error = again
            else:
                return
        error.add_note("a worker was lost; a function that makes the executor, and retries=, would start another")
        raise error

    def _submit_again(self) -> None:
        for k, (number, chunk, future) in enumerate(self.waiting):
            if not future.done() or future.cancelled() or future.exception() is not None:
                self.waiting[k] = number, chunk, self.engine.submit(self.task, *chunk)


def _workers(engine: Any) -> int:
    """How many tasks an executor runs at a time, as far as it tells."""
    for name in ("_max_workers", "num_workers"):
        if isinstance(found := getattr(engine, name, None), int) and found > 0:
            return found
    threads = getattr(getattr(engine, "_client", None), "nthreads", None)
    return sum(threads().values()) if threads is not None else os.cpu_count() or 1


# ------------------------------------------------------------------ adding


class _Sum:
    """A sum of structures, with memory of its own."""

    def __init__(self) -> None:
        self.empty, self.total = True, None

    def add(self, value: Any, factor: float | None) -> None:
        """Add a result, times a factor."""
        if factor is not None:
            value = _mapped(lambda v: v * factor, value)
        if self.empty:
            self.empty, self.total = False, _mapped(_copy, value)
        else:
            self.total = _added(self.total, value, "the result")

    def value(self, count: float | None) -> Any:
        """The sum, or the mean of so many."""
        if self.empty:
            raise BadArgument("there are no chunks to sum over", hint="pass at least one")
        return self.total if count is None else _mapped(lambda v: v / count, self.total)


def _copy(value: Any) -> Any:
    """Memory of its own, in which counts do not overflow."""
    if isinstance(value, (np.ndarray, np.generic)):
        kind = value.dtype.kind
        return value.astype(np.uint64 if kind == "u" else np.int64 if kind in "bi" else value.dtype)
    return value


def _is_number(value: Any) -> bool:
    """Numbers, arrays of whatever kind, sparse matrices."""
    return isinstance(value, (int, float, complex)) or (hasattr(value, "dtype") and hasattr(value, "shape"))


def _mapped(change: Callable[[Any], Any], value: Any) -> Any:
    """A structure with each number and array changed; None stays."""
    if value is None or _is_number(value):
        return value if value is None else change(value)
    parts = _parts(value)
    if parts is None:
        raise BadArgument(f"a result holds {type(value).__name__}, which has no sum", hint="return numbers and arrays")
    return _built(value, [_mapped(change, part) for part in parts.values()])


def _added(total: Any, value: Any, where: str) -> Any:
    """`total + value`, entry by entry, in the memory of `total` where it fits."""
    if total is None and value is None:
        return None
    if _is_number(total) and _is_number(value):
        if np.shape(total) != np.shape(value):
            reason = f"{where} has the shape {np.shape(value)} here, and {np.shape(total)} before"
            raise BadArgument(reason, hint="differentiate by what all chunks have in common")
        if isinstance(total, np.ndarray) and isinstance(value, np.ndarray) and total.dtype == value.dtype:
            total += value
            return total
        return total + value
    parts, others = _parts(total), _parts(value)
    if parts is None or others is None or type(total) is not type(value) or list(parts) != list(others):
        raise BadArgument(f"{where} has another structure here than before", hint="return the same structure each time")
    return _built(total, [_added(part, others[k], f"{where}[{k!r}]") for k, part in parts.items()])


def _parts(value: Any) -> dict[Any, Any] | None:
    """The entries of a structure by key, position or field; None for what is none."""
    if isinstance(value, (tuple, list)):
        return dict(enumerate(value))
    if type(value) is dict:
        return value
    return fields_of(value)


def _built(like: Any, parts: list[Any]) -> Any:
    """A structure like another one, of other parts."""
    if isinstance(like, dict):
        return dict(zip(like, parts, strict=True))
    if dataclasses.is_dataclass(like) and not isinstance(like, type):
        names = [f.name for f in dataclasses.fields(like)]
        return dataclasses.replace(like, **dict(zip(names, parts, strict=True)))
    return type(like)(*parts) if hasattr(like, "_fields") else type(like)(parts)
