"""Plots, where a person would rather look than read: the error of differences against their step, a training curve,
memory against snapshots. Matplotlib is imported when the first is drawn (the extra `plot`)."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from .compare import error_curve
from .trace import Trace

COLOURS = {"forward": "#b45309", "central": "#1d4ed8", "complex": "#0b6e4f"}


@dataclass(frozen=True)
class MemorySample:
    """What one gradient costs.

    Args:
        snapshots: how many states are kept; None for the plain gradient, which records every trip.
        bytes: the most memory in use, beyond what was before.
        seconds: the time.
    """

    snapshots: int | None
    bytes: int
    seconds: float


def error_plot(trace: Trace, k: int = 0, axes: Any = None) -> Any:
    """The relative error of differences and of the complex step against the step, both on logarithmic scales.

    Args:
        trace: a run.
        k: the direction.
        axes: where to draw; new axes where None.

    Returns:
        the axes.
    """
    axes = axes if axes is not None else _axes()
    curve = error_curve(trace, k, per_decade=4)
    steps = [sample.step for sample in curve]
    floor = 1e-17
    for name, label in (("forward", "forward"), ("central", "central"), ("complex_step", "complex")):
        errors = [max(getattr(sample, name), floor) for sample in curve]
        axes.loglog(steps, errors, marker=".", color=COLOURS[label], label=_LABELS[label])
    axes.set_xlabel("step h")
    axes.set_ylabel("relative error")
    axes.set_title(f"d {trace.name} / d {trace.wrt[k]}")
    axes.legend()
    axes.grid(True, alpha=0.3)
    return axes


_LABELS = {"forward": "forward difference", "central": "central difference", "complex": "complex step"}


def training_plot(errors: Sequence[float] | Mapping[str, Sequence[float]], axes: Any = None) -> Any:
    """The error of a training against its steps, on a logarithmic scale.

    Args:
        errors: of each step; or several such, by name.
        axes: where to draw; new axes where None.

    Returns:
        the axes.
    """
    axes = axes if axes is not None else _axes()
    curves = errors if isinstance(errors, Mapping) else {"": errors}
    for name, values in curves.items():
        axes.semilogy(list(values), label=name or None)
    axes.set_xlabel("step")
    axes.set_ylabel("error")
    if any(curves):
        axes.legend()
    axes.grid(True, alpha=0.3)
    return axes


def memory_samples(
    make: Callable[[int | None], Callable[..., Any]], point: Sequence[Any], snapshots: Iterable[int | None]
) -> list[MemorySample]:
    """What a gradient costs for each number of snapshots.

    Args:
        make: the gradient for so many snapshots; None for one that records every trip.
        point: its arguments.
        snapshots: the numbers to try.
    """
    return [_measured(make(count), point, count) for count in snapshots]


def _measured(gradient: Callable[..., Any], point: Sequence[Any], count: int | None) -> MemorySample:
    gradient(*point)  # compiled
    start = perf_counter()
    gradient(*point)
    seconds = perf_counter() - start
    tracemalloc.start()
    try:
        gradient(*point)
        return MemorySample(count, tracemalloc.get_traced_memory()[1], seconds)
    finally:
        tracemalloc.stop()


def memory_plot(samples: Sequence[MemorySample], axes: Any = None) -> Any:
    """The memory of a gradient against its snapshots; the gradient that records every trip is a line across.

    Args:
        samples: see `memory_samples`.
        axes: where to draw; new axes where None.

    Returns:
        the axes.
    """
    axes = axes if axes is not None else _axes()
    counted = [s for s in samples if s.snapshots is not None]
    axes.plot([s.snapshots for s in counted], [s.bytes / 1024 for s in counted], marker="o", color=COLOURS["central"])
    for sample in samples:
        if sample.snapshots is None:
            axes.axhline(sample.bytes / 1024, color=COLOURS["forward"], label="every trip recorded")
            axes.legend()
    axes.set_xlabel("snapshots")
    axes.set_ylabel("memory, KiB")
    axes.grid(True, alpha=0.3)
    return axes


def _axes() -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(6.0, 4.0), layout="constrained").subplots()
