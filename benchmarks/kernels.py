"""`python -m benchmarks.kernels`: gradients of programs with loops and in-place writes, against the programs.

The programs are those of `tests/corpus`, as their authors left them, on larger arrays, inside a loss that copies what
they write and sums the squares of all results. Time is a ratio of medians of processor time, taken in turns in one run;
memory is the peak of what one call allocates, as `tracemalloc` sees it.
"""

from __future__ import annotations

import argparse
import gc
import math
import statistics
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import gradscribe
from tests.corpus import kernels_linear as linear
from tests.corpus import kernels_published as published
from tests.corpus import kernels_science as science
from tests.corpus import kernels_stencil as stencil
from tests.corpus.case import active, array, positive
from tests.corpus.program import loss_of

from . import report

GOALS = {"slices": 2.5, "all": 3.5}
SECONDS = 0.6


@dataclass(frozen=True)
class Measured:
    """One program: times in seconds, peaks in bytes; `overwritten` is what one step of a stencil overwrites."""

    name: str
    primal: float
    gradient: float
    primal_peak: int
    gradient_peak: int

    @property
    def ratio(self) -> float:
        return self.gradient / self.primal


def burgers_2d(u, dt, dx, steps):
    """A non-linear stencil: what a step overwrites is read on the way back."""
    for _ in range(steps):
        u[1:-1, 1:-1] -= dt / dx * u[1:-1, 1:-1] * (2.0 * u[1:-1, 1:-1] - u[:-2, 1:-1] - u[1:-1, :-2])


def spd(n: int) -> np.ndarray:
    a = array(n, n)
    return a @ a.T + n * np.eye(n)


def sparse(n: int, each: int) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(0)
    return np.arange(0, n * each + 1, each), random.integers(0, n, n * each), array(n * each), array(n)


def slices() -> Iterator[tuple[Callable[..., Any], tuple[Any, ...]]]:
    """Programs whose statements are over slices."""
    n = 200
    yield stencil.jacobi_1d, (100, positive(20000), positive(20000, seed=1))
    yield stencil.jacobi_2d, (30, positive(n, n), positive(n, n, seed=1))
    yield stencil.heat_3d, (15, positive(40, 40, 40), positive(40, 40, 40, seed=1))
    yield stencil.fdtd_2d, (30, array(n, n), array(n, n, seed=1), array(n, n, seed=2), array(30))
    yield burgers_2d, (positive(n, n), 0.001, 0.1, 50)
    yield stencil.burgers, (positive(20000), 0.1, 50)
    yield stencil.wave_leapfrog, (array(20000), array(20000, seed=1), 0.5, 50)
    yield stencil.shallow_water, (positive(20000) * 0.1 + 1.0, array(20000) * 0.01, 0.001, 30)
    yield stencil.hdiff, (array(68, 68, 40), array(64, 64, 40, seed=1))
    yield published.vertical_advection, tuple(array(*s, seed=k) for k, s in enumerate([(64, 64, 40)] * 2)) + (
        array(65, 64, 40), array(64, 64, 40, seed=3), array(64, 64, 40, seed=4), 3.0,
    )  # fmt: skip
    yield published.cavity, (
        61, 61, 10, 10, array(61, 61) * 0.1, array(61, 61, seed=1) * 0.1, 0.001, 0.05, 0.05, array(61, 61, seed=2),
        1.0, 0.1,
    )  # fmt: skip
    yield published.deriche_filter, (0.25, array(300, 200))
    yield published.adi_sweeps, (5, 100, positive(100, 100))
    yield published.upwind_masked, (positive(20000), array(20001), 0.01, 0.5, 30)


def others() -> Iterator[tuple[Callable[..., Any], tuple[Any, ...]]]:
    """Factorisations, products, loops over rows and entries, gathers, particles, networks."""
    n = 120
    eye = np.eye(n)
    yield linear.cholesky, (spd(60),)
    yield linear.lu, (spd(60),)
    yield published.ludcmp_full, (spd(60), array(60))
    yield linear.gramschmidt, (array(n, 80),)
    yield linear.durbin, (array(300) * 0.01,)
    yield linear.trisolv, (np.tril(array(n, n)) + 3.0 * n * eye, array(n), array(n, seed=1))
    yield linear.gemver, (1.5, 1.2, array(500, 500), *(array(500, seed=k) for k in range(8)))
    yield linear.gesummv, (1.5, 1.2, array(500, 500), array(500, 500, seed=1), array(500))
    yield linear.atax, (array(500, 400), array(400))
    yield linear.mvt, (array(500), array(500, seed=1), array(500, seed=2), array(500, seed=3), array(500, 500))
    yield linear.three_mm, tuple(array(150, 150, seed=k) for k in range(4))
    yield published.syrk_rows, (1.5, 1.2, array(60, 60), array(60, 40))
    yield published.syr2k_rows, (1.5, 1.2, array(50, 50), array(50, 30), array(50, 30, seed=1))
    yield published.symm_rows, (1.5, 1.2, array(40, 40), array(40, 40), array(40, 40, seed=1))
    yield published.trmm_rows, (1.5, array(50, 50), array(50, 50))
    yield linear.doitgen, (20, 30, 40, array(20, 30, 40), array(40, 40))
    yield published.correlation_kernel, (60, 100.0, array(100, 60))
    yield published.covariance_kernel, (60, 100.0, array(100, 60))
    yield published.spmv_gather, sparse(300, 6)
    yield published.floyd_outer, (positive(80, 80) * 3,)
    yield published.seidel_mixed, (3, 40, array(40, 40))
    yield published.nbody_leapfrog, (positive(60, 1), array(60, 3), array(60, 3, seed=2), 60, 10, 0.01, 1.0, 0.1)
    yield published.force_lj, (positive(60, 3) * 4.0, 6.0, 2.5)
    yield science.arc_distance, tuple(positive(20000, seed=k) for k in range(4))
    yield published.compute_clip, (array(300, 300), array(300, 300, seed=1), 4.0, 3.0, 9.0)
    yield published.softmax_in_place, (array(200, 300),)
    yield science.mlp, (array(64, 100), array(100, 80), array(80), array(80, 10), array(10))
    yield published.lenet_pools, (array(4, 20, 20, 1), array(5, 5, 1, 6), array(6), array(384, 10), array(10), 4, 384)
    yield published.fft_in_place, (array(512) + 1j * array(512, seed=1),)
    yield published.lattice_step, (
        positive(5, 60, 60), positive(5), np.array([0.0, 1, 0, -1, 0]), np.array([0.0, 0, 1, 0, -1]), 0.7,
    )  # fmt: skip


def measure(kernel: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Measured:
    """Time and peak of a program and of its gradient with respect to all its arrays."""
    name = kernel.__name__
    loss = loss_of(kernel, args, name)
    chosen = tuple(k for k in active(args) if isinstance(args[k], np.ndarray))
    gradient = gradscribe.grad(loss, argnums=chosen if len(chosen) > 1 else chosen[0])
    gradient(*args)
    calls = [lambda: loss(*args), lambda: gradient(*args)]
    times: list[list[float]] = [[], []]
    end = time.perf_counter() + seconds
    gc.collect()
    while time.perf_counter() < end or len(times[1]) < 5:
        for own, call in zip(times, calls, strict=True):
            start = time.thread_time()
            call()
            own.append(time.thread_time() - start)
    peaks = [peak_of(call) for call in calls]
    return Measured(name, *map(statistics.median, times), *peaks)  # type: ignore[misc]


def peak_of(call: Callable[[], Any]) -> int:
    """The most memory that one call holds at a time, in bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def geometric_mean(values: list[float]) -> float:
    return math.exp(statistics.fmean(map(math.log, values)))


def table(found: list[Measured]) -> str:
    header = ["program", "program, ms", "gradient / program", "peak of the program, MB", "of the gradient", "ratio"]
    rows = []
    for m in found:
        peaks = [f"{m.primal_peak / 1e6:.2f}", f"{m.gradient_peak / 1e6:.2f}", f"{m.gradient_peak / m.primal_peak:.1f}"]
        rows.append([m.name, f"{1e3 * m.primal:.2f}", f"{m.ratio:.2f}", *peaks])
    return report.table(header, rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few samples, and write nothing")
    parser.add_argument("--only", default="", help="only programs whose name contains this; writes nothing")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    groups = {}
    for title, programs in (("Statements over slices", slices()), ("Other programs with loops and writes", others())):
        found = []
        for kernel, args in programs:
            if options.only in kernel.__name__:
                found.append(measure(kernel, args, 0.1 if options.quick else SECONDS))
                print(f"{found[-1].name:20} {1e3 * found[-1].primal:8.2f} ms {found[-1].ratio:6.2f}", flush=True)
        groups[title] = found
    means = [geometric_mean([m.ratio for m in found]) for found in groups.values() if found]
    mean = geometric_mean([m.ratio for found in groups.values() for m in found])
    print(means, mean)
    if not options.quick and not options.only:
        parts = [f"Measured on {report.machine()}\n"]
        for (title, found), own in zip(groups.items(), means, strict=True):
            parts.append(f"### {title}\n\n{table(found)}\nGeometric mean of the times: {own:.2f}.\n")
        goals = f"(goals: {GOALS['slices']} over slices, {GOALS['all']} over all)"
        parts.append(f"Geometric mean over all programs: {mean:.2f} {goals}.\n")
        report.write("kernels", "\n".join(parts))


if __name__ == "__main__":
    main()
